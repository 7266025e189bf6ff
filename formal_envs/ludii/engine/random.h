/* Random numbers: the same from the same seed on every machine. */
#ifndef RANDOM_H
#define RANDOM_H
#include "context.h"

u64 mixed(u64 *x); /* splitmix64: steps *x on, and gives its bits mixed */
void seed_random(u64 generator[4], u64 seed);
u64 random_bits(u64 generator[4]);
i32 random_below(u64 generator[4], i32 n);
#endif
