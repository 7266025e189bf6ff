/* Leaps: a walk of steps and turns, begun in every orthogonal direction. */
#include "leaping.h"
#include "moving.h"
#include "where.h"

/* The directions that walks from a site take: on the board those of its own sites alone, whatever edges have: N-Mesh. */
static u64 ways_from(Ctx *c, i32 site) {
    return site < c->g->n_board ? c->g->walked : c->g->supported[relationType_Orthogonal];
}
/* where it ends, at: a point of the compass; OFF if it leaves the board */
static i32 walk_from(Ctx *c, i32 site, const Node *walk, i32 at) {
    u64 turns = ways_from(c, site);
    for (i32 i = 0; i < walk->n; i++) {
        tick(c, 1);
        if (walk->arg[i]->value == stepType_F) {
            site = next_site(c, site, COMPASS[at], REL_Orthogonal);
            if (site < 0) return OFF;
        } else at = turned_point(turns, at, walk->arg[i]->value == stepType_R, 1);
    }
    return site;
}
void walk_ends(Ctx *c, i32 site, const Node *walks, i32 rotations, u64 *out) {
    if (rotations && walks->bits) { /* known since the game was loaded */
        region_copy(c, out, walks->bits + site * c->g->words);
        return;
    }
    i32 forward = compass_point(facing_of(c, site));
    u64 starts = ways_from(c, site);
    region_clear(c, out);
    for (i32 at = 0; at < N_POINTS; at++) {
        if (rotations ? !(starts >> COMPASS[at] & 1) : at != forward) continue;
        for (i32 k = 0; k < walks->n; k++) {
            i32 end = walk_from(c, site, walks->arg[k], at);
            if (is_site(c, end)) region_add(out, end);
        }
    }
}
static i32 lies_ahead(Ctx *c, i32 from, i32 to) { /* in the half plane that the piece looks at */
    static const i32 dx[N_POINTS] = {0, 5, 1, 12, 1, 12, 1, 5, 0, -5, -1, -12, -1, -12, -1, -5},
                     dy[N_POINTS] = {1, 12, 1, 5, 0, -5, -1, -12, -1, -12, -1, -5, 0, 5, 1, 12};
    i32 facing = compass_point(facing_of(c, from));
    i64 x = (i64)c->g->coordinate_x[to] - c->g->coordinate_x[from],
        y = (i64)c->g->coordinate_y[to] - c->g->coordinate_y[from];
    return x * dx[facing] + y * dy[facing] > 0;
}
static void leap_from(Ctx *c, const Rule *rule, DirSet directions) {
    (void)directions;
    i32 from = c->from;
    TMP_REGION(ends);
    TMP_REGION(allowed);
    tick(c, 2 + c->g->words / 2);
    i32 some = to_sites(c, rule->to, allowed);
    const Node *asks = rule->to ? SLOT(rule->to, to, if_) : NULL;
    TMP_REGION(room);
    walk_ends(c, from, rule->walks, rule->rotations, ends);
    if (is_asked_of(asks, ASKED_TO)) region_and(c, ends, where_holds(c, asks, room)), asks = NULL;
    FOR_SITES (ends, site) {
        if (misses(c, site) || (some && !region_has(allowed, site)) || (rule->forward && !lies_ahead(c, from, site)))
            continue;
        c->to = site;
        if (bool_or(c, asks, 1)) go(c, rule, site, to_apply(rule->to));
    }
}
static void leap_moves(Ctx *c, const Node *n) {
    for_each_from(c,
                  &(Rule){.from = ARG(leap, from),
                          .walks = ARG(leap, walks),
                          .forward = bool_or(c, ARG(leap, forward), 0),
                          .rotations = bool_or(c, ARG(leap, rotations), 1),
                          .to = ARG(leap, to),
                          .then = ARG(leap, then)},
                  leap_from);
}
//: move_leap: (move Leap [<from>] {{<stepType walks>}} [forward:<bool>] [rotations:<bool>] <to> [<then>]) -> decision
MOVES(move_leap) { leap_moves(c, n); }
//: leap: (leap [<from>] {{<stepType walks>}} [forward:<bool>] [rotations:<bool>] <to> [<then>]) -> effect
MOVES(leap) { leap_moves(c, n); }
