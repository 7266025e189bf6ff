/* Steps of whole sets of sites in one direction: on most boards a step is a number that is added to the site's own. */
#include "ways.h"

static void know_way(const Game *g, Way *way, u64 *from, i32 direction) {
    i32 n = 0;
    u32 relations = 0;
    *way = (Way){.is_even = 1, .from = from};
    for (i32 site = 0; site < g->n_sites; site++)
        for (i32 i = g->radial_first[site]; i < g->radial_first[site + 1]; i++) {
            const Radial *r = g->radials + i;
            if (r->direction != direction) continue;
            if (!n++) way->by = r->at[0] - site, relations = r->relations;
            if (region_has(from, site) || r->relations != relations) way->is_even = 0;
            for (i32 k = 0; k < r->n; k++) way->is_even &= r->at[k] == site + way->by * (k + 1);
            region_add(from, site);
        }
}
void know_ways(Game *g) {
    Way *ways = keep(g, sizeof(Way) * N_absoluteDirection);
    u64 *from = keep(g, 8 * (size_t)g->words * N_absoluteDirection);
    for (i32 d = 0; d < N_absoluteDirection; d++, from += g->words) know_way(g, ways + d, from, d);
    for (i32 i = 0; i < g->radial_first[g->n_sites]; i++) { /* up to where there is no further step */
        const Radial *r = g->radials + i;
        if (region_has(ways[r->direction].from, r->at[r->n - 1])) ways[r->direction].is_even = 0;
    }
    for (i32 d = 0; d < N_absoluteDirection; d++) {
        g->led |= (u64)(ways[d].by != 0) << d;
        g->even |= (u64)ways[d].is_even << d;
    }
    g->ways = ways;
}
i32 even_ways(const Game *g, DirSet d, u64 *ways) {
    *ways = d.directions & g->led;
    for (i32 k = 0; k < N_relationType; k++)
        if (d.relations >> k & 1) *ways |= g->supported[k];
    return !(*ways & ~g->even) && !(d.relations & REL_ROTATIONAL);
}
static u64 word_of(const u64 *set, i32 words, i32 w) { return w >= 0 && w < words ? set[w] : 0; }
void shift_back(Ctx *c, const u64 *set, i32 by, u64 *out) {
    i32 words = c->g->words, far = by < 0 ? -by : by, whole = far / 64, bits = far % 64;
    for (i32 w = 0; w < words; w++) {
        i32 at = by < 0 ? w - whole : w + whole;
        u64 near = word_of(set, words, at), next = bits ? word_of(set, words, by < 0 ? at - 1 : at + 1) : 0;
        if (!bits) out[w] = near;
        else out[w] = by < 0 ? near << bits | next >> (64 - bits) : near >> bits | next << (64 - bits);
    }
}
