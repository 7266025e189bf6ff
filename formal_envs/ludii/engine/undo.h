/* Looking ahead on the state itself: restore_state undoes all that was done to it since save_state. */
#ifndef UNDO_H
#define UNDO_H
#include "context.h"

void save_state(Ctx *c);
void restore_state(Ctx *c); /* to the last one that was saved and not yet restored */
void keep_rest(Ctx *c); /* before rank2, what follows it in the header, or a variable changes */
void restore_states(Ctx *c, i32 n); /* until so many are left */
#endif
