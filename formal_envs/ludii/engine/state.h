/* The state: one block that is copied by memcpy. */
#ifndef STATE_H
#define STATE_H
#include "sets.h"

size_t state_bytes(const Game *g);
i32 n_state_sets(const Game *g); /* the sets of sites in a state */
void use_state(Ctx *c, State *s); /* points the context at a state; nothing looks ahead then */
void first_state(Ctx *c); /* makes the context's state one before any start rule */
void copy_state(const Ctx *c, State *to, const State *from);
i32 same_states(const Ctx *c, const State *a, const State *b);
/* Makes this the piece of a site, of a stack its top. */
void put(Ctx *c, i32 site, i32 what, i32 who, i32 count, i32 state, i32 rotation, i32 value);
void take(Ctx *c, i32 site); /* empties a site, its levels too */
u64 pieces_on(Ctx *c); /* how many sites are occupied, as a digest's last 16 bits say it */
u64 position_digest(Ctx *c, i32 situational);

/* Whose number is not checked where it comes from is checked here: no set lies beyond these. */
static inline const u64 *owned_by(Ctx *c, i32 player) { /* 0 .. n_players + 1 */
    if ((u32)player > (u32)c->g->n_players + 1) fail(c, NOT_THERE);
    return c->owned + player * c->g->words;
}
static inline const u64 *of_kind(Ctx *c, i32 what) { /* 0 .. n_components */
    if ((u32)what > (u32)c->g->n_components) fail(c, NOT_THERE);
    return c->kinds + what * c->g->words;
}
static inline i32 owner_of(Ctx *c, i32 what) { /* of a kind of piece */
    if ((u32)what > (u32)c->g->n_components) fail(c, NOT_THERE);
    return c->g->components[what].owner;
}
void owned_by_any(Ctx *c, u32 players, u64 *out); /* players as bits */
#endif
