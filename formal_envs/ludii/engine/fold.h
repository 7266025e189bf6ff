/* Evaluates once, when a game is loaded, what depends on the board alone, and what on the start position alone. */
#ifndef FOLD_H
#define FOLD_H
#include "context.h"

u64 *fold_board(Ctx *c); /* returns room for the sets of fold_start */
void fold_start(Ctx *c, u64 *bits);
#endif
