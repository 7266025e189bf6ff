/* Directions: which way a piece looks, and what direction arguments mean seen from there. */
#ifndef DIRECTIONS_H
#define DIRECTIONS_H
#include "arguments.h"

enum { N_POINTS = 16 }; /* of the compass, from north clockwise */
extern const i32 COMPASS[N_POINTS]; /* their absolute directions */
i32 compass_point(i32 direction); /* 0 .. 15; 0 for other directions */
static inline i32 opposite_point(i32 at) { return (at + N_POINTS / 2) % N_POINTS; }
i32 turned_point(u64 supported, i32 at, i32 clockwise, i32 steps); /* the steps-th supported point from at on */
i32 turns_on_board(Ctx *c); /* how many rotations a piece can have */
i32 facing_of(Ctx *c, i32 site); /* of the piece there, else of the mover */
/* A direction argument, seen from a site; otherwise: REL_* where n is NULL. */
DirSet directions_of(Ctx *c, const Node *n, i32 site, u32 otherwise);
u64 relative_directions(u64 supported, i32 relative, i32 facing); /* a relativeDirection as bits of absolute ones */
void know_relative(Game *g); /* when a game is loaded: all of these among the adjacent ones */
void know_opposites(Game *g);
i32 direction_between(Ctx *c, i32 from, i32 to); /* that of the radial from one that meets the other, or -1 */
i32 site_ahead(Ctx *c, i32 site, DirSet dirs, i32 steps); /* the site itself, where there is nothing ahead */
i32 next_site(Ctx *c, i32 site, i32 direction, u32 relation); /* the next one in a direction, or OFF */

static inline i32 radial_in(const Radial *r, DirSet d) {
    return (d.directions >> r->direction & 1) || (r->relations & d.relations);
}
#define FOR_RADIALS(site, dirs, r)                                                                                     \
    for (const Radial *r = c->g->radials + c->g->radial_first[site],                                                   \
                      *end_##r = c->g->radials + c->g->radial_first[(site) + 1];                                       \
         r < end_##r; r++)                                                                                             \
        if (radial_in(r, dirs))

/* ---- one step on */
i32 relation_index(const Node *direction, i32 otherwise); /* a row of Game.neighbours; -1: none */
void add_neighbours(Ctx *c, i32 site, i32 relation, const Node *direction, u64 *out);
#endif
