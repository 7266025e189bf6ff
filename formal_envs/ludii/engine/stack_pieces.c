/* Pieces of some owners and kinds, at any level of stacks. */
#include "stack_pieces.h"

void add_called(Ctx *c, i32 name, u64 *kinds) {
    tick(c, c->g->n_components / 4);
    for (i32 k = 1; k <= c->g->n_components; k++)
        if (is_called(c, k, name)) region_add(kinds, k);
}
Wanted wanted_pieces(Ctx *c, const Node *owner, const Node *name, u64 *kinds) {
    i32 everybody = !owner || (owner->kind == CONSTANT && owner->type == TYPE_roleType &&
                               (owner->value == roleType_All || owner->value == roleType_Shared));
    memset(kinds, 0, 8 * (size_t)kind_words(c));
    if (name) add_called(c, name->value, kinds);
    return (Wanted){everybody ? ~(u32)0 : players_in(c, owner), name ? kinds : NULL};
}
i32 wanted_on(Ctx *c, i32 site, const Wanted *w) {
    i32 found = 0, levels = height(c, site);
    for (i32 k = 0; k < levels; k++) {
        Piece p = piece_at(c, site, k);
        found += (w->owners >> p.who & 1) && (!w->kinds || region_has(w->kinds, p.what));
    }
    tick(c, levels / 4);
    return found;
}
void keep_wanted(Ctx *c, const Wanted *w, u64 *sites) {
    FOR_SITES (sites, site)
        if (!wanted_on(c, site, w)) region_drop(sites, site);
}
