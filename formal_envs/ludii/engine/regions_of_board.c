/* Regions that the board and the equipment lay down. */
#include "arguments.h"
#include "tracks.h"
#include "regions_of_board.h"

/* ---- parts of the board */
//: sites_board: (sites Board [<siteType>]) -> region
REGION(sites_board, STATIC) { board_of_type(c, ARG(sites_board, siteType), out); }
static void static_region(Ctx *c, const Node *type, i32 which, u64 *out) {
    board_of_type(c, type, out);
    region_and(c, out, c->g->parts + which * c->g->words);
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
/* the vertices that make up a cell or an edge of the board */
static void vertices_of(Ctx *c, i32 type, const Node *index, u64 *out) {
    const Row *rows = c->g->incident[type][siteType_Vertex];
    i32 number = index ? int_of(c, index) : OFF;
    region_clear(c, out);
    if (!rows || number < 0 || number >= c->g->type_n[type]) return;
    for (i32 i = 0; i < rows[number].n; i++) region_add(out, rows[number].at[i]);
}
//: sites_cell: (sites Cell [<siteType>] [<int index>]) -> region
REGION(sites_cell, STATIC) { vertices_of(c, siteType_Cell, ARG(sites_cell, index), out); }
//: sites_edge: (sites Edge [<siteType>] [<int index>]) -> region
REGION(sites_edge, STATIC) { vertices_of(c, siteType_Edge, ARG(sites_edge, index), out); }
//: sites_side: (sites Side [<siteType>] [<player> | <roleType> | <compassDirection>]) -> region
REGION(sites_side, STATIC) {
    i32 direction = -1;
    if (ARG(sites_side, compassDirection)) direction = ARG(sites_side, compassDirection)->value;
    else {
        const Node *who = either(ARG(sites_side, player), ARG(sites_side, roleType));
        i32 p = who ? player_in(c, who) : -1;
        if (p >= 0 && p <= c->g->n_players + 1) direction = c->g->facing[p];
    }
    if (direction < 0) {
        region_clear(c, out);
        return;
    }
    board_of_type(c, ARG(sites_side, siteType), out);
    region_and(c, out, c->g->sides + direction * c->g->words);
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
    u32 owners = who ? players_in(c, who) : 0; /* nobody named, no hand: Chessence */
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
