/* Stacks of pieces: the levels beneath the tops. They lie in the order of sites, so that equal positions are equal bytes. */
#include "random.h"
#include "stacks.h"

static i32 beneath(Ctx *c, i32 site) { return c->first_level[site + 1] - c->first_level[site]; }
static Level level_of(Piece p) { return (Level){(i16)p.what, (i16)p.who, p.state, p.rotation, p.value}; }
static Piece top_of(Ctx *c, i32 site) {
    return (Piece){c->what[site], c->who[site], c->state[site], c->rotation[site], c->value[site]};
}
static void put_top(Ctx *c, i32 site, Piece p) { put(c, site, p.what, p.who, 1, p.state, p.rotation, p.value); }

static void open_gap(Ctx *c, i32 site, i32 at) { /* for a level more of the site */
    i32 n = c->g->n_sites, all = c->first_level[n];
    if (all >= MAX_LEVELS) fail(c, TOO_MUCH_MEMORY);
    tick(c, 1 + (all - at) / 64);
    memmove(c->levels + at + 1, c->levels + at, sizeof(Level) * (size_t)(all - at));
    for (i32 s = site + 1; s <= n; s++) c->first_level[s]++;
}
static void close_gap(Ctx *c, i32 site, i32 at, i32 size) { /* size levels less; behind the last there are zeros */
    i32 n = c->g->n_sites, all = c->first_level[n];
    tick(c, 1 + (all - at) / 64);
    memmove(c->levels + at, c->levels + at + size, sizeof(Level) * (size_t)(all - at - size));
    memset(c->levels + all - size, 0, sizeof(Level) * (size_t)size);
    for (i32 s = site + 1; s <= n; s++) c->first_level[s] -= size;
}

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
    open_gap(c, site, on_top ? --at : at);
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
    if (n) close_gap(c, site, first + (level < n ? level : n - 1), 1);
    return pulled;
}
void set_piece(Ctx *c, i32 site, i32 level, Piece piece) {
    assert(is_site(c, site) && level >= 0 && level < height(c, site));
    if (c->first_level && level < beneath(c, site)) c->levels[c->first_level[site] + level] = level_of(piece);
    else put_top(c, site, piece);
}
void drop_levels(Ctx *c, i32 site) {
    i32 n = beneath(c, site);
    if (n) close_gap(c, site, c->first_level[site], n);
}
u64 levels_digest(Ctx *c) {
    u64 h = 0;
    if (c->first_level[c->g->n_sites])
        FOR_SITES (c->occupied, site)
            for (i32 k = 0; k < beneath(c, site); k++) {
                Level l = c->levels[c->first_level[site] + k];
                u64 x = (u64)site << 32 ^ (u64)(l.what << 16 ^ l.who << 8 ^ l.rotation) ^ (u64)(k + 1) << 48;
                x = x * 0x9ddfea08eb382d69u ^ (u64)(u32)l.state ^ (u64)(u32)l.value << 16;
                h += mixed(&x);
            }
    return h;
}
i32 levels_are_sound(Ctx *c) {
    const Game *g = c->g;
    i32 sound = c->first_level[0] == 0 && (u32)c->first_level[g->n_sites] <= MAX_LEVELS;
    for (i32 s = 0; s < g->n_sites && sound; s++)
        sound = c->first_level[s + 1] >= c->first_level[s] && (c->what[s] || !beneath(c, s));
    for (i32 k = 0; sound && k < c->first_level[g->n_sites]; k++) {
        Level l = c->levels[k];
        sound = l.what >= 1 && l.what <= g->n_components && l.who >= 0 && l.who <= g->n_players + 1;
    }
    return sound;
}
