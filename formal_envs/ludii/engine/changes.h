/* What is noted before a site changes: what it was, for looking ahead, and that State.sum leaves it out, for digests. */
#ifndef CHANGES_H
#define CHANGES_H
#include "sets.h"

struct Old { /* what a site was */
    i32 site, what, who, count, state, rotation, value;
};
enum { MAX_OLD = 1 << 17 }; /* in all looks ahead together */
void note_site(Ctx *c, i32 site);
void leave_out(Ctx *c, i32 site);
/* Does State.sum follow the pieces? Else a digest goes over all of them. */
static inline i32 keeps_sum(const Game *g) { return (g->uses & (USES_NO_REPEAT | USES_HISTORY)) != 0; }
static inline void will_change(Ctx *c, i32 site) { /* its numbers */
    if (c->n_saved && !region_has(c->touched, site)) note_site(c, site);
    if (keeps_sum(c->g) && !region_has(c->unsummed, site)) leave_out(c, site);
}
u64 sum_of_pieces(Ctx *c);
void add_up(Ctx *c); /* makes State.sum the sum of all pieces */
void sum_anew(Ctx *c); /* the same, from nothing */
#endif
