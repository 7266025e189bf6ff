/* Games side by side: room for them, what Python is told of them, what it calls. */
#include <stdlib.h>
#include "players.h"
#include "slots.h"
#include "state.h"

enum { MAX_SLOTS = 1 << 20 };

/* ---- room */
static i32 keeps_history(const Game *g) { return (g->uses & (USES_NO_REPEAT | USES_HISTORY)) != 0; }
static size_t rounded(size_t bytes) { return (bytes + 63) & ~(size_t)63; }
static i32 hand_out_room(Table *t) {
    const size_t state = rounded((size_t)t->g->state_size),
                 history = keeps_history(t->g) ? rounded(8 * N_DIGESTS * ((size_t)t->max_moves + 2)) : 0,
                 seen = keeps_history(t->g) ? 8 * N_DIGESTS * SEEN_WORDS : 0, all = state + history + seen + KEPT_BYTES;
    u8 *at = t->room = calloc((size_t)t->n, all);
    for (i32 i = 0; at && i < t->n; i++, at += all) {
        Slot *k = t->slot + i;
        k->s = (State *)at, k->kept = at + state + history + seen, k->n_moves = -1;
        if (history) k->history = (u64 *)(at + state), k->seen = (u64 *)(at + state + history);
    }
    return at != NULL;
}
static i32 seat_is_sound(const Game *g, i32 seat) { return seat >= SEAT_IN_TURN && seat <= g->n_players; }
static Table *table_for(const Game *g, i32 n, i32 max_moves, i32 seat, const i32 *layout, i64 length) {
    Table *t = calloc(1, sizeof(Table) + sizeof(Slot) * (size_t)n);
    if (!t) return NULL;
    t->g = g, t->n = n, t->max_moves = max_moves, t->seat = seat;
    t->c = context_new(g);
    t->number = malloc(sizeof(i32) * (MAX_LISTED + 1)); /* and a swap */
    t->offers = malloc(sizeof(Offer) * MAX_LISTED);
    t->layout = malloc(sizeof(i32) * (size_t)length);
    if (!t->c || !t->number || !t->offers || !t->layout || !hand_out_room(t)) {
        table_free(t);
        return NULL;
    }
    t->history = t->c->history, t->seen = t->c->seen;
    memcpy(t->layout, layout, sizeof(i32) * (size_t)length);
    return t;
}
Table *table_new(const Game *g, i32 n, i32 max_moves, i32 seat, const i32 *layout, i64 length, i32 *why) {
    *why = BAD_STATE;
    if (n < 1 || n > MAX_SLOTS || max_moves < 1 || max_moves > MAX_GAME_MOVES || !seat_is_sound(g, seat) || length < 1)
        return NULL;
    *why = TOO_MUCH_MEMORY;
    Table *t = table_for(g, n, max_moves, seat, layout, length);
    if (!t) return NULL;
    t->numbers = numbering_new(t->c, why);
    if (t->numbers && read_planes(g, &t->planes, t->layout, length)) return t;
    if (t->numbers) *why = BAD_STATE;
    table_free(t);
    return NULL;
}
void table_free(Table *t) {
    if (!t) return;
    if (t->c && t->history) t->c->history = t->history, t->c->seen = t->seen;
    context_free(t->c), numbering_free(t->numbers);
    free(t->number), free(t->offers), free(t->layout), free(t->room), free(t);
}

/* ---- what is told of the games */
static size_t row_bytes(const Table *t, i32 view) {
    switch (view) {
    case VIEW_planes:
    case VIEW_last_planes: return sizeof(float) * (size_t)t->planes.n * (size_t)t->planes.cells;
    case VIEW_mask: return (size_t)t->numbers->n;
    case VIEW_reward: return sizeof(double);
    case VIEW_utilities: return sizeof(double) * (size_t)t->g->n_players;
    case VIEW_terminated:
    case VIEW_truncated: return 1;
    default: return sizeof(i32);
    }
}
i32 table_view(Table *t, i32 which, void *array, i64 bytes) {
    if (which < 0 || which >= N_VIEWS || bytes != (i64)row_bytes(t, which) * t->n) return BAD_STATE;
    t->view[which] = array;
    return 0;
}
static void *row(Table *t, i32 view, i32 slot) {
    return t->view[view] ? (u8 *)t->view[view] + row_bytes(t, view) * (size_t)slot : NULL;
}
static void tell(Table *t, i32 view, i32 slot, i32 value) {
    if (t->view[view]) ((i32 *)t->view[view])[slot] = value;
}
static void tell_byte(Table *t, i32 view, i32 slot, i32 value) {
    if (t->view[view]) ((u8 *)t->view[view])[slot] = (u8)value;
}
static i32 who_looks(const Slot *k) { return k->seat ? k->seat : k->s->agents[k->s->mover]; }

/* ---- what is told of a slot */
/* From 1 for the first to -1 for the last, as Ludii has it; whoever makes an illegal move is last. */
static double worth_of(const Table *t, const Slot *k, i32 role, i32 loser) {
    const i32 n = t->g->n_players, rank2 = k->s->rank2[role];
    if (loser) return k->s->agents[role] == loser ? -1.0 : 1.0 / (n - 1);
    if (!k->s->over) return 0.0;
    if (n == 1) return rank2 == 2 ? 1.0 : -1.0;
    return rank2 ? 1.0 - (rank2 - 2.0) / (n - 1) : 0.0;
}
static void tell_rewards(Table *t, i32 slot, i32 actor) {
    const Slot *k = t->slot + slot;
    const i32 mine = k->seat ? k->seat : actor, loser = k->fault == FAULT_ILLEGAL ? actor : 0;
    double *all = row(t, VIEW_utilities, slot), *own = row(t, VIEW_reward, slot);
    for (i32 role = 1; role <= t->g->n_players; role++) {
        const double u = worth_of(t, k, role, loser);
        if (all) all[k->s->agents[role] - 1] = u;
        if (own && k->s->agents[role] == mine) *own = u;
    }
}
static void tell_end(Table *t, i32 slot, i32 actor) {
    const Slot *k = t->slot + slot;
    const i32 done = is_done(t, k), cut = done && !k->s->over && k->fault != FAULT_ILLEGAL;
    tell_rewards(t, slot, actor);
    tell_byte(t, VIEW_terminated, slot, done && !cut), tell_byte(t, VIEW_truncated, slot, cut);
    tell(t, VIEW_winner, slot, done && k->s->over && k->s->winner ? k->s->agents[k->s->winner] : 0);
    tell(t, VIEW_length, slot, k->s->n_moves), tell(t, VIEW_fault, slot, k->fault);
}
static void look(Table *t, const Slot *k, i32 person, float *out) {
    observe(t->c, &t->planes, person, is_done(t, k) ? k->s->dice : k->dice, out);
}
static void tell_position(Table *t, i32 slot) { /* of the context's slot, whose moves are listed unless it is done */
    Slot *k = t->slot + slot;
    u8 *mask = row(t, VIEW_mask, slot);
    float *planes = row(t, VIEW_planes, slot);
    if (mask) memset(mask, 0, (size_t)t->numbers->n);
    if (is_done(t, k)) k->n_moves = -1;
    else if (mask)
        for (i32 i = 0; i < t->n_numbers; i++)
            if (t->number[i] >= 0) mask[t->number[i]] = 1;
    if (planes) look(t, k, who_looks(k), planes);
    tell(t, VIEW_mover, slot, person_to_move(k->s)), tell(t, VIEW_seat, slot, k->seat);
}

/* ---- what Python calls */
static void enter_table(Table *t) { t->c->stack = __builtin_frame_address(0); }
static i32 has_slot(const Table *t, i32 slot) { return slot >= 0 && slot < t->n; }
i32 table_seed(Table *t, i32 slot, u64 seed) {
    if (!has_slot(t, slot)) return BAD_STATE;
    t->slot[slot].stream = seed, t->slot[slot].begun = 0;
    return 0;
}
i32 table_players(Table *t, const Player *players, i64 n) {
    if (n != t->g->n_players - 1) return BAD_PLAYER;
    for (i64 i = 0; i < n; i++)
        if (!is_sound_player(players + i)) return BAD_PLAYER;
    memcpy(t->players, players, sizeof(Player) * (size_t)n);
    return 0;
}
i32 table_begin(Table *t, const u8 *slots, i64 n) {
    if (n != t->n) return BAD_STATE;
    enter_table(t);
    for (i32 i = 0; i < t->n; i++) {
        if (!slots[i]) continue;
        const i32 failed = begin_slot(t, t->slot + i);
        if (failed) return failed;
        tell_end(t, i, 0);
        tell_position(t, i);
    }
    return 0;
}
static i32 step_one(Table *t, i32 slot, i64 number, i32 again) {
    Slot *k = t->slot + slot;
    const i32 actor = k->seat ? k->seat : person_to_move(k->s);
    step_slot(t, k, number);
    tell_end(t, slot, actor);
    if (again && is_done(t, k)) {
        float *last = row(t, VIEW_last_planes, slot);
        if (last) look(t, k, who_looks(k), last);
        const i32 failed = begin_slot(t, k);
        if (failed) return failed;
    }
    tell_position(t, slot);
    return 0;
}
i32 table_step(Table *t, const i64 *numbers, i64 n, i32 again) {
    if (n != t->n) return BAD_STATE;
    for (i32 i = 0; i < t->n; i++)
        if (!t->slot[i].begun || is_done(t, t->slot + i)) return BAD_MOVE;
    enter_table(t);
    for (i32 i = 0; i < t->n; i++) {
        const i32 failed = step_one(t, i, numbers[i], again);
        if (failed) return failed;
    }
    return 0;
}
i32 table_observe(Table *t, i32 slot, i32 person, float *out, i64 n) {
    if (!has_slot(t, slot) || !t->slot[slot].begun || person < 1 || person > t->g->n_players) return BAD_STATE;
    if (n != (i64)t->planes.n * t->planes.cells) return BAD_STATE;
    use_state(t->c, t->slot[slot].s);
    look(t, t->slot + slot, person, out);
    return 0;
}
i32 table_state(const Table *t, i32 slot, State *s, i64 bytes) {
    if (!has_slot(t, slot) || !t->slot[slot].begun || bytes != t->g->state_size) return BAD_STATE;
    memcpy(s, t->slot[slot].s, (size_t)bytes);
    return 0;
}
const u64 *table_history(const Table *t, i32 slot) { return has_slot(t, slot) ? t->slot[slot].history : NULL; }
