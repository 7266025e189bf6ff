/* Arguments that many moves have: (from ..), (to ..), (between ..), (piece ..). */
#ifndef MOVE_ARGUMENTS_H
#define MOVE_ARGUMENTS_H
#include "arguments.h"
#include "stacks.h"

typedef struct Range {
    i32 least, most;
} Range;
Range steps_of(Ctx *c, const Node *between, Range otherwise); /* (max n) leaves the usual least */

/* The sites that a (from ..) or (to ..) names: its region or its site. Nothing named: 0. */
i32 named_sites(Ctx *c, const Node *type, const Node *region, const Node *site, u64 *out);
i32 from_sites(Ctx *c, const Node *n, u64 *out);
i32 to_sites(Ctx *c, const Node *n, u64 *out);

static inline i32 may_leave(Ctx *c, const Node *from) { return !from || bool_or(c, SLOT(from, from, if_), 1); }
static inline i32 may_enter(Ctx *c, const Node *to) { /* with c->to at the place */
    return !to || bool_or(c, SLOT(to, to, if_), 1);
}
static inline const Node *to_apply(const Node *to) { return to ? SLOT(to, to, apply) : NULL; }
static inline const Node *between_apply(const Node *between) { return between ? SLOT(between, between, apply) : NULL; }
static inline i32 apply_allows(Ctx *c, const Node *apply) { /* (apply if:..) says where one may end */
    return !apply || apply->op != OP_apply_if || int_of(c, SLOT(apply, apply_if, if_));
}

/* Which level of a stack an argument names; OFF where there is none, or in games without stacks. */
i32 level_named(Ctx *c, const Node *level);
static inline i32 level_from(Ctx *c, const Node *from) { return from ? level_named(c, SLOT(from, from, level)) : OFF; }
static inline i32 level_to(Ctx *c, const Node *to) { return to ? level_named(c, SLOT(to, to, level)) : OFF; }

/* The kinds of piece that a (piece ..) names, one at a time. */
i32 pieces_named(const Node *piece);
i32 piece_named(Ctx *c, const Node *piece, i32 k, i32 owner); /* 0: none */
#endif
