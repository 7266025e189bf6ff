/* Looking ahead on the state itself. Of a site its numbers are noted when they change first; all else that a state has is
 * little, and copied.
 */
#include <stdlib.h>
#include "changes.h"
#include "levels.h"
#include "state.h"
#include "undo.h"

/* In its room: the sites that changed since, the parts of the state; in builds with asserts the whole state, too. */
struct Saved {
    i32 first; /* of c->old */
    i32 n_levels;
    i32 has_rest;
    u64 *rest; /* of the header, and the variables, once they change */
    u64 room[];
};

/* Copies so many bytes of the state to *kept, or back from there, and moves *kept behind them. */
static void carry_over(void *of, const void *end, u64 **kept, i32 back) {
    size_t size = (size_t)((const char *)end - (const char *)of);
    if (back) memcpy(of, *kept, size);
    else memcpy(*kept, of, size);
    *kept += (size + 7) / 8;
}
/* The numbers before rank2, the places on tracks and the sets of sites, the levels. */
static u64 *carry_parts(Ctx *c, Saved *saved, i32 back) { /* returns what follows them */
    u64 *kept = saved->room + c->g->words;
    carry_over(c->s, c->s->rank2, &kept, back);
    carry_over(c->places, c->owned, &kept, back);
    if (c->first_level) carry_over(c->first_level, c->levels + saved->n_levels, &kept, back);
    return kept;
}
static void carry_rest(Ctx *c, u64 *kept, i32 back) {
    carry_over(c->s->rank2, c->g->remembers ? (void *)c->s->memory : (void *)c->s->remembered, &kept, back);
    carry_over(c->vars, c->places, &kept, back);
}
static Saved *room_for(Ctx *c) { /* a state has room for all that is kept of it, and more */
    size_t bytes = sizeof(Saved) + 2 * (size_t)c->g->state_size + 8 * ((size_t)c->g->words + 4);
    Saved **saved = c->saved + c->n_saved;
    if (!c->old && !(c->old = malloc(sizeof(Old) * MAX_OLD))) fail(c, TOO_MUCH_MEMORY);
    if (!*saved && !(*saved = malloc(bytes))) fail(c, TOO_MUCH_MEMORY);
    return *saved;
}
static inline u64 *whole(Ctx *c, Saved *saved) { return saved->room + c->g->words + 4 + c->g->state_size / 8; }

static inline i32 whole_is_kept(Ctx *c, Saved *saved) {
    copy_state(c, (State *)whole(c, saved), c->s);
    return 1;
}

void save_state(Ctx *c) {
    if (c->n_saved == MAX_DEPTH) fail(c, TOO_DEEP);
    tick(c, 24 + c->g->words + (c->first_level ? c->g->n_sites / 16 : 0)); /* to restore it, too */
    add_up(c);
    Saved *saved = room_for(c);
    saved->first = c->n_old, saved->has_rest = 0, saved->n_levels = c->first_level ? c->first_level[c->g->n_sites] : 0;
    saved->rest = carry_parts(c, saved, 0);
    c->n_saved++, c->touched = saved->room;
    region_clear(c, c->touched);
    assert(whole_is_kept(c, saved));
}
void keep_rest(Ctx *c) {
    Saved *saved = c->saved[c->n_saved - 1];
    if (!saved->has_rest) carry_rest(c, saved->rest, 0);
    saved->has_rest = 1;
}
static void put_back(Ctx *c, const Old *old) { /* empty and occupied come back by themselves */
    i32 site = old->site, words = c->g->words;
    if (c->what[site]) {
        region_drop(c->kinds + c->what[site] * words, site);
        region_drop(c->owned + c->who[site] * words, site);
    }
    if (old->what) {
        region_add(c->kinds + old->what * words, site);
        region_add(c->owned + old->who * words, site);
    }
    c->what[site] = old->what, c->who[site] = old->who, c->count[site] = old->count;
    c->state[site] = old->state, c->rotation[site] = old->rotation, c->value[site] = old->value;
}
void restore_state(Ctx *c) {
    assert(c->n_saved > 0);
    Saved *saved = c->saved[--c->n_saved];
    while (c->n_old > saved->first) put_back(c, c->old + --c->n_old);
    i32 n_levels = c->first_level ? c->first_level[c->g->n_sites] : 0;
    carry_parts(c, saved, 1);
    if (saved->has_rest) carry_rest(c, saved->rest, 1);
    if (n_levels > saved->n_levels)
        memset(c->levels + saved->n_levels, 0, sizeof(Level) * (size_t)(n_levels - saved->n_levels));
    if (keeps_sum(c->g)) region_clear(c, c->unsummed);
    c->touched = c->n_saved ? c->saved[c->n_saved - 1]->room : NULL;
    assert(same_states(c, c->s, (State *)whole(c, saved)));
}
void restore_states(Ctx *c, i32 n) {
    while (c->n_saved > n) restore_state(c);
}
