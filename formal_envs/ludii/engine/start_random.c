/* Start rules that put pieces down at random. */
#include "random.h"
#include "starting.h"

static i32 random_site(Ctx *c, const u64 *sites) { /* OFF where there is none */
    i32 n = region_size(c, sites), k = n ? random_below(c->chance, n) : 0;
    FOR_SITES (sites, site)
        if (k-- == 0) return site;
    return OFF;
}
static void place_one(Ctx *c, const u64 *region, const Placing *p) {
    TMP_REGION(empty);
    region_copy(c, empty, region);
    region_and(c, empty, c->empty);
    tick(c, 1 + c->g->words / 8);
    start_put(c, random_site(c, empty), p);
}
//: place_random: (place Random [<region>] {<componentName pieces>} [count:<int>] [state:<int>] [value:<int>]
//:     [<siteType>]) -> startRule
RULE(place_random) { /* each kind so many times, as long as there are empty places */
    const Node *pieces = ARG(place_random, pieces), *region = ARG(place_random, region);
    i32 count = int_or(c, ARG(place_random, count), 1);
    Placing p = {0, 1, int_or(c, ARG(place_random, state), UNDEFINED), UNDEFINED,
                 int_or(c, ARG(place_random, value), UNDEFINED)};
    TMP_REGION(sites);
    board_of_type(c, ARG(place_random, siteType), sites);
    if (region) region_of(c, region, sites);
    for (i32 i = 0; i < pieces->n; i++) {
        p.what = component_named(c, pieces->arg[i], 0);
        for (i32 k = 0; k < count && k < c->g->n_sites; k++) place_one(c, sites, &p);
    }
}
//: piececount: (count <componentName piece> <int count>) -> pieceCount
PLAIN(piececount)
static void push_pieces(Ctx *c, const Node *name, i32 count) {
    i32 what = component_named(c, name, 0);
    for (i32 k = 0; k < count && k < MAX_LEVELS; k++) push_number(c, what);
}
//: place_random_stack: (place Random <componentName piece> | {<pieceCount pieceCounts>} [count:{<int>}] [state:<int>]
//:     [value:<int>] <int site> [<siteType>]) -> startRule
RULE(place_random_stack) { /* a stack of them, in any order */
    const Node *piece = ARG(place_random_stack, piece), *counts = ARG(place_random_stack, pieceCounts);
    const Node *count = ARG(place_random_stack, count);
    Placing p = {0, 1, int_or(c, ARG(place_random_stack, state), UNDEFINED), UNDEFINED,
                 int_or(c, ARG(place_random_stack, value), UNDEFINED)};
    i32 site = site_at(c, ARG(place_random_stack, siteType), ARG(place_random_stack, site)), first = c->n_numbers;
    if (piece) push_pieces(c, piece, count && count->n ? int_of(c, count->arg[0]) : 1);
    for (i32 i = 0; counts && i < counts->n; i++)
        push_pieces(c, SLOT(counts->arg[i], piececount, piece), int_of(c, SLOT(counts->arg[i], piececount, count)));
    tick(c, c->n_numbers - first);
    for (i32 left = c->n_numbers - first; left > 0; left--) {
        i32 *chosen = c->numbers + first + random_below(c->chance, left);
        p.what = *chosen;
        *chosen = c->numbers[first + left - 1];
        start_put(c, site, &p);
    }
    c->n_numbers = first;
}
