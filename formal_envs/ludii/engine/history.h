/* The positions that a game has seen. */
#ifndef HISTORY_H
#define HISTORY_H
#include "context.h"

void begin_history(Ctx *c); /* the first State.n_history positions of the context's history are those that were seen */
void push_history(Ctx *c); /* the position has been seen */
i32 position_repeated(Ctx *c, i32 kind); /* was the position seen before? kind: repetitionType */
#endif
