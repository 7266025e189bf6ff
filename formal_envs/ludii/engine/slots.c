/* The course of the games side by side. A slot's state, history and generators are its own: no game depends on its
 * neighbours.
 */
#include "draw.h"
#include "games.h"
#include "history.h"
#include "players.h"
#include "ply.h"
#include "random.h"
#include "slots.h"
#include "undo.h"

enum { PLY_WORK = 100000000 }; /* what a ply may take, as Python allows it */
static const i64 CHOICE_WORK = 10000000000; /* and a choice of who thinks */
enum { MAX_VAIN = 1000 }; /* games in a row that end before the seat is to move */

i32 person_to_move(const State *s) { return s->over ? 0 : s->agents[s->mover]; }
/* ---- a slot becomes the context's */
void use_slot(Table *t, Slot *k) {
    Ctx *c = t->c;
    use_state(c, k->s);
    if (k->history) c->history = k->history, c->seen = k->seen;
    c->work = PLY_WORK, c->failure = OK;
}

/* ---- the legal moves of who is to move, which are kept until the next step, as other slots need the list meanwhile */
static void keep_numbers(Table *t, Slot *k, i32 counted) {
    const size_t bytes = sizeof(i32) * (size_t)t->n_numbers;
    k->n_counted = counted, k->n_moves = bytes <= KEPT_BYTES ? t->n_numbers : -1;
    if (k->n_moves >= 0) memcpy(k->kept, t->number, bytes);
}
static void keep_list(Table *t, Slot *k) {
    const Ctx *c = t->c;
    const size_t thens = sizeof(Then) * (size_t)c->n_thens, moves = sizeof(Move) * (size_t)c->n_moves,
                 actions = sizeof(Action) * (size_t)c->n_actions, numbers = sizeof(i32) * (size_t)c->n_moves;
    k->n_moves = k->n_counted = -1;
    if (thens + moves + actions + numbers > KEPT_BYTES) return;
    memcpy(k->kept, c->thens, thens);
    memcpy(k->kept + thens, c->moves, moves);
    memcpy(k->kept + thens + moves, c->actions, actions);
    memcpy(k->kept + thens + moves + actions, t->number, numbers);
    k->n_moves = c->n_moves, k->n_actions = c->n_actions, k->n_thens = c->n_thens;
}
/* Where the sites alone tell the numbers, moves need not be written out to be counted. */
static i32 number_moves(Table *t) { /* how many were only counted; OFF: all are listed */
    Ctx *c = t->c;
    const i32 counted = t->numbers->plain >= 0 ? count_legal(c, t->offers) : OFF, before = larger(counted, 0);
    if (counted < 0) legal_moves(c);
    for (i32 i = 0; i < before; i++) t->number[i] = offer_number(t->numbers, t->offers[i]);
    for (i32 i = 0; i < c->n_moves; i++) t->number[before + i] = move_number(c, t->numbers, c->moves + i);
    t->n_numbers = before + c->n_moves;
    return counted;
}
static i32 none_has_number(const Table *t) {
    for (i32 i = 0; i < t->n_numbers; i++)
        if (t->number[i] >= 0) return 0;
    return 1;
}
static void read_roll(Table *t, Slot *k) { /* each of the moves begins with the roll */
    const Game *g = t->g;
    const Move *m = t->c->moves;
    memcpy(k->dice, k->s->dice, sizeof(k->dice));
    for (i32 i = 0; g->n_dice && t->c->n_moves && i < m->n; i++) {
        const Action *a = t->c->actions + m->first + i;
        if (a->type == A_ROLL_DIE && (u32)a->what < (u32)g->n_dice && (u32)a->state < (u32)g->dice[a->what].faces.n)
            k->dice[a->what] = g->dice[a->what].faces.at[a->state];
    }
}
static void list_moves(Table *t, Slot *k) {
    k->stuck = k->s->stuck;
    const i32 counted = number_moves(t);
    if (none_has_number(t)) k->fault = FAULT_UNNUMBERED;
    read_roll(t, k);
    if (counted < 0) keep_list(t, k);
    else keep_numbers(t, k, counted);
}
/* One move alone becomes the context's list, with the parts that are its own. */
static void bring_back(Ctx *c, const Slot *k, i32 index) {
    const Then *thens = (const Then *)k->kept;
    const Move *moves = (const Move *)(thens + k->n_thens);
    const Action *actions = (const Action *)(moves + k->n_moves);
    Move m = moves[index];
    memcpy(c->actions, actions + m.first, sizeof(Action) * (size_t)m.n);
    c->n_thens = 0;
    for (i32 then = m.then; then >= 0; then = thens[then].next) {
        c->thens[c->n_thens] = (Then){thens[then].node, c->n_thens + 1};
        c->n_thens++;
    }
    if (c->n_thens) c->thens[c->n_thens - 1].next = -1;
    m.first = 0, m.then = c->n_thens ? 0 : -1, m.last_then = c->n_thens - 1;
    c->moves[0] = m, c->n_moves = 1, c->n_actions = m.n, c->n_numbers = 0, c->depth = 0;
    c->probe = NULL, c->applied = NULL;
}
static void write_counted(Ctx *c, i32 counted, i32 index) { /* the same for one that was only counted */
    if (index < counted) {
        write_legal(c, index);
        return;
    }
    c->n_moves = c->n_actions = c->n_thens = c->n_numbers = c->depth = 0;
    c->probe = NULL, c->applied = NULL;
    end_moves(c, counted);
    c->moves[0] = c->moves[index - counted];
}
static const i32 *kept_numbers(const Slot *k) {
    if (k->n_counted >= 0) return (const i32 *)k->kept;
    const Then *thens = (const Then *)k->kept;
    const Move *moves = (const Move *)(thens + k->n_thens);
    return (const i32 *)((const Action *)(moves + k->n_moves) + k->n_actions);
}
static i32 place_in(const i32 *numbers, i32 n, i64 number) { /* of the first that has the number; n: none has */
    i32 i = 0;
    while (i < n && numbers[i] != number) i++;
    return i;
}
/* The move of that number is the context's list alone: 0, or there is none. */
static i32 find_move(Table *t, Slot *k, i64 number) {
    Ctx *c = t->c;
    i32 counted = k->n_counted;
    const i32 kept = k->n_moves >= 0;
    if (!kept) {
        k->s->stuck = k->stuck;
        counted = number_moves(t);
    }
    const i32 n = kept ? k->n_moves : t->n_numbers, at = place_in(kept ? kept_numbers(k) : t->number, n, number);
    if (at == n) return 0;
    if (counted >= 0) write_counted(c, counted, at);
    else if (kept) bring_back(c, k, at);
    else c->moves[0] = c->moves[at]; /* its actions stay where they are */
    return 1;
}

/* ---- the course of a game */
i32 is_done(const Table *t, const Slot *k) { return k->s->over || k->fault || k->s->n_moves >= t->max_moves; }
/* The other persons' players, in the persons' order. */
static const Player *player_of(const Table *t, const Slot *k) {
    const i32 person = person_to_move(k->s);
    return t->players + (person < k->seat ? person - 1 : person - 2);
}
/* Who thinks goes on from the position, further than a slot's history has room for. */
static i32 choose(Table *t, Slot *k, const Player *p) {
    Ctx *c = t->c;
    i32 n;
    if (p->kind == PLAYER_random) return draw_move(c, k->rng, &n);
    legal_moves(c);
    c->work = CHOICE_WORK;
    if (k->history) {
        c->history = t->history, c->seen = t->seen;
        memcpy(c->history, k->history, 8 * N_DIGESTS * (size_t)k->s->n_history);
        begin_history(c);
    }
    const i32 chosen = choose_move(c, p, k->rng);
    if (k->history) c->history = k->history, c->seen = k->seen;
    c->work = PLY_WORK;
    return chosen;
}
static void play_on(Table *t, Slot *k) { /* until the seat is to move, or the game is done */
    Ctx *c = t->c;
    while (!is_done(t, k)) {
        c->work = PLY_WORK;
        if (!k->seat || person_to_move(k->s) == k->seat) {
            list_moves(t, k);
            return;
        }
        apply_move(c, c->moves + choose(t, k, player_of(t, k)));
    }
}
static i32 draw_seat(Table *t, Slot *k) {
    if (t->seat == SEAT_RANDOM) return 1 + random_below(k->rng, t->g->n_players);
    return t->seat == SEAT_IN_TURN ? 1 + k->begun % t->g->n_players : t->seat;
}
static void begin_game_of(Table *t, Slot *k) {
    const u64 seed = mixed(&k->stream);
    seed_random(k->rng, seed);
    k->seat = draw_seat(t, k), k->fault = 0, k->begun++;
    use_slot(t, k);
    begin_game(t->c, k->s, ~seed);
    play_on(t, k);
}
static void give_up(Table *t, Slot *k) { /* the slot's game is cut where it failed */
    restore_states(t->c, 0);
    k->fault = (i32)t->c->failure;
}
static void begin_safely(Table *t, Slot *k) {
    if (setjmp(t->c->escape)) give_up(t, k);
    else begin_game_of(t, k);
}
i32 begin_slot(Table *t, Slot *k) {
    for (i32 i = 0; i < MAX_VAIN; i++) {
        begin_safely(t, k);
        if (!is_done(t, k)) return 0;
        if (k->fault > 0) return -1 - k->fault;
    }
    return BAD_MOVE;
}
static void play_number(Table *t, Slot *k, i64 number) {
    use_slot(t, k);
    if (!find_move(t, k, number)) {
        k->fault = FAULT_ILLEGAL;
        return;
    }
    apply_move(t->c, t->c->moves);
    play_on(t, k);
}
void step_slot(Table *t, Slot *k, i64 number) {
    if (setjmp(t->c->escape)) give_up(t, k);
    else play_number(t, k, number);
}
