/* What would follow, found before it happens. */
#ifndef AHEAD_H
#define AHEAD_H
#include "context.h"

/* Does the condition hold once a move on the list and its consequences are done? */
i32 holds_after(Ctx *c, i32 move, const Node *condition);
/* The moves listed from start on become what they and their consequences do, each from the position as it is now; within
 * the consequences the last move is the one that they follow. */
void take_up_consequences(Ctx *c, i32 start);
#endif
