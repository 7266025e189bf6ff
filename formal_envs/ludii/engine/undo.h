/* Looking ahead on the state itself: restore_state undoes all that was done to it since save_state. */
#ifndef UNDO_H
#define UNDO_H
#include "sets.h"

void save_state(Ctx *c);
void restore_state(Ctx *c); /* to the last one that was saved and not yet restored */
void restore_states(Ctx *c, i32 n); /* until so many are left */
void note_site(Ctx *c, i32 site);
void leave_out(Ctx *c, i32 site); /* of State.sum, until the next digest */
/* Does State.sum follow the pieces? Else a digest goes over all of them. */
static inline i32 keeps_sum(const Game *g) { return (g->uses & (USES_NO_REPEAT | USES_HISTORY)) != 0; }
static inline void will_change(Ctx *c, i32 site) { /* its numbers */
    if (c->n_saved && !region_has(c->touched, site)) note_site(c, site);
    if (keeps_sum(c->g) && !region_has(c->unsummed, site)) leave_out(c, site);
}
#endif
