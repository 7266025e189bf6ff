/* Moves for each piece, site, value, player, group or direction. */
#include "directions.h"
#include "listing.h"
#include "reach.h"
#include "stacks.h"
#include "stepping.h"

static void pieces_in_container(Ctx *c, const Node *n, u64 *sites) {
    if (ARG(foreach_piece, containerName)) {
        keep_in_container(c, sites, ARG(foreach_piece, containerName)->value);
        return;
    }
    i32 which = int_of(c, ARG(foreach_piece, container));
    FOR_SITES (sites, site)
        if (c->g->container_of[site] != which) region_drop(sites, site);
}

static i32 piece_wanted(Ctx *c, const Node *n, i32 what) {
    const Node *one = ARG(foreach_piece, piece), *many = ARG(foreach_piece, pieces);
    if (one) return is_called(c, what, one->value);
    for (i32 i = 0; many && i < many->n; i++)
        if (is_called(c, what, many->arg[i]->value)) return 1;
    return !many;
}
static void drop_hands(Ctx *c, u64 *sites) {
    for (i32 k = 1; k < c->g->n_containers; k++)
        for (i32 i = 0; i < c->g->containers[k].n; i++) region_drop(sites, c->g->containers[k].first + i);
}
static inline i32 all_in_reach(Ctx *c, const Node *moves, i32 from, i32 start) { /* those on the list from start on */
    for (i32 i = start; i < c->n_moves; i++)
        if (is_site(c, c->moves[i].to) && !reaches(c, moves, from, c->moves[i].to)) return 0;
    return 1;
}
static void moves_from(Ctx *c, const Node *moves, i32 site) {
    i32 start = c->n_moves;
    c->from = site;
    moves_of(c, moves);
    assert(all_in_reach(c, moves, site, start));
    (void)start;
}
/* The moves of each piece of the kind on a site, or of the top alone. */
static void moves_from_stack(Ctx *c, const Node *n, const Node *moves, i32 site, i32 what) {
    i32 outer = c->level, top = height(c, site) - 1, k = bool_or(c, ARG(foreach_piece, top), 0) ? top : 0;
    for (; k <= top; k++) {
        if (piece_at(c, site, k).what != what) continue;
        c->level = k;
        moves_from(c, moves, site);
    }
    c->level = outer;
}
static void pieces_of_player(Ctx *c, const Node *n, i32 player) {
    const Node *own = ARG(foreach_piece, moves), *on = ARG(foreach_piece, on);
    i32 asked = c->target && (c->probe || c->hits_only);
    TMP_REGION(near); /* those that could get there */
    if (asked) sites_in_reach(c, own, player, c->target, near);
    deeper(c); /* a piece's moves may ask for those of pieces */
    for (i32 what = c->g->first_of[player]; what; what = c->g->components[what].next) {
        const Node *moves = own ? own : c->g->components[what].moves;
        tick(c, 2 + c->g->words / 4);
        if (!moves || !piece_wanted(c, n, what)) continue;
        if (asked && !c->first_level && !region_meets(c, of_kind(c, what), near)) continue;
        TMP_REGION(sites);
        region_copy(c, sites, of_kind(c, what));
        if (c->first_level && !bool_or(c, ARG(foreach_piece, top), 0)) add_beneath(c, what, sites);
        if (asked) keep_within_reach(c, moves, c->target, sites);
        if (!region_any(c, sites)) continue;
        if (ARG(foreach_piece, container) || ARG(foreach_piece, containerName)) pieces_in_container(c, n, sites);
        else if (!on) drop_hands(c, sites); /* the board's places of every type: Guerrilla Checkers */
        if (c->offers && moves->steps && !on && keep_stepping(c, moves, player, sites)) {
            FOR_SITES (sites, site) moves_from(c, moves, site);
            continue;
        }
        FOR_PLACES_OF_MOVES (sites, site) {
            i32 type = on ? on->value : 0, first = on ? c->g->type_first[type] : 0;
            if (on && (site < first || site >= first + c->g->type_n[type])) continue;
            if (c->first_level) moves_from_stack(c, n, moves, site, what);
            else moves_from(c, moves, site);
        }
    }
    c->depth--;
}
//: foreach_piece: (forEach Piece [on:<siteType>] [<pieceName piece> | {<pieceName pieces>}] [container:<int> |
//:     container:<containerName containerName>] [<moves>] [<player> | <roleType>] [top:<bool>] [<then>]) -> effect
MOVES(foreach_piece) {
    const Node *role = ARG(foreach_piece, player) ? ARG(foreach_piece, player) : ARG(foreach_piece, roleType);
    u32 players = role ? players_in(c, role) : (u32)1 << c->s->mover;
    i32 start = c->n_moves, from = c->from;
    const i32 mover = c->s->mover, next = c->s->next, previous = c->s->previous;
    for (i32 p = 0; p <= c->g->n_players + 1; p++) {
        if (!(players >> p & 1)) continue;
        /* his pieces, his friends */
        if (p >= 1 && p <= c->g->n_players && p != mover) c->s->mover = p, c->s->next = mover, c->s->previous = mover;
        pieces_of_player(c, n, p);
        c->s->mover = mover, c->s->next = next, c->s->previous = previous;
    }
    c->from = from;
    then_for_all(c, start, ARG(foreach_piece, then));
}
//: foreach_site: (forEach Site <region> <moves> [noMoveYet:<moves>] [<then>]) -> effect
MOVES(foreach_site) {
    i32 start = c->n_moves, outer = c->site, to = c->to;
    TMP_REGION(sites);
    region_of(c, ARG(foreach_site, region), sites);
    FOR_SITES (sites, site) {
        c->site = c->to = site; /* both (site) and (to) say it: Lisolo, Obridje */
        if (ARG(foreach_site, noMoveYet)) collect_some(c, ARG(foreach_site, moves));
        else moves_of(c, ARG(foreach_site, moves));
    }
    c->site = outer, c->to = to;
    if (c->n_moves == start && ARG(foreach_site, noMoveYet)) moves_of(c, ARG(foreach_site, noMoveYet));
    then_for_all(c, start, ARG(foreach_site, then));
}
//: foreach_value: (forEach Value min:<int> max:<int> <moves> [<then>]) -> effect
MOVES(foreach_value) {
    i32 start = c->n_moves, outer = c->iterated;
    i64 min = int_of(c, ARG(foreach_value, min)), max = int_of(c, ARG(foreach_value, max));
    for (i64 v = min; v <= max; v++) {
        c->iterated = (i32)v;
        moves_of(c, ARG(foreach_value, moves));
    }
    c->iterated = outer;
    then_for_all(c, start, ARG(foreach_value, then));
}
//: foreach_value_in: (forEach Value <intArray> <moves> [<then>]) -> effect
MOVES(foreach_value_in) {
    i32 start = c->n_moves, outer = c->iterated, *values, size = array_of(c, ARG(foreach_value_in, intArray), &values);
    for (i32 i = 0; i < size; i++) {
        c->iterated = values[i];
        moves_of(c, ARG(foreach_value_in, moves));
    }
    c->n_numbers -= size;
    c->iterated = outer;
    then_for_all(c, start, ARG(foreach_value_in, then));
}
static void for_each_player(Ctx *c, u32 players, const Node *moves, const Node *then) {
    i32 start = c->n_moves, outer = c->player;
    for (i32 p = 1; p <= c->g->n_players; p++) {
        if (!(players >> p & 1)) continue;
        c->player = p;
        moves_of(c, moves);
    }
    c->player = outer;
    then_for_all(c, start, then);
}
//: foreach_player: (forEach Player <moves> [<then>]) -> effect
MOVES(foreach_player) { for_each_player(c, ~(u32)0, ARG(foreach_player, moves), ARG(foreach_player, then)); }
//: foreach_team: (forEach Team <moves> [<then>]) -> effect
MOVES(foreach_team) { /* (team) is its members */
    const u32 outer = c->members;
    i32 start = c->n_moves;
    for (i32 t = 1; t <= c->g->n_players; t++)
        if ((c->members = team(c, t))) moves_of(c, ARG(foreach_team, moves));
    c->members = outer;
    then_for_all(c, start, ARG(foreach_team, then));
}
//: foreach_players: (forEach <intArray players> <moves> [<then>]) -> effect
MOVES(foreach_players) {
    i32 *values, size = array_of(c, ARG(foreach_players, players), &values);
    u32 players = 0;
    for (i32 i = 0; i < size; i++)
        if (values[i] >= 1 && values[i] <= MAX_PLAYERS) players |= (u32)1 << values[i];
    c->n_numbers -= size;
    for_each_player(c, players, ARG(foreach_players, moves), ARG(foreach_players, then));
}
//: foreach_level: (forEach Level [<siteType>] <int site> [<stackDirection>] <moves> [<then>]) -> effect
MOVES(foreach_level) { /* (level) stays at the last one, as in Ludii */
    const Node *way = ARG(foreach_level, stackDirection);
    i32 start = c->n_moves, site = site_at(c, ARG(foreach_level, siteType), ARG(foreach_level, site));
    i32 levels = is_site(c, site) ? height(c, site) : 0;
    for (i32 k = 0; k < levels; k++) {
        c->level = enum_or(way, stackDirection_FromBottom) == stackDirection_FromTop ? levels - 1 - k : k;
        moves_of(c, ARG(foreach_level, moves));
    }
    then_for_all(c, start, ARG(foreach_level, then));
}
/* The sites reached from one by steps in the directions, among those that belong. */
static void group_from(Ctx *c, i32 first, const Node *direction, const u64 *members, u64 *group) {
    TMP_REGION(todo);
    region_clear(c, todo);
    region_clear(c, group);
    region_add(todo, first);
    region_add(group, first);
    while (region_any(c, todo))
        FOR_SITES (todo, site) {
            DirSet directions = directions_of(c, direction, site, REL_Adjacent);
            region_drop(todo, site);
            tick(c, 1);
            FOR_RADIALS (site, directions, ray)
                if (ray->n && region_has(members, ray->at[0]) && !region_has(group, ray->at[0]))
                    region_add(group, ray->at[0]), region_add(todo, ray->at[0]);
        }
}
//: foreach_group: (forEach Group [<siteType>] [<direction>] [if:<bool>] <moves> [<then>]) -> effect
MOVES(foreach_group) {
    const Node *condition = ARG(foreach_group, if_), *type = ARG(foreach_group, siteType);
    i32 start = c->n_moves, words = c->g->words, first = type_offset(c, type),
        size = c->g->type_n[type ? type->value : c->g->site_type];
    const u64 *outer = c->region;
    TMP_REGION(left);
    TMP_REGION(members);
    TMP_REGION(group);
    region_copy(c, members, condition ? c->occupied : owned_by(c, c->s->mover));
    FOR_SITES (members, site)
        if (site < first || site >= first + size) region_drop(members, site);
    if (condition) {
        region_clear(c, members);
        for (i32 site = first; site < first + size && is_site(c, site); site++) region_add(members, site);
        keep_where(c, members, condition);
    }
    region_copy(c, left, members);
    for (i32 w = 0; w < words; w++)
        while (left[w]) {
            group_from(c, w * 64 + __builtin_ctzll(left[w]), ARG(foreach_group, direction), members, group);
            for (i32 k = 0; k < words; k++) left[k] &= ~group[k];
            c->region = group;
            moves_of(c, ARG(foreach_group, moves));
            c->region = outer;
        }
    then_for_all(c, start, ARG(foreach_group, then));
}
/* Along each direction from a site: the places between the range's ends, as far as `between` allows. */
static void along(Ctx *c, const Node *n, const Radial *ray, i32 least, i32 most) {
    const Node *between = ARG(foreach_direction, between), *to = ARG(foreach_direction, to);
    const Node *passes = between ? SLOT(between, between, if_) : NULL;
    for (i32 i = 0; i < ray->n && i < most; i++) {
        tick(c, 1);
        c->to = c->between = ray->at[i];
        if (i + 1 >= least) {
            if (to && !bool_or(c, SLOT(to, to, if_), 1)) return;
            const Node *moves = to ? SLOT(to, to, apply) : ARG(foreach_direction, moves);
            if (moves) moves_of(c, moves);
        }
        if (passes && !int_of(c, passes)) return;
    }
}
//: foreach_direction: (forEach Direction [<from>] [<direction>] [<between>] <to> | <moves> [<then>]) -> effect
MOVES(foreach_direction) {
    const Node *from = ARG(foreach_direction, from), *between = ARG(foreach_direction, between);
    i32 start = c->n_moves, outer_from = c->from, outer_to = c->to, outer_between = c->between,
        outer_direction = c->direction;
    i32 site = from && SLOT(from, from, site) ? site_at(c, SLOT(from, from, siteType), SLOT(from, from, site))
                                              : c->from;
    i32 least = 1, most = 1;
    if (between && SLOT(between, between, range)) range_of(c, SLOT(between, between, range), &least, &most);
    if (is_site(c, site)) {
        DirSet directions = directions_of(c, ARG(foreach_direction, direction), site, REL_Adjacent);
        FOR_RADIALS (site, directions, ray) {
            c->direction = ray->direction;
            along(c, n, ray, least, most);
        }
    }
    c->from = outer_from, c->to = outer_to, c->between = outer_between, c->direction = outer_direction;
    then_for_all(c, start, ARG(foreach_direction, then));
}
