/* Start rules, end rules and changes of phase: ludemes that act on the state between moves. */
#include "ply.h"
#include "starting.h"

static void run_rule(Ctx *c, const Node *n) {
    tick(c, 1);
    n->fn.act(c, n);
}

/* ---- the start position */
static void place_in_container(Ctx *c, const Container *k, const Node *name, i32 site, Placing p) {
    p.what = component_of(c, name->value, k->owner);
    if (!p.what) p.what = component_named(c, name, 0);
    if (site >= k->n) return;
    start_put(c, site < 0 ? first_empty(c, k) : k->first + site, &p);
}
//: place: (place <componentName piece> [<containerName container>] [<siteType>] [<int site> | coord:<coordinate>]
//:     [count:<int>] [state:<int>] [rotation:<int>] [value:<int>]) -> startRule
RULE(place) {
    const Game *g = c->g;
    Placing p = {component_named(c, ARG(place, piece), OFF), int_or(c, ARG(place, count), 1),
                 int_or(c, ARG(place, state), UNDEFINED), int_or(c, ARG(place, rotation), UNDEFINED),
                 int_or(c, ARG(place, value), UNDEFINED)};
    const Node *name = ARG(place, container);
    i32 site = int_or(c, ARG(place, site), OFF);
    if (ARG(place, coord)) site = site_labelled(c, ARG(place, siteType), ARG(place, coord));
    if (!name) {
        if (!ARG(place, site) && !ARG(place, coord)) return; /* nowhere: Throngs */
        start_put(c, ARG(place, coord) ? site : site_of_type(c, ARG(place, siteType), site, 1), &p);
        return;
    }
    i32 exact = 0;
    for (i32 k = 0; k < g->n_containers; k++) {
        if (g->containers[k].name != name->value) continue;
        exact = 1;
        place_in_container(c, &g->containers[k], ARG(place, piece), site, p);
    }
    if (exact || g->names[name->value].container < 0) return;
    for (i32 k = 1; k < g->n_containers; k++) /* "Hand": everybody's, each with his own pieces; not where dice lie */
        if (g->containers[k].owner <= g->n_players) place_in_container(c, &g->containers[k], ARG(place, piece), site, p);
}
//: place_sites: (place <componentName piece> [<siteType>] {<int sites>} | <region> | {<coordinate coords>}
//:     [counts:{<int>}] [state:<int>] [rotation:<int>] [value:<int>]) -> startRule
RULE(place_sites) {
    Placing p = {component_named(c, ARG(place_sites, piece), OFF), 1, int_or(c, ARG(place_sites, state), UNDEFINED),
                 int_or(c, ARG(place_sites, rotation), UNDEFINED), int_or(c, ARG(place_sites, value), UNDEFINED)};
    const Node *counts = ARG(place_sites, counts), *type = ARG(place_sites, siteType);
    const Node *coords = ARG(place_sites, coords), *list = ARG(place_sites, sites);
    const Node *region = ARG(place_sites, region);
    const Node *given = region && region->op == OP_sites_ints ? SLOT(region, sites_ints, sites) : NULL;
    for (i32 i = 0; given && i < given->n; i++) /* a region holds no place that is off the board */
        if (!is_site(c, int_of(c, given->arg[i]))) fail(c, NOT_THERE);
    i32 *sites, size = 0; /* in the order of the text; a list leaves out coordinates that the board does not have */
    for (i32 i = 0; coords && i < coords->n; i++) {
        i32 site = site_labelled(c, type, coords->arg[i]);
        if (site >= 0) push_number(c, site), size++;
    }
    if (!coords) size = array_of(c, list ? list : region, &sites);
    i32 literal = !coords && is_literal(list ? list : region);
    for (i32 k = 0; k < size; k++) {
        i32 site = c->numbers[c->n_numbers - size + k];
        if (counts && counts->n) p.count = int_of(c, counts->arg[k < counts->n ? k : counts->n - 1]);
        start_put(c, coords ? site : site_of_type(c, type, site, literal), &p);
    }
    c->n_numbers -= size;
}
//: start_set_count: (set Count <int count> [<siteType>] at:<int> | to:<region>) -> startRule
RULE(start_set_count) { /* seeds belong to nobody until they move */
    i32 count = int_of(c, ARG(start_set_count, count)), what = c->g->n_components;
    TMP_REGION(region);
    const Node *where = either(ARG(start_set_count, at), ARG(start_set_count, to));
    region_of_type(c, ARG(start_set_count, siteType), where, region);
    FOR_SITES (region, site) {
        if (!what) continue;
        put(c, site, what, NOBODY, count, 0, 0, 0);
        c->s->last_from = c->s->last_to = site;
    }
}
//: start_set_score: (set Score <roleType> [<int value>]) -> startRule
RULE(start_set_score) {
    const Node *role = ARG(start_set_score, roleType);
    u32 players = players_of(c, role->value);
    i32 value = int_or(c, ARG(start_set_score, value), 0);
    for (i32 p = 1; p <= c->g->n_players; p++)
        if (players >> p & 1) c->s->score[p] = value;
    c->s->last_from = c->s->last_to = OFF; /* of a move as well, but nowhere */
}
//: start_set_remember: (set RememberValue [<string name>] <int value> | <region> [unique:<bool>]) -> startRule
RULE(start_set_remember) {
    i32 name = enum_or(ARG(start_set_remember, name), -1), unique = bool_or(c, ARG(start_set_remember, unique), 0);
    if (ARG(start_set_remember, value)) {
        i32 value = int_of(c, ARG(start_set_remember, value));
        const Action a = {.type = A_REMEMBER_VALUE, .name = name, .count = unique, .value = value};
        apply_action(c, &a);
        return;
    }
    TMP_REGION(region);
    region_of(c, ARG(start_set_remember, region), region);
    FOR_SITES (region, site) {
        const Action a = {.type = A_REMEMBER_VALUE, .name = name, .count = unique, .value = site};
        apply_action(c, &a);
    }
}
/* Puts down the owner's first kind of piece. */
static void start_set_owner(Ctx *c, const Node *role, const Node *type, const Node *where) {
    TMP_REGION(region);
    if (!region_of_type(c, type, where, region)) fail(c, NOT_THERE);
    u32 owners = players_in(c, role);
    for (i32 p = 0; p <= c->g->n_players + 1; p++) {
        if (!(owners >> p & 1)) continue;
        Placing placing = {0, 1, UNDEFINED, UNDEFINED, UNDEFINED};
        for (i32 k = c->g->n_components; k >= 1; k--)
            if (c->g->components[k].owner == p) placing.what = k;
        FOR_SITES (region, site) start_put(c, site, &placing);
    }
}
//: start_set_role: (set <roleType> [<siteType>] <int site> | coord:<coordinate>) -> startRule
RULE(start_set_role) {
    start_set_owner(c, ARG(start_set_role, roleType), ARG(start_set_role, siteType),
                    either(ARG(start_set_role, site), ARG(start_set_role, coord)));
}
//: start_set_role_sites: (set <roleType> [<siteType>] {<int sites>} | <region> | {<coordinate coords>}) -> startRule
RULE(start_set_role_sites) {
    const Node *where = either(ARG(start_set_role_sites, sites), ARG(start_set_role_sites, region));
    start_set_owner(c, ARG(start_set_role_sites, roleType), ARG(start_set_role_sites, siteType),
                    either(where, ARG(start_set_role_sites, coords)));
}
//: start_foreach_value: (forEach Value min:<int> max:<int> <startRule>) -> startRule
RULE(start_foreach_value) {
    i32 from = int_of(c, ARG(start_foreach_value, min)), to = int_of(c, ARG(start_foreach_value, max));
    i32 before = c->iterated;
    for (i64 v = from; v <= to; v++) {
        tick(c, 1);
        c->iterated = (i32)v;
        run_rule(c, ARG(start_foreach_value, startRule));
    }
    c->iterated = before;
}
//: start_foreach_site: (forEach Site <region> [if:<bool>] <startRule>) -> startRule
RULE(start_foreach_site) {
    i32 before = c->site;
    TMP_REGION(region);
    region_of(c, ARG(start_foreach_site, region), region);
    FOR_SITES (region, site) {
        c->site = site;
        if (bool_or(c, ARG(start_foreach_site, if_), 1)) run_rule(c, ARG(start_foreach_site, startRule));
    }
    c->site = before;
}
//: start_foreach_player: (forEach Player <startRule>) -> startRule
RULE(start_foreach_player) {
    i32 before = c->player;
    for (i32 p = 1; p <= c->g->n_players; p++) {
        c->player = p;
        run_rule(c, ARG(start_foreach_player, startRule));
    }
    c->player = before;
}
//: start_foreach_team: (forEach Team <startRule>) -> startRule
RULE(start_foreach_team) {
    const u32 before = c->members;
    for (i32 t = 1; t <= c->g->n_players; t++)
        if ((c->members = team(c, t))) run_rule(c, ARG(start_foreach_team, startRule));
    c->members = before;
}

/* ---- changes of phase: phase_changes() asks for one player at a time, who is c->player */
//: nextphase: (nextPhase [<roleType> | <player>] [<bool condition>] [<phaseName name>]) -> nextPhase
RULE(nextphase) {
    const Node *role = ARG(nextphase, roleType), *player = ARG(nextphase, player), *name = ARG(nextphase, name);
    State *s = c->s;
    i32 p = c->player;
    if (p < 1 || p > c->g->n_players) return;
    if (role && (role->value == roleType_NonMover || !(players_of(c, role->value) >> p & 1))) return; /* names nobody */
    if (player && int_of(c, SLOT(player, player, index)) != p) return;
    if (!bool_or(c, ARG(nextphase, condition), 1)) return;
    i32 next = name ? c->g->names[name->value].phase : (s->phase[p] + 1) % c->g->n_phases;
    if (next < 0) fail(c, NOT_THERE); /* Ludii looks a phase up when it is entered */
    s->phase[p] = next;
}

/* ---- the end */
//: end_if: (if <bool condition> [<subEnd> | {<subEnd subEnds>}] [<outcome>]) -> endRule
RULE(end_if) {
    if (!int_of(c, ARG(end_if, condition))) return;
    if (ARG(end_if, subEnd)) run_rule(c, ARG(end_if, subEnd));
    else if (ARG(end_if, subEnds)) {
        const Node *subs = ARG(end_if, subEnds);
        for (i32 i = 0; i < subs->n && !c->s->over; i++) run_rule(c, subs->arg[i]);
    }
    if (ARG(end_if, outcome)) run_rule(c, ARG(end_if, outcome));
}
//: end_if_sub: (if <bool condition> <outcome>) -> subEnd
RULE(end_if_sub) {
    if (int_of(c, ARG(end_if_sub, condition))) run_rule(c, ARG(end_if_sub, outcome));
}
static void end_for_players(Ctx *c, u32 players, const Node *condition, const Node *outcome) {
    i32 before = c->player;
    for (i32 p = 1; p <= c->g->n_players; p++) {
        if (!(players >> p & 1)) continue;
        c->player = p;
        if (int_of(c, condition)) run_rule(c, outcome);
    }
    c->player = before;
}
//: end_foreach_player: (forEach Player if:<bool> <outcome>) -> endRule
RULE(end_foreach_player) {
    end_for_players(c, (u32)c->s->active, ARG(end_foreach_player, if_), ARG(end_foreach_player, outcome));
}
//: end_foreach_nonmover: (forEach NonMover if:<bool> <outcome>) -> endRule
RULE(end_foreach_nonmover) {
    u32 others = (u32)c->s->active & ~((u32)1 << c->s->mover);
    end_for_players(c, others, ARG(end_foreach_nonmover, if_), ARG(end_foreach_nonmover, outcome));
}
//: end_foreach_track: (forEach Track if:<bool> <outcome>) -> endRule
RULE(end_foreach_track) {
    i32 before = c->track_site;
    for (i32 t = 0; t < c->g->n_tracks; t++) {
        c->track_site = t;
        if (int_of(c, ARG(end_foreach_track, if_))) run_rule(c, ARG(end_foreach_track, outcome));
    }
    c->track_site = before;
}
//: result: (result <roleType> <resultType>) -> outcome
RULE(result) {
    i32 result = ARG(result, resultType)->value;
    i32 role = ARG(result, roleType)->value;
    u32 players = players_of(c, role);
    if (role == roleType_TeamMover || (role >= roleType_Team1 && role <= roleType_Team16)) {
        players_done(c, players, result);
        return;
    }
    for (i32 p = 1; p <= c->g->n_players; p++)
        if (players >> p & 1) players_done(c, (u32)1 << p, result);
}
/* the most points come first; equal points share their ranks */
static void rank_by(Ctx *c, const i64 *points) {
    State *s = c->s;
    i32 n = c->g->n_players;
    s->winner = NOBODY; /* also one who had won while others played on */
    for (i32 p = 1; p <= n; p++) {
        i32 better = 0, equal = 0;
        for (i32 q = 1; q <= n; q++) better += points[q] > points[p], equal += points[q] == points[p];
        s->rank2[p] = 2 * better + 1 + equal;
        if (s->rank2[p] == 2) s->winner = p;
    }
    s->active = 0, s->over = 1;
}
//: score_player: (score <roleType> <int value>) -> playerScore
PLAIN(score_player)
//: payoff: (payoff <roleType> <float value>) -> payoff
PLAIN(payoff)
//: byscore: (byScore [{<playerScore scores>}] [misere:<bool>]) -> outcome
RULE(byscore) {
    State *s = c->s;
    if (s->over) return;
    const Node *scores = ARG(byscore, scores);
    i32 misere = bool_or(c, ARG(byscore, misere), 0);
    i64 points[MAX_PLAYERS + 1] = {0};
    if (scores)
        for (i32 i = 0; i < scores->n; i++) {
            u32 players = players_of(c, SLOT(scores->arg[i], score_player, roleType)->value);
            i32 value = int_of(c, SLOT(scores->arg[i], score_player, value));
            for (i32 p = 1; p <= c->g->n_players; p++)
                if (players >> p & 1) points[p] = value;
        }
    for (i32 p = 1; p <= c->g->n_players; p++) {
        if (scores) s->score[p] = (i32)points[p];
        points[p] = misere ? -(i64)s->score[p] : s->score[p];
    }
    rank_by(c, points);
}
//: payoffs: (payoffs {<payoff payoffs>}) -> outcome
RULE(payoffs) {
    if (c->s->over) return;
    const Node *each = ARG(payoffs, payoffs);
    i64 points[MAX_PLAYERS + 1] = {0};
    for (i32 i = 0; i < each->n; i++) {
        u32 players = players_of(c, SLOT(each->arg[i], payoff, roleType)->value);
        i32 value = int_of(c, SLOT(each->arg[i], payoff, value));
        for (i32 p = 1; p <= c->g->n_players; p++)
            if (players >> p & 1) points[p] = value;
    }
    rank_by(c, points);
}
