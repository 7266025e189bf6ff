/* Effects: captures around a place, and what changes a number, a marker or the player to move. */
#include "engine.h"

/* ---- one action, with its consequence */
static void emit(Ctx *c, const Action *action, const Node *then) {
    Move *m = move_begin(c);
    Action *a = move_act(c, action->type);
    *a = *action;
    if (is_site(c, a->from) || is_site(c, a->to)) m->from = is_site(c, a->from) ? a->from : a->to, m->to = is_site(c, a->to) ? a->to : a->from;
    move_then(c, m, then);
    move_end(c, m);
}
#define ACTION(...) (Action){.from = OFF, .to = OFF, .count = 1, .state = UNDEFINED, .rotation = UNDEFINED, .value = UNDEFINED, .name = -1, __VA_ARGS__}
#define EMIT(then, ...) do { const Action the_action = ACTION(__VA_ARGS__); emit(c, &the_action, then); } while (0)
#define FOR_PLAYERS(bits, p) for (i32 p = 1; p <= c->g->n_players; p++) if ((bits) >> p & 1)
static const Node *either(const Node *a, const Node *b) { return a ? a : b; }

/* ---- who moves next */
MOVES(moveagain) { EMIT(ARG(moveagain, then), .type = A_SET_NEXT, .what = (i16)c->s->mover); }

/* ---- numbers of a place */
MOVES(set_count) {
    i32 site = site_at(c, ARG(set_count, siteType), ARG(set_count, at));
    if (!is_site(c, site)) return;
    i32 what = c->what[site] ? c->what[site] : c->g->n_components;
    EMIT(ARG(set_count, then), .type = A_SET_COUNT, .to = site, .what = (i16)what, .count = int_of(c, ARG(set_count, value)));
}
MOVES(set_state) {
    i32 site = site_at(c, ARG(set_state, siteType), ARG(set_state, at)), value = int_of(c, ARG(set_state, value));
    if (is_site(c, site)) EMIT(ARG(set_state, then), .type = A_SET_STATE, .to = site, .state = value);
}
MOVES(set_value) {
    i32 site = site_at(c, ARG(set_value, siteType), ARG(set_value, at)), value = int_of(c, ARG(set_value, value));
    if (is_site(c, site)) EMIT(ARG(set_value, then), .type = A_SET_VALUE, .to = site, .value = value);
}
MOVES(flip) { /* a piece with (flips a b) changes between these two states */
    i32 site = ARG(flip, site) ? site_at(c, ARG(flip, siteType), ARG(flip, site)) : c->to;
    if (!is_site(c, site) || !c->what[site]) return;
    const Node *flips = c->g->components[c->what[site]].flips;
    if (!flips) return;
    i32 a = int_of(c, SLOT(flips, flips, a)), b = int_of(c, SLOT(flips, flips, b)), state = c->state[site];
    if (state == a || state == b) EMIT(ARG(flip, then), .type = A_SET_STATE, .to = site, .state = state == a ? b : a);
}

/* ---- numbers of players */
static void set_players(Ctx *c, const Node *who, const Node *value, enum ActionType type, i32 added, const Node *then) {
    u32 players = players_in(c, who);
    i32 v = int_of(c, value);
    FOR_PLAYERS(players, p) EMIT(then, .type = type, .what = (i16)p, .value = v, .count = added);
}
MOVES(set_value_player) {
    set_players(c, either(ARG(set_value_player, player), ARG(set_value_player, roleType)), ARG(set_value_player, value), A_SET_PLAYER_VALUE, 0, ARG(set_value_player, then));
}
MOVES(set_score) {
    set_players(c, either(ARG(set_score, player), ARG(set_score, roleType)), ARG(set_score, value), A_SET_SCORE, 0, ARG(set_score, then));
}
MOVES(addscore) {
    set_players(c, either(ARG(addscore, player), ARG(addscore, roleType)), ARG(addscore, value), A_SET_SCORE, 1, ARG(addscore, then));
}
MOVES(addscore_all) {
    const Node *who = either(ARG(addscore_all, players), ARG(addscore_all, roles)), *values = ARG(addscore_all, values);
    for (i32 i = 0; i < who->n && i < values->n; i++) set_players(c, who->arg[i], values->arg[i], A_SET_SCORE, 1, ARG(addscore_all, then));
}

/* ---- numbers of the game */
MOVES(set_counter) { EMIT(ARG(set_counter, then), .type = A_SET_COUNTER, .value = int_or(c, ARG(set_counter, value), -1)); }
MOVES(set_var) {
    const Node *name = ARG(set_var, name);
    EMIT(ARG(set_var, then), .type = name ? A_SET_VAR : A_SET_TEMP, .name = name ? name->value : -1, .value = int_or(c, ARG(set_var, value), UNDEFINED));
}
MOVES(set_pending) {
    const Node *then = ARG(set_pending, then), *region = ARG(set_pending, region);
    if (!region) {
        EMIT(then, .type = A_SET_PENDING, .value = int_or(c, ARG(set_pending, value), UNDEFINED));
        return;
    }
    TMP_REGION(sites);
    region_of(c, region, sites);
    FOR_SITES(sites, site) EMIT(then, .type = A_SET_PENDING, .value = site);
}
MOVES(remember_value) {
    EMIT(ARG(remember_value, then), .type = A_REMEMBER, .name = enum_or(ARG(remember_value, name), -1), .value = int_of(c, ARG(remember_value, value)),
         .count = bool_or(c, ARG(remember_value, unique), 0));
}
MOVES(forget_value) {
    EMIT(ARG(forget_value, then), .type = A_FORGET, .name = enum_or(ARG(forget_value, name), -1), .value = int_of(c, ARG(forget_value, value)));
}
MOVES(forget_values) { /* an action for each value of that name; of every name where none is given */
    const Node *name = ARG(forget_values, name);
    Move *m = move_begin(c);
    for (i32 i = 0; i < c->s->n_remembered; i++) {
        if (name && c->s->remembered[2 * i] != name->value) continue;
        Action *a = move_act(c, A_FORGET);
        a->name = c->s->remembered[2 * i], a->value = c->s->remembered[2 * i + 1];
    }
    move_then(c, m, ARG(forget_values, then));
    move_end(c, m);
}
MOVES(remember_state) { EMIT(ARG(remember_state, then), .type = A_STORE); }
MOVES(forget_state) { EMIT(ARG(forget_state, then), .type = A_STORE, .count = 0); }
MOVES(forget_state_all) { EMIT(ARG(forget_state_all, then), .type = A_STORE, .count = 0); }
MOVES(note) { EMIT(NULL, .type = A_NOTE); }
MOVES(trigger) {
    const Node *who = either(either(ARG(trigger, player), ARG(trigger, roleType)), ARG(trigger, index));
    u32 players = players_in(c, who);
    FOR_PLAYERS(players, p) EMIT(ARG(trigger, then), .type = A_TRIGGER, .what = (i16)p, .name = ARG(trigger, event)->value);
}
MOVES(takecontrol) { /* the pieces become the other player's pieces of the same name */
    u32 of = players_in(c, either(ARG(takecontrol, of), ARG(takecontrol, ofPlayer)));
    i32 by = player_in(c, either(ARG(takecontrol, by), ARG(takecontrol, byPlayer)));
    if (by < 0 || by > c->g->n_players + 1) return;
    TMP_REGION(sites);
    if (ARG(takecontrol, at) || ARG(takecontrol, to)) region_of(c, either(ARG(takecontrol, at), ARG(takecontrol, to)), sites);
    else region_copy(c, sites, c->occupied);
    Move *m = move_begin(c);
    FOR_SITES(sites, site) {
        if (!c->what[site] || c->who[site] > 31 || !(of >> c->who[site] & 1)) continue;
        i32 what = component_of(c, c->g->components[c->what[site]].base, by);
        Action *a = move_act(c, A_PROMOTE);
        a->to = site, a->what = (i16)(what ? what : c->what[site]), a->value = by;
    }
    move_then(c, m, ARG(takecontrol, then));
    move_end(c, m);
}

/* ---- effects around a place, mostly captures */
typedef struct Around { /* what these ludemes share */
    const Node *between, *to, *then;
    i32 from, to_before, between_before, origin;
} Around;
static Around around_begin(Ctx *c, const Node *from, const Node *between, const Node *to, const Node *then) {
    Around a = {between, to, then, c->from, c->to, c->between, c->s->last_to};
    if (from && SLOT(from, from, site)) a.origin = site_at(c, SLOT(from, from, siteType), SLOT(from, from, site));
    else if (from && SLOT(from, from, region)) {
        TMP_REGION(sites);
        region_of(c, SLOT(from, from, region), sites);
        a.origin = OFF;
        FOR_SITES(sites, site) if (a.origin < 0) a.origin = site;
    }
    c->from = a.origin;
    return a;
}
static void around_end(Ctx *c, const Around *a) { c->from = a->from, c->to = a->to_before, c->between = a->between_before; }
static i32 is_friend_of_mover(Ctx *c, i32 site) { return c->what[site] && c->who[site] == c->s->mover; }
static i32 is_foe_of_mover(Ctx *c, i32 site) { return c->what[site] && c->who[site] >= 1 && c->who[site] <= c->g->n_players && c->who[site] != c->s->mover; }
static i32 between_holds(Ctx *c, const Around *a, i32 site) { /* an enemy unless told otherwise */
    c->between = site;
    return a->between && SLOT(a->between, between, if_) ? int_of(c, SLOT(a->between, between, if_)) : is_foe_of_mover(c, site);
}
static i32 to_holds(Ctx *c, const Around *a, i32 site, i32 otherwise) {
    c->to = site;
    return a->to && SLOT(a->to, to, if_) ? int_of(c, SLOT(a->to, to, if_)) : otherwise;
}
static void affect(Ctx *c, const Around *a, const Node *apply, i32 site) { /* removal unless told otherwise */
    i32 start = c->n_moves;
    if (apply) moves_of(c, apply);
    else EMIT(NULL, .type = A_REMOVE, .to = site);
    then_for_all(c, start, a->then);
}
static void affect_between(Ctx *c, const Around *a, i32 site) {
    c->between = site;
    affect(c, a, a->between ? SLOT(a->between, between, apply) : NULL, site);
}

MOVES(custodial) { /* runs of pieces between the origin and a piece beyond them */
    Around a = around_begin(c, ARG(custodial, from), ARG(custodial, between), ARG(custodial, to), ARG(custodial, then));
    if (!is_site(c, a.origin)) { around_end(c, &a); return; }
    i32 least = 1, most = INFINITE;
    if (a.between && SLOT(a.between, between, range)) range_of(c, SLOT(a.between, between, range), &least, &most);
    DirSet dirs = directions_of(c, ARG(custodial, absoluteDirection), a.origin, REL_Adjacent);
    FOR_RADIALS(a.origin, dirs, r) {
        i32 k = 0;
        tick(c, r->n);
        c->to = a.to_before;
        while (k < r->n && k < most && between_holds(c, &a, r->at[k])) k++;
        if (k < 1 || k < least || k >= r->n) continue;
        c->between = r->at[k - 1];
        if (to_holds(c, &a, r->at[k], is_friend_of_mover(c, r->at[k]))) for (i32 i = 0; i < k; i++) affect_between(c, &a, r->at[i]);
    }
    around_end(c, &a);
}
static i32 piece_matches(Ctx *c, const Node *piece, i32 site) { /* is one of the kinds that a (piece ..) names there? */
    const Node *one = either(SLOT(piece, piece_ref, name), SLOT(piece, piece_ref, component));
    const Node *many = either(SLOT(piece, piece_ref, names), SLOT(piece, piece_ref, components));
    for (i32 i = 0; i < (many ? many->n : 1); i++) {
        const Node *kind = many ? many->arg[i] : one;
        if (!kind) continue;
        i32 what = kind->kind == CONSTANT && kind->type != TYPE_int ? component_named(c, kind, c->s->mover) : int_of(c, kind);
        if (what && what == c->what[site]) return 1;
    }
    return 0;
}
MOVES(surround) { /* neighbours of the origin all of whose neighbours meet the condition, but for some exceptions */
    Around a = around_begin(c, ARG(surround, from), ARG(surround, between), ARG(surround, to), ARG(surround, then));
    if (!is_site(c, a.origin)) { around_end(c, &a); return; }
    i32 exceptions = int_or(c, ARG(surround, except), 0);
    const Node *with = ARG(surround, with);
    DirSet dirs = directions_of(c, ARG(surround, absoluteDirection), a.origin, REL_Adjacent);
    FOR_RADIALS(a.origin, dirs, r) {
        i32 site = r->at[0], others = 0, found = !with;
        tick(c, 4);
        c->to = a.to_before;
        if (r->n < 1 || !between_holds(c, &a, site)) continue;
        FOR_RADIALS(site, dirs, q) {
            if (q->n < 1) continue;
            if (!to_holds(c, &a, q->at[0], is_friend_of_mover(c, q->at[0]))) others++;
            if (with) found |= piece_matches(c, with, q->at[0]);
        }
        if (others <= exceptions && found) affect_between(c, &a, site);
    }
    around_end(c, &a);
}
MOVES(enclose) { /* groups beside the origin that have no empty neighbours */
    Around a = around_begin(c, ARG(enclose, from), ARG(enclose, between), NULL, ARG(enclose, then));
    if (!is_site(c, a.origin)) { around_end(c, &a); return; }
    i32 allowed = int_or(c, ARG(enclose, numException), 0), group[c->g->n_sites];
    DirSet dirs = directions_of(c, ARG(enclose, direction), a.origin, REL_Adjacent);
    TMP_REGION(seen);
    TMP_REGION(liberties);
    region_clear(c, seen);
    FOR_RADIALS(a.origin, dirs, r) {
        i32 n_group = 0;
        if (r->n < 1 || region_has(seen, r->at[0]) || !between_holds(c, &a, r->at[0])) continue;
        region_clear(c, liberties);
        region_add(seen, group[n_group++] = r->at[0]);
        for (i32 i = 0; i < n_group; i++) {
            tick(c, 4);
            FOR_RADIALS(group[i], dirs, q) {
                if (q->n < 1 || region_has(seen, q->at[0])) continue;
                if (between_holds(c, &a, q->at[0])) region_add(seen, group[n_group++] = q->at[0]);
                else if (!c->what[q->at[0]]) region_add(liberties, q->at[0]);
            }
        }
        if (region_size(c, liberties) <= allowed) for (i32 i = 0; i < n_group; i++) affect_between(c, &a, group[i]);
    }
    around_end(c, &a);
}
static const Radial *opposite_radial(Ctx *c, i32 site, const Radial *r) {
    DirSet back = {(u64)1 << COMPASS[(compass_point(r->direction) + 8) & 15], 0};
    FOR_RADIALS(site, back, q) if (q->n) return q;
    return NULL;
}
MOVES(intervene) { /* pieces on both sides of the origin */
    Around a = around_begin(c, ARG(intervene, from), ARG(intervene, between), ARG(intervene, to), ARG(intervene, then));
    if (!is_site(c, a.origin)) { around_end(c, &a); return; }
    const Node *apply = a.to ? SLOT(a.to, to, apply) : NULL;
    DirSet dirs = directions_of(c, ARG(intervene, absoluteDirection), a.origin, REL_Adjacent);
    FOR_RADIALS(a.origin, dirs, r) {
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
MOVES(directional) { /* every piece in line that meets the condition, as far as they follow each other */
    Around a = around_begin(c, ARG(directional, from), NULL, ARG(directional, to), ARG(directional, then));
    if (!is_site(c, a.origin)) { around_end(c, &a); return; }
    const Node *apply = a.to ? SLOT(a.to, to, apply) : NULL;
    DirSet dirs = directions_of(c, ARG(directional, absoluteDirection), a.origin, REL_Adjacent);
    FOR_RADIALS(a.origin, dirs, r) {
        tick(c, r->n);
        for (i32 k = 0; k < r->n && to_holds(c, &a, r->at[k], is_foe_of_mover(c, r->at[k])); k++) affect(c, &a, apply, r->at[k]);
    }
    around_end(c, &a);
}
MOVES(push) { /* a row of pieces moves one place on, up to the first empty place; the last may fall off the board */
    Around a = around_begin(c, ARG(push, from), NULL, NULL, ARG(push, then));
    if (is_site(c, a.origin) && c->what[a.origin]) {
        DirSet dirs = directions_of(c, ARG(push, direction), a.origin, REL_Adjacent);
        FOR_RADIALS(a.origin, dirs, r) {
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
MOVES(attract) { /* the first piece in each direction comes next to the origin */
    Around a = around_begin(c, ARG(attract, from), NULL, NULL, ARG(attract, then));
    if (is_site(c, a.origin)) {
        DirSet dirs = directions_of(c, ARG(attract, absoluteDirection), a.origin, REL_Adjacent);
        FOR_RADIALS(a.origin, dirs, r) {
            i32 k = 0;
            while (k < r->n && !c->what[r->at[k]]) k++;
            if (k > 0 && k < r->n) EMIT(a.then, .type = A_MOVE, .from = r->at[k], .to = r->at[0]);
        }
    }
    around_end(c, &a);
}
