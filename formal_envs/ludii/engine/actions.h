/* What actions do to the state. */
#ifndef ACTIONS_H
#define ACTIONS_H
#include "listing.h"

i32 remembers(const State *s, i32 name, i32 value); /* has the value been remembered under the name? */
void apply_action(Ctx *c, const Action *a);
void note_reached(i32 *from, i32 *to, const Action *a); /* where the action begins and ends, if anywhere */
void apply_actions(Ctx *c, const Move *m); /* the actions alone */
void apply_with_consequences(Ctx *c, const Move *m); /* actions, then consequences in order; not the end of the ply */
void run_effects(Ctx *c, const Node *n); /* evaluates and applies at once, as consequences are */
#endif
