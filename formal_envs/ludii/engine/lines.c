/* Lines of pieces. */
#include "directions.h"
#include "stacks.h"

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
    return COMPASS[opposite_point(compass_point(direction))];
}
void know_opposites(Game *g) {
    for (i32 d = 0; d < N_absoluteDirection; d++) g->opposite[d] = (u8)opposite_direction(d);
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
    /* of a stack the condition is not asked: it has grown by the piece that makes the line */
    if (!is_site(c, pivot) || !(c->first_level ? region_has(l->pieces, pivot) : line_has(c, l, pivot))) return 0;
    i32 here = l->through && region_has(l->through, pivot);
    /* a line does not go on by another relation */
    u32 kind = dirs.relations ? dirs.relations : ~(u32)REL_All;
    tick(c, 4);
    FOR_RADIALS (pivot, dirs, r) {
        i32 through = here, run = 1 + line_run(c, l, r, &through);
        if (run == 1 && l->least > 1 && !l->one_way) continue; /* the way back sees the same line */
        i32 opposite = c->g->opposite[r->direction], found = 0;
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
/* ---- in games with stacks: pieces count at any level, or tops alone, or those of one level or one slope */
static i32 level_has(Ctx *c, const u64 *kinds, i32 site, i32 level) {
    return level >= 0 && level < height(c, site) && region_has(kinds, piece_at(c, site, level).what);
}
/* how many lie one after another from the pivot on, each so much higher than the one before */
static i32 run_by_level(Ctx *c, const u64 *kinds, const Radial *ray, i32 level, i32 rise) {
    i32 k = 0;
    while (k < ray->n && level_has(c, kinds, ray->at[k], level + rise * (k + 1))) k++;
    tick(c, 1 + k);
    return k;
}
static i32 slope_at(Ctx *c, const Line *l, i32 pivot, const u64 *kinds, const Radial *r, i32 rise) {
    i32 level = height(c, pivot) - 1, opposite = c->g->opposite[r->direction], found = 0;
    i32 run = 1 + run_by_level(c, kinds, r, level, rise);
    for (i32 i = c->g->radial_first[pivot]; l->opposites && i < c->g->radial_first[pivot + 1]; i++) {
        const Radial *back = c->g->radials + i;
        if (back->direction != opposite || !(back->relations & r->relations)) continue;
        found = 1;
        if (line_long_enough(l, run + run_by_level(c, kinds, back, level, -rise), 0)) return 1;
    }
    return !found && line_long_enough(l, run, 0);
}
static i32 line_by_level(Ctx *c, const Line *l, DirSet dirs, i32 pivot, const u64 *kinds) {
    i32 top = height(c, pivot) - 1, down = 0;
    if (!level_has(c, kinds, pivot, top)) return 0;
    while (level_has(c, kinds, pivot, top - down)) down++;
    if (line_long_enough(l, down, 0)) return 1;
    FOR_RADIALS (pivot, dirs, r)
        for (i32 rise = -1; rise <= 1; rise++)
            if (slope_at(c, l, pivot, kinds, r, rise)) return 1;
    return 0;
}
static void kinds_of_line(Ctx *c, const Node *n, i32 pivot, u64 *kinds) { /* as bits */
    const Node *role = ARG(is_line, roleType), *what = ARG(is_line, what), *whats = ARG(is_line, whats);
    u32 players = role ? players_in(c, role) : 0;
    for (i32 k = 1; k <= c->g->n_components; k++)
        if (players >> c->g->components[k].owner & 1) region_add(kinds, k);
    for (i32 i = 0; i < (whats ? whats->n : !role); i++) {
        i32 kind = whats ? int_of(c, whats->arg[i]) : what ? int_of(c, what) : c->what[pivot];
        if (kind > 0 && kind <= c->g->n_components) region_add(kinds, kind);
    }
}
static i32 line_of_stacks(Ctx *c, const Node *n, Line l, DirSet dirs, i32 pivot) {
    u64 kinds[c->g->n_components / 64 + 1];
    memset(kinds, 0, sizeof kinds);
    kinds_of_line(c, n, pivot, kinds);
    if (bool_or(c, ARG(is_line, byLevel), 0)) return line_by_level(c, &l, dirs, pivot, kinds);
    TMP_REGION(set);
    region_clear(c, set);
    for (i32 k = 1; k <= c->g->n_components; k++)
        if (region_has(kinds, k)) {
            region_or(c, set, of_kind(c, k));
            if (!bool_or(c, ARG(is_line, top), 0)) add_beneath(c, k, set);
        }
    l.pieces = set;
    return line_at(c, &l, dirs, pivot);
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
        pivot = ARG(is_line, through) ? site_at(c, ARG(is_line, siteType), ARG(is_line, through)) : last_move(c)->last_to;
    l.one_way = dirs.directions != 0;
    TMP_REGION(set);
    TMP_REGION(pivots);
    l.pieces = set;
    if (any) {
        region_of(c, any, pivots);
        if (l.through_least > 1) l.through = pivots;
    }
    if (c->first_level) {
        if (!any) return is_site(c, pivot) && c->what[pivot] && line_of_stacks(c, n, l, dirs, pivot);
        region_and(c, pivots, c->occupied);
        FOR_SITES (pivots, site)
            if (line_of_stacks(c, n, l, dirs, site)) return 1;
        return 0;
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
