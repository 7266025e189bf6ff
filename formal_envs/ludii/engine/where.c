/* Conditions that are asked of many places at once: sets of sites are put together, where a condition says no more of a
 * place than what stands there, or which place it is.
 */
#include "directions.h"
#include "move_arguments.h"
#include "ways.h"
#include "where.h"

enum { ANYTHING = ASKED_TO | ASKED_BETWEEN | ASKED_SITE | ASKED_FROM };

/* ---- which conditions these are */
static u8 called(const Node *site) { /* as what the place is known; 0: it is no place that is gone over */
    if (!site) return 0;
    switch (site->op) {
    case OP_site_to: return ASKED_TO;
    case OP_site_between: return ASKED_BETWEEN;
    case OP_site: return ASKED_SITE;
    case OP_site_from: return SLOT(site, site_from, at) ? 0 : ASKED_FROM;
    case OP_ahead: return site->shift ? called(SLOT(site, ahead, site)) : 0;
    default: return 0;
    }
}
static u8 owner_at(const Node *n) { /* (who at:..) of such a place */
    return n && n->op == OP_who && !SLOT(n, who, siteType) && !SLOT(n, who, level) ? called(SLOT(n, who, at)) : 0;
}
static u8 piece_at_place(const Node *n) {
    return n && n->op == OP_what && !SLOT(n, what, siteType) && !SLOT(n, what, level) ? called(SLOT(n, what, at)) : 0;
}
static i32 is_steady(const Node *n) { /* the same for every place */
    return n && (n->folded || n->op == OP_mover || n->op == OP_next || n->op == OP_prev ||
                 (n->op == OP_id && !SLOT(n, id, index)));
}
static i32 region_is_steady(const Node *n) {
    const Node *const *arg = n->arg;
    if (n->bits) return 1;
    if (n->op == OP_sites_empty) return !arg[sites_empty__siteType] && !arg[sites_empty__container];
    if (n->op != OP_sites_occupied || !arg[sites_occupied__byRole]) return 0;
    for (i32 k = 0; k < n->n; k++)
        if (arg[k] && k != sites_occupied__byRole) return 0;
    return 1;
}
static u8 asked_by_all(const Node *list) {
    u8 all = ANYTHING;
    for (i32 i = 0; i < list->n; i++) all &= list->arg[i]->asked_of;
    return all;
}
static i32 range_is_known(const Node *range) {
    for (i32 k = 0; range && k < range->n; k++)
        if (range->arg[k] && !range->arg[k]->folded) return 0;
    return 1;
}
static u8 asked_by_flanks(const Node *n) { /* of a capture from (to) on: is there one? */
    if (n->op != OP_custodial || !ARG(custodial, from)) return 0;
    const Node *start = SLOT(ARG(custodial, from), from, site), *d = ARG(custodial, absoluteDirection);
    const Node *between = ARG(custodial, between), *to = ARG(custodial, to);
    if (!start || start->op != OP_site_to || SLOT(ARG(custodial, from), from, siteType)) return 0;
    if (d && (d->kind != CONSTANT || d->type != TYPE_absoluteDirection)) return 0;
    const Node *run = between ? SLOT(between, between, if_) : NULL, *end = to ? SLOT(to, to, if_) : NULL;
    if (between && (SLOT(between, between, apply) || !range_is_known(SLOT(between, between, range)))) return 0;
    return (run && !(run->asked_of & ASKED_BETWEEN)) || (end && !(end->asked_of & ASKED_TO)) ? 0 : ASKED_TO;
}
static u8 asked_by(const Node *n) {
    if (n->folded) return n->kind == CONSTANT && n->type == TYPE_string ? 0 : ANYTHING;
    switch (n->op) {
    case OP_not: return ARG(not, value)->asked_of;
    case OP_and: return ARG(and, a)->asked_of & ARG(and, b)->asked_of;
    case OP_or: return ARG(or, a)->asked_of & ARG(or, b)->asked_of;
    case OP_and_all: return asked_by_all(ARG(and_all, list));
    case OP_or_all: return asked_by_all(ARG(or_all, list));
    case OP_is_empty: return ARG(is_empty, siteType) ? 0 : called(ARG(is_empty, site));
    case OP_is_occupied: return ARG(is_occupied, siteType) ? 0 : called(ARG(is_occupied, site));
    case OP_is_friend: return owner_at(ARG(is_friend, index));
    case OP_is_enemy: return owner_at(ARG(is_enemy, index));
    case OP_is_mover: return owner_at(ARG(is_mover, index));
    case OP_is_in:
        if (ARG(is_in, sites) || !region_is_steady(ARG(is_in, region))) return 0;
        return ARG(is_in, site) ? called(ARG(is_in, site)) : ASKED_TO;
    case OP_eq: return is_steady(either(ARG(eq, b), ARG(eq, roleType))) ? piece_at_place(ARG(eq, a)) | owner_at(ARG(eq, a)) : 0;
    case OP_can_move: return asked_by_flanks(ARG(can_move, moves));
    default: return 0;
    }
}
static void know_shift(Ctx *c, Node *n) {
    if (n->op != OP_ahead) return;
    const Node *direction = ARG(ahead, direction), *steps = ARG(ahead, steps);
    if (ARG(ahead, siteType) || !direction || (steps && !steps->folded)) return;
    if (direction->kind != CONSTANT || direction->type != TYPE_absoluteDirection) return;
    Game *g = (Game *)c->g;
    Shift *known = keep(g, sizeof(Shift));
    i32 *site = keep(g, sizeof(i32) * (size_t)g->n_sites), n_moved = 0;
    u64 *moved = keep(g, 8 * (size_t)g->words);
    *known = (Shift){site, 1, 0, moved};
    for (i32 s = 0; s < g->n_sites; s++) {
        site[s] = site_ahead(c, s, directions_of(c, direction, s, 0), int_or(c, steps, 1));
        if (site[s] == s) continue;
        region_add(moved, s);
        if (!n_moved++) known->by = site[s] - s;
        known->is_shift &= site[s] - s == known->by;
    }
    n->shift = known;
}
void judge_conditions(Ctx *c) {
    if (c->g->uses & USES_STACK) return; /* what stands there depends on the level */
    for (i32 i = 0; i < c->g->n_nodes; i++) know_shift(c, c->g->nodes[i]);
    for (i32 i = 0; i < c->g->n_nodes; i++) c->g->nodes[i]->asked_of = asked_by(c->g->nodes[i]); /* parts come before wholes */
}

/* ---- where they hold */
/* The places of which the set's sites are what the argument says: the set itself, but for (ahead ..). */
static const u64 *seen_from(Ctx *c, const Node *site, const u64 *set, u64 *room) {
    if (!site || site->op != OP_ahead) return set;
    const Shift *a = site->shift;
    TMP_REGION(there);
    if (a->is_shift) {
        shift_back(c, set, a->by, there);
        for (i32 w = 0; w < c->g->words; w++) there[w] = (there[w] & a->moved[w]) | (set[w] & ~a->moved[w]);
    } else {
        region_clear(c, there);
        for (i32 s = 0; s < c->g->n_sites; s++)
            if (region_has(set, a->site[s])) region_add(there, s);
    }
    const Node *inner = SLOT(site, ahead, site);
    const u64 *seen = seen_from(c, inner, there, room);
    if (seen == there) region_copy(c, room, there);
    return room;
}
static const u64 *at_owners(Ctx *c, const Node *who, u32 players, u64 *room) {
    const u64 *set = room;
    if (players && !(players & (players - 1))) set = owned_by(c, __builtin_ctz(players));
    else owned_by_any(c, players, room);
    return seen_from(c, SLOT(who, who, at), set, room);
}
static u32 everyone(Ctx *c) { return ((u32)4 << c->g->n_players) - 1; } /* nobody and all, too */
static const u64 *where_equal(Ctx *c, const Node *n, u64 *room) {
    i32 value = ARG(eq, b) ? int_of(c, ARG(eq, b)) : role_of(c, ARG(eq, roleType));
    const Node *a = ARG(eq, a), *site = a->op == OP_who ? SLOT(a, who, at) : SLOT(a, what, at);
    i32 most = a->op == OP_who ? c->g->n_players + 1 : c->g->n_components;
    region_clear(c, room);
    if (value >= 0 && value <= most) region_or(c, room, (a->op == OP_who ? c->owned : c->kinds) + value * c->g->words);
    if (value == 0) region_or(c, room, c->empty);
    return seen_from(c, site, room, room);
}
static const u64 *where_all(Ctx *c, const Node *const *parts, i32 n, i32 all, u64 *room) { /* or any of them */
    TMP_REGION(part);
    for (i32 w = 0; w < c->g->words; w++) room[w] = all ? ~(u64)0 : 0;
    for (i32 i = 0; i < n; i++) {
        const u64 *set = where_holds(c, parts[i], part);
        if (all) region_and(c, room, set);
        else region_or(c, room, set);
    }
    return room;
}
static const u64 *where_each(Ctx *c, const Node *n, u64 *room) { /* asks one after another, of (to) */
    i32 outer = c->to;
    region_clear(c, room);
    for (c->to = 0; c->to < c->g->n_sites; c->to++)
        if (int_of(c, n)) region_add(room, c->to);
    c->to = outer;
    return room;
}
/* The places from which a run of pieces lies in the direction, up to the end that it needs. */
static void add_flanks(Ctx *c, const Way *way, const u64 *run, const u64 *end, Range range, u64 *out) {
    TMP_REGION(here);
    TMP_REGION(behind);
    step_back(c, way, end, here);
    region_and(c, here, run);
    for (i32 k = 1; k <= range.most && region_any(c, here); k++) {
        step_back(c, way, here, behind);
        if (k >= range.least) region_or(c, out, behind);
        region_copy(c, here, behind);
        region_and(c, here, run);
    }
}
static const u64 *where_flanks(Ctx *c, const Node *can_move, u64 *room) {
    const Node *n = SLOT(can_move, can_move, moves), *between = ARG(custodial, between), *to = ARG(custodial, to);
    const Node *in_run = between ? SLOT(between, between, if_) : NULL, *at_end = to ? SLOT(to, to, if_) : NULL;
    Range range = {1, INFINITE};
    if (between && SLOT(between, between, range)) range_of(c, SLOT(between, between, range), &range.least, &range.most);
    u64 ways;
    i32 even = even_ways(c->g, directions_of(c, ARG(custodial, absoluteDirection), OFF, REL_Adjacent), &ways);
    TMP_REGION(run_room);
    TMP_REGION(end_room);
    TMP_REGION(run);
    u32 players = ((u32)2 << c->g->n_players) - 2, mover = (u32)1 << c->s->mover;
    if (in_run) region_copy(c, run, where_holds(c, in_run, run_room));
    else owned_by_any(c, players & ~mover, run);
    const u64 *end = at_end ? where_holds(c, at_end, end_room) : owned_by(c, c->s->mover);
    TMP_REGION(taken);
    region_copy(c, taken, run);
    region_and(c, taken, c->occupied);
    /* a run is as long as can be, and takes a piece from each of its places */
    if (!even || region_meets(c, run, end) || memcmp(taken, run, sizeof taken)) return where_each(c, can_move, room);
    region_clear(c, room);
    for (; ways; ways &= ways - 1) add_flanks(c, c->g->ways + __builtin_ctzll(ways), run, end, range, room);
    return room;
}
const u64 *where_holds(Ctx *c, const Node *n, u64 *room) {
    assert(n->asked_of);
    tick(c, 1 + c->g->words / 4);
    if (n->folded) {
        for (i32 w = 0; w < c->g->words; w++) room[w] = n->value ? ~(u64)0 : 0;
        return room;
    }
    u32 friends;
    switch (n->op) {
    case OP_not: {
        const u64 *set = where_holds(c, ARG(not, value), room);
        for (i32 w = 0; w < c->g->words; w++) room[w] = ~set[w];
        return room;
    }
    case OP_and: return where_all(c, n->arg, 2, 1, room);
    case OP_or: return where_all(c, n->arg, 2, 0, room);
    case OP_and_all: return where_all(c, ARG(and_all, list)->arg, ARG(and_all, list)->n, 1, room);
    case OP_or_all: return where_all(c, ARG(or_all, list)->arg, ARG(or_all, list)->n, 0, room);
    case OP_is_empty: return seen_from(c, ARG(is_empty, site), c->empty, room);
    case OP_is_occupied: return seen_from(c, ARG(is_occupied, site), c->occupied, room);
    case OP_is_in: return seen_from(c, ARG(is_in, site), bits_of(c, ARG(is_in, region), room), room);
    case OP_is_friend: return at_owners(c, ARG(is_friend, index), team_of(c, c->s->mover), room);
    case OP_is_mover: return at_owners(c, ARG(is_mover, index), (u32)1 << c->s->mover, room);
    case OP_is_enemy:
        friends = team_of(c, c->s->mover);
        return at_owners(c, ARG(is_enemy, index), everyone(c) & ~friends & ~(u32)1, room);
    case OP_can_move: return where_flanks(c, n, room);
    default: return where_equal(c, n, room);
    }
}
