/* Regions: ludemes that are sets of sites. */
#include "engine.h"

/* ---- shared helpers */
static void region_or(Ctx *c, u64 *into, const u64 *from) {
    for (i32 w = 0; w < c->g->words; w++) into[w] |= from[w];
}
static void region_and(Ctx *c, u64 *into, const u64 *from) {
    for (i32 w = 0; w < c->g->words; w++) into[w] &= from[w];
}
static void region_minus(Ctx *c, u64 *into, const u64 *from) {
    for (i32 w = 0; w < c->g->words; w++) into[w] &= ~from[w];
}
static void region_range(u64 *into, i32 first, i32 n) {
    for (i32 i = 0; i < n; i++) region_add(into, first + i);
}
static i32 board_sites(Ctx *c, const Node *type, i32 *n) { /* where those of a type begin, how many */
    if (!type || type->value == c->g->site_type) {
        *n = c->g->n_board;
        return 0;
    }
    i32 first = c->g->type_first[type->value];
    *n = first < 0 ? 0 : c->g->type_n[type->value];
    return first;
}
static void add_site(Ctx *c, u64 *out, i32 site) {
    if (is_site(c, site)) region_add(out, site);
}
/* What a region argument or a site argument says, whichever is there; otherwise is the site where neither is. */
static void region_or_site(Ctx *c, const Node *region, const Node *type, const Node *site, i32 otherwise, u64 *out) {
    if (region) {
        region_of(c, region, out);
        return;
    }
    region_clear(c, out);
    add_site(c, out, site ? site_at(c, type, site) : otherwise);
}

/* ---- sets */
//: region_if: (if <bool condition> <region yes> [<region no>]) -> region
REGION(region_if, STATIC) {
    if (int_of(c, ARG(region_if, condition))) region_of(c, ARG(region_if, yes), out);
    else if (ARG(region_if, no)) region_of(c, ARG(region_if, no), out);
    else region_clear(c, out);
}
static const u64 *bits_of(Ctx *c, const Node *n, u64 *room) { /* without a copy where they are known */
    if (n->bits) return n->bits;
    region_of(c, n, room);
    return room;
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

/* ---- parts of the board */
//: sites_board: (sites Board [<siteType>]) -> region
REGION(sites_board, STATIC) { board_of_type(c, ARG(sites_board, siteType), out); }
/* A part that the board knows; of another site type the sites at the same extreme. */
static void static_region(Ctx *c, const Node *type, i32 which, u64 *out) {
    i32 n, first = board_sites(c, type, &n);
    if (first == 0) {
        region_copy(c, out, c->g->static_regions + which * c->g->words);
        return;
    }
    region_clear(c, out);
    if (which > STATIC_REGION_Right) return;
    i32 sign = which == STATIC_REGION_Top || which == STATIC_REGION_Right ? 1 : -1;
    const i32 *along = which <= STATIC_REGION_Bottom ? c->g->coordinate_y : c->g->coordinate_x;
    i32 best = INT32_MIN;
    for (i32 s = first; s < first + n; s++)
        if (sign * along[s] > best) best = sign * along[s];
    for (i32 s = first; s < first + n; s++)
        if (sign * along[s] > best - 10) region_add(out, s);
}
//: sites_top: (sites Top [<siteType>]) -> region
REGION(sites_top, STATIC) { static_region(c, ARG(sites_top, siteType), STATIC_REGION_Top, out); }
//: sites_bottom: (sites Bottom [<siteType>]) -> region
REGION(sites_bottom, STATIC) { static_region(c, ARG(sites_bottom, siteType), STATIC_REGION_Bottom, out); }
//: sites_left: (sites Left [<siteType>]) -> region
REGION(sites_left, STATIC) { static_region(c, ARG(sites_left, siteType), STATIC_REGION_Left, out); }
//: sites_right: (sites Right [<siteType>]) -> region
REGION(sites_right, STATIC) { static_region(c, ARG(sites_right, siteType), STATIC_REGION_Right, out); }
//: sites_inner: (sites Inner [<siteType>]) -> region
REGION(sites_inner, STATIC) { static_region(c, ARG(sites_inner, siteType), STATIC_REGION_Inner, out); }
//: sites_outer: (sites Outer [<siteType>]) -> region
REGION(sites_outer, STATIC) { static_region(c, ARG(sites_outer, siteType), STATIC_REGION_Outer, out); }
//: sites_perimeter: (sites Perimeter [<siteType>]) -> region
REGION(sites_perimeter, STATIC) { static_region(c, ARG(sites_perimeter, siteType), STATIC_REGION_Perimeter, out); }
//: sites_corners: (sites Corners [<siteType>]) -> region
REGION(sites_corners, STATIC) { static_region(c, ARG(sites_corners, siteType), STATIC_REGION_Corners, out); }
//: sites_concavecorners: (sites ConcaveCorners [<siteType>]) -> region
REGION(sites_concavecorners, STATIC) {
    static_region(c, ARG(sites_concavecorners, siteType), STATIC_REGION_ConcaveCorners, out);
}
//: sites_convexcorners: (sites ConvexCorners [<siteType>]) -> region
REGION(sites_convexcorners, STATIC) {
    static_region(c, ARG(sites_convexcorners, siteType), STATIC_REGION_ConvexCorners, out);
}
//: sites_major: (sites Major [<siteType>]) -> region
REGION(sites_major, STATIC) { static_region(c, ARG(sites_major, siteType), STATIC_REGION_Major, out); }
//: sites_minor: (sites Minor [<siteType>]) -> region
REGION(sites_minor, STATIC) { static_region(c, ARG(sites_minor, siteType), STATIC_REGION_Minor, out); }
//: sites_centre: (sites Centre [<siteType>]) -> region
REGION(sites_centre, STATIC) { static_region(c, ARG(sites_centre, siteType), STATIC_REGION_Centre, out); }
/* The sites of the board whose number in the table is the index; without an index there are none. */
static void sites_where(Ctx *c, const Node *type, const i32 *table, const Node *index, u64 *out) {
    i32 n, first = board_sites(c, type, &n), wanted = index ? int_of(c, index) : -1;
    region_clear(c, out);
    if (wanted < 0) return;
    tick(c, n / 16);
    for (i32 s = first; s < first + n; s++)
        if (table[s] == wanted) region_add(out, s);
}
//: sites_row: (sites Row [<siteType>] [<int index>]) -> region
REGION(sites_row, STATIC) { sites_where(c, ARG(sites_row, siteType), c->g->row, ARG(sites_row, index), out); }
//: sites_column: (sites Column [<siteType>] [<int index>]) -> region
REGION(sites_column, STATIC) {
    sites_where(c, ARG(sites_column, siteType), c->g->column, ARG(sites_column, index), out);
}
//: sites_phase: (sites Phase [<siteType>] [<int index>]) -> region
REGION(sites_phase, STATIC) { sites_where(c, ARG(sites_phase, siteType), c->g->colour, ARG(sites_phase, index), out); }
//: sites_layer: (sites Layer [<siteType>] [<int index>]) -> region
REGION(sites_layer, STATIC) { sites_where(c, ARG(sites_layer, siteType), c->g->layer, ARG(sites_layer, index), out); }
//: sites_cell: (sites Cell [<siteType>] [<int index>]) -> region
REGION(sites_cell, STATIC) { region_or_site(c, NULL, ARG(sites_cell, siteType), ARG(sites_cell, index), OFF, out); }
//: sites_edge: (sites Edge [<siteType>] [<int index>]) -> region
REGION(sites_edge, STATIC) { region_or_site(c, NULL, ARG(sites_edge, siteType), ARG(sites_edge, index), OFF, out); }
//: sites_side: (sites Side [<siteType>] [<player> | <roleType> | <compassDirection>]) -> region
REGION(sites_side, STATIC) {
    i32 direction = -1;
    if (ARG(sites_side, compassDirection)) direction = ARG(sites_side, compassDirection)->value;
    else {
        const Node *who = either(ARG(sites_side, player), ARG(sites_side, roleType));
        i32 p = who ? player_in(c, who) : -1;
        if (p >= 0 && p <= c->g->n_players + 1) direction = c->g->facing[p];
    }
    if (direction < 0) region_clear(c, out);
    else region_copy(c, out, c->g->side_regions + direction * c->g->words);
}

/* ---- regions of the equipment */
/* a list of regions elsewhere, their union here */
static void static_keyword(Ctx *c, i32 keyword, u64 *out) {
    const u64 *corners = c->g->static_regions + STATIC_REGION_Corners * c->g->words;
    region_clear(c, out);
    if (keyword == regionTypeStatic_Corners) region_copy(c, out, corners);
    else if (keyword == regionTypeStatic_Sides || keyword == regionTypeStatic_SidesNoCorners) {
        for (i32 d = 0; d < N_absoluteDirection; d++) region_or(c, out, c->g->side_regions + d * c->g->words);
        if (keyword == regionTypeStatic_SidesNoCorners) region_minus(c, out, corners);
    } else region_copy(c, out, c->g->board);
}
void named_region(Ctx *c, const NamedRegion *region, u64 *out) {
    if (region->bits) {
        region_copy(c, out, region->bits);
        return;
    }
    TMP_REGION(one);
    deeper(c); /* regions may name each other */
    region_clear(c, out);
    for (i32 i = 0; i < region->region->n; i++) {
        const Node *item = region->region->arg[i];
        if (item->kind == CONSTANT && item->type == TYPE_regionTypeStatic) static_keyword(c, item->value, one);
        else region_of(c, item, one);
        region_or(c, out, one);
    }
    c->depth--;
}
/* All regions of the name (-1: any) that belong to one of the players (as bits; 0: whoever's). */
static void named_regions(Ctx *c, i32 name, u32 owners, i32 any_owner, u64 *out) {
    TMP_REGION(one);
    region_clear(c, out);
    for (i32 i = 0; i < c->g->n_regions; i++) {
        const NamedRegion *r = &c->g->regions[i];
        if ((name >= 0 && r->name != name) || (!any_owner && (r->owner < 0 || !(owners >> r->owner & 1)))) continue;
        if (r->bits) region_or(c, out, r->bits);
        else named_region(c, r, one), region_or(c, out, one);
    }
}
//: sites_name: (sites [<player> | <roleType>] [<siteType>] <regionName name>) -> region
REGION(sites_name, STATIC) { /* a region of the equipment, else a coordinate */
    const Node *who = either(ARG(sites_name, player), ARG(sites_name, roleType)), *name = ARG(sites_name, name);
    named_regions(c, name->value, who ? players_in(c, who) : 0, !who, out);
    i32 site = c->g->names[name->value].site;
    if (!is_site(c, site) || who) return;
    for (i32 i = 0; i < c->g->n_regions; i++)
        if (c->g->regions[i].name == name->value) return;
    region_add(out, site);
}
//: sites_owner: (sites <player> | <roleType> [<siteType>]) -> region
REGION(sites_owner, STATIC) {
    named_regions(c, -1, players_in(c, either(ARG(sites_owner, player), ARG(sites_owner, roleType))), 0, out);
}
//: sites_hand: (sites Hand [<player> | <roleType>]) -> region
REGION(sites_hand, STATIC) {
    const Node *who = either(ARG(sites_hand, player), ARG(sites_hand, roleType));
    u32 owners = who ? players_in(c, who) : ~(u32)0;
    region_clear(c, out);
    for (i32 k = 1; k < c->g->n_containers; k++) {
        const Container *hand = &c->g->containers[k];
        if (owners >> hand->owner & 1) region_range(out, hand->first, hand->n);
    }
}
//: sites_track: (sites Track [<player> | <roleType>] [<trackName name>] [from:<int>] [to:<int>]) -> region
REGION(sites_track, STATIC) {
    const Node *who = either(ARG(sites_track, player), ARG(sites_track, roleType));
    const Track *t = track_of(c, ARG(sites_track, name), who ? player_in(c, who) : -1);
    region_clear(c, out);
    if (!t) return;
    tick(c, t->sites.n / 8);
    if (!ARG(sites_track, from) && !ARG(sites_track, to)) {
        for (i32 i = 0; i < t->sites.n; i++) add_site(c, out, t->sites.at[i]);
        return;
    }
    i32 from = int_or(c, ARG(sites_track, from), UNDEFINED), to = int_or(c, ARG(sites_track, to), UNDEFINED), first = 0;
    if (ARG(sites_track, from))
        while (first < t->sites.n && t->sites.at[first] != from) first++;
    /* once around, up to and with the last one */
    for (i32 i = 0; first < t->sites.n && i < t->sites.n; i++) {
        if (first + i >= t->sites.n && !ARG(sites_track, to)) break;
        i32 site = t->sites.at[(first + i) % t->sites.n];
        add_site(c, out, site);
        if (ARG(sites_track, to) && site == to) break;
    }
}

/* ---- what the state says */
//: sites_empty: (sites Empty [<siteType>]) -> region
REGION(sites_empty) {
    board_of_type(c, ARG(sites_empty, siteType), out);
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
    add_site(c, out, c->s->last_to);
}
//: sites_lastfrom: (sites LastFrom [<siteType>]) -> region
REGION(sites_lastfrom) {
    UNUSED;
    region_clear(c, out);
    add_site(c, out, c->s->last_from);
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
        const Row *row = &c->g->neighbours[3][site];
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
static void owned_by_any(Ctx *c, u32 players, u64 *out) {
    region_clear(c, out);
    for (; players; players &= players - 1) region_or(c, out, owned_by(c, __builtin_ctz(players)));
}
static void add_kind(Ctx *c, i32 name, u64 *out) { /* by its whole name or its name without number */
    tick(c, c->g->n_components / 4);
    for (i32 k = 1; k <= c->g->n_components; k++)
        if (c->g->components[k].name == name || c->g->components[k].base == name) region_or(c, out, of_kind(c, k));
}
//: sites_occupied: (sites Occupied by:<player> | by:<roleType byRole> [container:<int> | container:<containerName
//:     containerName>] [component:<int> | component:<pieceName componentName> | components:{<pieceName>}]
//:     [top:<bool>] [on:<siteType>]) -> region
REGION(sites_occupied) {
    const Node *role = ARG(sites_occupied, byRole), *type = ARG(sites_occupied, on);
    i32 all = role && role->kind == CONSTANT && (role->value == roleType_All || role->value == roleType_Shared);
    if (all) region_copy(c, out, c->occupied);
    else owned_by_any(c, players_in(c, role ? role : ARG(sites_occupied, by)), out);
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
        const Component *k = &c->g->components[what];
        if (name ? k->name == name->value || k->base == name->value : what == kind)
            for (i32 w = 0; w < words; w++) out[w] |= c->g->start_kinds[what * words + w];
    }
}

/* ---- around, along, between */
static i32 relation_index(const Node *direction, i32 otherwise) { /* a row of Game.neighbours; -1: none */
    if (!direction) return otherwise;
    if (direction->kind != CONSTANT) return -1;
    if (direction->type == TYPE_relationType) return direction->value;
    if (direction->type != TYPE_absoluteDirection) return -1;
    switch (direction->value) {
    case absoluteDirection_Orthogonal: return 0;
    case absoluteDirection_Diagonal: return 1;
    case absoluteDirection_OffDiagonal: return 2;
    case absoluteDirection_Adjacent: return 3;
    case absoluteDirection_All: return 4;
    default: return -1;
    }
}
static void add_neighbours(Ctx *c, i32 site, i32 relation, const Node *direction, u64 *out) { /* one step */
    if (relation >= 0) {
        const Row *row = &c->g->neighbours[relation][site];
        for (i32 i = 0; i < row->n; i++) region_add(out, row->at[i]);
        return;
    }
    DirSet dirs = directions_of(c, direction, site, REL_Adjacent);
    FOR_RADIALS (site, dirs, r) region_add(out, r->at[0]);
}
//: expand: (expand [<int container> | <containerName>] <region> | origin:<int> [steps:<int>]
//:     [<absoluteDirection>] [<siteType>]) -> region
REGION(expand, STATIC) {
    const Node *direction = ARG(expand, absoluteDirection);
    i32 relation = relation_index(direction, 3), steps = int_or(c, ARG(expand, steps), 1);
    region_or_site(c, ARG(expand, region), ARG(expand, siteType), ARG(expand, origin), OFF, out);
    TMP_REGION(edge);
    TMP_REGION(next);
    region_copy(c, edge, out);
    for (i32 i = 0; i < steps && region_any(c, edge); i++) {
        region_clear(c, next);
        FOR_SITES (edge, site) tick(c, 1), add_neighbours(c, site, relation, direction, next);
        region_minus(c, next, out);
        region_or(c, out, next);
        region_copy(c, edge, next);
    }
}
static void keep_dynamic(Ctx *c, i32 keyword, u64 *out) {
    const u64 *own = owned_by(c, c->s->mover);
    TMP_REGION(enemy);
    switch (keyword) {
    case regionTypeDynamic_Empty: region_and(c, out, c->empty); return;
    case regionTypeDynamic_NotEmpty: region_minus(c, out, c->empty); return;
    case regionTypeDynamic_Own: region_and(c, out, own); return;
    case regionTypeDynamic_NotOwn: region_minus(c, out, own); return;
    }
    owned_by_any(c, players_of(c, roleType_Enemy), enemy);
    if (keyword == regionTypeDynamic_Enemy) region_and(c, out, enemy);
    else region_minus(c, out, enemy);
}
//: sites_around: (sites Around [<siteType>] <int site> | <region> [<regionTypeDynamic>] [distance:<int>]
//:     [<absoluteDirection>] [if:<bool>] [includeSelf:<bool>]) -> region
REGION(sites_around, STATIC) {
    const Node *direction = ARG(sites_around, absoluteDirection);
    i32 relation = relation_index(direction, 3), distance = int_or(c, ARG(sites_around, distance), 1);
    TMP_REGION(origin);
    region_or_site(c, ARG(sites_around, region), ARG(sites_around, siteType), ARG(sites_around, site), OFF, origin);
    region_clear(c, out);
    FOR_SITES (origin, site) {
        tick(c, 1);
        if (distance == 1) {
            add_neighbours(c, site, relation, direction, out);
            continue;
        }
        DirSet dirs = directions_of(c, direction, site, REL_Adjacent);
        FOR_RADIALS (site, dirs, r)
            if (distance > 0 && distance <= r->n) region_add(out, r->at[distance - 1]);
    }
    if (ARG(sites_around, regionTypeDynamic)) keep_dynamic(c, ARG(sites_around, regionTypeDynamic)->value, out);
    if (ARG(sites_around, if_)) keep_where(c, out, ARG(sites_around, if_));
    if (bool_or(c, ARG(sites_around, includeSelf), 0)) region_or(c, out, origin);
    else region_minus(c, out, origin);
}
//: sites_direction: (sites Direction from:<int> | from:<region fromRegion> [<direction>] [included:<bool>]
//:     [stop:<bool>] [stopIncluded:<bool>] [distance:<int>] [<siteType>]) -> region
REGION(sites_direction) {
    const Node *stop = ARG(sites_direction, stop), *origin_region = ARG(sites_direction, fromRegion);
    i32 with_stop = bool_or(c, ARG(sites_direction, stopIncluded), 0), before = c->to, from = c->from;
    i32 distance = int_or(c, ARG(sites_direction, distance), INFINITE);
    TMP_REGION(origin);
    region_or_site(c, origin_region, ARG(sites_direction, siteType), ARG(sites_direction, from), OFF, origin);
    region_clear(c, out);
    if (bool_or(c, ARG(sites_direction, included), 0)) region_or(c, out, origin);
    FOR_SITES (origin, site) {
        DirSet dirs = directions_of(c, ARG(sites_direction, direction), site, REL_Adjacent);
        FOR_RADIALS (site, dirs, r)
            for (i32 i = 0; i < r->n && i < distance; i++) {
                tick(c, 1);
                if (stop) {
                    c->to = r->at[i];
                    if (int_of(c, stop)) {
                        if (with_stop) region_add(out, r->at[i]);
                        break;
                    }
                }
                region_add(out, r->at[i]);
            }
    }
    c->to = before, c->from = from;
}
//: sites_lineofsight: (sites LineOfSight [<lineOfSightType>] [<siteType>] [at:<int>] [<direction>]) -> region
REGION(sites_lineofsight) {
    i32 kind = enum_or(ARG(sites_lineofsight, lineOfSightType), lineOfSightType_Piece);
    const Node *at = ARG(sites_lineofsight, at);
    i32 site = at ? site_at(c, ARG(sites_lineofsight, siteType), at) : c->s->last_to;
    region_clear(c, out);
    if (!is_site(c, site)) return;
    DirSet dirs = directions_of(c, ARG(sites_lineofsight, direction), site, REL_Adjacent);
    FOR_RADIALS (site, dirs, r) {
        i32 i = 0;
        for (; i < r->n && region_has(c->empty, r->at[i]); i++)
            if (kind == lineOfSightType_Empty) region_add(out, r->at[i]);
        tick(c, 1 + i / 4);
        if (kind == lineOfSightType_Farthest && i > 0) region_add(out, r->at[i - 1]);
        if (kind == lineOfSightType_Piece && i < r->n) region_add(out, r->at[i]);
    }
}
//: sites_between: (sites Between [<direction>] [<siteType>] from:<int> [fromIncluded:<bool>] to:<int>
//:     [toIncluded:<bool>] [cond:<bool>]) -> region
REGION(sites_between) {
    const Node *condition = ARG(sites_between, cond);
    i32 from = site_at(c, ARG(sites_between, siteType), ARG(sites_between, from));
    i32 to = site_at(c, ARG(sites_between, siteType), ARG(sites_between, to));
    i32 before = c->between;
    region_clear(c, out);
    if (!is_site(c, from) || !is_site(c, to)) return;
    DirSet dirs = directions_of(c, ARG(sites_between, direction), from, REL_Adjacent);
    FOR_RADIALS (from, dirs, r) {
        i32 last = 0;
        while (last < r->n && r->at[last] != to) last++;
        tick(c, 1 + last);
        if (last == r->n) continue;
        if (bool_or(c, ARG(sites_between, fromIncluded), 0)) region_add(out, from);
        if (bool_or(c, ARG(sites_between, toIncluded), 0)) region_add(out, to);
        for (i32 i = 0; i < last; i++) {
            c->between = r->at[i];
            if (!condition || int_of(c, condition)) region_add(out, r->at[i]);
        }
        break; /* nearest direction that meets it */
    }
    c->between = before;
}
//: sites_incident: (sites Incident <siteType type> of:<siteType> at:<int> [owner:<player> | <roleType>]) -> region
REGION(sites_incident) {
    i32 of = ARG(sites_incident, of)->value, type = ARG(sites_incident, type)->value;
    i32 place = site_at(c, ARG(sites_incident, of), ARG(sites_incident, at)),
        site = is_site(c, place) ? place - type_offset(c, ARG(sites_incident, of)) : OFF;
    const Node *who = either(ARG(sites_incident, owner), ARG(sites_incident, roleType));
    region_clear(c, out);
    const Row *rows = c->g->incident[of][type];
    if (site < 0 || site >= c->g->type_n[of]) return;
    if (of == type) add_neighbours(c, site + type_offset(c, ARG(sites_incident, of)), 3, NULL, out);
    else if (rows)
        for (i32 i = 0; i < rows[site].n; i++) region_add(out, rows[site].at[i]);
    if (who) {
        TMP_REGION(theirs);
        owned_by_any(c, players_in(c, who), theirs);
        region_and(c, out, theirs);
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
        i32 k = random_below(c, left);
        tick(c, 1 + c->g->words / 8);
        i32 chosen = OFF;
        FOR_SITES (from, site)
            if (k-- == 0) chosen = site;
        region_drop(from, chosen);
        region_add(out, chosen);
    }
}
