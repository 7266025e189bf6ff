/* Looking ahead on the state itself. Of a site its numbers are noted when they change first; all else that a state has is
 * little, and copied.
 */
#include <stdlib.h>
#include "changes.h"
#include "levels.h"
#include "state.h"
#include "undo.h"

/* In its room: the sites that changed since, the header, the variables and sets behind it, the levels; in builds with
 * asserts the whole state, too. */
struct Saved {
    i32 first; /* of c->old */
    i32 n_levels;
    u64 room[];
};

typedef struct Part { /* of a state, and where it is kept */
    void *of;
    u64 *kept;
    size_t size;
} Part;
enum { N_PARTS = 3 };
static void parts_of(Ctx *c, Saved *saved, i32 n_levels, Part part[N_PARTS]) {
    const Game *g = c->g;
    size_t stacks = c->first_level ? (size_t)((char *)(c->levels + n_levels) - (char *)c->first_level) : 0;
    part[0] = (Part){c->s, saved->room + g->words, g->remembers ? sizeof(State) : offsetof(State, remembered)};
    part[1] = (Part){c->vars, part[0].kept + sizeof(State) / 8 + 1, (size_t)((char *)c->owned - (char *)c->vars)};
    part[2] = (Part){c->first_level, part[1].kept + part[1].size / 8 + 1, stacks};
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
    tick(c, 4);
    add_up(c);
    Saved *saved = room_for(c);
    Part part[N_PARTS];
    saved->first = c->n_old, saved->n_levels = c->first_level ? c->first_level[c->g->n_sites] : 0;
    parts_of(c, saved, saved->n_levels, part);
    for (i32 i = 0; i < N_PARTS; i++) memcpy(part[i].kept, part[i].of, part[i].size);
    c->n_saved++, c->touched = saved->room;
    region_clear(c, c->touched);
    assert(whole_is_kept(c, saved));
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
    Part part[N_PARTS];
    while (c->n_old > saved->first) put_back(c, c->old + --c->n_old);
    i32 n_levels = c->first_level ? c->first_level[c->g->n_sites] : 0;
    parts_of(c, saved, saved->n_levels, part);
    for (i32 i = 0; i < N_PARTS; i++) memcpy(part[i].of, part[i].kept, part[i].size);
    if (n_levels > saved->n_levels)
        memset(c->levels + saved->n_levels, 0, sizeof(Level) * (size_t)(n_levels - saved->n_levels));
    if (keeps_sum(c->g)) region_clear(c, c->unsummed);
    c->touched = c->n_saved ? c->saved[c->n_saved - 1]->room : NULL;
    assert(same_states(c, c->s, (State *)whole(c, saved)));
}
void restore_states(Ctx *c, i32 n) {
    while (c->n_saved > n) restore_state(c);
}
