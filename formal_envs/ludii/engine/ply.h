/* A whole ply: the moves of a position, what a move and its consequences do, and what follows them. */
#ifndef PLY_H
#define PLY_H
#include "actions.h"

i32 legal_moves(Ctx *c); /* fills c->moves from 0; includes the forced pass */
void begin_moves(Ctx *c); /* what comes before the moves of the rules, */
i32 end_moves(Ctx *c, i32 n); /* and behind n of them: how many further moves were added */
i32 repeats(Ctx *c, const Move *m); /* a position seen before: what (no Repeat) forbids; a pass may */
void apply_move(Ctx *c, const Move *m); /* a whole ply */
i32 following_player(const State *s, i32 n, i32 player); /* the next of those who still play */
void begin_ply(Ctx *c, const Move *m); /* what is known of the move while its consequences are evaluated */
void consequences_done(Ctx *c); /* from then on what they reached counts as reached by the last move */
const Node *play_of(Ctx *c, i32 player); /* the rules of his phase, or NULL */
i32 player_has_move(Ctx *c, i32 player); /* as (no Moves ...) asks */
void players_done(Ctx *c, u32 players, i32 result); /* as one: a team; resultType_Win, ... */
i32 all_passed(Ctx *c); /* were the last turns passes only, as many as there are players? */
#endif
