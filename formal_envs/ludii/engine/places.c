/* How far pieces are on tracks that come by a site twice. A count of pieces for each kind of piece and place of the track. */
#include "places.h"
#include "stacks.h"

enum { MAX_PLACES = 1 << 16, MAX_FOLLOWED = 1 << 10 }; /* in a state, on a track */
static i32 comes_twice(const Track *t) {
    for (i32 i = 1; i < t->sites.n; i++)
        for (i32 k = 0; k < i; k++)
            if (t->sites.at[k] >= 0 && t->sites.at[k] == t->sites.at[i]) return 1;
    return 0;
}
static i32 has_owner(const Game *g, const Track *t) { return t->owner >= 1 && t->owner <= g->n_players; }
void load_places(Game *g) { /* loops are left out: there a piece is at the first of its places, as in Ludii */
    i32 of_owner[MAX_PLAYERS + 2] = {0};
    for (i32 k = 1; k <= g->n_components; k++) g->components[k].rank = of_owner[g->components[k].owner]++;
    for (i32 i = 0; i < g->n_tracks; i++) {
        Track *t = g->tracks + i;
        i32 kinds = has_owner(g, t) ? of_owner[t->owner] : g->n_components;
        t->first_place = -1;
        if (!(g->uses & USES_STEPS_ON_TRACKS) || t->loop || t->sites.n > MAX_FOLLOWED || !comes_twice(t)) continue;
        if (kinds * (i64)t->sites.n > MAX_PLACES - g->n_places) continue;
        t->first_place = g->n_places;
        g->n_places += kinds * t->sites.n;
    }
}
static i32 *places_of(Ctx *c, const Track *t, i32 what) { /* a count per place, or NULL */
    const Component *piece = c->g->components + what;
    if (t->first_place < 0 || what < 1) return NULL;
    if (has_owner(c->g, t) && piece->owner != t->owner) return NULL;
    return c->places + t->first_place + (has_owner(c->g, t) ? piece->rank : what - 1) * t->sites.n;
}
/* Each track on which the pieces of a kind are followed, and their places on it. */
#define FOR_PLACES(what, t, places)                                                                                    \
    for (const Track *t = c->g->tracks; t < c->g->tracks + c->g->n_tracks; t++)                                        \
        for (i32 *places = places_of(c, t, what); places; places = NULL)

static i32 place_from(Ctx *c, const Track *t, i32 site, i32 from) { /* the first of the site's from there on, or -1 */
    tick(c, t->sites.n / 8);
    for (i32 i = from; i < t->sites.n; i++)
        if (t->sites.at[i] == site) return i;
    return -1;
}
static i32 occupied_place(Ctx *c, const Track *t, const i32 *places, i32 site) {
    i32 i = place_from(c, t, site, 0);
    while (i >= 0 && !places[i]) i = place_from(c, t, site, i + 1);
    return i;
}
static void enter_tracks(Ctx *c, i32 what, i32 site, i32 count) {
    FOR_PLACES (what, t, places) {
        i32 at = place_from(c, t, site, 0);
        if (at >= 0) places[at] = clamped((i64)places[at] + count);
    }
}
static void leave_tracks(Ctx *c, i32 what, i32 site, i32 count) {
    FOR_PLACES (what, t, places) {
        i32 at = occupied_place(c, t, places, site);
        if (at >= 0) places[at] = larger(0, places[at] - count);
    }
}
static void go_on_tracks(Ctx *c, i32 what, i32 from, i32 to) { /* to the next place of that site, else to its first */
    FOR_PLACES (what, t, places) {
        i32 at = occupied_place(c, t, places, from), on = place_from(c, t, to, at + 1);
        if (at < 0 && place_from(c, t, from, 0) >= 0) continue;
        if (at >= 0) places[at]--;
        if (on < 0) on = place_from(c, t, to, 0);
        if (on >= 0) places[on] = clamped((i64)places[on] + 1);
    }
}
static void become_on_tracks(Ctx *c, i32 what, i32 new, i32 site) {
    FOR_PLACES (what, t, places) {
        i32 at = occupied_place(c, t, places, site), *others = places_of(c, t, new);
        if (at < 0) continue;
        places[at]--;
        if (others) others[at]++;
    }
}
void follow_on_tracks(Ctx *c, const Action *a) {
    i32 to = a->to, from = is_site(c, a->from) ? a->from : OFF, n = from == OFF ? 0 : height(c, from);
    switch ((enum ActionType)a->type) {
    case A_ADD:
    case A_INSERT: /* a stack that a start rule builds counts anew with each piece, and so never all leaves: Pachih */
        if (c->first_level) enter_tracks(c, a->what, to, c->s->n_moves ? 1 : height(c, to) + 1);
        else enter_tracks(c, a->what, to, c->g->uses & USES_COUNT ? a->count : 1);
        break;
    case A_MOVE:
        if (n) go_on_tracks(c, piece_at(c, from, leaves_level(a)).what, from, to);
        break;
    case A_MOVE_ALL:
    case A_STACK_MOVE:
        for (i32 k = 0; k < n && (a->type == A_MOVE_ALL || k < a->count); k++)
            go_on_tracks(c, piece_at(c, from, n - 1 - k).what, from, to);
        break;
    case A_REMOVE: leave_tracks(c, piece_at(c, to, enters_level(a)).what, to, c->first_level ? 1 : c->count[to]); break;
    case A_PROMOTE: become_on_tracks(c, piece_at(c, to, enters_level(a)).what, a->what, to); break;
    default: break;
    }
}
i32 place_of_piece(Ctx *c, const Track *t, i32 site) {
    if (t->first_place < 0 || !is_site(c, site)) return -1;
    const i32 *places = places_of(c, t, piece_at(c, site, c->level).what);
    if (!places) places = places_of(c, t, c->what[site]);
    if (!places) return -1;
    i32 at = occupied_place(c, t, places, site);
    return at < 0 ? t->sites.n : at;
}
