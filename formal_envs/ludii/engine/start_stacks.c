/* Start rules that put down stacks. */
#include "starting.h"

/* One piece so many times, or one of each kind in order, the first at the bottom. */
static void stack_on(Ctx *c, const Node *n, i32 site, Placing p) {
    const Node *items = ARG(place_stack, items);
    i32 count = p.count;
    p.count = 1;
    tick(c, smaller(count, MAX_LEVELS));
    if (!items)
        for (i32 k = 0; k < count && is_site(c, site); k++) start_put(c, site, &p);
    for (i32 k = 0; items && k < items->n; k++) {
        p.what = component_named(c, items->arg[k], 0);
        start_put(c, site, &p);
    }
}
static void stack_in(Ctx *c, const Node *n, const Container *k, i32 site, Placing p) {
    const Node *piece = ARG(place_stack, piece);
    if (site >= k->n) return;
    if (piece) p.what = component_of(c, piece->value, k->owner);
    if (piece && !p.what) p.what = component_named(c, piece, 0);
    stack_on(c, n, site < 0 ? first_empty(c, k) : k->first + site, p);
}
/* by a container's name, or "Hand": everybody's */
static void stack_in_named(Ctx *c, const Node *n, i32 name, i32 site, const Placing *p) {
    const Game *g = c->g;
    i32 exact = 0;
    for (i32 k = 0; k < g->n_containers; k++)
        if (g->containers[k].name == name) exact = 1, stack_in(c, n, &g->containers[k], site, *p);
    for (i32 k = 1; k < g->n_containers && !exact && g->names[name].container >= 0; k++)
        if (g->containers[k].owner <= g->n_players) stack_in(c, n, &g->containers[k], site, *p);
}
static void stack_sites(Ctx *c, const Node *n, u64 *out) {
    const Node *coords = ARG(place_stack, coords), *coord = ARG(place_stack, coord), *type = ARG(place_stack, siteType);
    region_clear(c, out);
    if (coord) add_site(c, out, site_labelled(c, type, coord));
    for (i32 i = 0; coords && i < coords->n; i++) add_site(c, out, site_labelled(c, type, coords->arg[i]));
    if (coord || coords) return;
    const Node *where = either(either(ARG(place_stack, site), ARG(place_stack, sites)), ARG(place_stack, region));
    if (where) region_of_type(c, type, where, out);
}
//: place_stack: (place Stack <componentName piece> | items:{<componentName>} [<containerName container>] [<siteType>]
//:     [<int site> | {<int sites>} | <region> | coord:<coordinate> | {<coordinate coords>}] [count:<int> |
//:     counts:{<int>}] [state:<int>] [rotation:<int>] [value:<int>]) -> startRule
RULE(place_stack) {
    const Node *counts = ARG(place_stack, counts), *piece = ARG(place_stack, piece);
    Placing p = {piece ? component_named(c, piece, 0) : 0, int_or(c, ARG(place_stack, count), 1),
                 int_or(c, ARG(place_stack, state), UNDEFINED), int_or(c, ARG(place_stack, rotation), UNDEFINED),
                 int_or(c, ARG(place_stack, value), UNDEFINED)};
    if (ARG(place_stack, container)) {
        stack_in_named(c, n, ARG(place_stack, container)->value, int_or(c, ARG(place_stack, site), OFF), &p);
        return;
    }
    i32 k = 0;
    TMP_REGION(sites);
    stack_sites(c, n, sites);
    FOR_SITES (sites, site) {
        if (counts && counts->n) p.count = int_of(c, counts->arg[k < counts->n ? k : counts->n - 1]), k++;
        stack_on(c, n, site, p);
    }
}
