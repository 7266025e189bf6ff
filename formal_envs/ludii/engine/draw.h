/* A legal move drawn at random, where all of them need not be written out. */
#ifndef DRAW_H
#define DRAW_H
#include "ply.h"

/* Draws as legal_moves and random_below do: the same move, from the same numbers. Returns its index in c->moves, which may
 * hold no other; n: how many legal moves there are. */
i32 draw_move(Ctx *c, u64 generator[4], i32 *n);
/* The same in two steps. How many moves there are, each noted, or OFF: they can only be listed. Behind them come those
 * that are on the list then: a swap, or the pass of who has no other move. */
i32 count_legal(Ctx *c, Offer *noted);
void write_legal(Ctx *c, i32 wanted); /* one of those that were counted alone is on the list */
/* Of rules alone: can their moves be counted, how many there are, and one of them to the end of the list. was_last: nothing
 * else has been counted since. */
i32 can_count(const Game *g, const Node *n);
i32 count_moves(Ctx *c, const Node *play);
void write_out(Ctx *c, const Node *play, i32 wanted, i32 was_last);
void judge_draws(Ctx *c); /* when a game is loaded: in which phases that is possible */
#endif
