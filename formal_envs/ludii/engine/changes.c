/* What is noted before a site changes. */
#include "changes.h"
#include "random.h"

void note_site(Ctx *c, i32 site) {
    if (c->n_old == MAX_OLD) fail(c, TOO_MUCH_MEMORY);
    c->old[c->n_old++] = (Old){site,           c->what[site],     c->who[site],  c->count[site],
                               c->state[site], c->rotation[site], c->value[site]};
    region_add(c->touched, site);
}
static u64 piece_digest(Ctx *c, i32 site) { /* all six numbers of a site, mixed */
    u64 x = (u64)site << 32 ^ (u64)(c->what[site] << 16 ^ c->who[site] << 8 ^ c->rotation[site]);
    x = x * 0x9ddfea08eb382d69u ^ (u64)(u32)c->count[site] << 32 ^ (u64)(u32)c->state[site] ^
        (u64)(u32)c->value[site] << 16;
    return mixed(&x); /* a sum of what is nearly linear would collide */
}
u64 sum_of_pieces(Ctx *c) { /* the order of sites does not matter */
    u64 sum = 0;
    FOR_SITES (c->occupied, site) sum += piece_digest(c, site);
    return sum;
}
void leave_out(Ctx *c, i32 site) {
    region_add(c->unsummed, site);
    if (c->what[site]) c->s->sum -= piece_digest(c, site);
}
void add_up(Ctx *c) {
    if (!keeps_sum(c->g)) return;
    FOR_SITES (c->unsummed, site)
        if (c->what[site]) c->s->sum += piece_digest(c, site);
    region_clear(c, c->unsummed);
}
void sum_anew(Ctx *c) {
    if (!keeps_sum(c->g)) return;
    region_clear(c, c->unsummed);
    c->s->sum = sum_of_pieces(c);
}
