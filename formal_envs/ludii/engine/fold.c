/* Evaluates once, when a game is loaded, what depends on the board alone, and what on the start position alone. */
#include "leaping.h"
#include "regions_of_board.h"
#include "fold.h"

static i32 names_everyone(const Node *n) { /* a constant that means the same whoever moves */
    if (n->type == TYPE_regionTypeDynamic || n->type == TYPE_relativeDirection) return 0;
    return n->type != TYPE_roleType || (n->value >= roleType_Neutral && n->value <= roleType_P16) ||
           n->value == roleType_Shared || n->value == roleType_All || n->value == roleType_Each;
}
/* Does the value depend on the board alone, and on (site) where a ludeme around goes over sites? Children come before parents. */
static void judge(Node *n) {
    n->pure = n->kind == LIST || (n->op >= 0 && LUDEMES[n->op].is_static);
    n->open = n->op == OP_site;
    if (n->op == OP_is_in && !ARG(is_in, site) && !ARG(is_in, sites)) n->pure = 0; /* asks of (to) */
    for (i32 i = 0; i < n->n && n->pure; i++) {
        const Node *a = n->arg[i];
        if (!a) continue;
        if (a->kind == CONSTANT) n->pure = names_everyone(a);
        else if (!a->folded && !a->bits) n->pure = a->pure, n->open |= a->open;
    }
    if (n->op == OP_region_foreach) n->open = ARG(region_foreach, region)->open;
    else if (n->op == OP_all_sites) n->open = ARG(all_sites, region)->open;
    else if (n->op == OP_sites_around && ARG(sites_around, if_)) n->pure = 0; /* its condition goes over (to) as well */
}

static i32 names_region(const Node *n) { return n->op == OP_sites_name || n->op == OP_sites_owner; }
static void fold_named_regions(Ctx *c) { /* those whose parts are all known */
    Game *g = (Game *)c->g;
    u64 *bits = keep(g, 8 * (size_t)g->n_regions * (size_t)g->words);
    for (i32 i = 0; i < g->n_regions; i++, bits += g->words) {
        NamedRegion *r = &g->regions[i];
        judge((Node *)r->region);
        if (!r->region->pure || r->region->open) continue;
        named_region(c, r, bits);
        r->bits = bits;
    }
}
static u64 *fold_pass(Ctx *c, u64 *bits, i32 with_names) {
    Game *g = (Game *)c->g;
    for (i32 i = 0; i < g->n_nodes; i++) {
        Node *n = g->nodes[i];
        if (n->bits || n->folded) continue;
        judge(n);
        if (names_region(n) && !with_names) n->pure = 0;
        if (!n->pure || n->open) continue;
        if (n->kind == REGION_KIND) {
            n->fn.region(c, n, bits);
            n->bits = bits, bits += g->words;
        } else if (n->kind == INT_KIND || n->kind == BOOL_KIND) {
            i32 v = n->fn.value(c, n);
            n->value = v, n->folded = 1;
        }
    }
    return bits;
}
static i32 all_regions_known(const Game *g) {
    for (i32 i = 0; i < g->n_regions; i++)
        if (!g->regions[i].bits) return 0;
    return 1;
}
/* a walk in every direction ends at the same places whoever walks: found once for each site */
static void fold_walks(Ctx *c) {
    Game *g = (Game *)c->g;
    size_t bytes = 8 * (size_t)g->words * (size_t)g->n_sites;
    for (i32 i = 0; i < g->n_nodes && bytes <= 1 << 20; i++) {
        const Node *n = g->nodes[i], *turns;
        Node *walks;
        if (n->op == OP_leap || n->op == OP_move_leap) walks = (Node *)ARG(leap, walks), turns = ARG(leap, rotations);
        else if (n->op == OP_sites_walk) walks = (Node *)ARG(sites_walk, walks), turns = ARG(sites_walk, rotations);
        else continue;
        if (walks->bits || (turns && !(turns->folded && turns->value))) continue;
        u64 *table = keep(g, bytes);
        for (i32 site = 0; site < g->n_sites; site++) walk_ends(c, site, walks, 1, table + site * g->words);
        walks->bits = table;
    }
}
u64 *fold_board(Ctx *c) { /* what names regions after they are known */
    Game *g = (Game *)c->g;
    i32 regions = 0;
    for (i32 i = 0; i < g->n_nodes; i++) regions += g->nodes[i]->kind == REGION_KIND;
    u64 *bits = fold_pass(c, keep(g, 8 * (size_t)regions * (size_t)g->words), 0);
    fold_named_regions(c);
    if (all_regions_known(g)) bits = fold_pass(c, bits, 1);
    fold_walks(c);
    return bits;
}
void fold_start(Ctx *c, u64 *bits) {
    Game *g = (Game *)c->g;
    for (i32 i = 0; i < g->n_nodes; i++) {
        Node *n = g->nodes[i];
        if (n->op != OP_sites_start || n->bits ||
            (SLOT(ARG(sites_start, pieceRef), piece_ref, component) &&
             !SLOT(ARG(sites_start, pieceRef), piece_ref, component)->folded))
            continue;
        n->fn.region(c, n, bits);
        n->bits = bits, bits += g->words;
    }
    fold_pass(c, bits, all_regions_known(g));
}
