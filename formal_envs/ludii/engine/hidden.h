/* Hidden information: what each player does not see of a site. The rules play on all of it. */
#ifndef HIDDEN_H
#define HIDDEN_H
#include "state.h"

void move_hidden(Ctx *c, i32 from, i32 to); /* goes along with a piece */
void hide(Ctx *c, const Action *a); /* or show: HIDDEN_<count> of a site, to the player what; value 1 hides it */
#endif
