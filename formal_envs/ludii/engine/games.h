/* How a game begins. */
#ifndef GAMES_H
#define GAMES_H
#include "context.h"

void start_rules(Ctx *c); /* on the context's state, which is as before any of them */
void begin_game(Ctx *c, State *s, u64 seed); /* the start position on *s, its chance drawn from the seed; and its history */
#endif
