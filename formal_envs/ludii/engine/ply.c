/* A whole ply: the moves of a position, what a move and its consequences do, and what follows them. */
#include "ply.h"
#include "history.h"
#include "undo.h"
#include "random.h"

static void phase_changes(Ctx *c) {
    for (i32 p = 1; p <= c->g->n_players; p++) {
        const Phase *phase = &c->g->phases[c->s->phase[p]];
        if (!phase->next) continue;
        i32 before = c->s->phase[p];
        for (i32 i = 0; i < phase->next->n && c->s->phase[p] == before; i++) {
            c->player = p;
            tick(c, 1);
            phase->next->arg[i]->fn.act(c, phase->next->arg[i]);
            c->player = OFF;
        }
    }
}
static void end_rules(Ctx *c, const Node *rules) {
    if (rules)
        for (i32 i = 0; i < rules->n && !c->s->over; i++) {
            tick(c, 1);
            rules->arg[i]->fn.act(c, rules->arg[i]);
        }
}
/* The best rank that is left, or the worst one: those who share a rank take as many. */
static i32 rank_left(const State *s, i32 n, i32 best) {
    i32 rank = best ? 1 : n, sharing = 1;
    while (sharing) {
        sharing = 0;
        for (i32 p = 1; p <= n; p++) sharing += s->rank2[p] == 2 * rank;
        rank += best ? sharing : -sharing;
    }
    return rank;
}
static void take_rank(State *s, u32 players, i32 rank) { /* a team is won by its first member */
    if (rank == 1 && players) s->winner = __builtin_ctz(players);
    for (; players; players &= players - 1) {
        s->rank2[__builtin_ctz(players)] = 2 * rank;
        s->active &= (i32)~(players & -players);
    }
}
static void all_draw(State *s, i32 n) { /* who still plays shares what is left */
    i32 both = rank_left(s, n, 1) + rank_left(s, n, 0);
    for (i32 p = 1; p <= n; p++)
        if (s->active >> p & 1) s->rank2[p] = both;
}
static u32 everybody(Ctx *c) { return ((u32)2 << c->g->n_players) - 2; }
static void last_ones(Ctx *c) { /* one is left, or one team: takes the rank that is */
    State *s = c->s;
    u32 others = (u32)s->active;
    if (s->over || (others && (others & ~team_of(c, __builtin_ctz(others))))) return;
    take_rank(s, others, rank_left(s, c->g->n_players, 1));
    s->over = 1;
}
void players_done(Ctx *c, u32 players, i32 result) { /* when several win or lose, the turn passes on before it ends: Petol */
    State *s = c->s;
    i32 n = c->g->n_players, draw = result == resultType_Draw || result == resultType_Tie;
    players &= (u32)s->active;
    if (s->over || (!players && !draw)) return;
    if (n > 1 && draw) all_draw(s, n);
    /* Abandon, Crash; alone one has no rank but by winning */
    if ((result != resultType_Win && result != resultType_Loss) || (n == 1 && result != resultType_Win)) {
        s->active = 0, s->over = 1;
        return;
    }
    take_rank(s, players, rank_left(s, n, result == resultType_Win));
    if (!(players & (players - 1))) last_ones(c);
}
i32 following_player(const State *s, i32 n, i32 player) {
    for (i32 k = 1; k <= n; k++) {
        i32 p = (player - 1 + k) % n + 1;
        if (s->active >> p & 1) return p;
    }
    return player;
}
static i32 is_pass(Ctx *c, const Move *m) {
    return m->n >= 1 && c->actions[m->first + (m->decision < 0 ? 0 : m->decision)].type == A_PASS;
}
static i32 is_forced_pass(Ctx *c, const Move *m) { return is_pass(c, m) && c->actions[m->first].state == 1; }
static void note_levels(Ctx *c, const Move *m) { /* 0 where the move names none */
    const Action *a = c->actions + m->first + larger(m->decision, 0);
    i32 names = m->n && (is_site(c, a->to) || is_site(c, a->from)); /* levels and no string */
    i32 leaves = names ? leaves_level(a) : OFF, enters = names ? enters_level(a) : OFF;
    if (m->from == m->to && enters < 0) enters = leaves; /* what was selected */
    c->s->last_level_from = larger(leaves, 0), c->s->last_level_to = larger(enters, 0);
}
static void note_between(Ctx *c, const Move *m) {
    region_clear(c, c->between_last);
    if (!is_site(c, m->from) || m->from == m->to) return;
    for (i32 r = c->g->radial_first[m->from]; r < c->g->radial_first[m->from + 1]; r++) {
        const Radial *ray = c->g->radials + r;
        i32 n = 0;
        tick(c, 1);
        while (n < ray->n && ray->at[n] != m->to) n++;
        if (n == ray->n) continue;
        for (i32 k = 0; k < n; k++)
            if (c->what[ray->at[k]]) region_add(c->between_last, ray->at[k]);
        return;
    }
}
/* what is known of the move while its consequences are evaluated */
void begin_ply(Ctx *c, const Move *m) {
    State *s = c->s;
    s->n_pending = 0, s->next_player = 0;
    if (c->g->uses & USES_ARRIVED) region_clear(c, c->arrived);
    if (c->g->uses & USES_BETWEEN) note_between(c, m);
    s->n_moves++;
    s->previous_from = s->last_from, s->previous_to = s->last_to;
    s->last_from = m->from, s->last_to = m->to;
    if (c->first_level) note_levels(c, m);
    s->after_from = s->after_to = c->reached_from = c->reached_to = OFF;
    for (i32 i = 0; i < m->n; i++) note_reached(&s->after_from, &s->after_to, c->actions + m->first + i);
    s->last_decision = m->n ? c->actions[m->first + (m->decision < 0 ? 0 : m->decision)].type : A_NOTE;
    s->last_what = is_site(c, m->from) ? c->what[m->from] : 0;
    s->last_pass = is_pass(c, m);
    if (c->g->uses & USES_VISITED) { /* in this turn */
        if (is_site(c, m->from)) region_add(c->visited, m->from);
        if (is_site(c, m->to)) region_add(c->visited, m->to);
    }
}
void consequences_done(Ctx *c) { c->s->after_from = c->reached_from, c->s->after_to = c->reached_to; }
/* the move and its consequences; the next mover is known then */
static void play_out(Ctx *c, const Move *m) {
    State *s = c->s;
    const Move move = *m;
    begin_ply(c, &move);
    apply_with_consequences(c, &move);
    s = c->s;
    consequences_done(c);
    if ((c->g->uses & USES_SEQUENCE_CAPTURE) && s->next_player != s->mover) {
        FOR_SITES (c->to_clear, site) take(c, site);
        region_clear(c, c->to_clear);
    }
}
/* Turns of passes only, in a row. A first move of the game does not count against one: Throngs. Whoever plays alone never
 * ends his turn: there a pass is enough. */
static void count_passes(Ctx *c, const Move *m) {
    State *s = c->s;
    if (!is_pass(c, m)) s->passes = 0;
    else if (s->moves_in_turn == 0) s->passes = smaller(s->passes + 1, MAX_PLAYERS);
    else if (s->n_moves == 1 || c->g->n_players == 1) s->passes = larger(s->passes, 1);
    /* Nobody ever did anything else: then one who has no move is everybody. Go, where one may pass, goes on. */
    i32 placed = c->g->start && c->g->start->n;
    if (s->n_moves == 0 && !placed && is_forced_pass(c, m)) s->passes = c->g->n_players;
}
/* those who are out count too: Tic-Tac-Mo */
i32 all_passed(Ctx *c) { return c->s->passes >= c->g->n_players; }
void apply_move(Ctx *c, const Move *m) {
    State *s = c->s;
    const Move move = *m;
    i32 mover = s->mover;
    if (c->g->uses & USES_CHANCE) seed_random(c->chance, ~s->seed);
    tick(c, 40 + c->g->words);
    reset_iterators(c);
    count_passes(c, &move);
    play_out(c, &move);
    i32 swapped = s->last_decision == A_SWAP;
    const Phase *phase = &c->g->phases[s->phase[mover]];
    end_rules(c, phase->end);
    end_rules(c, c->g->end);
    i32 can_end = phase->end || c->g->end; /* without a rule to end it nothing does: Gala */
    if (!s->over && can_end && !(c->g->uses & USES_PASS_RULES) && all_passed(c))
        players_done(c, 0, resultType_Draw);
    reset_iterators(c);
    if (!s->over) phase_changes(c);
    if (s->counter < INT32_MAX) s->counter++;
    i32 next = s->next; /* also one who is out since: the order was settled before */
    s->previous = mover;
    if (!s->over) {
        if (next != mover || swapped) s->turn++, s->moves_in_turn = 0, s->turn_before = mover;
        else s->moves_in_turn++;
    }
    s->mover = next;
    s->next = following_player(s, c->g->n_players, next);
    if ((u32)s->active != everybody(c)) last_ones(c);
    if (c->g->uses & USES_CHANCE) s->seed = mixed(&s->seed), s->n_told = 0;
    push_history(c);
    if (s->moves_in_turn == 0) region_clear(c, c->visited);
    /* the position that the turn began with counts as its own */
    if (s->moves_in_turn == 0) s->turn_start = s->n_history ? s->n_history - 1 : 0;
}
i32 repeats(Ctx *c, const Move *m) { /* would the position after m have been seen before? */
    if (is_pass(c, m)) return 0;
    i32 moves = c->n_moves, actions = c->n_actions, thens = c->n_thens;
    save_state(c);
    State *s = c->s;
    i32 mover = s->mover, seen = 0;
    Action *applied = c->applied;
    c->applied = NULL;
    play_out(c, m);
    i32 next = s->next_player ? s->next_player : s->next;
    if (next != mover) s->moves_in_turn = 0;
    else s->moves_in_turn++;
    s->mover = next, s->next = following_player(s, c->g->n_players, next);
    seen = position_repeated(c, c->g->repetition);
    c->applied = applied;
    restore_state(c);
    c->n_moves = moves, c->n_actions = actions, c->n_thens = thens;
    return seen;
}
const Node *play_of(Ctx *c, i32 player) { return c->g->phases[c->s->phase[player]].play; }
void begin_moves(Ctx *c) {
    State *s = c->s;
    c->n_moves = c->n_actions = c->n_thens = c->n_numbers = c->depth = 0;
    c->probe = NULL, c->applied = NULL;
    if (s->over) return;
    if (c->g->uses & USES_CHANCE) seed_random(c->chance, s->seed); /* the same moves each time they are asked for */
    reset_iterators(c);
    tick(c, 20);
    if (c->g->uses & USES_STUCK) {
        /* the rules may ask for the answer of last time meanwhile */
        const Node *play = play_of(c, s->mover);
        i32 bit = 1 << s->mover, can = play && any_move(c, play);
        s->stuck = can ? s->stuck & ~bit : s->stuck | bit;
    }
}
i32 end_moves(Ctx *c, i32 n) {
    State *s = c->s;
    i32 before = c->n_moves;
    if ((c->g->uses & USES_SWAP) && s->n_moves == 1 && s->agents[1] == 1) {
        Move *m = move_begin(c);
        Action *a = move_act(c, A_SWAP);
        a->what = (i16)s->mover, a->value = s->previous;
        move_decide(c, m);
        move_act(c, A_SET_NEXT_PLAYER)->what = (i16)s->mover;
        move_end(c, m);
    } else if (n == 0) {
        Move *m = move_begin(c);
        move_act(c, A_PASS)->state = 1; /* forced */
        move_decide(c, m);
        move_end(c, m);
    }
    return c->n_moves - before;
}
static void without_repeats(Ctx *c) {
    i32 kept = 0;
    for (i32 i = 0; i < c->n_moves; i++)
        if (!repeats(c, c->moves + i)) c->moves[kept++] = c->moves[i];
    c->n_moves = kept;
}
i32 legal_moves(Ctx *c) {
    begin_moves(c);
    if (c->s->over) return 0;
    const Node *play = play_of(c, c->s->mover);
    if (play) moves_of(c, play);
    if (c->g->uses & USES_NO_REPEAT) without_repeats(c);
    end_moves(c, c->n_moves);
    return c->n_moves;
}
i32 player_has_move(Ctx *c, i32 player) {
    State *s = c->s;
    if (player < 1 || player > c->g->n_players) return 0;
    i32 mover = s->mover, next = s->next, previous = s->previous;
    s->previous = mover, s->mover = player, s->next = following_player(s, c->g->n_players, player);
    const Node *play = play_of(c, player);
    c->asks_moves++;
    i32 found = play ? any_move(c, play) : 0;
    c->asks_moves--;
    s->mover = mover, s->next = next, s->previous = previous;
    return found;
}
