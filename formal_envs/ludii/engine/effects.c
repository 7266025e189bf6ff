/* Effects: captures around a place, and what changes a number, a marker or the player to move. */
#include "engine.h"

/* ---- one action and its consequence: what an effect needs is evaluated first, then begin .. done */
static Action *begin(Ctx *c, enum ActionType type) {
    move_begin(c);
    return move_act(c, type);
}
static void done(Ctx *c, const Node *then) {
    Move *m = c->moves + c->n_moves - 1;
    const Action *a = c->actions + m->first;
    i32 comes = is_site(c, a->from), arrives = is_site(c, a->to);
    if (comes || arrives) m->from = comes ? a->from : a->to, m->to = arrives ? a->to : a->from;
    move_then(c, m, then);
    move_end(c, m);
}
#define FOR_PLAYERS(bits, p)                                                                                           \
    for (i32 p = 1; p <= c->g->n_players; p++)                                                                         \
        if ((bits) >> p & 1)
static const Node *either(const Node *a, const Node *b) { return a ? a : b; }

/* ---- who moves next */
//: moveagain: (moveAgain [<then>]) -> effect
MOVES(moveagain) {
    begin(c, A_SET_NEXT)->what = (i16)c->s->mover;
    done(c, ARG(moveagain, then));
}

/* ---- numbers of a place */
//: set_count: (set Count [<siteType>] at:<int> <int value> [<then>]) -> effect
MOVES(set_count) {
    i32 site = site_at(c, ARG(set_count, siteType), ARG(set_count, at)), count = int_of(c, ARG(set_count, value));
    if (!is_site(c, site)) return;
    Action *a = begin(c, A_SET_COUNT);
    a->to = site, a->what = (i16)(c->what[site] ? c->what[site] : c->g->n_components), a->count = count;
    done(c, ARG(set_count, then));
}
static void mark(Ctx *c, i32 site, i32 state, const Node *then) {
    if (!is_site(c, site)) return;
    Action *a = begin(c, A_SET_STATE);
    a->to = site, a->state = state;
    done(c, then);
}
//: set_state: (set State [<siteType>] at:<int> [level:<int>] <int value> [<then>]) -> effect
MOVES(set_state) {
    i32 site = site_at(c, ARG(set_state, siteType), ARG(set_state, at));
    mark(c, site, int_of(c, ARG(set_state, value)), ARG(set_state, then));
}
//: set_value: (set Value [<siteType>] at:<int> [level:<int>] <int value> [<then>]) -> effect
MOVES(set_value) {
    i32 site = site_at(c, ARG(set_value, siteType), ARG(set_value, at)), value = int_of(c, ARG(set_value, value));
    if (!is_site(c, site)) return;
    Action *a = begin(c, A_SET_VALUE);
    a->to = site, a->value = value;
    done(c, ARG(set_value, then));
}
//: flip: (flip [<siteType>] [<int site>] [<then>]) -> effect
MOVES(flip) { /* a piece with (flips a b) changes between these two states */
    i32 site = ARG(flip, site) ? site_at(c, ARG(flip, siteType), ARG(flip, site)) : c->to;
    const Node *flips = is_site(c, site) ? c->g->components[c->what[site]].flips : NULL;
    if (!flips) return;
    i32 a = int_of(c, SLOT(flips, flips, a)), b = int_of(c, SLOT(flips, flips, b)), state = c->state[site];
    if (state == a || state == b) mark(c, site, state == a ? b : a, ARG(flip, then));
}

/* ---- numbers of players */
static void set_players(Ctx *c, enum ActionType type, u32 players, i32 value, i32 added, const Node *then) {
    FOR_PLAYERS (players, p) {
        Action *a = begin(c, type);
        a->what = (i16)p, a->value = value, a->count = added;
        done(c, then);
    }
}
//: set_value_player: (set Value <player> | <roleType> <int value> [<then>]) -> effect
MOVES(set_value_player) {
    u32 players = players_in(c, either(ARG(set_value_player, player), ARG(set_value_player, roleType)));
    i32 value = int_of(c, ARG(set_value_player, value));
    set_players(c, A_SET_PLAYER_VALUE, players, value, 0, ARG(set_value_player, then));
}
//: set_score: (set Score <player> | <roleType> <int value> [<then>]) -> effect
MOVES(set_score) {
    u32 players = players_in(c, either(ARG(set_score, player), ARG(set_score, roleType)));
    i32 score = int_of(c, ARG(set_score, value));
    set_players(c, A_SET_SCORE, players, score, 0, ARG(set_score, then));
}
//: addscore: (addScore <player> | <roleType> <int value> [<then>]) -> effect
MOVES(addscore) {
    u32 players = players_in(c, either(ARG(addscore, player), ARG(addscore, roleType)));
    i32 score = int_of(c, ARG(addscore, value));
    set_players(c, A_SET_SCORE, players, score, 1, ARG(addscore, then));
}
//: addscore_all: (addScore {<int players>} | {<roleType roles>} {<int values>} [<then>]) -> effect
MOVES(addscore_all) {
    const Node *who = either(ARG(addscore_all, players), ARG(addscore_all, roles)), *values = ARG(addscore_all, values);
    for (i32 i = 0; i < who->n && i < values->n; i++) {
        u32 players = players_in(c, who->arg[i]);
        i32 score = int_of(c, values->arg[i]);
        set_players(c, A_SET_SCORE, players, score, 1, ARG(addscore_all, then));
    }
}

/* ---- numbers of the game */
static void set_number(Ctx *c, enum ActionType type, const Node *name, i32 value, i32 count, const Node *then) {
    Action *a = begin(c, type);
    a->name = enum_or(name, -1), a->value = value, a->count = count;
    done(c, then);
}
//: set_counter: (set Counter [<int value>] [<then>]) -> effect
MOVES(set_counter) {
    set_number(c, A_SET_COUNTER, NULL, int_or(c, ARG(set_counter, value), -1), 1, ARG(set_counter, then));
}
//: set_var: (set Var [<string name>] [<int value>] [<then>]) -> effect
MOVES(set_var) {
    const Node *name = ARG(set_var, name);
    i32 value = int_or(c, ARG(set_var, value), UNDEFINED);
    set_number(c, name ? A_SET_VAR : A_SET_TEMP, name, value, 1, ARG(set_var, then));
}
//: set_pending: (set Pending [<int value> | <region>] [<then>]) -> effect
MOVES(set_pending) {
    const Node *then = ARG(set_pending, then), *region = ARG(set_pending, region);
    if (!region) {
        set_number(c, A_SET_PENDING, NULL, int_or(c, ARG(set_pending, value), UNDEFINED), 1, then);
        return;
    }
    TMP_REGION(sites);
    region_of(c, region, sites);
    FOR_SITES (sites, site) set_number(c, A_SET_PENDING, NULL, site, 1, then);
}
//: remember_value: (remember Value [<string name>] <int value> [unique:<bool>] [<then>]) -> effect
/* what is remembered already is no move, and has no consequence: Throngs would never end */
MOVES(remember_value) {
    i32 value = int_of(c, ARG(remember_value, value)), unique = bool_or(c, ARG(remember_value, unique), 0);
    i32 name = enum_or(ARG(remember_value, name), -1);
    const i32 *pair = c->s->remembered;
    for (i32 i = 0; unique && i < c->s->n_remembered; i++, pair += 2)
        if (pair[0] == name && pair[1] == value) return;
    set_number(c, A_REMEMBER, ARG(remember_value, name), value, unique, ARG(remember_value, then));
}
//: forget_value: (forget Value [<string name>] <int value> [<then>]) -> effect
MOVES(forget_value) {
    set_number(c, A_FORGET, ARG(forget_value, name), int_of(c, ARG(forget_value, value)), 1, ARG(forget_value, then));
}
//: forget_values: (forget Value [<string name>] <allWord> [<then>]) -> effect
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
//: remember_state: (remember State [<then>]) -> effect
MOVES(remember_state) { set_number(c, A_STORE, NULL, UNDEFINED, 1, ARG(remember_state, then)); }
//: forget_state: (forget State [<then>]) -> effect
MOVES(forget_state) { set_number(c, A_STORE, NULL, UNDEFINED, 0, ARG(forget_state, then)); }
//: forget_state_all: (forget State <allWord> [<then>]) -> effect
MOVES(forget_state_all) { set_number(c, A_STORE, NULL, UNDEFINED, 0, ARG(forget_state_all, then)); }
//: note: (note [player:<int> | player:<roleType playerRole>] <string message> | <int value> | <intArray> | <float
//:     number> | <bool truth> | <region> | <range> | <direction> | <graph> [to:<player> | to:<roleType toRole>]) ->
//:     effect
MOVES(note) {
    UNUSED; /* for people to read: no effect */
    begin(c, A_NOTE);
    done(c, NULL);
}
//: trigger: (trigger <string event> <player> | <roleType> | <int index> [<then>]) -> effect
MOVES(trigger) {
    const Node *who = either(either(ARG(trigger, player), ARG(trigger, roleType)), ARG(trigger, index));
    u32 players = players_in(c, who);
    FOR_PLAYERS (players, p) {
        Action *a = begin(c, A_TRIGGER);
        a->what = (i16)p, a->name = ARG(trigger, event)->value;
        done(c, ARG(trigger, then));
    }
}
//: takecontrol: (takeControl of:<roleType> | of:<int ofPlayer> by:<roleType> | by:<int byPlayer> [at:<int> |
//:     to:<region>] [<siteType>] [<then>]) -> effect
MOVES(takecontrol) { /* the pieces become the other player's pieces of the same name */
    u32 of = players_in(c, either(ARG(takecontrol, of), ARG(takecontrol, ofPlayer)));
    i32 by = player_in(c, either(ARG(takecontrol, by), ARG(takecontrol, byPlayer)));
    if (by < 0 || by > c->g->n_players + 1) return;
    TMP_REGION(sites);
    const Node *where = either(ARG(takecontrol, at), ARG(takecontrol, to));
    if (where) region_of(c, where, sites);
    else region_copy(c, sites, c->occupied);
    Move *m = move_begin(c);
    FOR_SITES (sites, site) {
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
    const Node *condition = a->between ? SLOT(a->between, between, if_) : NULL;
    return condition ? int_of(c, condition) : is_foe_of_mover(c, site);
}
static i32 to_holds(Ctx *c, const Around *a, i32 site, i32 otherwise) {
    c->to = site;
    return a->to && SLOT(a->to, to, if_) ? int_of(c, SLOT(a->to, to, if_)) : otherwise;
}
static void affect(Ctx *c, const Around *a, const Node *apply, i32 site) { /* removal unless told otherwise */
    i32 start = c->n_moves;
    if (apply) moves_of(c, apply);
    else {
        begin(c, A_REMOVE)->to = site;
        done(c, NULL);
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
        i32 what = named ? component_named(c, kind, c->s->mover) : int_of(c, kind);
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
//: enclose: (enclose [<siteType>] [<from>] [<direction>] [<between>] [numException:<int>] [<then>]) -> effect
MOVES(enclose) { /* groups beside the origin that have no empty neighbours */
    Around a = around_begin(c, ARG(enclose, from), ARG(enclose, between), NULL, ARG(enclose, then));
    if (!is_site(c, a.origin)) {
        around_end(c, &a);
        return;
    }
    i32 allowed = int_or(c, ARG(enclose, numException), 0), group[c->g->n_sites];
    DirSet dirs = directions_of(c, ARG(enclose, direction), a.origin, REL_Adjacent);
    TMP_REGION(seen);
    TMP_REGION(liberties);
    region_clear(c, seen);
    FOR_RADIALS (a.origin, dirs, r) {
        i32 n_group = 0;
        if (r->n < 1 || region_has(seen, r->at[0]) || !between_holds(c, &a, r->at[0])) continue;
        region_clear(c, liberties);
        region_add(seen, group[n_group++] = r->at[0]);
        for (i32 i = 0; i < n_group; i++) {
            tick(c, 4);
            FOR_RADIALS (group[i], dirs, q) {
                if (q->n < 1 || region_has(seen, q->at[0])) continue;
                if (between_holds(c, &a, q->at[0])) region_add(seen, group[n_group++] = q->at[0]);
                else if (!c->what[q->at[0]]) region_add(liberties, q->at[0]);
            }
        }
        if (region_size(c, liberties) <= allowed)
            for (i32 i = 0; i < n_group; i++) affect_between(c, &a, group[i]);
    }
    around_end(c, &a);
}
static const Radial *opposite_radial(Ctx *c, i32 site, const Radial *r) {
    DirSet back = {(u64)1 << COMPASS[(compass_point(r->direction) + 8) & 15], 0};
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
//: directional: (directional [<from>] [<absoluteDirection>] [<to>] [<then>]) -> effect
MOVES(directional) { /* every piece in line that meets the condition, as far as they follow each other */
    Around a = around_begin(c, ARG(directional, from), NULL, ARG(directional, to), ARG(directional, then));
    if (!is_site(c, a.origin)) {
        around_end(c, &a);
        return;
    }
    const Node *apply = a.to ? SLOT(a.to, to, apply) : NULL;
    DirSet dirs = directions_of(c, ARG(directional, absoluteDirection), a.origin, REL_Adjacent);
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
MOVES(attract) { /* the first piece in each direction comes next to the origin */
    Around a = around_begin(c, ARG(attract, from), NULL, NULL, ARG(attract, then));
    if (is_site(c, a.origin)) {
        DirSet dirs = directions_of(c, ARG(attract, absoluteDirection), a.origin, REL_Adjacent);
        FOR_RADIALS (a.origin, dirs, r) {
            i32 k = 0;
            while (k < r->n && !c->what[r->at[k]]) k++;
            if (k < 1 || k >= r->n) continue;
            Action *pull = begin(c, A_MOVE);
            pull->from = r->at[k], pull->to = r->at[0];
            done(c, a.then);
        }
    }
    around_end(c, &a);
}
