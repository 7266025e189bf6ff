/* Stacks of pieces: whichever level, the top too. */
#include "stacks.h"

static Level level_of(Piece p) { return (Level){(i16)p.what, (i16)p.who, p.state, p.rotation, p.value}; }
static Piece top_of(Ctx *c, i32 site) {
    return (Piece){c->what[site], c->who[site], c->state[site], c->rotation[site], c->value[site]};
}
static void put_top(Ctx *c, i32 site, Piece p) { put(c, site, p.what, p.who, 1, p.state, p.rotation, p.value); }

Piece piece_at(Ctx *c, i32 site, i32 level) {
    if (!c->first_level || (u32)level >= (u32)beneath(c, site)) return top_of(c, site);
    Level l = c->levels[c->first_level[site] + level];
    return (Piece){l.what, l.who, l.state, l.rotation, l.value};
}
void insert_piece(Ctx *c, i32 site, i32 level, Piece piece) {
    assert(c->first_level && is_site(c, site) && level >= 0 && level <= height(c, site));
    if (!c->what[site]) {
        put_top(c, site, piece);
        return;
    }
    i32 at = c->first_level[site] + level, on_top = level > beneath(c, site);
    open_level(c, site, on_top ? --at : at);
    c->levels[at] = level_of(on_top ? top_of(c, site) : piece);
    if (on_top) put_top(c, site, piece);
}
Piece pull_piece(Ctx *c, i32 site, i32 level) {
    assert(c->first_level && is_site(c, site) && level >= 0 && level < height(c, site));
    Piece pulled = piece_at(c, site, level);
    i32 n = beneath(c, site), first = c->first_level[site];
    if (level == n) {
        if (n) put_top(c, site, piece_at(c, site, n - 1));
        else take(c, site);
    }
    if (n) close_levels(c, site, first + (level < n ? level : n - 1), 1);
    return pulled;
}
void set_piece(Ctx *c, i32 site, i32 level, Piece piece) {
    assert(is_site(c, site) && level >= 0 && level < height(c, site));
    if (c->first_level && level < beneath(c, site)) c->levels[c->first_level[site] + level] = level_of(piece);
    else put_top(c, site, piece);
}
void add_beneath(Ctx *c, i32 what, u64 *out) {
    if (!c->first_level || !c->first_level[c->g->n_sites]) return;
    tick(c, (c->g->n_sites + c->first_level[c->g->n_sites]) / 16);
    for (i32 site = 0; site < c->g->n_sites; site++)
        for (i32 k = c->first_level[site]; k < c->first_level[site + 1]; k++)
            if (c->levels[k].what == what) region_add(out, site);
}
