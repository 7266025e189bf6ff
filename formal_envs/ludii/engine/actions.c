/* What actions do to the state. */
#include "changes.h"
#include "state.h"
#include "actions.h"
#include "places.h"
#include "dice.h"
#include "undo.h"
#include "hidden.h"
#include "stack_actions.h"

static i32 place_remembered(const State *s, i32 name, i32 value) { /* of the first such pair; -1: none */
    for (i32 i = 0; i < s->n_remembered; i++)
        if (s->remembered[2 * i] == name && s->remembered[2 * i + 1] == value) return i;
    return -1;
}
i32 remembers(const State *s, i32 name, i32 value) { return place_remembered(s, name, value) >= 0; }
static void remember(Ctx *c, i32 name, i32 value) {
    State *s = c->s;
    if (s->n_remembered == MAX_REMEMBERED) fail(c, TOO_MUCH_MEMORY);
    s->remembered[2 * s->n_remembered] = name;
    s->remembered[2 * s->n_remembered++ + 1] = value;
}
static void forget(State *s, i32 name, i32 value) { /* the first that was remembered */
    i32 i = place_remembered(s, name, value);
    if (i < 0) return;
    memmove(s->remembered + 2 * i, s->remembered + 2 * (i + 1), 8 * (size_t)(s->n_remembered - i - 1));
    s->n_remembered--;
}
static void set_pending(Ctx *c, i32 value) {
    State *s = c->s;
    if (s->n_pending < MAX_PENDING) s->pending[s->n_pending++] = value;
}

static i32 both_sites(Ctx *c, const Action *a) { return is_site(c, a->from) && is_site(c, a->to); }
static void add_pieces(Ctx *c, const Action *a) { /* to those there, or with what was set there before */
    i32 counts = (c->g->uses & USES_COUNT) != 0, to = a->to;
    if (c->what[to] && a->what) { /* the piece stays, with the marks of the new one: Minefield */
        if (counts) c->count[to] = clamped((i64)c->count[to] + a->count);
        if (a->state >= 0) c->state[to] = a->state;
        if (a->rotation >= 0) c->rotation[to] = a->rotation;
        if (a->value >= 0) c->value[to] = a->value;
    } else
        put(c, to, a->what, owner_of(c, a->what), counts ? a->count : 1, a->state < 0 ? c->state[to] : a->state,
            a->rotation < 0 ? c->rotation[to] : a->rotation, a->value < 0 ? c->value[to] : a->value);
}
static void move_pieces(Ctx *c, const Action *a) {
    i32 counts = (c->g->uses & USES_COUNT) != 0, to = a->to, from = a->from;
    i32 what = c->what[from], who = c->who[from], state = c->state[from], rotation = c->rotation[from],
        value = c->value[from];
    i32 n = smaller(a->count, c->count[from]);
    if (!what || n <= 0 || (from == to && a->count >= c->count[from])) return;
    if (c->count[from] > n) c->count[from] -= n;
    else take(c, from), move_hidden(c, from, to);
    if (who == NOBODY) who = owner_of(c, what); /* seeds set by a start rule */
    /* a number of pieces, named in the rules, leaves marks where they are */
    if (a->what) state = c->state[to], rotation = c->rotation[to], value = c->value[to];
    if (a->state >= 0) state = a->state;
    if (a->rotation >= 0) rotation = a->rotation;
    if (counts && c->what[to] == what) n = clamped((i64)c->count[to] + n), who = c->who[to];
    put(c, to, what, who, n, state, rotation, value);
}
static void apply_to_sites(Ctx *c, const Action *a) {
    i32 to = a->to, from = a->from;
    if (!is_site(c, to)) return;
    will_change(c, to);
    if (is_site(c, from)) will_change(c, from);
    if (c->g->n_places) follow_on_tracks(c, a);
    if (c->first_level) {
        apply_to_stacks(c, a);
        return;
    }
    switch ((enum ActionType)a->type) {
    case A_ADD: add_pieces(c, a); break;
    case A_MOVE:
        if (both_sites(c, a)) move_pieces(c, a);
        break;
    case A_COPY:
        if (both_sites(c, a))
            put(c, to, c->what[from], c->who[from], 1, c->state[from], c->rotation[from], c->value[from]);
        break;
    case A_REMOVE: take(c, to), region_drop(c->to_clear, to); break;
    case A_MARK: region_add(c->to_clear, to); break;
    case A_PROMOTE:
        if (c->what[to])
            put(c, to, a->what, a->value > 0 ? a->value : owner_of(c, a->what), c->count[to], larger(a->state, 0), 0,
                0);
        break;
    case A_SET_COUNT:
        if (a->count <= 0) take(c, to);
        else
            put(c, to, a->what, c->what[to] == a->what ? c->who[to] : owner_of(c, a->what), a->count, c->state[to],
                c->rotation[to], c->value[to]);
        break;
    case A_SET_STATE: c->state[to] = a->state; break;
    case A_SET_ROTATION: c->rotation[to] = a->rotation; break;
    case A_SET_VALUE: c->value[to] = a->value; break;
    default: assert(0);
    }
}
static void swap_seats(Ctx *c, i32 p, i32 q) {
    i32 *agents = c->s->agents, n = c->g->n_players;
    if (p < 1 || q < 1 || p > n || q > n) fail(c, NOT_THERE);
    i32 other = agents[p];
    agents[p] = agents[q], agents[q] = other;
}
/* When there are as many votes as players, what more than half of them are for is decided; nothing is proposed any more. */
static void vote(Ctx *c, i32 name) {
    State *s = c->s;
    i32 n = c->g->n_players;
    if (s->n_votes < n) s->votes[s->n_votes++] = name;
    if (s->n_votes < n) return;
    for (i32 i = 0; i < n; i++) {
        i32 same = 0;
        for (i32 k = 0; k < n; k++) same += s->votes[k] == s->votes[i];
        if (2 * same > n) s->decided = s->votes[i];
    }
    s->n_votes = 0, s->proposed = -1;
}
static void apply_to_players(Ctx *c, const Action *a) {
    State *s = c->s;
    i32 player = a->what;
    switch ((enum ActionType)a->type) {
    case A_SET_SCORE: /* count 1: added */
        if (is_player(c, player)) s->score[player] = clamped((a->count ? (i64)s->score[player] : 0) + a->value);
        break;
    case A_SET_VALUE_OF_PLAYER:
        if (is_player(c, player)) s->player_value[player] = a->value;
        break;
    case A_TRIGGER:
        if (is_player(c, player)) s->triggered |= (i32)((u32)1 << player);
        break;
    case A_SET_NEXT_PLAYER:
        if (player < 1 || player > c->g->n_players) fail(c, NOT_THERE);
        s->next_player = s->next = player;
        break;
    case A_SWAP: swap_seats(c, player, a->value); break;
    case A_PROPOSE: s->proposed = a->name; break;
    case A_VOTE: vote(c, a->name); break;
    case A_BET:
        if (is_player(c, player)) s->amount[player] = a->value;
        break;
    default: assert(0);
    }
}
/* Those that change sites, or numbers that looking ahead copies at once. */
static const u64 SMALL = (u64)1 << A_ADD | (u64)1 << A_MOVE | (u64)1 << A_REMOVE | (u64)1 << A_PROMOTE |
                         (u64)1 << A_SELECT | (u64)1 << A_PASS | (u64)1 << A_COPY | (u64)1 << A_SET_COUNT |
                         (u64)1 << A_SET_STATE | (u64)1 << A_SET_ROTATION | (u64)1 << A_SET_VALUE |
                         (u64)1 << A_SET_NEXT_PLAYER | (u64)1 << A_SET_COUNTER | (u64)1 << A_SET_TEMP |
                         (u64)1 << A_NOTE | (u64)1 << A_MARK | (u64)1 << A_INSERT | (u64)1 << A_MOVE_ALL |
                         (u64)1 << A_STACK_MOVE;
void apply_action(Ctx *c, const Action *a) {
    State *s = c->s;
    if (c->n_saved && !(SMALL >> a->type & 1)) keep_rest(c);
    switch ((enum ActionType)a->type) {
    case A_ADD:
    case A_MOVE:
    case A_COPY:
    case A_REMOVE:
    case A_MARK:
    case A_PROMOTE:
    case A_SET_COUNT:
    case A_SET_STATE:
    case A_SET_ROTATION:
    case A_SET_VALUE:
    case A_INSERT:
    case A_MOVE_ALL:
    case A_STACK_MOVE: apply_to_sites(c, a); break;
    case A_SET_SCORE:
    case A_SET_VALUE_OF_PLAYER:
    case A_TRIGGER:
    case A_SET_NEXT_PLAYER:
    case A_SWAP:
    case A_PROPOSE:
    case A_VOTE:
    case A_BET: apply_to_players(c, a); break;
    case A_SET_POT: s->pot = a->value; break;
    case A_SET_PENDING: set_pending(c, a->value); break;
    case A_SET_VAR:
        if (a->name >= c->g->n_strings) fail(c, NOT_THERE);
        if (a->name >= 0) c->vars[a->name] = a->value;
        else s->temp = a->value;
        break;
    case A_SET_COUNTER: s->counter = a->value; break;
    case A_SET_TEMP: s->temp = a->value; break;
    case A_REMEMBER_VALUE: /* count 1: once */
        if (!a->count || !remembers(s, a->name, a->value)) remember(c, a->name, a->value);
        break;
    case A_FORGET_VALUE: forget(s, a->name, a->value); break;
    case A_SET_HIDDEN: hide(c, a); break;
    case A_ROLL_DIE: roll_die(c, a->what, a->state); break;
    case A_USE_DIE: use_die(c, a->what); break;
    case A_SET_DICE_ALL_EQUAL: s->dice_equal = a->value; break;
    case A_STORE_STATE:
        tick(c, c->g->n_sites / 8);
        s->stored = a->count ? position_digest(c, 0) : 0;
        break;
    case A_SELECT:
    case A_PASS:
    case A_NOTE: break;
    }
}
void note_reached(i32 *from, i32 *to, const Action *a) {
    if (a->to >= 0) *to = a->to;
    if (a->from >= 0 || a->to >= 0) *from = a->from >= 0 ? a->from : a->to;
}
void apply_actions(Ctx *c, const Move *m) {
    assert(m->first >= 0 && m->n >= 0 && m->first + m->n <= c->n_actions);
    tick(c, 4 + 5 * (i64)m->n);
    for (i32 i = 0; i < m->n; i++) {
        const Action a = c->actions[m->first + i]; /* a copy: the list may grow meanwhile */
        if (c->applied && c->n_applied < c->max_applied) c->applied[c->n_applied++] = a;
        apply_action(c, &a);
        if ((c->g->uses & USES_ARRIVED) && is_site(c, a.to)) region_add(c->arrived, a.to);
        note_reached(&c->reached_from, &c->reached_to, &a);
    }
}
void apply_with_consequences(Ctx *c, const Move *m) {
    const Move move = *m;
    deeper(c);
    apply_actions(c, &move);
    for (i32 t = move.then; t >= 0; t = c->thens[t].next) {
        i32 from = c->from, to = c->to;
        run_effects(c, c->thens[t].node);
        c->from = from, c->to = to;
    }
    c->depth--;
}
void run_effects(Ctx *c, const Node *n) {
    i32 moves = c->n_moves, actions = c->n_actions, thens = c->n_thens;
    i32 start = collect(c, n), end = c->n_moves;
    for (i32 i = start; i < end; i++) apply_with_consequences(c, c->moves + i);
    c->n_moves = moves, c->n_actions = actions, c->n_thens = thens;
}
