/* Looking at positions aside of the one that is played on, which stays as it is, its list of moves too.
 *
 * The position that is left is never written to: others are copies. There are two of every list, so that the moves of the
 * position that was left need not be found again. Its room is made once for each context.
 */
#ifndef ASIDE_H
#define ASIDE_H
#include "context.h"

struct Aside {
    State *left; /* the position that is played on */
    State *other, *beyond; /* room for two more */
    Move *moves; /* the lists that the context does not have now */
    Action *actions;
    Then *thens;
    i32 away; /* does the context have the lists for other positions? */
    i32 n_moves, n_actions, n_thens; /* on the list of the position that was left */
    u64 chance[4];
    i32 *order; /* room for a number for each move */
};
void leave_position(Ctx *c); /* c->s, whose moves are listed */
void come_back(Ctx *c); /* everything is as it was, whatever happened meanwhile */
/* To what the position that was left becomes by one of its moves. What chance does there is drawn from the generator. */
void go_aside(Ctx *c, i32 move, u64 rng[4]);
void go_on(Ctx *c, State *to, i32 move, u64 rng[4]); /* the same from where the context is, to a copy; its list stays */
void free_aside(Ctx *c);
#endif
