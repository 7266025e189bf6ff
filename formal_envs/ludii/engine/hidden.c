/* Hidden information, by place. It goes along with pieces that move, and stays where one is removed. */
#include "hidden.h"
#include "listing.h"

static u64 *hidden_from(Ctx *c, i32 what, i32 player) {
    if ((u32)what >= N_HIDDEN || player < 1 || player > c->g->n_players) fail(c, NOT_THERE);
    return c->hidden + (what * c->g->n_players + player - 1) * c->g->words;
}
void hide(Ctx *c, const Action *a) {
    if (!(c->g->uses & USES_HIDDEN) || !is_site(c, a->to)) fail(c, NOT_THERE);
    u64 *sites = hidden_from(c, a->count, a->what);
    if (a->value) region_add(sites, a->to);
    else region_drop(sites, a->to);
}
void move_hidden(Ctx *c, i32 from, i32 to) {
    if (!(c->g->uses & USES_HIDDEN) || from == to) return;
    for (i32 k = 0; k < N_HIDDEN * c->g->n_players; k++) {
        u64 *sites = c->hidden + k * c->g->words;
        if (region_has(sites, from)) region_add(sites, to);
        else region_drop(sites, to);
        region_drop(sites, from);
    }
}
static i32 hidden_what(const Node *data) { return data ? HIDDEN_What + data->value : HIDDEN_Site; }

static void hide_from(Ctx *c, i32 what, i32 player, i32 site, i32 value) {
    Action *a = move_act(c, A_SET_HIDDEN);
    a->what = (i16)player, a->count = what, a->to = site, a->value = value;
}
/* an action for each player, each site, each that is named of it; nothing named is the site itself */
static void hide_all(Ctx *c, const Node *data, const Node *list, const u64 *sites, u32 players, i32 value) {
    for (i32 p = 1; p <= c->g->n_players; p++) {
        if (!(players >> p & 1)) continue;
        FOR_SITES (sites, site) {
            for (i32 i = 0; list && i < list->n; i++) hide_from(c, hidden_what(list->arg[i]), p, site, value);
            if (!list) hide_from(c, hidden_what(data), p, site, value);
        }
    }
}
static void hidden_sites(Ctx *c, const Node *type, const Node *at, const Node *region, u64 *out) {
    region_clear(c, out);
    if (at) add_site(c, out, site_at(c, type, at));
    else if (region) region_of_type(c, type, region, out);
}
//: set_hidden: (set Hidden [<hiddenData> | {<hiddenData list>}] [<siteType>] at:<int> | <region> [level:<int>]
//:     [<bool value>] to:<player> | to:<roleType toRole> [<then>]) -> effect
MOVES(set_hidden) {
    TMP_REGION(sites);
    hidden_sites(c, ARG(set_hidden, siteType), ARG(set_hidden, at), ARG(set_hidden, region), sites);
    u32 players = players_in(c, either(ARG(set_hidden, to), ARG(set_hidden, toRole)));
    Move *m = move_begin(c);
    hide_all(c, ARG(set_hidden, hiddenData), ARG(set_hidden, list), sites, players,
             bool_or(c, ARG(set_hidden, value), 1));
    move_then(c, m, ARG(set_hidden, then));
    move_end(c, m);
}
//: start_set_hidden: (set Hidden [<hiddenData> | {<hiddenData list>}] [<siteType>] at:<int> | <region> [level:<int>]
//:     [<bool value>] to:<roleType>) -> startRule
RULE(start_set_hidden) {
    TMP_REGION(sites);
    hidden_sites(c, ARG(start_set_hidden, siteType), ARG(start_set_hidden, at), ARG(start_set_hidden, region), sites);
    u32 players = players_of(c, ARG(start_set_hidden, to)->value);
    i32 moves = c->n_moves, actions = c->n_actions;
    Move *m = move_begin(c);
    hide_all(c, ARG(start_set_hidden, hiddenData), ARG(start_set_hidden, list), sites, players,
             bool_or(c, ARG(start_set_hidden, value), 1));
    move_end(c, m);
    for (i32 i = actions; i < c->n_actions; i++) hide(c, c->actions + i);
    c->n_moves = moves, c->n_actions = actions;
}
//: is_hidden: (is Hidden [<hiddenData>] [<siteType>] at:<int> [level:<int>] to:<player> | to:<roleType toRole>) -> bool
BOOL(is_hidden) { /* to any of them */
    i32 site = site_at(c, ARG(is_hidden, siteType), ARG(is_hidden, at)), what = hidden_what(ARG(is_hidden, hiddenData));
    u32 players = players_in(c, either(ARG(is_hidden, to), ARG(is_hidden, toRole)));
    if (!is_site(c, site)) return 0;
    for (i32 p = 1; p <= c->g->n_players; p++)
        if (players >> p & 1 && region_has(hidden_from(c, what, p), site)) return 1;
    return 0;
}
//: sites_hidden: (sites Hidden [<hiddenData>] [<siteType>] to:<player> | to:<roleType toRole>) -> region
REGION(sites_hidden) {
    i32 what = hidden_what(ARG(sites_hidden, hiddenData));
    u32 players = players_in(c, either(ARG(sites_hidden, to), ARG(sites_hidden, toRole)));
    TMP_REGION(board);
    board_of_type(c, ARG(sites_hidden, siteType), board);
    region_clear(c, out);
    for (i32 p = 1; p <= c->g->n_players; p++)
        if (players >> p & 1) region_or(c, out, hidden_from(c, what, p));
    region_and(c, out, board);
}
