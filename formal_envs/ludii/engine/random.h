/* Random numbers: the same from the same seed on every machine. */
#ifndef RANDOM_H
#define RANDOM_H
#include "context.h"

u64 mixed(u64 *x); /* splitmix64: steps *x on, and gives its bits mixed */
void seed_random(Ctx *c, u64 seed);
i32 random_below(Ctx *c, i32 n);
#endif
