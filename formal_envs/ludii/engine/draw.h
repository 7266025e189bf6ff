/* A legal move drawn at random, where all of them need not be written out. */
#ifndef DRAW_H
#define DRAW_H
#include "ply.h"

/* Draws as legal_moves and random_below do: the same move, from the same numbers. Returns its index in c->moves, which may
 * hold no other; n: how many legal moves there are. */
i32 draw_move(Ctx *c, u64 generator[4], i32 *n);
void judge_draws(Ctx *c); /* when a game is loaded: in which phases that is possible */
#endif
