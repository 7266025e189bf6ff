/* Shapes on the board: connections, loops, patterns, neighbours, targets. */
#include "groups.h"
#include "stacks.h"

/* ---- connections */
typedef struct Touch {
    const u64 *group;
    i32 touched, n;
} Touch; /* how many of n regions a group reaches */
static void touch(Ctx *c, Touch *t, const u64 *region, const u64 *without) {
    t->n++;
    for (i32 w = 0; w < c->g->words; w++)
        if (region[w] & t->group[w] & (without ? ~without[w] : ~(u64)0)) {
            t->touched++;
            return;
        }
}
/* Sides, SidesNoCorners, Corners: each side or corner is a region; Diagonals were never seen to be connected */
static void touch_static(Ctx *c, Touch *t, i32 kind) {
    const u64 *corners = c->g->static_regions + STATIC_REGION_Corners * c->g->words;
    if (kind == regionTypeStatic_Corners) {
        FOR_SITES (corners, corner) t->n++, t->touched += region_has(t->group, corner);
    } else if (kind == regionTypeStatic_Sides || kind == regionTypeStatic_SidesNoCorners) {
        for (u64 sides = c->g->sided; sides; sides &= sides - 1) {
            const u64 *side = c->g->side_regions + __builtin_ctzll(sides) * c->g->words;
            touch(c, t, side, kind == regionTypeStatic_SidesNoCorners ? corners : NULL);
        }
    } else if (kind == regionTypeStatic_AllSites) touch(c, t, c->g->board, NULL);
}
static void touch_list(Ctx *c, Touch *t, const Node *list) {
    TMP_REGION(region);
    for (i32 i = 0; i < list->n; i++) {
        const Node *item = list->arg[i];
        if (item->kind == CONSTANT && item->type == TYPE_regionTypeStatic) touch_static(c, t, item->value);
        else if (item->bits) touch(c, t, item->bits, NULL);
        else region_of(c, item, region), touch(c, t, region, NULL);
    }
}
static Touch touched_by(Ctx *c, const u64 *group, const Node *regions, const Node *role, const Node *kind) {
    Touch t = {group, 0, 0};
    if (regions) touch_list(c, &t, regions);
    if (kind) touch_static(c, &t, kind->value);
    u32 players = role ? players_in(c, role) : 0;
    for (i32 i = 0; players && i < c->g->n_regions; i++) {
        const NamedRegion *r = c->g->regions + i;
        if (r->owner >= 0 && r->owner <= c->g->n_players && players >> r->owner & 1 && r->region)
            touch_list(c, &t, r->region);
    }
    return t;
}
//: is_connected: (is Connected [<int number>] [<siteType>] [at:<int>] [<direction>] {<region regions>} |
//:     <roleType> | <regionTypeStatic>) -> bool
BOOL(is_connected) { /* does the group on a site reach enough of the regions? */
    const Node *at = ARG(is_connected, at), *role = ARG(is_connected, roleType);
    i32 start = at ? site_at(c, ARG(is_connected, siteType), at) : last_move(c)->last_to;
    if (!is_site(c, start) || !c->what[start]) return 0;
    i32 owner = role ? role_of(c, role) : c->who[start];
    if (role && (owner < 0 || owner > c->g->n_players)) fail(c, NOT_THERE); /* regions of several players: Ludii stops */
    if (owner != c->who[start]) return 0; /* regions of a role are connected by his pieces alone */
    TMP_REGION(group);
    region_clear(c, group);
    region_add(group, start);
    flood(c, directions_of(c, ARG(is_connected, direction), start, REL_Adjacent), owned_by(c, owner), group);
    Touch t = touched_by(c, group, ARG(is_connected, regions), role, ARG(is_connected, regionTypeStatic));
    return t.n && t.touched >= int_or(c, ARG(is_connected, number), t.n);
}
//: is_blocked: (is Blocked [<int number>] [<siteType>] [<direction>] {<region regions>} | <roleType> |
//:     <regionTypeStatic>) -> bool
/* can the player no more connect enough of the regions, through what is empty or his own? */
BOOL(is_blocked) {
    const Node *role = ARG(is_blocked, roleType);
    i32 words = c->g->words, player = role ? role_of(c, role) : c->s->mover, some = 0;
    DirSet dirs = directions_of(c, ARG(is_blocked, direction), OFF, REL_Adjacent);
    TMP_REGION(open);
    TMP_REGION(group);
    const u64 *own = player >= 0 && player <= c->g->n_players ? owned_by(c, player) : NULL;
    for (i32 w = 0; w < words; w++) open[w] = c->g->board[w] & (c->empty[w] | (own ? own[w] : 0));
    while (next_group(c, dirs, open, group)) {
        Touch t = touched_by(c, group, ARG(is_blocked, regions), role, ARG(is_blocked, regionTypeStatic));
        if (t.touched >= int_or(c, ARG(is_blocked, number), t.n)) return 0;
        some = t.n;
    }
    return some > 0;
}

/* ---- loops */
/* Is some place shut in by the sites of ring? Outside is what reaches the edge of the board crossing no ring site; the ring
 * hangs together by dirs, so what it shuts in moves by steps that cannot slip through: by sides where the ring may touch at
 * corners, and the other way round. A ring site is shut in itself when it lies inland and no outside place is next to it. */
static i32 loop_around(Ctx *c, const u64 *ring, DirSet dirs, const u64 *prey) {
    i32 words = c->g->words;
    const u64 *edge = c->g->static_regions + STATIC_REGION_Outer * words;
    DirSet leak = {0, !dirs.directions && dirs.relations == REL_Orthogonal ? REL_All : REL_Orthogonal};
    TMP_REGION(open);
    TMP_REGION(outside);
    region_copy(c, open, c->g->board);
    region_minus(c, open, ring);
    region_copy(c, outside, open);
    region_and(c, outside, edge);
    flood(c, leak, open, outside);
    for (i32 w = 0; w < words; w++) {
        u64 inside = open[w] & ~outside[w];
        if (prey ? inside & prey[w] : inside) return 1;
    }
    if (prey) return 0;
    const Row *rows = leak.relations == REL_All ? c->g->neighbours[relationType_All]
                                                : c->g->neighbours[relationType_Orthogonal];
    for (i32 w = 0; w < words; w++)
        for (u64 b = ring[w] & c->g->board[w] & ~edge[w]; b; b &= b - 1) {
            const Row *row = rows + (64 * w + __builtin_ctzll(b));
            i32 shut = 1;
            tick(c, 1);
            for (i32 k = 0; k < row->n && shut; k++) shut = !region_has(outside, row->at[k]);
            if (shut) return 1;
        }
    return 0;
}
static i32 near_in(Ctx *c, i32 site, DirSet dirs, const u64 *set) { /* neighbours that lie in the set */
    i32 found = 0;
    FOR_RADIALS (site, dirs, r) found += r->n && region_has(set, r->at[0]);
    return found;
}
/* On the points of a square board adjacent sites lie along its lines alone, and there are no triangles of them. */
static i32 meets_by_lines(Ctx *c, i32 site) {
    const Row *adjacent = c->g->neighbours[relationType_Adjacent], *around = adjacent + site;
    if (around->n != c->g->neighbours[relationType_Orthogonal][site].n) return 0;
    for (i32 i = 0; i < around->n; i++) {
        const Row *next = adjacent + around->at[i];
        tick(c, 1);
        for (i32 k = 0; k < next->n; k++)
            for (i32 j = 0; j < around->n; j++)
                if (next->at[k] == around->at[j]) return 0;
    }
    return 1;
}
/* There a ring may touch at corners, but must have two neighbours: it shuts in two places or more, next to the start. */
static i32 loop_by_lines(Ctx *c, i32 start, DirSet dirs, const u64 *own) {
    const u64 *edge = c->g->static_regions + STATIC_REGION_Outer * c->g->words;
    TMP_REGION(open);
    TMP_REGION(inside);
    TMP_REGION(ring);
    region_copy(c, open, c->g->board);
    region_minus(c, open, own);
    FOR_RADIALS (start, dirs, r) {
        if (!r->n || !region_has(open, r->at[0])) continue;
        region_clear(c, inside);
        region_add(inside, r->at[0]);
        flood(c, dirs, open, inside);
        region_clear(c, ring);
        i32 shut = 1;
        for (i32 w = 0; w < c->g->words; w++) shut &= !(inside[w] & edge[w]);
        FOR_SITES (inside, site)
            FOR_RADIALS (site, dirs, q)
                if (shut && q->n && region_has(own, q->at[0])) region_add(ring, q->at[0]);
        FOR_SITES (ring, site)
            if (near_in(c, site, dirs, ring)) return 1;
    }
    return 0;
}
//: is_loop: (is Loop [<siteType>] [surround:<roleType> | {<roleType surroundList>}] [<direction>] [<int colour>]
//:     [<int start> | <region>] [path:<bool>]) -> bool
BOOL(is_loop) {
    const Node *role = ARG(is_loop, surround), *roles = ARG(is_loop, surroundList);
    i32 start = ARG(is_loop, start) ? site_at(c, ARG(is_loop, siteType), ARG(is_loop, start)) : last_move(c)->last_to;
    if (!is_site(c, start) || !c->what[start]) return 0;
    DirSet dirs = directions_of(c, ARG(is_loop, direction), start, REL_Adjacent);
    const u64 *ring = owned_by(c, c->who[start]);
    if (!role && !roles && !dirs.directions && dirs.relations == REL_Adjacent && meets_by_lines(c, start))
        return loop_by_lines(c, start, dirs, ring);
    if (near_in(c, start, dirs, ring) < 2) return 0; /* nothing that the site could close */
    if (!role && !roles) return loop_around(c, ring, dirs, NULL);
    TMP_REGION(prey);
    region_clear(c, prey);
    u32 players = role ? players_in(c, role) : 0;
    for (i32 i = 0; roles && i < roles->n; i++) players |= players_in(c, roles->arg[i]);
    for (u32 p = players; p; p &= p - 1)
        if (__builtin_ctz(p) <= c->g->n_players + 1)
            for (i32 w = 0; w < c->g->words; w++) prey[w] |= owned_by(c, __builtin_ctz(p))[w];
    return loop_around(c, ring, dirs, prey);
}

/* ---- patterns */
enum { MAX_KINDS = 64 };
typedef struct Pattern {
    const Node *walk;
    i32 start, n, kinds[MAX_KINDS]; /* what stands on its sites, over and over */
} Pattern;
static i32 pattern_of(Ctx *c, const Node *walk, i32 start, const Node *what, const Node *whats, Pattern *p) {
    p->walk = walk, p->start = start, p->n = whats ? whats->n : 1;
    if (!on_board(c, start) || p->n < 1 || p->n > MAX_KINDS) return 0;
    for (i32 i = 0; i < p->n; i++)
        p->kinds[i] = whats ? int_of(c, whats->arg[i]) : what ? int_of(c, what) : c->what[start];
    return 1;
}
/* begun towards a point of the compass; adds its sites */
static i32 pattern_fits(Ctx *c, const Pattern *p, i32 first, u64 *sites) {
    u64 points = c->g->walked;
    i32 at = p->start, point = first, nth = 1, fits = points >> COMPASS[first] & 1 && c->what[at] == p->kinds[0];
    if (fits && sites) region_add(sites, at);
    for (i32 i = 0; i < p->walk->n && fits; i++) {
        tick(c, 3);
        i32 step = p->walk->arg[i]->value;
        if (step == stepType_R) point = turned_point(points, point, 1, 1);
        else if (step == stepType_L) point = turned_point(points, point, 0, 1);
        else {
            at = next_site(c, at, COMPASS[point], REL_Orthogonal);
            fits = at >= 0 && c->what[at] == p->kinds[nth++ % p->n];
            if (fits && sites) region_add(sites, at);
        }
    }
    return fits;
}
//: is_pattern: (is Pattern {<stepType walk>} [<siteType>] [from:<int>] [what:<int> | whats:{<int>}]) -> bool
BOOL(is_pattern) {
    Pattern p;
    i32 start = ARG(is_pattern, from) ? site_at(c, ARG(is_pattern, siteType), ARG(is_pattern, from)) : last_move(c)->last_to,
        fits = 0;
    if (!pattern_of(c, ARG(is_pattern, walk), start, ARG(is_pattern, what), ARG(is_pattern, whats), &p) ||
        !c->what[start])
        return 0;
    for (i32 first = 0; first < 16 && !fits; first++) fits = pattern_fits(c, &p, first, NULL);
    return fits;
}
//: sites_pattern: (sites Pattern {<stepType walk>} [<siteType>] [from:<int>] [what:<int> | whats:{<int>}]) -> region
REGION(sites_pattern) { /* the sites of every way in which it fits */
    Pattern p;
    i32 start = ARG(sites_pattern, from) ? site_at(c, ARG(sites_pattern, siteType), ARG(sites_pattern, from))
                                         : last_move(c)->last_to;
    region_clear(c, out);
    if (!pattern_of(c, ARG(sites_pattern, walk), start, ARG(sites_pattern, what), ARG(sites_pattern, whats), &p))
        return;
    TMP_REGION(one);
    tick(c, 8);
    for (i32 first = 0; first < N_POINTS && c->what[start] == p.kinds[0]; first++) {
        if (!(c->g->walked >> COMPASS[first] & 1)) continue;
        region_clear(c, one);
        if (pattern_fits(c, &p, first, one))
            for (i32 w = 0; w < c->g->words; w++) out[w] |= one[w];
    }
}

/* ---- neighbours, targets */
//: is_related: (is Related <relationType> [<siteType>] <int site> <int other> | <region>) -> bool
BOOL(is_related) {
    i32 site = site_at(c, ARG(is_related, siteType), ARG(is_related, site)),
        relation = ARG(is_related, relationType)->value;
    if (!is_site(c, site) || relation > relationType_All) return 0;
    const Row *row = c->g->neighbours[relation] + site;
    if (ARG(is_related, other)) {
        i32 other = site_at(c, ARG(is_related, siteType), ARG(is_related, other));
        for (i32 k = 0; k < row->n; k++)
            if (row->at[k] == other) return 1;
        return 0;
    }
    TMP_REGION(region);
    region_of(c, ARG(is_related, region), region);
    for (i32 k = 0; k < row->n; k++)
        if (region_has(region, row->at[k])) return 1;
    return 0;
}
static i32 stack_is(Ctx *c, i32 site, const Node *wanted) { /* from its lowest level on */
    i32 found = is_site(c, site) && wanted->n <= height(c, site);
    for (i32 i = 0; i < wanted->n && found; i++) found = piece_at(c, site, i).what == int_of(c, wanted->arg[i]);
    return found;
}
//: is_target: (is Target [<int container> | <string name>] {<int configuration>} [<int site> | {<int sites>}]) ->
//:     bool
BOOL(is_target) { /* do the sites hold just these kinds of piece, one after the other? */
    const Node *wanted = ARG(is_target, configuration), *sites = ARG(is_target, sites), *name = ARG(is_target, name);
    i32 container = name ? c->g->names[name->value].container : int_or(c, ARG(is_target, container), 0);
    if (container < 0 || container >= c->g->n_containers) return 0;
    i32 first = ARG(is_target, site) ? site_at(c, NULL, ARG(is_target, site)) : c->g->containers[container].first;
    if (c->first_level && ARG(is_target, site)) return stack_is(c, first, wanted);
    for (i32 i = 0; i < wanted->n; i++) {
        i32 site = sites ? (i < sites->n ? int_of(c, sites->arg[i]) : OFF) : clamped((i64)first + i);
        tick(c, 1);
        if (!is_site(c, site) || c->what[site] != int_of(c, wanted->arg[i])) return 0;
    }
    return 1;
}
