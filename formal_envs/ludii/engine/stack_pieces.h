/* Pieces of some owners and kinds, at any level of stacks. */
#ifndef STACK_PIECES_H
#define STACK_PIECES_H
#include "arguments.h"
#include "stacks.h"

typedef struct Wanted {
    u32 owners; /* as bits */
    const u64 *kinds; /* as bits, by component; NULL: all */
} Wanted;
/* Whose pieces a role or a player names, everybody's where there is none, and what a name calls; kinds is room for bits. */
Wanted wanted_pieces(Ctx *c, const Node *owner, const Node *name, u64 *kinds);
void add_called(Ctx *c, i32 name, u64 *kinds); /* the kinds of that name */
i32 wanted_on(Ctx *c, i32 site, const Wanted *w); /* how many */
void keep_wanted(Ctx *c, const Wanted *w, u64 *sites); /* drops those without any */
static inline i32 kind_words(Ctx *c) { return c->g->n_components / 64 + 1; }
#endif
