/* Regions: sets of sites, given ones, what the state says, of moves, chance. */
#include "directions.h"
#include "listing.h"
#include "stack_pieces.h"
#include "random.h"

/* ---- sets */
//: region_if: (if <bool condition> <region yes> [<region no>]) -> region
REGION(region_if, STATIC) {
    if (int_of(c, ARG(region_if, condition))) region_of(c, ARG(region_if, yes), out);
    else if (ARG(region_if, no)) region_of(c, ARG(region_if, no), out);
    else region_clear(c, out);
}

//: union: (union <region a> <region b>) -> region
REGION(union, STATIC) {
    TMP_REGION(b);
    region_of(c, ARG(union, a), out);
    region_or(c, out, bits_of(c, ARG(union, b), b));
}
//: intersection: (intersection <region a> <region b>) -> region
REGION(intersection, STATIC) {
    TMP_REGION(b);
    region_of(c, ARG(intersection, a), out);
    region_and(c, out, bits_of(c, ARG(intersection, b), b));
}
//: union_all: (union {<region regions>}) -> region
REGION(union_all, STATIC) { region_of(c, ARG(union_all, regions), out); }
//: intersection_all: (intersection {<region regions>}) -> region
REGION(intersection_all, STATIC) {
    const Node *list = ARG(intersection_all, regions);
    TMP_REGION(one);
    region_clear(c, out);
    for (i32 i = 0; i < list->n; i++) {
        if (i == 0) region_of(c, list->arg[0], out);
        else region_and(c, out, bits_of(c, list->arg[i], one));
    }
}
//: difference: (difference <region a> <region b> | <int site>) -> region
REGION(difference, STATIC) {
    region_of(c, ARG(difference, a), out);
    if (ARG(difference, site)) {
        i32 site = int_of(c, ARG(difference, site));
        if (is_site(c, site)) region_drop(out, site);
        return;
    }
    TMP_REGION(b);
    region_minus(c, out, bits_of(c, ARG(difference, b), b));
}
//: region_foreach: (forEach <region> if:<bool>) -> region
REGION(region_foreach, STATIC) { /* (site) goes over the region */
    i32 before = c->site;
    TMP_REGION(all);
    const u64 *sites = bits_of(c, ARG(region_foreach, region), all);
    region_clear(c, out);
    FOR_SITES (sites, site) {
        c->site = site;
        tick(c, 1);
        if (int_of(c, ARG(region_foreach, if_))) region_add(out, site);
    }
    c->site = before;
}
//: region_foreach_of: (forEach of:<region> <region body>) -> region
REGION(region_foreach_of) { /* the union of the body for each site */
    i32 before = c->site;
    TMP_REGION(all);
    TMP_REGION(one);
    const u64 *sites = bits_of(c, ARG(region_foreach_of, of), all);
    region_clear(c, out);
    FOR_SITES (sites, site) {
        c->site = site;
        region_of(c, ARG(region_foreach_of, body), one);
        region_or(c, out, one);
    }
    c->site = before;
}
//: region_foreach_player: (forEach <intArray players> <region>) -> region
REGION(region_foreach_player) {
    i32 before = c->player, start = c->n_numbers, *v, n_players = array_of(c, ARG(region_foreach_player, players), &v);
    TMP_REGION(one);
    region_clear(c, out);
    for (i32 i = 0; i < n_players; i++) {
        c->player = c->numbers[start + i];
        if (c->player < 0 || c->player > c->g->n_players) continue;
        region_of(c, ARG(region_foreach_player, region), one);
        region_or(c, out, one);
    }
    c->player = before;
    c->n_numbers = start;
}
//: region_foreach_team: (forEach Team <region>) -> region
REGION(region_foreach_team) {
    const u32 before = c->members;
    TMP_REGION(one);
    region_clear(c, out);
    for (i32 t = 1; t <= c->g->n_players; t++) {
        if (!(c->members = team(c, t))) continue;
        region_of(c, ARG(region_foreach_team, region), one);
        region_or(c, out, one);
    }
    c->members = before;
}

/* ---- given sites */
//: sites_context: (sites) -> region
REGION(sites_context) {
    UNUSED;
    if (c->region) region_copy(c, out, c->region);
    else region_clear(c, out);
}
static void add_numbers(Ctx *c, const Node *list, u64 *out) {
    region_clear(c, out);
    for (i32 i = 0; i < list->n; i++) add_site(c, out, int_of(c, list->arg[i]));
}
//: sites_ints: (sites {<int sites>}) -> region
REGION(sites_ints, STATIC) { add_numbers(c, ARG(sites_ints, sites), out); }
//: sites_coords: (sites [<siteType>] {<coordinate coords>}) -> region
REGION(sites_coords, STATIC) {
    const Node *list = ARG(sites_coords, coords);
    region_clear(c, out);
    for (i32 i = 0; i < list->n; i++) add_site(c, out, site_labelled(c, ARG(sites_coords, siteType), list->arg[i]));
}
//: sites_array: (sites <intArray>) -> region
REGION(sites_array) {
    i32 *v, size = array_of(c, ARG(sites_array, intArray), &v);
    region_clear(c, out);
    tick(c, size / 8);
    for (i32 i = 0; i < size; i++) add_site(c, out, v[i]);
    c->n_numbers -= size;
}

/* ---- what the state says */
//: sites_empty: (sites Empty [<siteType>] [<int container>]) -> region
REGION(sites_empty) {
    i32 container = int_or(c, ARG(sites_empty, container), 0);
    if (container <= 0) board_of_type(c, ARG(sites_empty, siteType), out);
    else {
        region_clear(c, out);
        if (container >= c->g->n_containers) return;
        region_range(out, c->g->containers[container].first, c->g->containers[container].n);
    }
    region_and(c, out, c->empty);
}
//: sites_toclear: (sites ToClear [<siteType>]) -> region
REGION(sites_toclear) {
    UNUSED;
    region_copy(c, out, c->to_clear);
}
//: sites_lastto: (sites LastTo [<siteType>]) -> region
/* wherever the move put something */
REGION(sites_lastto) {
    UNUSED;
    region_copy(c, out, c->arrived);
    add_site(c, out, last_move(c)->last_to);
}
//: sites_lastfrom: (sites LastFrom [<siteType>]) -> region
REGION(sites_lastfrom) {
    UNUSED;
    region_clear(c, out);
    add_site(c, out, last_move(c)->last_from);
}
//: last_between: (last Between) -> region
REGION(last_between) {
    UNUSED;
    last_move(c), region_copy(c, out, c->between_last);
}
//: sites_pending: (sites Pending [<siteType>]) -> region
REGION(sites_pending) {
    UNUSED;
    region_clear(c, out);
    for (i32 i = 0; i < c->s->n_pending; i++) add_site(c, out, c->s->pending[i]);
}
//: sites_state: (sites State [<siteType>] [<int value>]) -> region
REGION(sites_state) {
    i32 value = int_or(c, ARG(sites_state, value), 0);
    i32 n_sites, first = board_sites(c, ARG(sites_state, siteType), &n_sites);
    region_clear(c, out);
    tick(c, n_sites / 16);
    for (i32 s = first; s < first + n_sites; s++)
        if (c->state[s] == value) region_add(out, s);
}
//: sites_playable: (sites Playable [<siteType>]) -> region
REGION(sites_playable) { /* of a board without end: beside a piece; the middle while there is none */
    board_of_type(c, ARG(sites_playable, siteType), out);
    TMP_REGION(near);
    region_clear(c, near);
    i32 pieces = 0;
    FOR_SITES (c->occupied, site) {
        if (!region_has(out, site)) continue;
        const Row *row = &c->g->neighbours[relationType_Adjacent][site];
        for (i32 i = 0; i < row->n; i++) region_add(near, row->at[i]);
        pieces++;
    }
    if (!pieces) {
        region_copy(c, out, c->g->static_regions + STATIC_REGION_Centre * c->g->words);
        return;
    }
    region_and(c, out, near);
    region_and(c, out, c->empty);
}

static void add_kind(Ctx *c, i32 name, u64 *out) { /* by its whole name or its name without number */
    const Row *called = c->g->called + name;
    tick(c, called->n);
    for (i32 k = 0; k < called->n; k++) region_or(c, out, of_kind(c, called->at[k]));
}
static void occupied_beneath(Ctx *c, const Node *n, u64 *out) { /* by such a piece at any level */
    const Node *what = ARG(sites_occupied, component), *name = ARG(sites_occupied, componentName),
               *names = ARG(sites_occupied, components);
    u64 kinds[kind_words(c)];
    Wanted w = wanted_pieces(c, either(ARG(sites_occupied, byRole), ARG(sites_occupied, by)), name, kinds);
    for (i32 i = 0; names && i < names->n; i++) add_called(c, names->arg[i]->value, kinds);
    i32 number = what ? int_of(c, what) : 0;
    if (number > 0 && number <= c->g->n_components) region_add(kinds, number);
    if (what || name || names) w.kinds = kinds;
    region_copy(c, out, c->occupied);
    keep_wanted(c, &w, out);
}
//: sites_occupied: (sites Occupied by:<player> | by:<roleType byRole> [container:<int> | container:<containerName
//:     containerName>] [component:<int> | component:<pieceName componentName> | components:{<pieceName>}]
//:     [top:<bool>] [on:<siteType>]) -> region
REGION(sites_occupied) {
    const Node *role = ARG(sites_occupied, byRole), *type = ARG(sites_occupied, on);
    i32 all = role && role->kind == CONSTANT && (role->value == roleType_All || role->value == roleType_Shared);
    if (all) {
        TMP_REGION(nobodys);
        region_copy(c, out, c->occupied);
        owned_by_any(c, 1, nobodys);
        if (role->value == roleType_Shared) region_minus(c, out, nobodys); /* every player's, and shared ones: Hackenbush */
    } else owned_by_any(c, players_in(c, role ? role : ARG(sites_occupied, by)), out);
    if (ARG(sites_occupied, component) || ARG(sites_occupied, componentName) || ARG(sites_occupied, components)) {
        TMP_REGION(kinds);
        region_clear(c, kinds);
        if (ARG(sites_occupied, componentName)) add_kind(c, ARG(sites_occupied, componentName)->value, kinds);
        else if (ARG(sites_occupied, components)) {
            const Node *list = ARG(sites_occupied, components);
            for (i32 i = 0; i < list->n; i++) add_kind(c, list->arg[i]->value, kinds);
        } else {
            i32 what = int_of(c, ARG(sites_occupied, component));
            if (what > 0 && what <= c->g->n_components) region_copy(c, kinds, of_kind(c, what));
        }
        region_and(c, out, kinds);
    }
    if (c->first_level && !bool_or(c, ARG(sites_occupied, top), 1)) occupied_beneath(c, n, out);
    const Node *name = ARG(sites_occupied, containerName), *number = ARG(sites_occupied, container);
    i32 container = number ? int_of(c, number) : -1, any = !name && !number;
    if (name) keep_in_container(c, out, name->value);
    TMP_REGION(within);
    if (container > 0 && container < c->g->n_containers) {
        region_clear(c, within);
        region_range(within, c->g->containers[container].first, c->g->containers[container].n);
        region_and(c, out, within);
    } else if (container == 0 || type || (any && c->g->site_type != siteType_Cell)) { /* hands are made of cells */
        board_of_type(c, type, within);
        region_and(c, out, within);
    }
}
//: sites_start: (sites Start <pieceRef>) -> region
REGION(sites_start) { /* where pieces of the kind stood at the beginning */
    const Node *piece = ARG(sites_start, pieceRef);
    const Node *number = SLOT(piece, piece_ref, component), *name = SLOT(piece, piece_ref, name);
    i32 kind = number ? int_of(c, number) : 0, words = c->g->words;
    region_clear(c, out);
    for (i32 what = 1; what <= c->g->n_components; what++) {
        if (name ? is_called(c, what, name->value) : what == kind)
            for (i32 w = 0; w < words; w++) out[w] |= c->g->start_kinds[what * words + w];
    }
}

/* ---- of moves */
static void sites_of_moves(Ctx *c, const Node *moves, i32 from, u64 *out) {
    i32 n_moves = c->n_moves, n_actions = c->n_actions, n_thens = c->n_thens;
    region_clear(c, out);
    i32 start = collect(c, moves);
    tick(c, (c->n_moves - start) / 4);
    for (i32 i = start; i < c->n_moves; i++) add_site(c, out, from ? c->moves[i].from : c->moves[i].to);
    c->n_moves = n_moves, c->n_actions = n_actions, c->n_thens = n_thens;
}
//: sites_from: (sites From <moves>) -> region
REGION(sites_from) { sites_of_moves(c, ARG(sites_from, moves), 1, out); }
//: sites_to: (sites To <moves>) -> region
REGION(sites_to) { sites_of_moves(c, ARG(sites_to, moves), 0, out); }

/* ---- chance */
//: sites_random: (sites Random [<region>] [num:<int>]) -> region
REGION(sites_random) {
    TMP_REGION(from);
    i32 wanted = int_or(c, ARG(sites_random, num), 1);
    if (ARG(sites_random, region)) region_of(c, ARG(sites_random, region), from);
    else region_copy(c, from, c->g->board);
    region_clear(c, out);
    for (i32 left = region_size(c, from); wanted > 0 && left > 0; wanted--, left--) {
        i32 k = random_below(c->chance, left);
        tick(c, 1 + c->g->words / 8);
        i32 chosen = OFF;
        FOR_SITES (from, site)
            if (k-- == 0) chosen = site;
        region_drop(from, chosen);
        region_add(out, chosen);
    }
}
