/* Sets of sites: c->g->words words of 64 bits, a bit per site. */
#ifndef SETS_H
#define SETS_H
#include <string.h>
#include "context.h"

#define TMP_REGION(name) u64 name[c->g->words]
#define FOR_SITES(bits, site)                                                                                          \
    for (i32 w_##site = 0; w_##site < c->g->words; w_##site++)                                                         \
        for (u64 b_##site = (bits)[w_##site]; b_##site; b_##site &= b_##site - 1)                                      \
            for (i32 once_##site = 1, site = w_##site * 64 + __builtin_ctzll(b_##site); once_##site; once_##site = 0)
static inline void region_clear(Ctx *c, u64 *r) { /* most boards have one word: no call for that */
    if (c->g->words == 1) r[0] = 0;
    else memset(r, 0, 8 * (size_t)c->g->words);
}
static inline void region_copy(Ctx *c, u64 *r, const u64 *from) {
    if (c->g->words == 1) r[0] = from[0];
    else memcpy(r, from, 8 * (size_t)c->g->words);
}
static inline void region_add(u64 *r, i32 site) { r[site >> 6] |= (u64)1 << (site & 63); }
static inline void region_drop(u64 *r, i32 site) { r[site >> 6] &= ~((u64)1 << (site & 63)); }
static inline i32 region_has(const u64 *r, i32 site) { return (i32)(r[site >> 6] >> (site & 63) & 1); }
static inline i32 region_size(Ctx *c, const u64 *r) {
    i32 k = 0;
    for (i32 w = 0; w < c->g->words; w++) k += __builtin_popcountll(r[w]);
    return k;
}
static inline i32 region_any(Ctx *c, const u64 *r) {
    for (i32 w = 0; w < c->g->words; w++)
        if (r[w]) return 1;
    return 0;
}
static inline i32 region_meets(Ctx *c, const u64 *a, const u64 *b) {
    for (i32 w = 0; w < c->g->words; w++)
        if (a[w] & b[w]) return 1;
    return 0;
}
static inline void region_or(Ctx *c, u64 *into, const u64 *from) {
    for (i32 w = 0; w < c->g->words; w++) into[w] |= from[w];
}
static inline void region_and(Ctx *c, u64 *into, const u64 *from) {
    for (i32 w = 0; w < c->g->words; w++) into[w] &= from[w];
}
static inline void region_minus(Ctx *c, u64 *into, const u64 *from) {
    for (i32 w = 0; w < c->g->words; w++) into[w] &= ~from[w];
}
static inline void region_range(u64 *into, i32 first, i32 n) {
    for (i32 end = first + n; first < end; first = (first | 63) + 1) { /* a word at a time */
        i32 here = end - (first & ~63);
        u64 below_end = here < 64 ? ((u64)1 << here) - 1 : ~(u64)0;
        into[first >> 6] |= below_end & ~(u64)0 << (first & 63);
    }
}
#endif
