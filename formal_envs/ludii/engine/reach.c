/* Where a piece could go at most, whatever stands on the board: found once for each rule of a piece, so that whether a
 * king is threatened is asked only of pieces that could get at it. A rule is followed over sets of sites; what is not known
 * for sure, such as a direction that depends on the piece, counts as all that it could be.
 */
#include "leaping.h"
#include "reach.h"

enum { MAX_REACH = 1 << 21 }; /* bytes of what a game knows of it */

typedef struct Scope { /* what (from) and (to) may be; NULL: anything */
    const u64 *from, *to;
} Scope;

static i32 site_is_known(const Node *n) { return n->folded && n->type != TYPE_string; }
/* What a site argument may be, added to out; 0: anything. otherwise: what it is where there is no argument. */
static i32 add_sites_of(Ctx *c, const Node *type, const Node *site, const u64 *otherwise, Scope s, u64 *out) {
    const u64 *known = otherwise;
    if (type && type->value != c->g->site_type) return 0;
    if (site && site_is_known(site)) {
        add_site(c, out, site->value);
        return 1;
    }
    if (site) known = site->op == OP_site_to ? s.to : site->op == OP_site_from && !site->arg[0] ? s.from : NULL;
    if (known) region_or(c, out, known);
    return known != NULL;
}
static const DirSet EVERY_WAY = {~(u64)0, ~(u32)0};
/* The directions an argument may mean. */
static DirSet ways_of(Ctx *c, const Node *n) {
    if (!n) return (DirSet){0, REL_Adjacent};
    if (n->kind == LIST) {
        DirSet all = {0, 0};
        for (i32 i = 0; i < n->n; i++) {
            DirSet one = ways_of(c, n->arg[i]);
            all.directions |= one.directions, all.relations |= one.relations;
        }
        return all;
    }
    i32 fixed = n->kind == CONSTANT && n->type == TYPE_absoluteDirection;
    return fixed ? directions_of(c, n, OFF, REL_Adjacent) : EVERY_WAY;
}
/* The first `most` sites of each ray from each of the sites. */
static void add_rays(Ctx *c, const u64 *sites, DirSet ways, i32 most, u64 *out) {
    FOR_SITES (sites, site)
        FOR_RADIALS (site, ways, ray)
            for (i32 i = 0; i < ray->n && i < most; i++) region_add(out, ray->at[i]);
}
static void add_leaps(Ctx *c, const u64 *sites, const Node *walks, u64 *out) {
    TMP_REGION(ends);
    FOR_SITES (sites, site) {
        walk_ends(c, site, walks, 1, ends);
        region_or(c, out, ends);
    }
}

static i32 add_reach(Ctx *c, const Node *n, Scope s, u64 *out); /* 0: anywhere */
static i32 add_all(Ctx *c, const Node *list, Scope s, u64 *out) {
    i32 known = 1;
    for (i32 i = 0; i < list->n && known; i++) known = add_reach(c, list->arg[i], s, out);
    return known;
}
/* from, NULL or (from ..): where a step, a slide, a hop or a leap begins. A region there is passed over. */
static i32 starts_of(Ctx *c, const Node *from, Scope s, u64 *starts) {
    region_clear(c, starts);
    return add_sites_of(c, from ? SLOT(from, from, siteType) : NULL, from ? SLOT(from, from, site) : NULL, s.from, s,
                        starts);
}
static i32 add_moves_along(Ctx *c, const Node *from, const Node *direction, i32 most, Scope s, u64 *out) {
    TMP_REGION(starts);
    if (!starts_of(c, from, s, starts)) return 0;
    add_rays(c, starts, ways_of(c, direction), most, out);
    return 1;
}
static i32 add_leap(Ctx *c, const Node *n, Scope s, u64 *out) {
    TMP_REGION(starts);
    if (!starts_of(c, ARG(leap, from), s, starts)) return 0;
    add_leaps(c, starts, ARG(leap, walks), out);
    return 1;
}
static i32 add_carried(Ctx *c, const Node *n, Scope s, u64 *out) {
    const Node *from = ARG(move, from), *to = ARG(move, to), *region = SLOT(to, to, region);
    TMP_REGION(starts);
    region_clear(c, starts);
    i32 known = !SLOT(from, from, region) && starts_of(c, from, s, starts);
    if (region && region->bits) region_or(c, out, region->bits);
    if (region) return region->bits != NULL;
    return add_sites_of(c, SLOT(to, to, siteType), SLOT(to, to, site), s.to, (Scope){known ? starts : NULL, s.to}, out);
}
static i32 add_each_direction(Ctx *c, const Node *n, Scope s, u64 *out) {
    const Node *to = ARG(foreach_direction, to), *between = ARG(foreach_direction, between);
    const Node *body = to ? SLOT(to, to, apply) : ARG(foreach_direction, moves);
    i32 most = between && SLOT(between, between, range) ? INFINITE : 1;
    TMP_REGION(ends);
    region_clear(c, ends);
    if (!add_moves_along(c, ARG(foreach_direction, from), ARG(foreach_direction, direction), most, s, ends)) return 0;
    return !body || add_reach(c, body, (Scope){s.from, ends}, out);
}
static i32 add_reach(Ctx *c, const Node *n, Scope s, u64 *out) {
    switch (n->op) {
    case OP_move_step:
    case OP_step: return add_moves_along(c, ARG(step, from), ARG(step, direction), 1, s, out);
    case OP_move_slide:
    case OP_slide:
        return !ARG(slide, track) && add_moves_along(c, ARG(slide, from), ARG(slide, direction), INFINITE, s, out);
    case OP_move_hop:
    case OP_hop: return add_moves_along(c, ARG(hop, from), ARG(hop, direction), INFINITE, s, out);
    case OP_move_leap:
    case OP_leap: return add_leap(c, n, s, out);
    case OP_move:
    case OP_fromto: return add_carried(c, n, s, out);
    case OP_foreach_direction: return add_each_direction(c, n, s, out);
    case OP_then: return add_reach(c, ARG(then, effect), s, out);
    case OP_apply: return add_reach(c, ARG(apply, effect), s, out);
    case OP_moves_or: return add_reach(c, ARG(moves_or, a), s, out) && add_reach(c, ARG(moves_or, b), s, out);
    case OP_moves_or_all: return add_all(c, ARG(moves_or_all, list), s, out);
    case OP_moves_and: return add_reach(c, ARG(moves_and, a), s, out) && add_reach(c, ARG(moves_and, b), s, out);
    case OP_moves_and_all: return add_all(c, ARG(moves_and_all, list), s, out);
    case OP_priority: return add_all(c, ARG(priority, list), s, out);
    case OP_priority_two:
        return add_reach(c, ARG(priority_two, a), s, out) && add_reach(c, ARG(priority_two, b), s, out);
    case OP_moves_if:
        return add_reach(c, ARG(moves_if, yes), s, out) &&
               (!ARG(moves_if, no) || add_reach(c, ARG(moves_if, no), s, out));
    case OP_do: return !ARG(do, next) && add_reach(c, ARG(do, moves), s, out);
    default: return 0;
    }
}
i32 ends_in_reach(Ctx *c, const Node *moves, i32 site, u64 *ends) {
    TMP_REGION(here);
    region_clear(c, here);
    region_add(here, site);
    return add_reach(c, moves, (Scope){here, NULL}, ends);
}
/* ---- where one rule may take a piece, which comes from wherever the rule says: only the kinds of move follow */
static i32 is_hand_place(const Node *n) { return n->op == OP_handsite || n->op == OP_sites_hand; }
static i32 may_start(Ctx *c, const Node *from, i32 site) {
    const Node *where = either(SLOT(from, from, region), SLOT(from, from, site));
    if (!where || SLOT(from, from, siteType)) return 1;
    if (is_hand_place(where) && !where->folded) return c->g->container_of[site] > 0;
    if (where->bits) return region_has(where->bits, site);
    return !(where->folded && where->kind != REGION_KIND && site_is_known(where)) || where->value == site;
}
static i32 add_known_ends(Ctx *c, const Node *to, u64 *ends) {
    const Node *region = SLOT(to, to, region), *site = SLOT(to, to, site);
    if (SLOT(to, to, siteType) || (!region && !site)) return 0;
    if (!region) return add_sites_of(c, NULL, site, NULL, (Scope){NULL, NULL}, ends);
    if (region->bits) region_or(c, ends, region->bits);
    else if (region->op == OP_sites_empty && !SLOT(region, sites_empty, container)) {
        TMP_REGION(board);
        board_of_type(c, SLOT(region, sites_empty, siteType), board);
        region_or(c, ends, board);
    } else return 0;
    return 1;
}
static i32 hop_length(const Node *between) { /* over one piece to the next place, unless it says more */
    i32 more = between && (SLOT(between, between, range) || SLOT(between, between, before) || SLOT(between, between, after));
    return more ? INFINITE : 2;
}
i32 rule_in_reach(Ctx *c, const Node *n, i32 site, u64 *ends) {
    TMP_REGION(here);
    region_clear(c, here);
    region_add(here, site);
    switch (n->op) {
    case OP_move_step:
    case OP_step: add_rays(c, here, ways_of(c, ARG(step, direction)), 1, ends); return 1;
    case OP_move_slide:
    case OP_slide: add_rays(c, here, ways_of(c, ARG(slide, direction)), INFINITE, ends); return !ARG(slide, track);
    case OP_move_hop:
    case OP_hop:
        add_rays(c, here, ways_of(c, ARG(hop, direction)), hop_length(ARG(hop, between)), ends);
        return 1;
    case OP_move_leap:
    case OP_leap: add_leaps(c, here, ARG(leap, walks), ends); return 1;
    case OP_move:
    case OP_fromto: return !may_start(c, ARG(move, from), site) || add_known_ends(c, ARG(move, to), ends);
    default: return 0;
    }
}
/* From where the rule reaches each site: a set for each; kept in moves->bits. */
static void fold_rule(Ctx *c, Node *moves) {
    Game *g = (Game *)c->g;
    size_t bytes = 8 * (size_t)g->words * (size_t)g->n_sites;
    if (moves->bits || (g->reach_bytes += bytes) > MAX_REACH) return;
    u64 *table = keep(g, bytes);
    TMP_REGION(ends);
    for (i32 site = 0; site < g->n_sites; site++) {
        region_clear(c, ends);
        if (!ends_in_reach(c, moves, site, ends)) return;
        FOR_SITES (ends, end) region_add(table + end * g->words, site);
    }
    moves->bits = table;
}
/* The same for any piece of a player; NULL where one of them could be anywhere. */
static u64 *fold_player(Ctx *c, i32 player) {
    Game *g = (Game *)c->g;
    size_t n = (size_t)g->words * (size_t)g->n_sites;
    for (i32 what = 1; what <= g->n_components; what++) {
        const Component *piece = g->components + what;
        if (piece->owner == player && piece->moves && !piece->moves->bits) return NULL;
    }
    u64 *table = keep(g, 8 * n);
    for (i32 what = 1; what <= g->n_components; what++) {
        const Component *piece = g->components + what;
        for (size_t k = 0; piece->owner == player && piece->moves && k < n; k++) table[k] |= piece->moves->bits[k];
    }
    return table;
}
void fold_reach(Ctx *c) {
    Game *g = (Game *)c->g;
    i32 asked = 0;
    for (i32 i = 0; i < g->n_nodes; i++) asked |= g->nodes[i]->op == OP_is_threatened;
    if (!asked) return;
    for (i32 what = 1; what <= g->n_components; what++)
        if (g->components[what].moves) fold_rule(c, (Node *)g->components[what].moves);
    for (i32 i = 0; i < g->n_nodes; i++) {
        const Node *n = g->nodes[i];
        if (n->op == OP_foreach_piece && ARG(foreach_piece, moves)) fold_rule(c, (Node *)ARG(foreach_piece, moves));
    }
    g->reach = keep(g, sizeof(u64 *) * (size_t)(g->n_players + 2));
    for (i32 p = 0; p <= g->n_players + 1; p++) g->reach[p] = fold_player(c, p);
}
static void add_near(Ctx *c, const u64 *table, const u64 *target, u64 *near) {
    FOR_SITES (target, site) region_or(c, near, table + site * c->g->words);
}
void keep_within_reach(Ctx *c, const Node *moves, const u64 *target, u64 *sites) {
    if (!moves->bits) return;
    TMP_REGION(near);
    region_clear(c, near);
    add_near(c, moves->bits, target, near);
    region_and(c, sites, near);
}
void sites_in_reach(Ctx *c, const Node *moves, i32 player, const u64 *target, u64 *near) {
    const u64 *table = moves ? moves->bits : c->g->reach ? c->g->reach[player] : NULL;
    if (table) {
        region_clear(c, near);
        add_near(c, table, target, near);
    } else memset(near, 0xff, 8 * (size_t)c->g->words);
}
