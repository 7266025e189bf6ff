/* A legal move drawn at random where nobody asks how many there are. */
#ifndef CANDIDATES_H
#define CANDIDATES_H
#include "context.h"

/* Each legal move of c->s is as likely as another. Returns its index in c->moves, which may hold others, legal or not. */
i32 draw_any_move(Ctx *c, u64 generator[4]);
void judge_candidates(Ctx *c); /* when a game is loaded: in which phases moves need not be tested to be listed */
#endif
