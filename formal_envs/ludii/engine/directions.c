/* Directions: which way a piece looks, and what direction arguments mean seen from there. */
#include "directions.h"
#include "random.h"

const i32 COMPASS[N_POINTS] = {absoluteDirection_N, absoluteDirection_NNE, absoluteDirection_NE, absoluteDirection_ENE,
                               absoluteDirection_E, absoluteDirection_ESE, absoluteDirection_SE, absoluteDirection_SSE,
                               absoluteDirection_S, absoluteDirection_SSW, absoluteDirection_SW, absoluteDirection_WSW,
                               absoluteDirection_W, absoluteDirection_WNW, absoluteDirection_NW, absoluteDirection_NNW};
i32 compass_point(i32 direction) {
    for (i32 i = 0; i < N_POINTS; i++)
        if (COMPASS[i] == direction) return i;
    return 0;
}
i32 turned_point(u64 supported, i32 at, i32 clockwise, i32 steps) {
    for (i32 k = N_POINTS * steps; k > 0 && steps; k--) {
        at = (at + (clockwise ? 1 : N_POINTS - 1)) % N_POINTS;
        if (supported >> COMPASS[at] & 1) steps--;
    }
    return at;
}
i32 turns_on_board(Ctx *c) {
    i32 n = 0;
    for (i32 i = 0; i < N_POINTS; i++) n += c->g->supported[relationType_All] >> COMPASS[i] & 1;
    return n ? n : 1;
}
i32 facing_of(Ctx *c, i32 site) {
    i32 facing = -1;
    if (c->direction >= 0) return c->direction; /* within (forEach Direction ..): the way one has come */
    if (is_site(c, site) && c->what[site]) {
        const Component *piece = &c->g->components[c->what[site]];
        facing = piece->facing >= 0 ? piece->facing : c->who[site] <= c->g->n_players ? c->g->facing[c->who[site]] : -1;
        if (c->rotation[site]) {
            i32 at = facing < 0 ? 0 : compass_point(facing);
            i32 turns = turns_on_board(c);
            return COMPASS[turned_point(c->g->supported[relationType_All], at, 1,
                                        (c->rotation[site] % turns + turns) % turns)];
        }
    }
    if (facing < 0) facing = c->g->facing[c->s->mover];
    return facing < 0 ? absoluteDirection_N : facing;
}
i32 site_ahead(Ctx *c, i32 site, DirSet dirs, i32 steps) {
    if (steps > 0)
        FOR_RADIALS (site, dirs, r)
            if (steps <= r->n) return r->at[steps - 1];
    return site; /* as in the data */
}
i32 next_site(Ctx *c, i32 site, i32 direction, u32 relation) {
    DirSet d = {(u64)1 << direction, 0};
    FOR_RADIALS (site, d, ray)
        if (ray->n && (ray->relations & relation)) return ray->at[0];
    return OFF;
}
i32 direction_between(Ctx *c, i32 from, i32 to) {
    if (!is_site(c, from) || !is_site(c, to)) return -1;
    DirSet d = {0, REL_Adjacent | REL_All};
    FOR_RADIALS (from, d, ray) {
        tick(c, 1);
        for (i32 i = 0; i < ray->n; i++)
            if (ray->at[i] == to) return ray->direction;
    }
    return -1;
}

/* ---- relative directions */
static u64 point_bit(i32 at) { return (u64)1 << COMPASS[at % N_POINTS]; }
static u64 within(u64 supported, i32 at) { /* those less than a right angle off */
    u64 found = 0;
    for (i32 k = -3; k <= 3; k++) found |= point_bit(at + k + N_POINTS) & supported;
    return found;
}
u64 relative_directions(u64 supported, i32 relative, i32 facing) {
    i32 at = compass_point(facing), back = opposite_point(at);
    switch (relative) {
    case relativeDirection_Forward: return (u64)1 << facing;
    case relativeDirection_Backward: return point_bit(back);
    case relativeDirection_Rightward: return point_bit(at + 4);
    case relativeDirection_Leftward: return point_bit(at + 12);
    case relativeDirection_Forwards: return within(supported, at);
    case relativeDirection_Backwards: return within(supported, back);
    case relativeDirection_Rightwards: return within(supported, at + 4);
    case relativeDirection_Leftwards: return within(supported, at + 12);
    case relativeDirection_FR: return point_bit(turned_point(supported, at, 1, 1));
    case relativeDirection_FRR: return point_bit(turned_point(supported, at, 1, 2));
    case relativeDirection_FRRR: return point_bit(turned_point(supported, at, 1, 3));
    case relativeDirection_FL: return point_bit(turned_point(supported, at, 0, 1));
    case relativeDirection_FLL: return point_bit(turned_point(supported, at, 0, 2));
    case relativeDirection_FLLL: return point_bit(turned_point(supported, at, 0, 3));
    case relativeDirection_BR: return point_bit(turned_point(supported, back, 0, 1));
    case relativeDirection_BRR: return point_bit(turned_point(supported, back, 0, 2));
    case relativeDirection_BRRR: return point_bit(turned_point(supported, back, 0, 3));
    case relativeDirection_BL: return point_bit(turned_point(supported, back, 1, 1));
    case relativeDirection_BLL: return point_bit(turned_point(supported, back, 1, 2));
    case relativeDirection_BLLL: return point_bit(turned_point(supported, back, 1, 3));
    default: return 0;
    }
}
static u64 relative_from(Ctx *c, i32 relative, i32 site, u64 supported) {
    if (relative == relativeDirection_SameDirection || relative == relativeDirection_OppositeDirection) {
        i32 last = c->direction;
        if (last < 0) last = direction_between(c, c->from, c->to); /* of the move in question */
        if (last < 0) last = direction_between(c, last_move(c)->last_from, last_move(c)->last_to);
        if (last < 0) return 0;
        return relative == relativeDirection_SameDirection ? (u64)1 << last
                                                           : point_bit(opposite_point(compass_point(last)));
    }
    i32 facing = facing_of(c, site);
    if (supported == c->g->supported[relationType_Adjacent]) return c->g->relative[relative * N_absoluteDirection + facing];
    return relative_directions(supported, relative, facing);
}
void know_relative(Game *g) {
    u64 *known = keep(g, sizeof(u64) * N_relativeDirection * N_absoluteDirection);
    for (i32 k = 0; k < N_relativeDirection * N_absoluteDirection; k++)
        known[k] = relative_directions(g->supported[relationType_Adjacent], k / N_absoluteDirection, k % N_absoluteDirection);
    g->relative = known;
}

/* ---- direction arguments */
enum {
    UPWARD_FIRST = absoluteDirection_U,
    UPWARD_LAST = absoluteDirection_UNW,
    DOWNWARD_FIRST = absoluteDirection_D,
    DOWNWARD_LAST = absoluteDirection_DNW
};
static u64 bits_between(i32 first, i32 last) { return (((u64)1 << (last - first + 1)) - 1) << first; }
static DirSet absolute(i32 direction) {
    u64 up = bits_between(UPWARD_FIRST, UPWARD_LAST), down = bits_between(DOWNWARD_FIRST, DOWNWARD_LAST);
    switch (direction) {
    case absoluteDirection_Orthogonal: return (DirSet){0, REL_Orthogonal};
    case absoluteDirection_Diagonal: return (DirSet){0, REL_Diagonal};
    case absoluteDirection_OffDiagonal: return (DirSet){0, REL_OffDiagonal};
    case absoluteDirection_Adjacent: return (DirSet){0, REL_Adjacent};
    case absoluteDirection_All: return (DirSet){0, REL_All};
    case absoluteDirection_Rotational: return (DirSet){0, REL_ROTATIONAL}; /* in, out and around */
    case absoluteDirection_Upward: return (DirSet){up, 0};
    case absoluteDirection_Downward: return (DirSet){down, 0};
    case absoluteDirection_SameLayer: return (DirSet){bits_between(absoluteDirection_N, absoluteDirection_Out), 0};
    default: return (DirSet){(u64)1 << direction, 0};
    }
}
/* relations written out as the directions they have at the site */
static u64 explicit_directions(Ctx *c, DirSet d, i32 site) {
    u64 found = d.directions;
    if (d.relations && is_site(c, site))
        FOR_RADIALS (site, d, ray) found |= (u64)1 << ray->direction;
    return found;
}
/* relation: its place in relationType */
static u64 supported_for(Ctx *c, i32 site, i32 relation, i32 by_site) {
    if (!by_site) return c->g->supported[relation];
    return explicit_directions(c, (DirSet){0, (u32)1 << relation}, site);
}
static DirSet relative_ludeme(Ctx *c, const Node *n, i32 site) {
    const Node *one = ARG(directions, relativeDirection), *many = ARG(directions, relativeDirections),
               *of = ARG(directions, of);
    i32 relation = of ? of->value : relationType_Adjacent;
    i32 by_site = bool_or(c, ARG(directions, bySite), 0) && is_site(c, site);
    u64 supported = supported_for(c, site, relation, by_site), found = 0;
    if (!one && !many) return (DirSet){0, (u32)1 << relation};
    if (one) found = relative_from(c, one->value, site, supported);
    for (i32 i = 0; many && i < many->n; i++) found |= relative_from(c, many->arg[i]->value, site, supported);
    return (DirSet){by_site ? found & supported : found, 0};
}
static DirSet some_of(Ctx *c, u64 from, i32 n) {
    u64 found = 0;
    for (; n > 0 && from; n--) {
        u64 rest = from;
        for (i32 skip = random_below(c->chance, __builtin_popcountll(from)); skip; skip--) rest &= rest - 1;
        found |= rest & -rest, from &= ~(rest & -rest);
    }
    return (DirSet){found, 0};
}
static DirSet directions_from_ludeme(Ctx *c, const Node *n, i32 site) {
    tick(c, 1);
    if (n->op == OP_directions) return relative_ludeme(c, n, site);
    if (n->op == OP_directions_absolute)
        return directions_of(c,
                             ARG(directions_absolute, absoluteDirection) ? ARG(directions_absolute, absoluteDirection)
                                                                         : ARG(directions_absolute, absoluteDirections),
                             site, 0);
    if (n->op == OP_directions_between) {
        i32 d = direction_between(c, site_at(c, ARG(directions_between, siteType), ARG(directions_between, from)),
                                  site_at(c, ARG(directions_between, siteType), ARG(directions_between, to)));
        return (DirSet){d < 0 ? 0 : (u64)1 << d, 0};
    }
    if (n->op == OP_directions_if)
        return directions_of(
            c, int_of(c, ARG(directions_if, condition)) ? ARG(directions_if, a) : ARG(directions_if, b), site, 0);
    if (n->op == OP_directions_random)
        return some_of(c, explicit_directions(c, directions_of(c, ARG(directions_random, direction), site, 0), site),
                       int_of(c, ARG(directions_random, num)));
    DirSet a = directions_of(c, n->arg[0], site, 0), b = directions_of(c, n->arg[1], site, 0);
    if (n->op == OP_directions_union) return (DirSet){a.directions | b.directions, a.relations | b.relations};
    return (DirSet){explicit_directions(c, a, site) & ~explicit_directions(c, b, site), 0};
}
//: directions: (directions [<relativeDirection> | {<relativeDirection relativeDirections>}] [of:<relationType>]
//:     [bySite:<flag>]) -> directions
PLAIN(directions)
//: directions_absolute: (directions <absoluteDirection> | {<absoluteDirection absoluteDirections>}) -> directions
PLAIN(directions_absolute)
//: directions_between: (directions <siteType> from:<int> to:<int>) -> directions
PLAIN(directions_between)
//: directions_random: (directions Random <direction> num:<int>) -> directions
PLAIN(directions_random)
//: directions_union: (union <direction a> <direction b>) -> directions
PLAIN(directions_union)
//: directions_difference: (difference <direction a> <direction b>) -> directions
PLAIN(directions_difference)
//: directions_if: (if <bool condition> <direction a> <direction b>) -> directions
PLAIN(directions_if)

DirSet directions_of(Ctx *c, const Node *n, i32 site, u32 otherwise) {
    if (!n) return (DirSet){0, otherwise};
    if (n->kind == LIST) {
        DirSet d = {0, 0};
        for (i32 i = 0; i < n->n; i++) {
            DirSet one = directions_of(c, n->arg[i], site, 0);
            d.directions |= one.directions, d.relations |= one.relations;
        }
        return d;
    }
    if (n->kind != CONSTANT) return directions_from_ludeme(c, n, site);
    if (n->type == TYPE_relativeDirection)
        return (DirSet){relative_from(c, n->value, site, c->g->supported[relationType_Adjacent]), 0};
    return absolute(n->value);
}

/* ---- one step on */
i32 relation_index(const Node *direction, i32 otherwise) {
    if (!direction) return otherwise;
    if (direction->kind != CONSTANT) return -1;
    if (direction->type == TYPE_relationType) return direction->value;
    if (direction->type != TYPE_absoluteDirection) return -1;
    switch (direction->value) {
    case absoluteDirection_Orthogonal: return relationType_Orthogonal;
    case absoluteDirection_Diagonal: return relationType_Diagonal;
    case absoluteDirection_OffDiagonal: return relationType_OffDiagonal;
    case absoluteDirection_Adjacent: return relationType_Adjacent;
    case absoluteDirection_All: return relationType_All;
    default: return -1;
    }
}
void add_neighbours(Ctx *c, i32 site, i32 relation, const Node *direction, u64 *out) {
    if (relation >= 0) {
        const Row *row = &c->g->neighbours[relation][site];
        for (i32 i = 0; i < row->n; i++) region_add(out, row->at[i]);
        return;
    }
    DirSet dirs = directions_of(c, direction, site, REL_Adjacent);
    FOR_RADIALS (site, dirs, r) region_add(out, r->at[0]);
}
