/* The levels beneath the tops. They lie in the order of sites, so that equal positions are equal bytes. */
#include "levels.h"
#include "random.h"

void open_level(Ctx *c, i32 site, i32 at) {
    i32 n = c->g->n_sites, all = c->first_level[n];
    if (all >= MAX_LEVELS) fail(c, TOO_MUCH_MEMORY);
    tick(c, 1 + (n + all - at) / 32);
    memmove(c->levels + at + 1, c->levels + at, sizeof(Level) * (size_t)(all - at));
    for (i32 s = site + 1; s <= n; s++) c->first_level[s]++;
}
void close_levels(Ctx *c, i32 site, i32 at, i32 size) {
    i32 n = c->g->n_sites, all = c->first_level[n];
    tick(c, 1 + (all - at) / 64);
    memmove(c->levels + at, c->levels + at + size, sizeof(Level) * (size_t)(all - at - size));
    memset(c->levels + all - size, 0, sizeof(Level) * (size_t)size);
    for (i32 s = site + 1; s <= n; s++) c->first_level[s] -= size;
}

void leave_levels(Ctx *c, i32 site) {
    i32 n = beneath(c, site), *left = c->left + N_MARKS * site;
    if (c->what[site]) left[0] = c->state[site], left[1] = c->rotation[site], left[2] = c->value[site];
    if (!n) return;
    const Level *lowest = c->levels + c->first_level[site];
    left[0] = lowest->state, left[1] = lowest->rotation, left[2] = lowest->value;
    close_levels(c, site, c->first_level[site], n);
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
