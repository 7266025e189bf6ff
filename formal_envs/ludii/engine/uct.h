/* Tree search with random games: UCT, with proofs of won, drawn and lost positions. */
#ifndef UCT_H
#define UCT_H
#include "context.h"

/* Looks at the position that was left (aside.h) in so many iterations at most; fails where it runs out of work, and what
 * was found by then can be used. */
void search(Ctx *c, i32 iterations, u64 rng[4]);
i32 best_move(Ctx *c); /* of what the last search found: its number, and c->search->value. -1: nothing was found */
/* For each move that is listed: visits, whether its value is proven, the value for each person; then the best line, as
 * places on the lists of one position after the other. */
void tell_search(const Ctx *c, double *rows, i32 n_moves, i32 *line, i32 n_line);
#endif
