/* Who wins by force: for each person whether he can win within so many plies, for more and more of them.
 *
 * Within a number of plies the question is one of a tree of AND and OR: he needs one move where he moves, all where the
 * other one does. A position beyond them counts as not won yet, but keeps the answer open; where none is left open, he
 * cannot win at all. So the first number of plies with a yes is the shortest forced win, and two times never is a draw.
 * Persons are those who began as player 1 and 2, whatever role they have after a swap.
 */
#include <stdlib.h>
#include "keys.h"
#include "ply.h"
#include "solve.h"
#include "state.h"
#include "undo.h"

enum {
    BUCKETS = 1 << 18, /* of the table */
    BUCKET = 4,
    UNKNOWN = 255, /* of Entry.yes: in no number of plies that is known */
    EVER = 255, /* of Entry.no */
    NONE = 0xffff,
    N_KILLERS = 2,
    KEPT_MOVES = 1 << 15, /* of all plies of the line that is looked at */
    KEPT_ACTIONS = 1 << 17,
    KEPT_THENS = 1 << 16
};
_Static_assert((i32)MAX_SOLVED_PLIES < (i32)MAX_DEPTH, "a state for each ply");
enum Answer { NO, OPEN, YES };
typedef struct Entry {
    u64 check;
    u16 generation, best; /* the move that decided */
    u8 yes[2], no[2]; /* by person: within so many plies he can, he cannot */
} Entry;
typedef struct Listed { /* the moves of a ply: where they begin, how many */
    i32 move, action, then, n;
    i32 asked_last;
} Listed;
struct Solver {
    Entry table[BUCKETS][BUCKET];
    Move moves[KEPT_MOVES];
    u32 tags[KEPT_MOVES]; /* what they look like */
    i32 order[KEPT_MOVES]; /* in which they are tried */
    Action actions[KEPT_ACTIONS];
    Then thens[KEPT_THENS];
    Listed top; /* where the next ply's begin */
    u32 killers[MAX_SOLVED_PLIES + 1][2][N_KILLERS]; /* moves that decided elsewhere on this ply */
    i32 ply, first; /* of the line; positions of the history at the root */
    i32 last_matters; /* somewhere the moves depended on what the last move was */
    u16 generation; /* of entries that are of this proof */
};

i32 is_solvable(const Game *g) { return g->n_players == 2 && !(g->uses & (USES_CHANCE | USES_HIDDEN)); }

/* ---- the table */
static Entry *entry_of(Solver *v, const Key *key) {
    Entry *e = v->table[key->place % BUCKETS];
    for (i32 i = 0; i < BUCKET; i++)
        if (e[i].generation == v->generation && e[i].check == key->check) return e + i;
    return NULL;
}
static i32 worth(const Entry *e) { /* about how much work it was */
    i32 most = 0;
    for (i32 q = 0; q < 2; q++) {
        if (e->yes[q] != UNKNOWN) most = larger(most, e->yes[q]);
        most = larger(most, e->no[q]);
    }
    return most;
}
static Entry *new_entry(Solver *v, const Key *key) { /* instead of the one that is worth least */
    Entry *e = v->table[key->place % BUCKETS], *least = e;
    for (i32 i = 0; i < BUCKET; i++) {
        if (e[i].generation != v->generation) {
            least = e + i;
            break;
        }
        if (worth(e + i) < worth(least)) least = e + i;
    }
    *least = (Entry){key->check, v->generation, NONE, {UNKNOWN, UNKNOWN}, {0, 0}};
    return least;
}
static void note_answer(Solver *v, const Key *key, i32 q, i32 left, enum Answer answer, i32 best) {
    Entry *e = entry_of(v, key);
    if (!e) e = new_entry(v, key);
    if (answer == YES && left < e->yes[q]) e->yes[q] = (u8)left;
    if (answer == OPEN && left > e->no[q]) e->no[q] = (u8)left;
    if (answer == NO) e->no[q] = EVER;
    if (best >= 0 && best < NONE) e->best = (u16)best;
}

/* ---- moves */
static u32 tag_of(const Ctx *c, const Move *m) { /* what it looks like, for another position of the same ply */
    const Action *a = c->actions + m->first + larger(m->decision, 0);
    u32 h = (u32)m->from * 0x9e3779b1u ^ (u32)m->to;
    if (m->n) h = (h * 0x85ebca6bu ^ a->type ^ (u32)(u16)a->what << 8) * 0xc2b2ae35u ^ (u32)a->value;
    return h | 1;
}
/* Lists the moves of the context's state and keeps them; 0 where there is no room. */
static i32 keep_moves(Ctx *c, Listed *l) {
    Solver *v = c->solver;
    c->asked_last = 0;
    i32 n = legal_moves(c);
    *l = v->top, l->n = n, l->asked_last = c->asked_last;
    v->last_matters |= l->asked_last;
    if (l->move + n > KEPT_MOVES || l->action + c->n_actions > KEPT_ACTIONS || l->then + c->n_thens > KEPT_THENS) return 0;
    tick(c, n + c->n_actions / 4 + c->n_thens / 4);
    memcpy(v->moves + l->move, c->moves, sizeof(Move) * (size_t)n);
    memcpy(v->actions + l->action, c->actions, sizeof(Action) * (size_t)c->n_actions);
    memcpy(v->thens + l->then, c->thens, sizeof(Then) * (size_t)c->n_thens);
    for (i32 i = 0; i < n; i++) v->tags[l->move + i] = tag_of(c, c->moves + i);
    v->top.move += n, v->top.action += c->n_actions, v->top.then += c->n_thens;
    return 1;
}
static void drop_moves(Solver *v, const Listed *l) { v->top = *l; }
static State *state_at(Ctx *c, i32 ply) {
    if (!c->counted[ply] && !(c->counted[ply] = malloc((size_t)c->g->state_size))) fail(c, TOO_MUCH_MEMORY);
    return c->counted[ply];
}
/* The context's state becomes the one after a kept move of s. */
static void play_kept(Ctx *c, const State *s, const Listed *l, i32 i) {
    Solver *v = c->solver;
    Move *m = c->moves;
    *m = v->moves[l->move + i];
    memcpy(c->actions, v->actions + l->action + m->first, sizeof(Action) * (size_t)m->n);
    m->first = 0, c->n_moves = 1, c->n_actions = m->n;
    i32 n = 0;
    for (i32 t = m->then; t >= 0; t = v->thens[l->then + t].next, n++)
        c->thens[n] = (Then){v->thens[l->then + t].node, n + 1};
    m->then = n ? 0 : -1, m->last_then = n - 1, c->n_thens = n, c->n_numbers = c->depth = 0;
    if (n) c->thens[n - 1].next = -1;
    c->probe = NULL, c->applied = NULL;
    tick(c, c->g->state_size / 128);
    State *after = state_at(c, ++v->ply);
    copy_state(c, after, s);
    use_state(c, after);
    apply_move(c, m);
}
/* The order to try them in: the one that the table has, those that decided elsewhere, the others as they are listed. */
static void put_in_order(Solver *v, const Listed *l, i32 hint, const u32 *killers) {
    i32 *order = v->order + l->move, front = 0;
    for (i32 i = 0; i < l->n; i++) order[i] = i;
    if (hint < l->n) order[hint] = 0, order[0] = hint, front = 1;
    for (i32 k = 0; k < N_KILLERS && killers[k]; k++)
        for (i32 i = front; i < l->n; i++) {
            if (v->tags[l->move + order[i]] != killers[k]) continue;
            i32 found = order[i];
            order[i] = order[front], order[front++] = found;
            break;
        }
}
static void note_killer(u32 *killers, u32 tag) {
    if (killers[0] != tag) killers[1] = killers[0], killers[0] = tag;
}

/* ---- the question */
static i32 person_of(const State *s, i32 role) { return role ? s->agents[role] : NOBODY; }
static enum Answer ask(Ctx *c, i32 person, i32 left);
/* Can he, where these are the moves? *decided: which of them says so, or NONE. */
static enum Answer ask_moves(Ctx *c, State *s, const Listed *l, i32 person, i32 left, i32 *decided) {
    Solver *v = c->solver;
    i32 his = person_of(s, s->mover) == person, ply = v->ply;
    enum Answer answer = his ? NO : YES;
    for (i32 k = 0; k < l->n; k++) {
        i32 i = v->order[l->move + k];
        play_kept(c, s, l, i);
        enum Answer after = ask(c, person, left - 1);
        v->ply = ply;
        if (his ? after == YES : after != YES) {
            *decided = i;
            note_killer(v->killers[ply][person - 1], v->tags[l->move + i]);
            return after;
        }
        if (after == OPEN) answer = OPEN;
    }
    return answer;
}
static enum Answer ask(Ctx *c, i32 person, i32 left) {
    Solver *v = c->solver;
    State *s = c->s;
    i32 q = person - 1, decided = NONE;
    if (s->over) return person_of(s, s->winner) == person ? YES : NO;
    if (!left) return OPEN;
    Key key, with_last;
    position_keys(c, v->first, &key, &with_last);
    const Entry *known = entry_of(v, &key);
    if (!known && v->last_matters) known = entry_of(v, &with_last);
    if (known && known->yes[q] <= left) return YES;
    if (known && known->no[q] == EVER) return NO;
    if (known && known->no[q] >= left) return OPEN;
    Listed l;
    i32 hint = known ? known->best : NONE;
    if (!keep_moves(c, &l)) return OPEN; /* for ever: there is no room to look */
    put_in_order(v, &l, hint, v->killers[v->ply][q]);
    enum Answer answer = ask_moves(c, s, &l, person, left, &decided);
    drop_moves(v, &l);
    note_answer(v, l.asked_last ? &with_last : &key, q, left, answer, decided);
    return answer;
}

/* ---- from the root */
/* The moves of a win in so many plies, in which the other one holds out as long as he can. */
static void follow(Ctx *c, i32 person, i32 plies, i32 *out) {
    Solver *v = c->solver;
    for (i32 left = plies - 1; left >= 0; left--) {
        State *s = c->s;
        Listed l;
        i32 his = person_of(s, s->mover) == person, ply = v->ply, found = 0;
        if (!keep_moves(c, &l)) return;
        for (i32 i = 0; i < l.n && !found; i++) {
            v->ply = ply;
            play_kept(c, s, &l, i);
            State *after = c->s;
            if (his) found = ask(c, person, left) == YES;
            else found = !left || ask(c, person, left - 1) != YES;
            use_state(c, after);
            v->ply = ply + 1;
            if (found) out[N_SOLVED + out[SOLVED_n_line]++] = i;
        }
        drop_moves(v, &l);
        if (!found) return;
    }
}
static void deepen(Ctx *c, i32 max_plies, i32 *out) {
    State *root = c->s;
    enum Answer can[] = {OPEN, OPEN};
    for (i32 plies = 0; plies <= max_plies; plies++) {
        for (i32 q = 0; q < 2; q++) {
            if (can[q] == NO) continue;
            can[q] = ask(c, q + 1, plies);
            use_state(c, root);
            if (can[q] != YES) continue;
            out[SOLVED_winner] = q + 1, out[SOLVED_plies] = out[SOLVED_depth] = plies;
            follow(c, q + 1, plies, out);
            return;
        }
        out[SOLVED_depth] = plies;
        if (can[0] == NO && can[1] == NO) {
            out[SOLVED_winner] = NOBODY;
            return;
        }
    }
}
i32 solve(Ctx *c, i32 max_plies, i32 *out) {
    if (!c->solver && !(c->solver = calloc(1, sizeof(Solver)))) return 0;
    Solver *v = c->solver;
    State *root = c->s;
    if (!++v->generation) memset(v->table, 0, sizeof v->table), v->generation = 1;
    memset(v->killers, 0, sizeof v->killers);
    v->top = (Listed){0}, v->ply = v->last_matters = 0, v->first = root->n_history;
    memset(out, 0, sizeof(i32) * (size_t)(N_SOLVED + max_plies));
    out[SOLVED_winner] = -1;
    if (setjmp(c->escape)) restore_states(c, 0);
    else deepen(c, max_plies, out);
    out[SOLVED_failure] = (i32)c->failure;
    use_state(c, root);
    return 1;
}
