/* Stacks of pieces, in games with USES_STACK. Level 0 is the lowest; the arrays of sites and the sets have the tops. */
#ifndef STACKS_H
#define STACKS_H
#include "levels.h"
#include "state.h"

typedef struct Piece {
    i32 what, who, state, rotation, value;
} Piece;
static inline i32 height(Ctx *c, i32 site) { /* pieces on a site, in any game */
    return beneath(c, site) + (c->what[site] != 0);
}
void add_beneath(Ctx *c, i32 what, u64 *out); /* adds the sites that hold such a piece beneath another */
static inline i32 top_level(Ctx *c, i32 site) { return c->first_level ? height(c, site) - 1 : OFF; } /* OFF: empty */
Piece piece_at(Ctx *c, i32 site, i32 level); /* of a level that there is, else the top; what is 0: none */
/* The level is one that there is; insert_piece takes the height, too, which is on top of all. */
void insert_piece(Ctx *c, i32 site, i32 level, Piece piece);
Piece pull_piece(Ctx *c, i32 site, i32 level); /* those above come down */
void set_piece(Ctx *c, i32 site, i32 level, Piece piece);
#endif
