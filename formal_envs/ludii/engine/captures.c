/* Effects around a place, mostly captures. */
#include "directions.h"
#include "groups.h"
#include "listing.h"
#include "where.h"

typedef struct Around { /* what these ludemes share */
    const Node *between, *to, *then;
    i32 from, to_before, between_before, origin;
    const u64 *between_at, *to_at; /* where their conditions hold; NULL: to be asked of each place */
} Around;
static Around around_begin(Ctx *c, const Node *from, const Node *between, const Node *to, const Node *then) {
    Around a = {.between = between, .to = to, .then = then, .from = c->from, .to_before = c->to,
                .between_before = c->between, .origin = last_move(c)->last_to};
    if (from && SLOT(from, from, site)) a.origin = site_at(c, SLOT(from, from, siteType), SLOT(from, from, site));
    else if (from && SLOT(from, from, region)) {
        TMP_REGION(sites);
        region_of(c, SLOT(from, from, region), sites);
        a.origin = OFF;
        FOR_SITES (sites, site)
            if (a.origin < 0) a.origin = site;
    }
    c->from = a.origin;
    return a;
}
static void around_end(Ctx *c, const Around *a) {
    c->from = a->from, c->to = a->to_before, c->between = a->between_before;
}
static i32 is_friend_of_mover(Ctx *c, i32 site) { return c->what[site] && c->who[site] == c->s->mover; }
static i32 is_foe_of_mover(Ctx *c, i32 site) {
    i32 who = c->who[site];
    return c->what[site] && who >= 1 && who <= c->g->n_players && who != c->s->mover;
}
static i32 between_holds(Ctx *c, const Around *a, i32 site) { /* an enemy unless told otherwise */
    c->between = site;
    if (a->between_at) return region_has(a->between_at, site);
    const Node *condition = a->between ? SLOT(a->between, between, if_) : NULL;
    return condition ? int_of(c, condition) : is_foe_of_mover(c, site);
}
static i32 to_holds(Ctx *c, const Around *a, i32 site, i32 otherwise) {
    c->to = site;
    if (a->to_at) return region_has(a->to_at, site);
    return a->to && SLOT(a->to, to, if_) ? int_of(c, SLOT(a->to, to, if_)) : otherwise;
}
static void affect(Ctx *c, const Around *a, const Node *apply, i32 site) { /* removal unless told otherwise */
    i32 start = c->n_moves;
    if (apply) moves_of(c, apply);
    else if (c->what[site]) {
        effect_begin(c, A_REMOVE)->to = site;
        effect_end(c, NULL);
    }
    then_for_all(c, start, a->then);
}
static void affect_between(Ctx *c, const Around *a, i32 site) {
    c->between = site;
    affect(c, a, a->between ? SLOT(a->between, between, apply) : NULL, site);
}

//: custodial: (custodial [<from>] [<absoluteDirection>] [<between>] [<to>] [<then>]) -> effect
MOVES(custodial) { /* runs of pieces between the origin and a piece beyond them */
    Around a = around_begin(c, ARG(custodial, from), ARG(custodial, between), ARG(custodial, to), ARG(custodial, then));
    if (!is_site(c, a.origin)) {
        around_end(c, &a);
        return;
    }
    const Node *in_run = a.between ? SLOT(a.between, between, if_) : NULL, *at_end = a.to ? SLOT(a.to, to, if_) : NULL;
    TMP_REGION(run);
    TMP_REGION(ends);
    if (is_asked_of(in_run, ASKED_BETWEEN)) a.between_at = where_holds(c, in_run, run);
    if (is_asked_of(at_end, ASKED_TO)) a.to_at = where_holds(c, at_end, ends);
    i32 least = 1, most = INFINITE;
    if (a.between && SLOT(a.between, between, range)) range_of(c, SLOT(a.between, between, range), &least, &most);
    DirSet dirs = directions_of(c, ARG(custodial, absoluteDirection), a.origin, REL_Adjacent);
    FOR_RADIALS (a.origin, dirs, r) {
        i32 k = 0;
        tick(c, r->n);
        c->to = a.to_before;
        while (k < r->n && k < most && between_holds(c, &a, r->at[k])) k++;
        if (k < 1 || k < least || k >= r->n) continue;
        c->between = r->at[k - 1];
        if (!to_holds(c, &a, r->at[k], is_friend_of_mover(c, r->at[k]))) continue;
        for (i32 i = 0; i < k; i++) affect_between(c, &a, r->at[i]);
    }
    around_end(c, &a);
}
/* is one of the kinds that a (piece ..) names there? */
static i32 piece_matches(Ctx *c, const Node *piece, i32 site) {
    const Node *one = either(SLOT(piece, piece_ref, name), SLOT(piece, piece_ref, component));
    const Node *many = either(SLOT(piece, piece_ref, names), SLOT(piece, piece_ref, components));
    for (i32 i = 0; i < (many ? many->n : 1); i++) {
        const Node *kind = many ? many->arg[i] : one;
        if (!kind) continue;
        i32 named = kind->kind == CONSTANT && kind->type != TYPE_int;
        i32 what = named ? component_named(c, kind, OFF) : int_of(c, kind);
        if (what && what == c->what[site]) return 1;
    }
    return 0;
}
//: surround: (surround [<from>] [<absoluteDirection>] [<between>] [<to>] [except:<int>] [with:<pieceRef>]
//:     [<then>]) -> effect
/* neighbours of the origin all of whose neighbours meet the condition, but for some exceptions */
MOVES(surround) {
    Around a = around_begin(c, ARG(surround, from), ARG(surround, between), ARG(surround, to), ARG(surround, then));
    if (!is_site(c, a.origin)) {
        around_end(c, &a);
        return;
    }
    i32 exceptions = int_or(c, ARG(surround, except), 0);
    const Node *with = ARG(surround, with);
    DirSet dirs = directions_of(c, ARG(surround, absoluteDirection), a.origin, REL_Adjacent);
    FOR_RADIALS (a.origin, dirs, r) {
        i32 site = r->at[0], others = 0, found = !with;
        tick(c, 4);
        c->to = a.to_before;
        if (r->n < 1 || !between_holds(c, &a, site)) continue;
        FOR_RADIALS (site, dirs, q) {
            if (q->n < 1) continue;
            if (!to_holds(c, &a, q->at[0], is_friend_of_mover(c, q->at[0]))) others++;
            if (with) found |= piece_matches(c, with, q->at[0]);
        }
        if (others <= exceptions && found) affect_between(c, &a, site);
    }
    around_end(c, &a);
}
typedef struct Group { /* that may be enclosed */
    i32 *sites, n;
    u64 *seen, *free; /* its sites so far; its empty neighbours */
    i32 n_free, allowed;
} Group;
static void group_meets(Ctx *c, const Around *a, Group *g, i32 site) {
    if (region_has(g->seen, site) || region_has(g->free, site)) return;
    if (between_holds(c, a, site)) region_add(g->seen, site);
    else if (!c->what[site]) {
        region_add(g->free, site);
        if (++g->n_free > g->allowed) return;
    } else return;
    g->sites[g->n++] = site;
}
/* Is there an empty place next to the group of a site, or no group? What was seen of it is added to done. */
static i32 has_way_out(Ctx *c, const u64 *near, const u64 *within, i32 site, u64 *done) {
    if (!region_has(within, site)) return 1;
    i32 words = c->g->words;
    TMP_REGION(todo);
    TMP_REGION(group);
    region_clear(c, todo), region_clear(c, group);
    region_add(todo, site), region_add(group, site);
    for (i32 w = 0; w < words; w++)
        while (todo[w]) {
            const u64 *beside = near + (64 * w + __builtin_ctzll(todo[w])) * words;
            todo[w] &= todo[w] - 1;
            tick(c, 4);
            i32 least = w;
            for (i32 k = words - 1; k >= 0; k--) {
                if (beside[k] & c->empty[k] & ~within[k]) {
                    region_or(c, done, group);
                    return 1;
                }
                u64 new = beside[k] & within[k] & ~group[k];
                group[k] |= new, todo[k] |= new;
                if (new && k < least) least = k;
            }
            w = least;
        }
    return 0;
}
//: enclose: (enclose [<siteType>] [<from>] [<direction>] [<between>] [numException:<int>] [<then>]) -> effect
/* Groups beside the origin that have no empty neighbours, but for some exceptions, which belong to the group: what lies
 * behind them must be shut in as well, and they bear the effect too (Patok). */
MOVES(enclose) {
    Around a = around_begin(c, ARG(enclose, from), ARG(enclose, between), NULL, ARG(enclose, then));
    if (!is_site(c, a.origin)) {
        around_end(c, &a);
        return;
    }
    i32 sites[c->g->n_sites];
    DirSet dirs = directions_of(c, ARG(enclose, direction), a.origin, REL_Adjacent);
    TMP_REGION(seen);
    TMP_REGION(free);
    TMP_REGION(done);
    region_clear(c, done);
    Group g = {sites, 0, seen, free, 0, int_or(c, ARG(enclose, numException), 0)};
    const Node *asks = a.between ? SLOT(a.between, between, if_) : NULL;
    const u64 *near = near_sets(c, dirs);
    TMP_REGION(room);
    if (is_asked_of(asks, ASKED_BETWEEN)) a.between_at = where_holds(c, asks, room);
    FOR_RADIALS (a.origin, dirs, r) {
        if (region_has(done, r->at[0])) continue;
        if (near && a.between_at && !g.allowed && has_way_out(c, near, a.between_at, r->at[0], done)) continue;
        g.n = g.n_free = 0;
        region_clear(c, seen), region_clear(c, free);
        group_meets(c, &a, &g, r->at[0]);
        for (i32 i = 0; i < g.n && g.n_free <= g.allowed; i++) {
            tick(c, 4);
            FOR_RADIALS (sites[i], dirs, q) group_meets(c, &a, &g, q->at[0]);
        }
        if (g.n_free <= g.allowed)
            for (i32 i = 0; i < g.n; i++) affect_between(c, &a, sites[i]);
        region_or(c, done, seen);
    }
    around_end(c, &a);
}
static const Radial *opposite_radial(Ctx *c, i32 site, const Radial *r) {
    DirSet back = {(u64)1 << COMPASS[opposite_point(compass_point(r->direction))], 0};
    FOR_RADIALS (site, back, q)
        if (q->n) return q;
    return NULL;
}
//: intervene: (intervene [<from>] [<absoluteDirection>] [<between>] [<to>] [<then>]) -> effect
MOVES(intervene) { /* pieces on both sides of the origin */
    Around a = around_begin(c, ARG(intervene, from), ARG(intervene, between), ARG(intervene, to), ARG(intervene, then));
    if (!is_site(c, a.origin)) {
        around_end(c, &a);
        return;
    }
    const Node *apply = a.to ? SLOT(a.to, to, apply) : NULL;
    DirSet dirs = directions_of(c, ARG(intervene, absoluteDirection), a.origin, REL_Adjacent);
    FOR_RADIALS (a.origin, dirs, r) {
        const Radial *q = opposite_radial(c, a.origin, r);
        tick(c, 4);
        if (!q || q <= r || r->n < 1) continue;
        i32 one = r->at[0], two = q->at[0];
        if (!to_holds(c, &a, one, is_foe_of_mover(c, one)) || !to_holds(c, &a, two, is_foe_of_mover(c, two))) continue;
        c->to = one, affect(c, &a, apply, one);
        c->to = two, affect(c, &a, apply, two);
    }
    around_end(c, &a);
}
//: directional: (directional [<from>] [<direction>] [<to>] [<then>]) -> effect
MOVES(directional) { /* every piece in line that meets the condition, as far as they follow each other */
    Around a = around_begin(c, ARG(directional, from), NULL, ARG(directional, to), ARG(directional, then));
    if (!is_site(c, a.origin)) {
        around_end(c, &a);
        return;
    }
    const Node *apply = a.to ? SLOT(a.to, to, apply) : NULL;
    DirSet dirs = directions_of(c, ARG(directional, direction), a.origin, REL_Adjacent);
    FOR_RADIALS (a.origin, dirs, r) {
        tick(c, r->n);
        for (i32 k = 0; k < r->n; k++) {
            if (!to_holds(c, &a, r->at[k], is_foe_of_mover(c, r->at[k]))) break;
            affect(c, &a, apply, r->at[k]);
        }
    }
    around_end(c, &a);
}
//: push: (push [<from>] <direction> [<then>]) -> effect
/* a row of pieces moves one place on, up to the first empty place; the last may fall off the board */
MOVES(push) {
    Around a = around_begin(c, ARG(push, from), NULL, NULL, ARG(push, then));
    if (is_site(c, a.origin) && c->what[a.origin]) {
        DirSet dirs = directions_of(c, ARG(push, direction), a.origin, REL_Adjacent);
        FOR_RADIALS (a.origin, dirs, r) {
            i32 carried = c->what[a.origin];
            Move *m = move_begin(c);
            move_act(c, A_REMOVE)->to = a.origin;
            for (i32 k = 0; k < r->n && carried; k++) {
                i32 next = c->what[r->at[k]];
                if (next) move_act(c, A_REMOVE)->to = r->at[k];
                Action *put_down = move_act(c, A_ADD);
                put_down->to = r->at[k], put_down->what = (i16)carried;
                carried = next;
            }
            move_then(c, m, a.then);
            move_end(c, m);
        }
    }
    around_end(c, &a);
}
//: attract: (attract [<from>] [<absoluteDirection>] [<then>]) -> effect
MOVES(attract) { /* all the pieces in each direction come as close to the origin as they can, in their order */
    Around a = around_begin(c, ARG(attract, from), NULL, NULL, ARG(attract, then));
    if (is_site(c, a.origin)) {
        DirSet dirs = directions_of(c, ARG(attract, absoluteDirection), a.origin, REL_Adjacent);
        FOR_RADIALS (a.origin, dirs, r) {
            i32 free = 0, k = 0; /* the place that the next one comes to */
            tick(c, r->n);
            while (k < r->n && c->what[r->at[k]]) free = ++k; /* these are there already */
            while (k < r->n && !c->what[r->at[k]]) k++;
            if (k == r->n) continue;
            Move *m = move_begin(c);
            for (; k < r->n; k++) {
                if (!c->what[r->at[k]]) continue;
                Action *pull = move_act(c, A_MOVE);
                pull->from = r->at[k], pull->to = r->at[free++];
            }
            move_then(c, m, a.then);
            move_end(c, m);
        }
    }
    around_end(c, &a);
}
