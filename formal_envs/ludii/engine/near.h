/* What one ply tells of a position, which random games may miss for long. */
#ifndef NEAR_H
#define NEAR_H
#include "context.h"

void look_one_ply(Ctx *c, u64 rng[4]); /* before a search: moves that end the game, those that are answered by a win */
void make_sure(Ctx *c, u64 rng[4]); /* after it: that no reply to the best move wins */
#endif
