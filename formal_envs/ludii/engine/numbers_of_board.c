/* Numbers of the board: rows and columns, sites by their place, sites counted. */
#include "directions.h"
#include "where.h"

#define OF_SITE(slug, table)                                                                                           \
    i32 site = site_at(c, ARG(slug, siteType), ARG(slug, of));                                                         \
    return is_site(c, site) ? c->g->table[site] : OFF
//: row: (row [<siteType>] of:<int>) -> int
INT(row, STATIC) { OF_SITE(row, row); }
//: column: (column [<siteType>] of:<int>) -> int
INT(column, STATIC) { OF_SITE(column, column); }
//: layer: (layer [<siteType>] of:<int>) -> int
INT(layer, STATIC) { /* hands lie on the ground */
    i32 site = site_at(c, ARG(layer, siteType), ARG(layer, of));
    return !is_site(c, site) ? OFF : c->g->layer[site] < 0 ? 0 : c->g->layer[site];
}
//: phase_of: (phase [<siteType>] of:<int>) -> int
INT(phase_of, STATIC) { OF_SITE(phase_of, colour); }
//: coord: (coord [<siteType>] <coordinate name>) -> int
INT(coord, STATIC) { return site_labelled(c, ARG(coord, siteType), ARG(coord, name)); }
//: coord_rowcolumn: (coord [<siteType>] row:<int> column:<int>) -> int
INT(coord_rowcolumn, STATIC) {
    i32 row = int_of(c, ARG(coord_rowcolumn, row)), column = int_of(c, ARG(coord_rowcolumn, column));
    i32 n_sites, first = board_sites(c, ARG(coord_rowcolumn, siteType), &n_sites);
    tick(c, n_sites / 16);
    for (i32 s = first; s < first + n_sites; s++)
        if (c->g->row[s] == row && c->g->column[s] == column) return s;
    return OFF;
}
//: centrepoint: (centrePoint [<siteType>]) -> int
INT(centrepoint, STATIC) {
    i32 n_sites, first = board_sites(c, ARG(centrepoint, siteType), &n_sites);
    FOR_SITES (c->g->parts + STATIC_REGION_Centre * c->g->words, site)
        if (site >= first && site < first + n_sites) return site;
    return OFF;
}
static i32 lines(Ctx *c, const Node *type, const i32 *number) { /* rows or columns of the board's ground */
    i32 last = -1, n_sites, first = board_sites(c, type, &n_sites);
    for (i32 s = first; s < first + n_sites; s++)
        if (c->g->layer[s] <= 0) last = larger(last, number[s]);
    return last + 1;
}
//: count_rows: (count Rows [<siteType>]) -> int
INT(count_rows, STATIC) {
    return lines(c, ARG(count_rows, siteType), c->g->row);
}
//: count_columns: (count Columns [<siteType>]) -> int
INT(count_columns, STATIC) {
    return lines(c, ARG(count_columns, siteType), c->g->column);
}
//: count_vertices: (count Vertices) -> int
INT(count_vertices, STATIC) {
    UNUSED;
    return c->g->type_n[siteType_Vertex];
}
//: count_edges: (count Edges) -> int
INT(count_edges, STATIC) {
    UNUSED;
    return c->g->type_n[siteType_Edge];
}
//: count_cells: (count Cells) -> int
INT(count_cells, STATIC) {
    UNUSED;
    return c->g->type_n[siteType_Cell];
}
//: handsite: (handSite <int index> | <roleType> [<int site>]) -> int
INT(handsite, STATIC) {
    i32 owner = role_of(c, either(ARG(handsite, index), ARG(handsite, roleType)));
    i32 offset = int_or(c, ARG(handsite, site), 0);
    for (i32 k = 1; k < c->g->n_containers; k++) {
        const Container *hand = &c->g->containers[k];
        if (hand->owner == owner) return offset >= 0 && offset < hand->n ? hand->first + offset : OFF;
    }
    return OFF;
}
//: ahead: (ahead [<siteType>] <int site> [steps:<int>] [<direction>]) -> int
INT(ahead) {
    i32 site = site_at(c, ARG(ahead, siteType), ARG(ahead, site)), steps = int_or(c, ARG(ahead, steps), 1);
    if (!is_site(c, site)) return OFF;
    if (n->shift) return n->shift->site[site];
    DirSet dirs = {0, 0};
    if (ARG(ahead, direction)) dirs = directions_of(c, ARG(ahead, direction), site, 0);
    else dirs.directions = (u64)1 << facing_of(c, site);
    return site_ahead(c, site, dirs, steps);
}
//: regionsite: (regionSite <region> index:<int>) -> int
INT(regionsite) {
    TMP_REGION(region);
    region_of(c, ARG(regionsite, region), region);
    i32 index = int_of(c, ARG(regionsite, index));
    if (index >= 0)
        FOR_SITES (region, site)
            if (index-- == 0) return site;
    return OFF;
}

/* ---- counting pieces and sites */
//: count_sites: (count Sites [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count_sites, STATIC) {
    const Node *in = ARG(count_sites, in), *at = ARG(count_sites, at), *type = ARG(count_sites, siteType);
    i32 n_sites;
    if (!in && at) return is_site(c, site_at(c, type, at));
    if (!in) return board_sites(c, type, &n_sites), n_sites;
    if (in->bits) return region_size(c, in->bits);
    TMP_REGION(region);
    region_of(c, in, region);
    return region_size(c, region);
}

static i32 count_near(Ctx *c, const Node *type, const Node *at, i32 relation) {
    i32 site = at ? site_at(c, type, at) : last_move(c)->last_to;
    return is_site(c, site) ? c->g->neighbours[relation][site].n : 0;
}
//: count_adjacent: (count Adjacent [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count_adjacent) {
    return count_near(c, ARG(count_adjacent, siteType), ARG(count_adjacent, at), relationType_Adjacent);
}
//: count_neighbours: (count Neighbours [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count_neighbours) {
    return count_near(c, ARG(count_neighbours, siteType), ARG(count_neighbours, at), relationType_All);
}
//: count_orthogonal: (count Orthogonal [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count_orthogonal) {
    return count_near(c, ARG(count_orthogonal, siteType), ARG(count_orthogonal, at), relationType_Orthogonal);
}
//: count_diagonal: (count Diagonal [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count_diagonal) {
    return count_near(c, ARG(count_diagonal, siteType), ARG(count_diagonal, at), relationType_Diagonal);
}
//: count_off: (count Off [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count_off) { return count_near(c, ARG(count_off, siteType), ARG(count_off, at), relationType_OffDiagonal); }
