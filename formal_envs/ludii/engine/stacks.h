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
Piece piece_at(Ctx *c, i32 site, i32 level); /* of a level that there is, else the top; what is 0: none */
/* The level is one that there is; insert_piece takes the height, too, which is on top of all. */
void insert_piece(Ctx *c, i32 site, i32 level, Piece piece);
Piece pull_piece(Ctx *c, i32 site, i32 level); /* those above come down */
void set_piece(Ctx *c, i32 site, i32 level, Piece piece);
#endif
