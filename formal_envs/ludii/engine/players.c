/* Players: who looks one ply ahead, and what all who look ahead have in common. */
#include "players.h"
#include "aside.h"
#include "ply.h"
#include "random.h"
#include "uct.h"

i32 is_sound_player(const Player *p) {
    return (u32)p->kind < N_PLAYERS && p->iterations >= 0 && (p->kind != PLAYER_uct || p->iterations);
}

u32 persons_first(const State *s, i32 n) {
    u32 found = 0;
    for (i32 role = 1; role <= n; role++)
        if (s->rank2[role] == 2) found |= (u32)1 << s->agents[role];
    return found;
}
/* Those who have won since, where nobody does from one position to the next without leaving the game. */
static u32 new_winners(const State *s, const State *before, i32 n) {
    return s->active == before->active ? 0 : persons_first(s, n) & ~persons_first(before, n);
}
static u32 others_win(const State *s, const State *before, i32 n, u32 me) { /* and he does not win with them */
    u32 winners = new_winners(s, before, n);
    return winners & me ? 0 : winners;
}
static i32 is_safe(Ctx *c, i32 move, u32 me, u64 rng[4]) { /* nobody else wins by it, or by the next one */
    const i32 n = c->g->n_players;
    const State *here = c->aside->left;
    go_aside(c, move, rng);
    State *s = c->s;
    if (others_win(s, here, n, me)) return 0;
    if (s->over || (u32)1 << s->agents[s->mover] == me) return 1;
    const i32 replies = legal_moves(c);
    for (i32 i = 0; i < replies; i++) {
        go_on(c, c->aside->beyond, i, rng);
        if (others_win(c->aside->beyond, s, n, me)) return 0;
    }
    return 1;
}
static i32 one_ply(Ctx *c, u64 rng[4]) { /* moves are tried in random order: the first that will do is any of them */
    const i32 n = c->aside->n_moves;
    const State *here = c->aside->left;
    const u32 me = (u32)1 << here->agents[here->mover];
    i32 *order = c->aside->order;
    for (i32 i = 0; i < n; i++) {
        i32 at = random_below(rng, i + 1);
        order[i] = order[at], order[at] = i;
    }
    for (i32 i = 0; i < n; i++) {
        go_aside(c, order[i], rng);
        if (new_winners(c->s, here, c->g->n_players) & me) return order[i];
    }
    for (i32 i = 0; i < n; i++)
        if (is_safe(c, order[i], me, rng)) return order[i];
    return order[0];
}
i32 think(Ctx *c, const Player *p, u64 rng[4]) {
    jmp_buf escape;
    memcpy(&escape, &c->escape, sizeof(jmp_buf));
    leave_position(c);
    const i32 searches = p->kind == PLAYER_uct, failed = setjmp(c->escape);
    i32 chosen = OFF;
    if (!failed) {
        if (searches) search(c, p->iterations, rng);
        else chosen = one_ply(c, rng);
    }
    come_back(c);
    memcpy(&c->escape, &escape, sizeof(jmp_buf));
    if (searches && (!failed || c->failure == OUT_OF_WORK)) chosen = best_move(c);
    if (chosen < 0) fail(c, c->failure);
    return chosen;
}
i32 choose_move(Ctx *c, const Player *p, u64 rng[4]) {
    if (p->kind == PLAYER_random) return random_below(rng, c->n_moves);
    return c->n_moves == 1 ? 0 : think(c, p, rng);
}
