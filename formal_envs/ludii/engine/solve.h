/* Who wins by force. */
#ifndef SOLVE_H
#define SOLVE_H
#include "context.h"

i32 is_solvable(const Game *g); /* two players, no chance, nothing hidden */
/* Of the context's state, within so many plies and its work: a row of SOLVED and the moves of a forced win. 0: no memory. */
i32 solve(Ctx *c, i32 max_plies, i32 *out);
#endif
