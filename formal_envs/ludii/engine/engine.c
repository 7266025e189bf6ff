/* What Python calls; interface.h says what is given and returned. */
#include <stdlib.h>
#include "aside.h"
#include "candidates.h"
#include "changes.h"
#include "draw.h"
#include "fold.h"
#include "games.h"
#include "history.h"
#include "levels.h"
#include "loader.h"
#include "maps.h"
#include "players.h"
#include "ply.h"
#include "random.h"
#include "reach.h"
#include "stepping.h"
#include "solve.h"
#include "twigs.h"
#include "uct.h"
#include "undo.h"
#include "where.h"

enum { DIGEST_BYTES = N_DIGESTS * sizeof(u64) };

/* ---- games */
static enum Failure loaded(Game *g, const i32 *bytecode, i64 length) {
    jmp_buf refused;
    g->refused = &refused;
    switch (setjmp(refused)) {
    case 0: break;
    case BAD_BYTECODE: return BAD_BYTECODE;
    default: return TOO_MUCH_MEMORY;
    }
    load(g, bytecode, length);
    return OK;
}
static void start(Ctx *c, Game *g) { /* what need not be evaluated again, and the start position */
    c->s = g->initial = keep(g, (size_t)g->state_size);
    first_state(c);
    g->start_kinds = c->kinds;
    load_maps(c);
    u64 *bits = fold_board(c);
    start_rules(c);
    fold_start(c, bits);
    fold_reach(c);
    judge_conditions(c);
    judge_steps(c);
    judge_draws(c);
    judge_candidates(c);
    push_history(c);
}
static enum Failure started(Ctx *c, Game *g, i64 work) {
    jmp_buf refused;
    g->refused = &refused;
    c->work = work, c->failure = OK, c->stack = __builtin_frame_address(0);
    seed_random(c->chance, 0);
    if (setjmp(refused)) return TOO_MUCH_MEMORY;
    if (setjmp(c->escape)) return c->failure;
    start(c, g);
    return OK;
}
Game *game_new(const i32 *bytecode, i64 length, i64 work, i32 *why) {
    Game *g = calloc(1, sizeof(Game));
    *why = g ? loaded(g, bytecode, length) : TOO_MUCH_MEMORY;
    if (*why == OK) {
        Ctx *c = context_new(g);
        *why = c ? started(c, g, work) : TOO_MUCH_MEMORY;
        context_free(c);
    }
    if (*why == OK) return g;
    game_free(g);
    return NULL;
}
void game_free(Game *g) {
    if (!g) return;
    for (Kept *block = g->kept, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(g);
}
i32 game_state_size(const Game *g) { return g->state_size; }
i32 context_initial(Ctx *c, State *s, i64 bytes, u64 seed, i64 work) {
    if (bytes != c->g->state_size) return BAD_STATE;
    c->work = work, c->failure = OK, c->stack = __builtin_frame_address(0);
    if (setjmp(c->escape)) return -1 - (i32)c->failure;
    begin_game(c, s, seed);
    return 0;
}

/* ---- workspaces */
Ctx *context_new(const Game *g) {
    Ctx *c = calloc(1, sizeof(Ctx));
    if (!c) return NULL;
    c->g = g;
    c->max_applied = MAX_ACTIONS;
    c->moves = malloc(sizeof(Move) * MAX_LISTED);
    c->actions = malloc(sizeof(Action) * MAX_ACTIONS);
    c->thens = malloc(sizeof(Then) * MAX_THENS);
    c->numbers = malloc(sizeof(i32) * MAX_NUMBERS);
    c->unsummed = calloc((size_t)g->words, 8);
    c->passed = malloc(sizeof(Passed) * MAX_PASSED);
    c->seen = calloc(N_DIGESTS * SEEN_WORDS, 8);
    c->history = malloc(DIGEST_BYTES * (size_t)MAX_HISTORY);
    if (c->moves && c->actions && c->thens && c->numbers && c->passed && c->unsummed && c->seen && c->history) return c;
    context_free(c);
    return NULL;
}
void context_free(Ctx *c) {
    if (!c) return;
    for (i32 i = 0; i < MAX_DEPTH; i++) free(c->saved[i]), free(c->counted[i]);
    free_aside(c), free_search(c);
    free(c->moves), free(c->actions), free(c->thens), free(c->passed), free(c->numbers), free(c->history), free(c->old);
    free(c->unsummed), free(c->seen), free(c->report), free(c->solver), free(c);
}
/* Whatever bytes Python hands over: no number of a state may lead outside of it or of the game. */
static i32 header_is_sound(const Game *g, const State *s) {
    i32 n = g->n_players, phases = 1, seats = 1;
    for (i32 p = 1; p <= n; p++) {
        phases &= (u32)s->phase[p] < (u32)g->n_phases;
        seats &= s->agents[p] >= 1 && s->agents[p] <= n && (u32)s->rank2[p] <= 2 * (u32)n && (u32)s->team[p] <= MAX_PLAYERS;
    }
    i32 players = s->mover >= 1 && s->mover <= n && s->next >= 1 && s->next <= n && (u32)s->previous <= (u32)n &&
                  (u32)s->turn_before <= (u32)n &&
                  (u32)s->next_player <= (u32)n && !((u32)s->active & ~(((u32)2 << n) - 2)) && (u32)s->winner <= (u32)n;
    i32 lists = (u32)s->n_votes <= (u32)n && (u32)s->n_pending <= MAX_PENDING && (u32)s->n_remembered <= MAX_REMEMBERED && s->n_history >= 0 &&
                (u32)s->turn_start <= (u32)s->n_history;
    i32 dice = (u32)s->n_told <= (u32)g->n_dice;
    for (i32 i = 0; dice && i < s->n_told; i++) dice = (u32)s->told[i] < (u32)g->dice[i].faces.n;
    for (i32 i = 0; lists && i < s->n_remembered; i++)
        lists = s->remembered[2 * i] >= -1 && s->remembered[2 * i] < g->n_strings;
    return phases && seats && players && lists && dice;
}
static i32 sites_are_sound(Ctx *c) {
    const Game *g = c->g;
    i32 spare = g->n_sites & 63, sets = n_state_sets(g), sound = 1;
    for (i32 s = 0; s < g->n_sites; s++)
        sound &= (u32)c->what[s] <= (u32)g->n_components && (u32)c->who[s] <= (u32)g->n_players + 1;
    for (i32 k = 0; spare && k < sets; k++) sound &= !(c->empty[(k + 1) * g->words - 1] >> spare);
    return sound && (!c->first_level || levels_are_sound(c));
}
/* Makes a state the context's, with the digests of the s->n_history positions before it: 0, or BAD_STATE. */
static i32 enter(Ctx *c, State *s, i64 bytes, const u64 *history, i64 history_bytes, i64 work) {
    if (bytes != c->g->state_size || !header_is_sound(c->g, s)) return BAD_STATE;
    if (s->n_history > MAX_HISTORY || history_bytes != DIGEST_BYTES * (i64)s->n_history) return BAD_STATE;
    c->work = work, c->failure = OK;
    use_state(c, s);
    if (!sites_are_sound(c)) return BAD_STATE;
    if (s->n_history) memcpy(c->history, history, (size_t)history_bytes);
    begin_history(c);
    sum_anew(c);
    return 0;
}
i32 context_place(Ctx *c, State *s, i64 bytes, i32 site, i32 what, i32 count, i32 state, i32 rotation, i32 value) {
    const Game *g = c->g;
    if (bytes != g->state_size || !header_is_sound(g, s)) return BAD_STATE;
    c->work = 0, c->failure = OK;
    use_state(c, s);
    if (!sites_are_sound(c)) return BAD_STATE;
    if (setjmp(c->escape)) return -1 - (i32)c->failure;
    if ((u32)what > (u32)g->n_components) fail(c, NOT_THERE);
    put(c, site, what, g->components[what].owner, count, state, rotation, value);
    return 0;
}
i32 context_legal(Ctx *c, State *s, i64 bytes, const u64 *history, i64 history_bytes, i64 work) {
    c->stack = __builtin_frame_address(0);
    c->n_moves = 0;
    if (enter(c, s, bytes, history, history_bytes, work)) return BAD_STATE;
    if (setjmp(c->escape)) {
        c->n_moves = 0; /* there is nothing to apply */
        return -1 - (i32)c->failure;
    }
    return legal_moves(c);
}
i32 context_apply(Ctx *c, i32 index, i64 work) {
    c->work = work, c->failure = OK, c->stack = __builtin_frame_address(0);
    if (!c->report && !(c->report = malloc(sizeof(Action) * MAX_ACTIONS))) return -1 - (i32)TOO_MUCH_MEMORY;
    c->applied = c->report, c->n_applied = 0, c->max_applied = MAX_ACTIONS;
    if (setjmp(c->escape)) return -1 - (i32)c->failure;
    if (index < 0 || index >= c->n_moves) return BAD_MOVE;
    apply_move(c, c->moves + index);
    return 0;
}
i32 context_draw(Ctx *c, u64 seed, i64 work) {
    u64 rng[4];
    c->work = work, c->failure = OK, c->stack = __builtin_frame_address(0);
    if (!c->n_moves) return BAD_MOVE; /* there is no such state, or the game is over */
    if (setjmp(c->escape)) {
        c->n_moves = 0; /* there is nothing to apply */
        return -1 - (i32)c->failure;
    }
    seed_random(rng, seed);
    return draw_any_move(c, rng);
}
i32 context_choose(Ctx *c, const Player *player, u64 seed, i64 work) {
    u64 rng[4];
    c->work = work, c->failure = OK, c->stack = __builtin_frame_address(0);
    if (!is_sound_player(player)) return BAD_PLAYER;
    if (!c->n_moves) return BAD_MOVE;
    if (setjmp(c->escape)) return -1 - (i32)c->failure;
    seed_random(rng, seed);
    return choose_move(c, player, rng);
}
i32 context_search(Ctx *c, i32 iterations, u64 seed, i64 work, f64 *rows, i64 n_rows, i32 *line, i32 n_line) {
    const Player player = {PLAYER_uct, iterations};
    u64 rng[4];
    c->work = work, c->failure = OK, c->stack = __builtin_frame_address(0);
    if (!is_sound_player(&player)) return BAD_PLAYER;
    if (!c->n_moves || n_rows != (2 + c->g->n_players) * (i64)c->n_moves) return BAD_MOVE;
    if (setjmp(c->escape)) return -1 - (i32)c->failure;
    seed_random(rng, seed);
    const i32 chosen = think(c, &player, rng);
    tell_search(c, rows, c->n_moves, line, n_line);
    return chosen;
}
const Move *context_moves(const Ctx *c) { return c->moves; }
const Action *context_actions(const Ctx *c) { return c->actions; }
const Action *context_applied(const Ctx *c, i32 *n) {
    *n = c->n_applied;
    return c->report;
}
const u64 *context_history(const Ctx *c) { return c->history; }

/* ---- counts */
static i64 count(Ctx *c, i32 depth, i64 *ends) {
    i32 n = legal_moves(c);
    if (c->s->over) return 0;
    if (depth == 1 && !ends) return n;
    if (depth >= MAX_DEPTH) fail(c, TOO_DEEP);
    State *here = c->counted[depth];
    if (!here && !(here = c->counted[depth] = malloc((size_t)c->g->state_size))) fail(c, TOO_MUCH_MEMORY);
    State *s = c->s;
    copy_state(c, here, s);
    i64 total = 0;
    for (i32 i = 0; i < n; i++) {
        if (i) {
            copy_state(c, s, here);
            use_state(c, s);
            legal_moves(c);
        }
        apply_move(c, c->moves + i);
        if (depth > 1) total += count(c, depth - 1, ends);
        else total++, ends[c->s->over ? 1 + (c->s->winner) : 0]++;
    }
    copy_state(c, s, here);
    use_state(c, s);
    return total;
}
i64 context_perft(Ctx *c, State *s, i64 bytes, const u64 *history, i64 history_bytes, i32 depth, i64 *ends, i64 n_ends,
                  i64 work) {
    c->stack = __builtin_frame_address(0);
    if (enter(c, s, bytes, history, history_bytes, work)) return BAD_STATE;
    if (ends && n_ends < c->g->n_players + 2) return BAD_STATE;
    if (setjmp(c->escape)) return -1 - (i64)c->failure;
    return depth < 1 ? 1 : count(c, depth, ends);
}

/* ---- proofs */
i64 context_solve(Ctx *c, State *s, i64 bytes, const u64 *history, i64 history_bytes, i32 max_plies, i64 work, i32 *out,
                  i64 n_out) {
    c->stack = __builtin_frame_address(0);
    if (!is_solvable(c->g) || enter(c, s, bytes, history, history_bytes, work)) return BAD_STATE;
    if (max_plies < 0 || max_plies > MAX_SOLVED_PLIES || n_out != N_SOLVED + (i64)max_plies) return BAD_STATE;
    if (!solve(c, max_plies, out)) return -1 - (i64)TOO_MUCH_MEMORY;
    c->n_moves = 0; /* there is nothing to apply */
    return work - (c->work > 0 ? c->work : 0);
}
