/* From the bytecode, a run of integers that the compiler writes, to a Game. */
#ifndef LOADER_H
#define LOADER_H
#include "game.h"

void load(Game *g, const i32 *bytecode, i64 length); /* leaves by g->refused, with a failure, where it cannot be */
#endif
