/* Steps of all pieces of a kind at once. */
#ifndef STEPPING_H
#define STEPPING_H
#include "context.h"

void judge_steps(Ctx *c); /* when a game is loaded: finds the rules that are steps alone */
/* Whether the steps of these pieces of a player, which are of one kind, could be counted at once. Then they are offered, and
 * the piece that makes the wanted one, if it is among them, is what is left of the set. */
i32 keep_stepping(Ctx *c, const Node *moves, i32 player, u64 *pieces);
#endif
