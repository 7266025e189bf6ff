/* What would follow, found before it happens. */
#ifndef AHEAD_H
#define AHEAD_H
#include "context.h"

/* The moves listed from start on become what they and their consequences do, each from the position as it is now; within
 * the consequences the last move is the one that they follow. */
void take_up_consequences(Ctx *c, i32 start);
#endif
