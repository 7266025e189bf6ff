/* Who choose moves. They are told apart by person: who began as which role, whatever role a swap gave him since. */
#ifndef PLAYERS_H
#define PLAYERS_H
#include "context.h"

i32 is_sound_player(const Player *p);
/* One of the moves that are listed for c->s: its number. The state, its history, the list and what chance is drawn from are
 * as before; only rng has gone on. Where hidden information or the outcome of dice would help, he sees the former and not
 * the latter. */
i32 choose_move(Ctx *c, const Player *p, u64 rng[4]);
i32 think(Ctx *c, const Player *p, u64 rng[4]); /* the same, of one who does not choose blindly, of one move too */
u32 persons_first(const State *s, i32 n); /* bit p: person p has the best rank */
#endif
