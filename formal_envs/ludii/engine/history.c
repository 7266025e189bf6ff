/* The positions that a game has seen, as digests: without who moves, and with it. */
#include "history.h"
#include "state.h"

/* A bit for each digest that may have been seen, so that a new position is known as new at once. Those of positions that
 * were taken back stay: a bit only says that it is worth a look. */
static u64 *seen_word(Ctx *c, i32 which, u64 digest) { return c->seen + which * SEEN_WORDS + (digest >> 22) % SEEN_WORDS; }
static u64 seen_bit(u64 digest) { return (u64)1 << (digest >> 16 & 63); }

static i32 is_kept(Ctx *c) { return (c->g->uses & (USES_NO_REPEAT | USES_HISTORY)) != 0; }
static void note_seen(Ctx *c, const u64 *digests) {
    for (i32 k = 0; k < N_DIGESTS; k++) *seen_word(c, k, digests[k]) |= seen_bit(digests[k]);
}
void begin_history(Ctx *c) {
    if (!is_kept(c)) return;
    memset(c->seen, 0, 8 * N_DIGESTS * SEEN_WORDS);
    for (i32 i = 0; i < c->s->n_history; i++) note_seen(c, c->history + N_DIGESTS * i);
}
void push_history(Ctx *c) {
    if (!is_kept(c)) return;
    if (c->s->n_history + 1 >= MAX_HISTORY) fail(c, TOO_MUCH_MEMORY);
    u64 *digests = c->history + N_DIGESTS * c->s->n_history++;
    digests[0] = position_digest(c, 0), digests[1] = position_digest(c, 1);
    note_seen(c, digests);
}
i32 position_repeated(Ctx *c, i32 kind) {
    const State *s = c->s;
    i32 situational = kind == repetitionType_Situational || kind == repetitionType_SituationalInTurn;
    i32 in_turn = kind == repetitionType_PositionalInTurn || kind == repetitionType_SituationalInTurn;
    i32 i = in_turn ? s->turn_start : 0;
    u64 digest = position_digest(c, situational);
    tick(c, 4 + c->g->words / 4);
    if (!(*seen_word(c, situational, digest) & seen_bit(digest))) return 0;
    tick(c, 1 + (s->n_history - i) / 16);
    for (; i < s->n_history; i++)
        if (c->history[N_DIGESTS * i + situational] == digest) return 1;
    return 0;
}
