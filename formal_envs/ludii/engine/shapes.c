/* Shapes on the board: lines, connections, loops, patterns; and threats. */
#include "engine.h"

/* ---- lines */
static i32 compass_opposite(i32 direction) { return COMPASS[(compass_point(direction) + 8) & 15]; }
static i32 opposite_direction(i32 direction) {
    static const u8 pairs[][2] = {
        {absoluteDirection_CW, absoluteDirection_CCW},  {absoluteDirection_In, absoluteDirection_Out},
        {absoluteDirection_U, absoluteDirection_D},     {absoluteDirection_UN, absoluteDirection_DS},
        {absoluteDirection_UNE, absoluteDirection_DSW}, {absoluteDirection_UE, absoluteDirection_DW},
        {absoluteDirection_USE, absoluteDirection_DNW}, {absoluteDirection_US, absoluteDirection_DN},
        {absoluteDirection_USW, absoluteDirection_DNE}, {absoluteDirection_UW, absoluteDirection_DE},
        {absoluteDirection_UNW, absoluteDirection_DSE}};
    for (u32 i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (pairs[i][0] == direction) return pairs[i][1];
        if (pairs[i][1] == direction) return pairs[i][0];
    }
    return compass_opposite(direction);
}
typedef struct Line {
    const u64 *pieces; /* sites whose pieces count */
    const u64 *through; /* a line must go through enough of these, or NULL */
    const Node *condition;
    i32 least, exact, gaps, opposites, one_way;
    i32 through_least;
} Line;
static i32 line_has(Ctx *c, const Line *l, i32 site) {
    if (!region_has(l->pieces, site)) return 0;
    if (!l->condition) return 1;
    i32 before = c->to;
    c->to = site;
    i32 holds = int_of(c, l->condition) != 0;
    c->to = before;
    return holds;
}
/* pieces in a row from the start on, which is left out */
static i32 line_run(Ctx *c, const Line *l, const Radial *r, i32 *through) {
    i32 k = 0;
    for (i32 i = 0; i < r->n; i++) {
        if (line_has(c, l, r->at[i])) {
            k++;
            if (l->through && region_has(l->through, r->at[i])) ++*through;
        } else if (!l->gaps) break;
    }
    return k;
}
static i32 line_long_enough(const Line *l, i32 n, i32 through) {
    return (l->exact ? n == l->least : n >= l->least) && (!l->through || through >= l->through_least);
}
static i32 line_at(Ctx *c, const Line *l, DirSet dirs, i32 pivot) {
    if (!is_site(c, pivot) || !line_has(c, l, pivot)) return 0;
    i32 here = l->through && region_has(l->through, pivot);
    /* a line does not go on by another relation */
    u32 kind = dirs.relations ? dirs.relations : ~(u32)REL_All;
    tick(c, 4);
    FOR_RADIALS (pivot, dirs, r) {
        i32 through = here, run = 1 + line_run(c, l, r, &through);
        if (run == 1 && l->least > 1 && !l->one_way) continue; /* the way back sees the same line */
        i32 opposite = opposite_direction(r->direction), found = 0;
        if (l->opposites)
            for (i32 i = c->g->radial_first[pivot]; i < c->g->radial_first[pivot + 1]; i++) {
                const Radial *back = c->g->radials + i;
                if (back->direction != opposite || !(back->relations & r->relations & kind)) continue;
                i32 more = through, both = run + line_run(c, l, back, &more);
                found = 1;
                if (line_long_enough(l, both, more)) return 1;
            }
        if (!found && line_long_enough(l, run, through)) return 1;
    }
    return 0;
}
//: is_line: (is Line [<siteType>] <int length> [<absoluteDirection>] [through:<int> | throughAny:<region>]
//:     [<roleType> | what:<int> | whats:{<int>}] [exact:<bool>] [contiguous:<bool>] [if:<bool>] [byLevel:<bool>]
//:     [top:<bool>] [throughHowMuch:<int>] [isVisible:<bool>] [useOpposites:<bool>]) -> bool
BOOL(is_line) {
    const Node *role = ARG(is_line, roleType), *what = ARG(is_line, what), *whats = ARG(is_line, whats),
               *any = ARG(is_line, throughAny);
    Line l = {.condition = ARG(is_line, if_),
              .least = int_of(c, ARG(is_line, length)),
              .exact = bool_or(c, ARG(is_line, exact), 0),
              .gaps = !bool_or(c, ARG(is_line, contiguous), 1),
              .opposites = bool_or(c, ARG(is_line, useOpposites), 1),
              .through_least = int_or(c, ARG(is_line, throughHowMuch), 1)};
    DirSet dirs = directions_of(c, ARG(is_line, absoluteDirection), OFF, REL_Adjacent);
    i32 words = c->g->words,
        pivot = ARG(is_line, through) ? site_at(c, ARG(is_line, siteType), ARG(is_line, through)) : c->s->last_to;
    l.one_way = dirs.directions != 0;
    TMP_REGION(set);
    TMP_REGION(pivots);
    l.pieces = set;
    if (any) {
        region_of(c, any, pivots);
        if (l.through_least > 1) l.through = pivots;
    }
    if (whats || role) {
        u32 players = role ? players_in(c, role) : 0;
        if (role && role->value == roleType_Shared) players = (u32)1 << (c->g->n_players + 1);
        region_clear(c, set);
        for (u32 p = players; p; p &= p - 1)
            for (i32 w = 0; w < words; w++) set[w] |= owned_by(c, __builtin_ctz(p))[w];
        for (i32 i = 0; whats && i < whats->n; i++) {
            i32 kind = int_of(c, whats->arg[i]);
            if (kind > 0 && kind <= c->g->n_components)
                for (i32 w = 0; w < words; w++) set[w] |= of_kind(c, kind)[w];
        }
    } else if (what) {
        i32 kind = int_of(c, what);
        if (kind < 1 || kind > c->g->n_components) return 0;
        l.pieces = of_kind(c, kind);
    }
    i32 by_pivot = !whats && !role && !what; /* the kind of piece on the pivot itself */
    if (!any) {
        if (!is_site(c, pivot) || !c->what[pivot]) return 0;
        if (by_pivot) l.pieces = of_kind(c, c->what[pivot]);
        return line_at(c, &l, dirs, pivot);
    }
    for (i32 w = 0; w < words; w++)
        for (u64 b = pivots[w] & c->occupied[w]; b; b &= b - 1) {
            pivot = 64 * w + __builtin_ctzll(b);
            if (by_pivot) l.pieces = of_kind(c, c->what[pivot]);
            if (line_at(c, &l, dirs, pivot)) return 1;
        }
    return 0;
}

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
/* Sides, SidesNoCorners, Corners: each side or corner is a region */
static void touch_static(Ctx *c, Touch *t, i32 kind) {
    const u64 *corners = c->g->static_regions + STATIC_REGION_Corners * c->g->words;
    if (kind == regionTypeStatic_Corners) {
        FOR_SITES (corners, corner) t->n++, t->touched += region_has(t->group, corner);
    } else if (kind == regionTypeStatic_Sides || kind == regionTypeStatic_SidesNoCorners) {
        for (i32 d = 0; d < N_absoluteDirection; d++) {
            const u64 *side = c->g->side_regions + d * c->g->words;
            if (region_any(c, side)) touch(c, t, side, kind == regionTypeStatic_SidesNoCorners ? corners : NULL);
        }
    } else touch(c, t, c->g->board, NULL);
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
    i32 start = at ? site_at(c, ARG(is_connected, siteType), at) : c->s->last_to;
    if (!is_site(c, start) || !c->what[start]) return 0;
    i32 owner = role ? role_of(c, role) : c->who[start];
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
    for (i32 w = 0; w < words; w++) open[w] = c->g->board[w] & ~ring[w], outside[w] = open[w] & edge[w];
    flood(c, leak, open, outside);
    for (i32 w = 0; w < words; w++) {
        u64 inside = open[w] & ~outside[w];
        if (prey ? inside & prey[w] : inside) return 1;
    }
    if (prey) return 0;
    const Row *rows = leak.relations == REL_All ? c->g->neighbours[4] : c->g->neighbours[0];
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
//: is_loop: (is Loop [<siteType>] [surround:<roleType> | {<roleType surroundList>}] [<direction>] [<int colour>]
//:     [<int start> | <region>] [path:<bool>]) -> bool
BOOL(is_loop) {
    const Node *role = ARG(is_loop, surround), *roles = ARG(is_loop, surroundList);
    i32 start = ARG(is_loop, start) ? site_at(c, ARG(is_loop, siteType), ARG(is_loop, start)) : c->s->last_to;
    if (!is_site(c, start) || !c->what[start]) return 0;
    DirSet dirs = directions_of(c, ARG(is_loop, direction), start, REL_Adjacent);
    const u64 *ring = owned_by(c, c->who[start]);
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
/* kinds: what stands on its sites, over and over */
typedef struct Pattern {
    const Node *walk;
    i32 start, n, kinds[64];
} Pattern;
static i32 pattern_of(Ctx *c, const Node *walk, i32 start, const Node *what, const Node *whats, Pattern *p) {
    *p = (Pattern){walk, start, whats ? whats->n : 1, {0}};
    if (!on_board(c, start) || p->n < 1 || p->n > 64) return 0;
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
        tick(c, 1);
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
    i32 start = ARG(is_pattern, from) ? site_at(c, ARG(is_pattern, siteType), ARG(is_pattern, from)) : c->s->last_to,
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
                                         : c->s->last_to;
    region_clear(c, out);
    if (!pattern_of(c, ARG(sites_pattern, walk), start, ARG(sites_pattern, what), ARG(sites_pattern, whats), &p))
        return;
    TMP_REGION(one);
    for (i32 first = 0; first < 16; first++) {
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
//: is_target: (is Target [<int container> | <string name>] {<int configuration>} [<int site> | {<int sites>}]) ->
//:     bool
BOOL(is_target) { /* do the sites hold just these kinds of piece, one after the other? */
    const Node *wanted = ARG(is_target, configuration), *sites = ARG(is_target, sites), *name = ARG(is_target, name);
    i32 container = name ? c->g->names[name->value].container : int_or(c, ARG(is_target, container), 0);
    if (container < 0 || container >= c->g->n_containers) return 0;
    i32 first = ARG(is_target, site) ? site_at(c, NULL, ARG(is_target, site)) : c->g->containers[container].first;
    for (i32 i = 0; i < wanted->n; i++) {
        i32 site = sites ? (i < sites->n ? int_of(c, sites->arg[i]) : OFF) : clamped((i64)first + i);
        tick(c, 1);
        if (!is_site(c, site) || c->what[site] != int_of(c, wanted->arg[i])) return 0;
    }
    return 1;
}

/* ---- threats */
static i32 threatened(Ctx *c, u64 *sites, i32 victim, const Node *moves) {
    State *s = c->s;
    i32 mover = s->mover, next = s->next, previous = s->previous, found = 0;
    c->threats++;
    for (i32 enemy = 1; enemy <= c->g->n_players && !found; enemy++) {
        if (enemy == victim) continue;
        s->mover = enemy, s->next = s->previous = victim;
        const Node *all = moves ? moves : play_of(c, enemy);
        found = all && any_move_to(c, all, sites);
    }
    c->threats--;
    s->mover = mover, s->next = next, s->previous = previous;
    return found;
}
//: is_threatened: (is Threatened [<int what>] [<siteType>] [<region> | at:<int>] [<moves>]) -> bool
BOOL(is_threatened) {
    const Node *what = ARG(is_threatened, what), *at = ARG(is_threatened, at), *region = ARG(is_threatened, region);
    if (c->threats) return 0; /* asked by a piece while its own threats are looked at */
    i32 kind = what ? int_of(c, what) : 0, victim = c->s->mover;
    if (what && (kind < 1 || kind > c->g->n_components)) return 0;
    if (what) victim = c->g->components[kind].owner;
    if (victim < 1 || victim > c->g->n_players) victim = c->s->mover;
    TMP_REGION(sites);
    if (at) {
        i32 site = site_at(c, ARG(is_threatened, siteType), at);
        if (!is_site(c, site)) return 0;
        region_clear(c, sites);
        region_add(sites, site);
    } else if (region) region_of(c, region, sites);
    else if (what) region_copy(c, sites, of_kind(c, kind));
    else region_copy(c, sites, owned_by(c, victim));
    return region_any(c, sites) && threatened(c, sites, victim, ARG(is_threatened, moves));
}
