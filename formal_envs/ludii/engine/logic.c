/* Conditions: logic, comparisons, and questions about the state that need no walk over the board. */
#include "history.h"
#include "ply.h"
#include "stack_pieces.h"

/* ---- logic */
//: not: (not <bool value>) -> bool
BOOL(not, STATIC) { return !int_of(c, ARG(not, value)); }
//: and: (and <bool a> <bool b>) -> bool
BOOL(and, STATIC) { return int_of(c, ARG(and, a)) && int_of(c, ARG(and, b)); }
//: or: (or <bool a> <bool b>) -> bool
BOOL(or, STATIC) { return int_of(c, ARG(or, a)) || int_of(c, ARG(or, b)); }
//: xor: (xor <bool a> <bool b>) -> bool
BOOL(xor, STATIC) { return !int_of(c, ARG(xor, a)) != !int_of(c, ARG(xor, b)); }
//: and_all: (and {<bool list>}) -> bool
BOOL(and_all, STATIC) {
    const Node *list = ARG(and_all, list);
    for (i32 i = 0; i < list->n; i++)
        if (!int_of(c, list->arg[i])) return 0;
    return 1;
}
//: or_all: (or {<bool list>}) -> bool
BOOL(or_all, STATIC) {
    const Node *list = ARG(or_all, list);
    for (i32 i = 0; i < list->n; i++)
        if (int_of(c, list->arg[i])) return 1;
    return 0;
}
//: bool_if: (if <bool condition> <bool yes> [<bool no>]) -> bool
BOOL(bool_if, STATIC) {
    if (int_of(c, ARG(bool_if, condition))) return int_of(c, ARG(bool_if, yes)) != 0;
    return ARG(bool_if, no) ? int_of(c, ARG(bool_if, no)) != 0 : 0;
}
//: tobool: (toBool <int a> | <float b>) -> bool
BOOL(tobool, STATIC) { return ARG(tobool, a) ? int_of(c, ARG(tobool, a)) != 0 : ARG(tobool, b)->value != 0; }

/* ---- comparisons */
//: eq: (= <int a> <int b> | <roleType>) -> bool
BOOL(eq, STATIC) {
    return int_of(c, ARG(eq, a)) == (ARG(eq, b) ? int_of(c, ARG(eq, b)) : role_of(c, ARG(eq, roleType)));
}
//: ne: (!= <int a> <int b> | <roleType>) -> bool
BOOL(ne, STATIC) {
    return int_of(c, ARG(ne, a)) != (ARG(ne, b) ? int_of(c, ARG(ne, b)) : role_of(c, ARG(ne, roleType)));
}
//: lt: (< <int a> <int b>) -> bool
BOOL(lt, STATIC) { return int_of(c, ARG(lt, a)) < int_of(c, ARG(lt, b)); }
//: le: (<= <int a> <int b>) -> bool
BOOL(le, STATIC) { return int_of(c, ARG(le, a)) <= int_of(c, ARG(le, b)); }
//: gt: (> <int a> <int b>) -> bool
BOOL(gt, STATIC) { return int_of(c, ARG(gt, a)) > int_of(c, ARG(gt, b)); }
//: ge: (>= <int a> <int b>) -> bool
BOOL(ge, STATIC) { return int_of(c, ARG(ge, a)) >= int_of(c, ARG(ge, b)); }
static i32 same_regions(Ctx *c, const Node *a, const Node *b) {
    TMP_REGION(x);
    TMP_REGION(y);
    region_of(c, a, x);
    region_of(c, b, y);
    return !memcmp(x, y, sizeof x);
}
//: eq_region: (= <region a> <region b>) -> bool
BOOL(eq_region, STATIC) { return same_regions(c, ARG(eq_region, a), ARG(eq_region, b)); }
//: ne_region: (!= <region a> <region b>) -> bool
BOOL(ne_region, STATIC) { return !same_regions(c, ARG(ne_region, a), ARG(ne_region, b)); }
//: is_even: (is Even <int value>) -> bool
BOOL(is_even, STATIC) { return !(int_of(c, ARG(is_even, value)) & 1); }
//: is_odd: (is Odd <int value>) -> bool
BOOL(is_odd, STATIC) { return int_of(c, ARG(is_odd, value)) & 1; }

/* ---- players */
static u32 players_named(Ctx *c, const Node *index, const Node *role) { return players_in(c, index ? index : role); }
//: is_mover: (is Mover <int index> | <roleType>) -> bool
BOOL(is_mover) { return (i32)(players_named(c, ARG(is_mover, index), ARG(is_mover, roleType)) >> c->s->mover & 1); }
//: is_next: (is Next <int index> | <roleType>) -> bool
BOOL(is_next) { return (i32)(players_named(c, ARG(is_next, index), ARG(is_next, roleType)) >> c->s->next & 1); }
//: is_prev: (is Prev <int index> | <roleType>) -> bool
BOOL(is_prev) { return (i32)(players_named(c, ARG(is_prev, index), ARG(is_prev, roleType)) >> c->s->previous & 1); }
//: is_active: (is Active <int index> | <roleType>) -> bool
BOOL(is_active) { return (players_named(c, ARG(is_active, index), ARG(is_active, roleType)) & (u32)c->s->active) != 0; }
//: is_friend: (is Friend <int index> | <roleType>) -> bool
BOOL(is_friend) {
    u32 friends = team_of(c, c->s->mover);
    if (ARG(is_friend, index)) {
        i32 player = int_of(c, ARG(is_friend, index));
        return is_player(c, player) && (friends >> player & 1);
    }
    return (players_of(c, ARG(is_friend, roleType)->value) & friends) != 0;
}
//: is_enemy: (is Enemy <int index> | <roleType>) -> bool
BOOL(is_enemy) { /* nobody's pieces are no enemies */
    u32 friends = team_of(c, c->s->mover);
    return (players_named(c, ARG(is_enemy, index), ARG(is_enemy, roleType)) & ~friends & ~(u32)1) != 0;
}

/* ---- sites */
//: is_empty: (is Empty [<siteType>] <int site>) -> bool
BOOL(is_empty) {
    i32 site = site_at(c, ARG(is_empty, siteType), ARG(is_empty, site));
    return is_site(c, site) && region_has(c->empty, site);
}
//: is_occupied: (is Occupied [<siteType>] <int site>) -> bool
BOOL(is_occupied) {
    i32 site = site_at(c, ARG(is_occupied, siteType), ARG(is_occupied, site));
    return is_site(c, site) && region_has(c->occupied, site);
}
static i32 number_in(Ctx *c, i32 number, const Node *region) { /* lists hold any numbers, places or not */
    i32 found = 0, *values, size = 0;
    if (region->op == OP_sites_pending) {
        for (i32 i = 0; i < c->s->n_pending; i++) found |= c->s->pending[i] == number;
        return found;
    }
    if (region->op == OP_sites_ints) size = array_of(c, SLOT(region, sites_ints, sites), &values);
    else if (region->op == OP_sites_array) size = array_of(c, SLOT(region, sites_array, intArray), &values);
    for (i32 i = 0; i < size && !found; i++) found = values[i] == number;
    c->n_numbers -= size;
    return found;
}
i32 site_in(Ctx *c, i32 site, const Node *region) {
    if (!is_site(c, site)) return number_in(c, site, region);
    if (region->bits) return region_has(region->bits, site);
    if (region->kind == INT_KIND || (region->kind == CONSTANT && region->type != TYPE_string))
        return int_of(c, region) == site;
    if (region->op == OP_intersection) { /* both are asked: what is drawn from chance is drawn */
        stack_left(c);
        tick(c, 2);
        i32 in_a = site_in(c, site, SLOT(region, intersection, a));
        return site_in(c, site, SLOT(region, intersection, b)) && in_a;
    }
    if (region->op == OP_sites_incident &&
        !either(SLOT(region, sites_incident, owner), SLOT(region, sites_incident, roleType)))
        return is_incident(c, region, site);
    TMP_REGION(sites);
    region_of(c, region, sites);
    return region_has(sites, site);
}
//: is_in: (is In [<int site> | {<int sites>}] <region>) -> bool
BOOL(is_in, STATIC) {
    const Node *region = ARG(is_in, region), *sites = ARG(is_in, sites);
    if (!sites) return site_in(c, int_or(c, ARG(is_in, site), c->to), region);
    for (i32 i = 0; i < sites->n; i++)
        if (!site_in(c, int_of(c, sites->arg[i]), region)) return 0;
    return sites->n > 0;
}
//: is_in_array: (is In <int value> <intArray>) -> bool
BOOL(is_in_array) {
    i32 wanted = int_of(c, ARG(is_in_array, value)), found = 0, *values;
    i32 size = array_of(c, ARG(is_in_array, intArray), &values);
    tick(c, size / 8);
    for (i32 i = 0; i < size && !found; i++) found = values[i] == wanted;
    c->n_numbers -= size;
    return found;
}
//: is_within: (is Within <int id> [<siteType>] at:<int> | in:<region>) -> bool
BOOL(is_within) {
    i32 what = int_of(c, ARG(is_within, id));
    if (what < 1 || what > c->g->n_components) return 0;
    if (ARG(is_within, at)) {
        i32 site = site_at(c, ARG(is_within, siteType), ARG(is_within, at));
        return is_site(c, site) && c->what[site] == what;
    }
    TMP_REGION(region);
    region_of(c, ARG(is_within, in), region);
    const u64 *kind = of_kind(c, what);
    for (i32 w = 0; w < c->g->words; w++)
        if (region[w] & kind[w]) return 1;
    return 0;
}
//: is_full: (is Full) -> bool
BOOL(is_full) {
    UNUSED;
    for (i32 w = 0; w < c->g->words; w++)
        if (c->empty[w] & c->g->board[w]) return 0;
    return 1;
}
//: is_visited: (is Visited <int site>) -> bool
BOOL(is_visited) {
    i32 site = int_of(c, ARG(is_visited, site));
    return is_site(c, site) && region_has(c->visited, site);
}
//: is_flat: (is Flat [<int site>]) -> bool
BOOL(is_flat) { /* on a pyramid: every place below bears a piece */
    i32 site = int_or(c, ARG(is_flat, site), c->to);
    if (!is_site(c, site)) return 0;
    tick(c, 4);
    for (i32 i = c->g->radial_first[site]; i < c->g->radial_first[site + 1]; i++) {
        const Radial *r = c->g->radials + i;
        if (r->n && c->g->layer[r->at[0]] < c->g->layer[site] && region_has(c->empty, r->at[0])) return 0;
    }
    return 1;
}

/* ---- what was done and said */
//: is_pending: (is Pending) -> bool
BOOL(is_pending) { return UNUSED, c->s->n_pending > 0; }
//: is_proposed: (is Proposed <string proposal>) -> bool
BOOL(is_proposed) { return c->s->proposed == ARG(is_proposed, proposal)->value; }
//: is_decided: (is Decided <string vote>) -> bool
BOOL(is_decided) { return c->s->decided == ARG(is_decided, vote)->value; }
//: is_triggered: (is Triggered <string event> <int index> | <roleType>) -> bool
BOOL(is_triggered) { /* by any event so far: Ludii keeps a bit for each player and clears none */
    u32 players = players_named(c, ARG(is_triggered, index), ARG(is_triggered, roleType));
    return (players & (u32)c->s->triggered) != 0;
}
//: was_pass: (was Pass) -> bool
BOOL(was_pass) { return UNUSED, last_move(c)->last_pass; }
//: all_passed: (all Passed) -> bool
BOOL(all_passed) { return UNUSED, all_passed(c); }

static i32 is_of_type(Ctx *c, i32 site, i32 type) { /* hands are made of cells */
    if (!is_site(c, site)) return 0;
    i32 first = c->g->type_first[type];
    return (first >= 0 && site >= first && site < first + c->g->type_n[type]) ||
           (type == siteType_Cell && c->g->container_of[site] > 0);
}
//: is_lastfrom: (is LastFrom <siteType>) -> bool
BOOL(is_lastfrom) { return is_of_type(c, last_move(c)->last_from, ARG(is_lastfrom, siteType)->value); }
//: is_lastto: (is LastTo <siteType>) -> bool
BOOL(is_lastto) { return is_of_type(c, last_move(c)->last_to, ARG(is_lastto, siteType)->value); }

/* ---- every one of them */
//: all_sites: (all Sites <region> if:<bool>) -> bool
BOOL(all_sites, STATIC) {
    i32 before = c->site, all = 1;
    TMP_REGION(region);
    region_of(c, ARG(all_sites, region), region);
    const Node *condition = ARG(all_sites, if_);
    for (i32 w = 0; w < c->g->words && all; w++)
        for (u64 bits = region[w]; bits && all; bits &= bits - 1) {
            c->site = 64 * w + __builtin_ctzll(bits);
            tick(c, 1);
            all = int_of(c, condition) != 0;
        }
    c->site = before;
    return all;
}
//: all_values: (all Values <intArray> if:<bool>) -> bool
BOOL(all_values) {
    i32 before = c->iterated, all = 1, *values;
    i32 size = array_of(c, ARG(all_values, intArray), &values);
    for (i32 i = 0; i < size && all; i++) {
        tick(c, 1);
        c->iterated = c->numbers[c->n_numbers - size + i];
        all = int_of(c, ARG(all_values, if_)) != 0;
    }
    c->n_numbers -= size;
    c->iterated = before;
    return all;
}
//: all_different: (all Different <region> if:<bool>) -> bool
BOOL(all_different) { /* no two sites that meet the condition hold the same kind of piece, and all meet it */
    i32 before = c->site, different = 1;
    u64 seen[c->g->n_components / 64 + 1];
    memset(seen, 0, sizeof seen);
    TMP_REGION(region);
    region_of(c, ARG(all_different, region), region);
    FOR_SITES (region, site) {
        c->site = site;
        tick(c, 1);
        if (!different) continue;
        different = int_of(c, ARG(all_different, if_)) && !region_has(seen, c->what[site]);
        region_add(seen, c->what[site]);
    }
    c->site = before;
    return different;
}
//: all_different_values: (all Different [<siteType>] [<region>] [except:<int> | excepts:{<int>}]) -> bool
BOOL(all_different_values) { /* the kinds of piece on the region, those excepted left out */
    const Node *one = ARG(all_different_values, except), *many = ARG(all_different_values, excepts);
    const Node *where = ARG(all_different_values, region);
    u64 seen[c->g->n_components / 64 + 1];
    memset(seen, 0, sizeof seen);
    TMP_REGION(region);
    if (where) region_of(c, where, region);
    else region_copy(c, region, c->g->board);
    i32 different = 1;
    FOR_SITES (region, bare) {
        i32 site = site_of_type(c, ARG(all_different_values, siteType), bare, where && is_literal(where));
        i32 what = is_site(c, site) ? c->what[site] : 0, excepted = one && int_of(c, one) == what;
        tick(c, 1);
        for (i32 i = 0; many && i < many->n; i++) excepted |= int_of(c, many->arg[i]) == what;
        if (excepted) continue;
        if (region_has(seen, what)) different = 0;
        region_add(seen, what);
    }
    return different;
}

/* ---- moves and pieces */
//: can_move: (can Move <moves>) -> bool
BOOL(can_move) { return any_move(c, ARG(can_move, moves)); }
//: no_moves: (no Moves <roleType>) -> bool
BOOL(no_moves) { /* Next: asked now. Anybody else: as it was when his turn last came */
    i32 role = ARG(no_moves, roleType)->value;
    if (role == roleType_Next) return !c->asks_moves && !player_has_move(c, c->s->next);
    u32 players = players_of(c, role) & (((u32)2 << c->g->n_players) - 2);
    return players && !(players & ~(u32)c->s->stuck);
}
//: no_pieces: (no Pieces [<siteType>] [<roleType> | of:<int>] [<pieceName name>] [in:<region>]) -> bool
BOOL(no_pieces) {
    TMP_REGION(pieces);
    if (c->first_level) {
        u64 kinds[kind_words(c)];
        Wanted w = wanted_pieces(c, either(ARG(no_pieces, roleType), ARG(no_pieces, of)), ARG(no_pieces, name), kinds);
        if (ARG(no_pieces, in)) region_of(c, ARG(no_pieces, in), pieces), region_and(c, pieces, c->occupied);
        else region_copy(c, pieces, c->occupied);
        keep_wanted(c, &w, pieces);
        return !region_any(c, pieces);
    }
    const Node *role = ARG(no_pieces, roleType), *of = ARG(no_pieces, of), *name = ARG(no_pieces, name);
    pieces_of(c, ARG(no_pieces, siteType), role, of, name, ARG(no_pieces, in), pieces);
    return !region_any(c, pieces);
}

/* ---- repetition */
//: is_repeat: (is Repeat [<repetitionType>]) -> bool
BOOL(is_repeat) {
    const Node *kind = ARG(is_repeat, repetitionType);
    return position_repeated(c, kind ? kind->value : repetitionType_Positional);
}
//: is_cycle: (is Cycle) -> bool
/* Have the last positions come three times over, in the time in which everybody moves there and back? Longer runs are no
 * cycle: Oware. In the rules of a ply's end the position that it leads to does not count yet: Game of Dwarfs. */
BOOL(is_cycle) {
    UNUSED;
    i32 length = 2 * c->g->n_players, size = c->s->n_history;
    tick(c, 1);
    if (size < 3 * length) return 0;
    const u64 *first = c->history + N_DIGESTS * (size - 3 * length);
    for (i32 i = 0; i < 2 * length; i++)
        if (first[N_DIGESTS * i] != first[N_DIGESTS * (i + length)]) return 0;
    return 1;
}
