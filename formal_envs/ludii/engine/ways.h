/* Steps of whole sets of sites in one direction. */
#ifndef WAYS_H
#define WAYS_H
#include "sets.h"

struct Way { /* what is the same of all radials in a direction */
    i32 is_even; /* they lead straight on, by one relation, from each site to the one that is so many further on: */
    i32 by; /* 0: there are none */
    const u64 *from; /* the sites from which one leads on */
};
void know_ways(Game *g); /* when a game is loaded */
i32 even_ways(const Game *g, DirSet d, u64 *ways); /* the directions of the radials that match, as bits; 0: some are uneven */
void shift_back(Ctx *c, const u64 *set, i32 by, u64 *out); /* those that are in the set, once so much is added */
static inline void step_back(Ctx *c, const Way *way, const u64 *set, u64 *out) { /* those whose next site is in the set */
    if (c->g->words == 1) {
        out[0] = (way->by < 0 ? set[0] << (-way->by & 63) : set[0] >> (way->by & 63)) & way->from[0];
        return;
    }
    shift_back(c, set, way->by, out);
    region_and(c, out, way->from);
}
#endif
