/* What tells positions apart for the rest of the game: all bytes that a rule can still read. */
#include "changes.h"
#include "keys.h"

/* What a ply overwrites before a rule of it is evaluated; the moves themselves are listed before that. Nothing reads
 * previous_from and previous_to, which are made of it. */
#define BEGINNING_OF_LAST offsetof(State, last_from)
#define END_OF_LAST offsetof(State, next_player)
_Static_assert(END_OF_LAST - BEGINNING_OF_LAST == 11 * sizeof(i32), "from last_from to last_decision");
_Static_assert(SET_between == SET_arrived + 1, "the sets that are of the last move are next to each other");

static inline void mix(Key *k, u64 x) {
    k->place = (k->place ^ x) * 0x9ddfea08eb382d69u, k->place ^= k->place >> 32;
    k->check = (k->check ^ x) * 0xd1342543de82ef95u, k->check ^= k->check >> 29;
}
static void mix_bytes(Ctx *c, Key *k, const void *from, const void *end) {
    const char *at = from;
    size_t n = (size_t)((const char *)end - at);
    tick(c, (i64)(n / 16));
    for (; n >= 8; n -= 8, at += 8) {
        u64 x;
        memcpy(&x, at, 8);
        mix(k, x);
    }
    u64 x = 0;
    memcpy(&x, at, n);
    mix(k, x);
}
static void mix_players(Ctx *c, Key *k, const i32 *of_players) { /* nobody's, theirs and Shared's */
    mix_bytes(c, k, of_players, of_players + c->g->n_players + 1);
}
void position_keys(Ctx *c, i32 first, Key *without_last, Key *with_last) {
    const State *s = c->s;
    const i32 *by_player[] = {s->rank2, s->phase, s->score, s->player_value, s->agents, s->team, s->amount, s->votes};
    const char *end = c->first_level ? (const char *)(c->levels + c->first_level[c->g->n_sites])
                                     : (const char *)s + c->g->state_size;
    Key k = {0x243f6a8885a308d3u, 0x13198a2e03707344u};
    mix_bytes(c, &k, s, &s->last_from);
    mix_bytes(c, &k, &s->next_player, s->rank2);
    for (i32 i = 0; i < (i32)(sizeof by_player / sizeof *by_player); i++) mix_players(c, &k, by_player[i]);
    mix_bytes(c, &k, s->pending, s->pending + s->n_pending);
    mix_bytes(c, &k, s->remembered, s->remembered + 2 * s->n_remembered);
    mix_bytes(c, &k, s->memory, c->arrived);
    mix_bytes(c, &k, c->hidden, end);
    if (keeps_sum(c->g)) mix_bytes(c, &k, c->history + N_DIGESTS * first, c->history + N_DIGESTS * s->n_history);
    *without_last = k;
    mix_bytes(c, &k, &s->last_from, &s->next_player);
    mix_bytes(c, &k, c->arrived, c->hidden);
    *with_last = k;
}
