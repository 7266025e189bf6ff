/* Effects: what changes a number, a marker or the player to move. */
#include "actions.h"
#include "move_arguments.h"

#define FOR_PLAYERS(bits, p)                                                                                           \
    for (i32 p = 1; p <= c->g->n_players; p++)                                                                         \
        if ((bits) >> p & 1)

/* ---- who moves next */
//: moveagain: (moveAgain [<then>]) -> effect
MOVES(moveagain) {
    effect_begin(c, A_SET_NEXT_PLAYER)->what = (i16)c->s->mover;
    effect_end(c, ARG(moveagain, then));
}

/* ---- numbers of a place */
//: set_count: (set Count [<siteType>] at:<int> <int value> [<then>]) -> effect
MOVES(set_count) {
    i32 site = site_at(c, ARG(set_count, siteType), ARG(set_count, at)), count = int_of(c, ARG(set_count, value));
    if (!is_site(c, site)) return;
    Action *a = effect_begin(c, A_SET_COUNT);
    a->to = site, a->what = (i16)(c->what[site] ? c->what[site] : c->g->n_components), a->count = count;
    effect_end(c, ARG(set_count, then));
}
static void mark(Ctx *c, i32 site, i32 level, i32 state, const Node *then) {
    if (!is_site(c, site)) return;
    Action *a = effect_begin(c, A_SET_STATE);
    a->to = site, a->state = state;
    set_levels(a, OFF, level);
    effect_end(c, then);
}
//: set_state: (set State [<siteType>] at:<int> [level:<int>] <int value> [<then>]) -> effect
MOVES(set_state) {
    i32 site = site_at(c, ARG(set_state, siteType), ARG(set_state, at));
    mark(c, site, level_named(c, ARG(set_state, level)), int_of(c, ARG(set_state, value)), ARG(set_state, then));
}
//: set_value: (set Value [<siteType>] at:<int> [level:<int>] <int value> [<then>]) -> effect
MOVES(set_value) {
    i32 site = site_at(c, ARG(set_value, siteType), ARG(set_value, at)), value = int_of(c, ARG(set_value, value));
    i32 level = level_named(c, ARG(set_value, level));
    if (!is_site(c, site)) return;
    Action *a = effect_begin(c, A_SET_VALUE);
    a->to = site, a->value = value;
    set_levels(a, OFF, level);
    effect_end(c, ARG(set_value, then));
}
//: flip: (flip [<siteType>] [<int site>] [<then>]) -> effect
MOVES(flip) { /* a piece with (flips a b) changes between these two states; it keeps any other, which is a move too */
    i32 site = ARG(flip, site) ? site_at(c, ARG(flip, siteType), ARG(flip, site)) : c->to;
    const Node *flips = is_site(c, site) ? c->g->components[c->what[site]].flips : NULL;
    if (!flips) return;
    i32 a = int_of(c, SLOT(flips, flips, a)), b = int_of(c, SLOT(flips, flips, b)), state = c->state[site];
    mark(c, site, OFF, state == a ? b : state == b ? a : state, ARG(flip, then));
}

/* ---- numbers of players */
static void set_player(Ctx *c, enum ActionType type, const Node *who, i32 value, i32 added, const Node *then) {
    /* of the roles of several players All is each of them; others, such as Each, are nobody here */
    i32 all = who->kind == CONSTANT && who->type == TYPE_roleType && who->value == roleType_All;
    i32 player = all ? 1 : player_in(c, who), last = all ? c->g->n_players : player;
    if (player < 1 || last > c->g->n_players) return;
    for (; player <= last; player++) {
        Action *a = effect_begin(c, type);
        a->what = (i16)player, a->value = value, a->count = added;
        effect_end(c, then);
    }
}
//: set_value_player: (set Value <player> | <roleType> <int value> [<then>]) -> effect
MOVES(set_value_player) {
    const Node *who = either(ARG(set_value_player, player), ARG(set_value_player, roleType));
    i32 value = int_of(c, ARG(set_value_player, value));
    set_player(c, A_SET_VALUE_OF_PLAYER, who, value, 0, ARG(set_value_player, then));
}
//: set_score: (set Score <player> | <roleType> <int value> [<then>]) -> effect
MOVES(set_score) {
    i32 score = int_of(c, ARG(set_score, value));
    set_player(c, A_SET_SCORE, either(ARG(set_score, player), ARG(set_score, roleType)), score, 0,
               ARG(set_score, then));
}
//: addscore: (addScore <player> | <roleType> <int value> [<then>]) -> effect
MOVES(addscore) {
    i32 score = int_of(c, ARG(addscore, value));
    set_player(c, A_SET_SCORE, either(ARG(addscore, player), ARG(addscore, roleType)), score, 1, ARG(addscore, then));
}
//: addscore_all: (addScore {<int players>} | {<roleType roles>} {<int values>} [<then>]) -> effect
MOVES(addscore_all) {
    const Node *who = either(ARG(addscore_all, players), ARG(addscore_all, roles)), *values = ARG(addscore_all, values);
    for (i32 i = 0; i < who->n && i < values->n; i++) {
        i32 score = int_of(c, values->arg[i]);
        set_player(c, A_SET_SCORE, who->arg[i], score, 1, ARG(addscore_all, then));
    }
}

/* ---- numbers of the game */
static void set_number(Ctx *c, enum ActionType type, const Node *name, i32 value, i32 count, const Node *then) {
    Action *a = effect_begin(c, type);
    a->name = enum_or(name, -1), a->value = value, a->count = count;
    effect_end(c, then);
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
    if (unique && remembers(c->s, name, value)) return;
    set_number(c, A_REMEMBER_VALUE, ARG(remember_value, name), value, unique, ARG(remember_value, then));
}
//: forget_value: (forget Value [<string name>] <int value> [<then>]) -> effect
MOVES(forget_value) {
    set_number(c, A_FORGET_VALUE, ARG(forget_value, name), int_of(c, ARG(forget_value, value)), 1,
               ARG(forget_value, then));
}
//: forget_values: (forget Value [<string name>] <allWord> [<then>]) -> effect
MOVES(forget_values) { /* an action for each value of that name; of every name where none is given */
    const Node *name = ARG(forget_values, name);
    i32 any = 0;
    for (i32 i = 0; i < c->s->n_remembered; i++) any |= !name || c->s->remembered[2 * i] == name->value;
    if (!any) return; /* nothing to forget is no move */
    Move *m = move_begin(c);
    for (i32 i = 0; i < c->s->n_remembered; i++) {
        if (name && c->s->remembered[2 * i] != name->value) continue;
        Action *a = move_act(c, A_FORGET_VALUE);
        a->name = c->s->remembered[2 * i], a->value = c->s->remembered[2 * i + 1];
    }
    move_then(c, m, ARG(forget_values, then));
    move_end(c, m);
}
//: remember_state: (remember State [<then>]) -> effect
MOVES(remember_state) { set_number(c, A_STORE_STATE, NULL, UNDEFINED, 1, ARG(remember_state, then)); }
//: forget_state: (forget State [<then>]) -> effect
MOVES(forget_state) { set_number(c, A_STORE_STATE, NULL, UNDEFINED, 0, ARG(forget_state, then)); }
//: forget_state_all: (forget State <allWord> [<then>]) -> effect
MOVES(forget_state_all) { set_number(c, A_STORE_STATE, NULL, UNDEFINED, 0, ARG(forget_state_all, then)); }
//: note: (note [player:<int> | player:<roleType playerRole>] <string message> | <int value> | <intArray> | <float
//:     number> | <bool truth> | <region> | <range> | <direction> | <graph> [to:<player> | to:<roleType toRole>]) ->
//:     effect
MOVES(note) {
    UNUSED; /* for people to read: no effect */
    effect_begin(c, A_NOTE);
    effect_end(c, NULL);
}
//: trigger: (trigger <string event> <player> | <roleType> | <int index> [<then>]) -> effect
MOVES(trigger) {
    const Node *who = either(either(ARG(trigger, player), ARG(trigger, roleType)), ARG(trigger, index));
    u32 players = players_in(c, who);
    FOR_PLAYERS (players, p) {
        Action *a = effect_begin(c, A_TRIGGER);
        a->what = (i16)p, a->name = ARG(trigger, event)->value;
        effect_end(c, ARG(trigger, then));
    }
}
static void take_control(Ctx *c, const Node *n) { /* the pieces become the other player's pieces of the same name */
    u32 of = players_in(c, either(ARG(takecontrol, of), ARG(takecontrol, ofPlayer)));
    i32 by = player_in(c, either(ARG(takecontrol, by), ARG(takecontrol, byPlayer)));
    if (by < 0 || by > c->g->n_players + 1) return;
    TMP_REGION(sites);
    const Node *where = either(ARG(takecontrol, at), ARG(takecontrol, to));
    if (where) region_of(c, where, sites);
    else region_copy(c, sites, c->occupied);
    Move *m = move_begin(c);
    FOR_SITES (sites, site) {
        if (!c->what[site] || !(of >> c->who[site] & 1)) continue;
        i32 what = component_of(c, c->g->components[c->what[site]].base, by);
        Action *a = move_act(c, A_PROMOTE);
        a->to = site, a->what = (i16)(what ? what : c->what[site]), a->value = by;
    }
    move_then(c, m, ARG(takecontrol, then));
    move_end(c, m);
}
//: takecontrol: (takeControl of:<roleType> | of:<int ofPlayer> by:<roleType> | by:<int byPlayer> [at:<int> |
//:     to:<region>] [<siteType>] [<then>]) -> effect
MOVES(takecontrol) { take_control(c, n); }
//: take_control: (take Control of:<roleType> | of:<int ofPlayer> by:<roleType> | by:<int byPlayer> [at:<int> |
//:     to:<region>] [<siteType>] [<then>]) -> effect
MOVES(take_control) { take_control(c, n); }
