/* Stacks of pieces, in games with USES_STACK. Level 0 is the lowest; the arrays of sites and the sets have the tops. */
#ifndef STACKS_H
#define STACKS_H
#include "state.h"

typedef struct Piece {
    i32 what, who, state, rotation, value;
} Piece;
static inline i32 height(Ctx *c, i32 site) { /* pieces on a site, in any game */
    i32 beneath = c->first_level ? c->first_level[site + 1] - c->first_level[site] : 0;
    return beneath + (c->what[site] != 0);
}
Piece piece_at(Ctx *c, i32 site, i32 level); /* of a level that there is, else the top; what is 0: none */
/* The level is one that there is; insert_piece takes the height, too, which is on top of all. */
void insert_piece(Ctx *c, i32 site, i32 level, Piece piece);
Piece pull_piece(Ctx *c, i32 site, i32 level); /* those above come down */
void set_piece(Ctx *c, i32 site, i32 level, Piece piece);
void drop_levels(Ctx *c, i32 site); /* the top alone is left */
u64 levels_digest(Ctx *c);
i32 levels_are_sound(Ctx *c); /* whatever bytes a state was made of */
#endif
