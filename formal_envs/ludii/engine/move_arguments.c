/* Arguments that many moves have: (from ..), (to ..), (between ..), (piece ..), (rotations ..). */
#include "move_arguments.h"

//: from: (from [<siteType>] [<region> | <int site>] [level:<int>] [if:<bool>]) -> from
PLAIN(from)
//: to: (to [<siteType>] [<region> | <int site>] [level:<int>] [<rotations>] [if:<bool>] [<apply>]) -> to
PLAIN(to)
//: between: (between [before:<int>] [<range>] [after:<int>] [if:<bool>] [trail:<int>] [<apply>]) -> between
PLAIN(between)
//: piece_ref: (piece <pieceName name> | <int component> | {<pieceName names>} | {<int components>} [state:<int>])
//:     -> pieceRef
PLAIN(piece_ref)
//: rotations: (rotations <absoluteDirection> | {<absoluteDirection directions>}) -> rotations
PLAIN(rotations)

Range steps_of(Ctx *c, const Node *between, Range otherwise) {
    const Node *n = between ? SLOT(between, between, range) : NULL;
    Range r = otherwise;
    if (!n) return r;
    range_of(c, n, &r.least, &r.most);
    if (n->op == OP_max_range) r.least = otherwise.least;
    return r;
}

i32 named_sites(Ctx *c, const Node *type, const Node *region, const Node *site, u64 *out) {
    if (region && type && is_literal(region)) {
        TMP_REGION(numbers);
        region_of(c, region, numbers);
        region_clear(c, out);
        FOR_SITES (numbers, number) add_site(c, out, site_of_type(c, type, number, 1));
    } else if (region) region_of(c, region, out);
    else if (site) {
        i32 at = site_at(c, type, site);
        region_clear(c, out);
        if (is_site(c, at)) region_add(out, at);
    } else return 0;
    return 1;
}
i32 from_sites(Ctx *c, const Node *n, u64 *out) {
    return n && named_sites(c, SLOT(n, from, siteType), SLOT(n, from, region), SLOT(n, from, site), out);
}
i32 to_sites(Ctx *c, const Node *n, u64 *out) {
    return n && named_sites(c, SLOT(n, to, siteType), SLOT(n, to, region), SLOT(n, to, site), out);
}

i32 level_named(Ctx *c, const Node *level) {
    if (!level || !c->first_level) return OFF;
    i32 named = int_of(c, level);
    return named < 0 ? OFF : smaller(named, MAX_LEVELS);
}

i32 pieces_named(const Node *piece) {
    const Node *many = SLOT(piece, piece_ref, names) ? SLOT(piece, piece_ref, names)
                                                     : SLOT(piece, piece_ref, components);
    return many ? many->n : 1;
}
i32 piece_named(Ctx *c, const Node *piece, i32 k, i32 owner) {
    const Node *one = SLOT(piece, piece_ref, name), *number = SLOT(piece, piece_ref, component);
    if (SLOT(piece, piece_ref, names)) one = SLOT(piece, piece_ref, names)->arg[k];
    if (SLOT(piece, piece_ref, components)) number = SLOT(piece, piece_ref, components)->arg[k];
    i32 what = one ? component_named(c, one, owner) : number ? int_of(c, number) : 0;
    if (what > c->g->n_components) fail(c, NOT_THERE);
    return larger(what, 0);
}
