/* What Python calls: workspaces, the moves of a state, what a move does, counts and random games. */
#include "engine.h"

Ctx *context_new(const Game *g) {
    Ctx *c = calloc(1, sizeof(Ctx));
    if (!c) return NULL;
    c->g = g;
    c->max_applied = MAX_ACTIONS;
    c->moves = malloc(sizeof(Move) * MAX_MOVES);
    c->actions = malloc(sizeof(Action) * MAX_ACTIONS);
    c->thens = malloc(sizeof(Then) * MAX_THENS);
    c->numbers = malloc(sizeof(i32) * (MAX_ACTIONS + 1));
    c->spare = calloc(MAX_DEPTH, sizeof(State *));
    c->max_history = 1 << 14; /* more than a game of Ludii's limit, 10,000 moves, needs */
    c->history = malloc(16 * (size_t)c->max_history);
    if (c->moves && c->actions && c->thens && c->numbers && c->spare && c->history) return c;
    context_free(c);
    return NULL;
}
void context_free(Ctx *c) {
    if (!c) return;
    for (i32 i = 0; c->spare && i < MAX_DEPTH; i++) free(c->spare[i]), free(c->levels[i]);
    free(c->moves), free(c->actions), free(c->thens), free(c->numbers), free(c->spare), free(c->history),
        free(c->report), free(c);
}
/* Whatever bytes Python hands over: no number of a state may lead outside of it or of the game. */
static i32 header_is_sound(const Game *g, const State *s) {
    i32 n = g->n_players, phases = 1, seats = 1;
    for (i32 p = 1; p <= n; p++) {
        phases &= (u32)s->phase[p] < (u32)g->n_phases;
        seats &= s->agents[p] >= 1 && s->agents[p] <= n && (u32)s->rank2[p] <= 2 * (u32)n;
    }
    i32 players = s->mover >= 1 && s->mover <= n && s->next >= 1 && s->next <= n && (u32)s->previous <= (u32)n &&
                  (u32)s->next_player <= (u32)n && !((u32)s->active & ~(((u32)2 << n) - 2)) && (u32)s->winner <= (u32)n;
    i32 lists = (u32)s->n_pending <= MAX_PENDING && (u32)s->n_remembered <= MAX_REMEMBERED && s->n_history >= 0 &&
                (u32)s->turn_start <= (u32)s->n_history;
    for (i32 i = 0; lists && i < s->n_remembered; i++)
        lists = s->remembered[2 * i] >= -1 && s->remembered[2 * i] < g->n_strings;
    return phases && seats && players && lists;
}
static i32 sites_are_sound(Ctx *c) {
    const Game *g = c->g;
    i32 spare = g->n_sites & 63, sets = 5 + g->n_players + 2 + g->n_components + 1, sound = 1;
    for (i32 s = 0; s < g->n_sites; s++)
        sound &= (u32)c->what[s] <= (u32)g->n_components && (u32)c->who[s] <= (u32)g->n_players + 1;
    for (i32 k = 0; spare && k < sets; k++) sound &= !(c->empty[(k + 1) * g->words - 1] >> spare);
    return sound;
}
/* Makes a state the context's, with the digests of the s->n_history positions before it: 0, or BAD_STATE. */
static i32 enter(Ctx *c, State *s, i64 bytes, const u64 *history, i64 history_bytes, i64 work) {
    if (bytes != c->g->state_size || !header_is_sound(c->g, s)) return BAD_STATE;
    if (s->n_history > c->max_history || history_bytes != 16 * (i64)s->n_history) return BAD_STATE;
    c->work = work, c->failure = OK;
    use_state(c, s);
    if (!sites_are_sound(c)) return BAD_STATE;
    if (s->n_history) memcpy(c->history, history, (size_t)history_bytes);
    return 0;
}
/* The legal moves of a state: their number, or -1 - failure, or BAD_STATE. history: see enter. */
i32 context_legal(Ctx *c, State *s, i64 bytes, const u64 *history, i64 history_bytes, i64 work) {
    c->stack = __builtin_frame_address(0);
    c->n_moves = 0;
    if (enter(c, s, bytes, history, history_bytes, work)) return BAD_STATE;
    if (setjmp(c->escape)) {
        c->n_moves = 0; /* there is nothing to apply */
        return -1 - (i32)c->failure;
    }
    seed_random(c, position_digest(c, 1) + (u64)s->n_moves); /* the same moves each time they are asked for */
    return legal_moves(c);
}
/* One of the moves of the last context_legal, applied to the same state in place: 0, or -1 - failure. */
i32 context_apply(Ctx *c, i32 index, i64 work) {
    c->work = work, c->failure = OK, c->stack = __builtin_frame_address(0);
    if (!c->report && !(c->report = malloc(sizeof(Action) * MAX_ACTIONS))) return -1 - (i32)TOO_MUCH_MEMORY;
    c->applied = c->report, c->n_applied = 0, c->max_applied = MAX_ACTIONS;
    if (setjmp(c->escape)) return -1 - (i32)c->failure;
    if (index < 0 || index >= c->n_moves) return BAD_MOVE;
    apply_move(c, c->moves + index);
    return 0;
}
const Move *context_moves(const Ctx *c) { return c->moves; }
const Action *context_actions(const Ctx *c) { return c->actions; }
const Action *context_applied(const Ctx *c, i32 *n) {
    *n = c->n_applied;
    return c->report;
}
const u64 *context_history(const Ctx *c) { return c->history; }

/* Sequences of exactly depth moves; ends counts those whose last move ended the game, by winner. -1 - failure. */
static i64 count(Ctx *c, i32 depth, i64 *ends) {
    i32 n = legal_moves(c);
    if (c->s->over) return 0;
    if (depth == 1 && !ends) return n;
    if (depth >= MAX_DEPTH) fail(c, TOO_DEEP);
    State *here = c->levels[depth];
    if (!here && !(here = c->levels[depth] = malloc((size_t)c->g->state_size))) fail(c, TOO_MUCH_MEMORY);
    memcpy(here, c->s, (size_t)c->g->state_size);
    State *s = c->s;
    i64 total = 0;
    for (i32 i = 0; i < n; i++) {
        if (i) {
            memcpy(s, here, (size_t)c->g->state_size);
            use_state(c, s);
            legal_moves(c);
        }
        apply_move(c, c->moves + i);
        if (depth > 1) total += count(c, depth - 1, ends);
        else total++, ends[c->s->over ? 1 + (c->s->winner) : 0]++;
    }
    memcpy(s, here, (size_t)c->g->state_size);
    use_state(c, s);
    return total;
}
i64 context_perft(Ctx *c, State *s, i64 bytes, const u64 *history, i64 history_bytes, i32 depth, i64 *ends, i64 n_ends,
                  i64 work) {
    c->stack = __builtin_frame_address(0);
    if (enter(c, s, bytes, history, history_bytes, work)) return BAD_STATE;
    if (ends && n_ends < c->g->n_players + 2) return BAD_STATE;
    if (setjmp(c->escape)) return -1 - (i64)c->failure;
    seed_random(c, 0);
    return depth < 1 ? 1 : count(c, depth, ends);
}
/* Plays n random games, the last one on *s. Per game 4 integers: winner (0 nobody, -1 cut by a limit, -1 - failure), turns,
 * moves, over. work is for one game, total for all of them; returns how much was done. */
i64 context_playouts(Ctx *c, u64 seed, i32 n, i32 max_turns, i32 max_moves, i64 work, i64 total, State *s, i64 bytes,
                     i32 *out, i64 n_out) {
    if (bytes != c->g->state_size || n_out != 4 * (i64)n) return BAD_STATE;
    volatile i64 left = total;
    c->stack = __builtin_frame_address(0);
    for (volatile i32 i = 0; i < n; i++) {
        const volatile i64 given = work < left ? work : left;
        seed_random(c, seed + (u64)i * 0xd1342543de82ef95u);
        c->work = given, c->failure = OK;
        game_initial(c->g, s, bytes);
        use_state(c, s);
        s->n_history = 0;
        if (!setjmp(c->escape)) {
            push_history(c);
            while (!s->over && s->turn <= max_turns && s->n_moves < max_moves) {
                i32 k = legal_moves(c);
                apply_move(c, c->moves + random_below(c, k));
            }
        }
        i32 *row = out + 4 * i;
        row[0] = c->failure ? -1 - (i32)c->failure : s->over ? s->winner : -1;
        row[1] = s->turn < max_turns ? s->turn : max_turns, row[2] = s->n_moves, row[3] = s->over;
        left -= given - (c->work > 0 ? c->work : 0);
    }
    return total - left;
}
