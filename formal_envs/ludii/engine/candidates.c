/* A legal move drawn at random where nobody asks how many there are. Whether the condition of a (do .. ifAfterwards:..) holds
 * after a move, and whether it repeats a position, costs more to find out than all else of it. So moves are listed as if they
 * did, and asked of those alone that are drawn: of moves drawn one after the other and not put back, the first that is legal
 * is any of the legal ones. Where rules let them be counted, only those that are drawn are written out.
 *
 * Only where moves are a union may their conditions wait: where it matters whether there are any, as to (priority ..), they
 * are tested as they are listed.
 */
#include "candidates.h"
#include "ahead.h"
#include "draw.h"
#include "listing.h"
#include "random.h"

enum { MAX_BATCHES = 32 };
typedef struct Batch { /* candidates are numbered through all batches */
    const Node *rule; /* whose moves these are */
    const Node *waits; /* (do ..) of which the condition and what follows it are left out yet, or NULL */
    i32 first; /* its first one on the list; OFF: they were counted alone */
    i32 begin, end;
} Batch;
typedef struct Candidates {
    Batch batches[MAX_BATCHES];
    i32 n, n_counted;
} Candidates;

/* ---- which rules */
static i32 can_wait(const Node *n) { return n->op == OP_do && ARG(do, ifAfterwards) && !ARG(do, next); }
static i32 is_union(const Node *n) { /* of moves without a consequence of them all */
    switch (n->op) {
    case OP_moves_or: return !ARG(moves_or, then);
    case OP_moves_or_all: return !ARG(moves_or_all, then);
    case OP_moves_if: return !ARG(moves_if, then);
    default: return 0;
    }
}
static const Node *rule_of(const Node *n) { return can_wait(n) ? ARG(do, moves) : n; }
static void count_batches(const Game *g, const Node *n, i32 *batches, i32 *waiting) {
    if (!n || *batches > MAX_BATCHES) return;
    switch (is_union(n) ? n->op : OFF) {
    case OP_moves_or:
        count_batches(g, ARG(moves_or, a), batches, waiting);
        count_batches(g, ARG(moves_or, b), batches, waiting);
        return;
    case OP_moves_or_all:
        for (i32 i = 0; i < ARG(moves_or_all, list)->n; i++)
            count_batches(g, ARG(moves_or_all, list)->arg[i], batches, waiting);
        return;
    case OP_moves_if:
        count_batches(g, ARG(moves_if, yes), batches, waiting);
        count_batches(g, ARG(moves_if, no), batches, waiting);
        return;
    default:
        ++*batches, *waiting += can_wait(n);
        ((Node *)rule_of(n))->counts = (u8)can_count(g, rule_of(n));
    }
}
void judge_candidates(Ctx *c) {
    Game *g = (Game *)c->g;
    for (i32 i = 0; i < g->n_phases; i++) {
        i32 batches = 0, waiting = 0;
        count_batches(g, g->phases[i].play, &batches, &waiting);
        g->phases[i].can_wait = !(g->uses & (USES_CHANCE | USES_STACK)) && batches <= MAX_BATCHES &&
                                (waiting || (g->uses & USES_NO_REPEAT));
    }
}

/* ---- drawing */
static i32 n_candidates(const Candidates *found) { return found->n ? found->batches[found->n - 1].end : 0; }
static void find_batch(Ctx *c, const Node *n, Candidates *found) {
    Batch b = {rule_of(n), can_wait(n) ? n : NULL, c->n_moves, n_candidates(found), 0};
    if (b.rule->counts) b.first = OFF, b.end = b.begin + count_moves(c, b.rule), found->n_counted++;
    else {
        moves_of(c, b.rule);
        b.end = b.begin + c->n_moves - b.first;
    }
    if (b.end > MAX_LISTED) fail(c, TOO_MANY_MOVES);
    found->batches[found->n++] = b;
}
static void find_candidates(Ctx *c, const Node *n, Candidates *found) {
    if (!n) return;
    tick(c, 1);
    stack_left(c);
    switch (is_union(n) ? n->op : OFF) {
    case OP_moves_or:
        find_candidates(c, ARG(moves_or, a), found);
        find_candidates(c, ARG(moves_or, b), found);
        return;
    case OP_moves_or_all:
        for (i32 i = 0; i < ARG(moves_or_all, list)->n; i++) find_candidates(c, ARG(moves_or_all, list)->arg[i], found);
        return;
    case OP_moves_if:
        find_candidates(c, int_of(c, ARG(moves_if, condition)) ? ARG(moves_if, yes) : ARG(moves_if, no), found);
        return;
    default: find_batch(c, n, found);
    }
}
/* The place on the list of a candidate of a batch; OFF: it is not legal. */
static i32 legal_place(Ctx *c, const Batch *b, i32 candidate, i32 was_last) {
    const Node *n = b->waits;
    i32 at = b->first + candidate - b->begin;
    if (b->first < 0) at = c->n_moves, write_out(c, b->rule, candidate - b->begin, was_last);
    if (n && !holds_after(c, at, ARG(do, ifAfterwards))) return OFF;
    if (n) then_for(c, c->moves + at, ARG(do, then));
    return (c->g->uses & USES_NO_REPEAT) && repeats(c, c->moves + at) ? OFF : at;
}
/* Of the candidates and n_more moves at the end of the list, which are legal: OFF where there is none. */
static i32 draw_legal(Ctx *c, const Candidates *found, i32 n_more, u64 generator[4]) {
    const i32 candidates = n_candidates(found), moves = c->n_moves, actions = c->n_actions, thens = c->n_thens;
    i32 *left = c->numbers, n = candidates + n_more;
    tick(c, n / 16);
    for (i32 i = 0; i < n; i++) left[i] = i;
    c->n_numbers = n; /* there was none, and those that are asked for meanwhile come behind */
    while (n > 0) {
        const i32 at = random_below(generator, n), candidate = left[at];
        if (candidate >= candidates) return moves - n_more + candidate - candidates;
        const Batch *b = found->batches;
        while (b->end <= candidate) b++;
        const i32 move = legal_place(c, b, candidate, found->n_counted == 1);
        if (move >= 0) return move;
        c->n_moves = moves, c->n_actions = actions, c->n_thens = thens;
        left[at] = left[--n];
    }
    return OFF;
}
_Static_assert(MAX_LISTED < MAX_NUMBERS, "the numbers of all candidates have room");
i32 draw_any_move(Ctx *c, u64 generator[4]) {
    Candidates found = {.n = 0};
    i32 n;
    if (c->s->over || !c->g->phases[c->s->phase[c->s->mover]].can_wait) return draw_move(c, generator, &n);
    begin_moves(c);
    find_candidates(c, play_of(c, c->s->mover), &found);
    n = end_moves(c, n_candidates(&found));
    const i32 move = draw_legal(c, &found, n, generator);
    c->n_numbers = 0;
    if (move >= 0) return move;
    c->n_moves = c->n_actions = c->n_thens = 0;
    end_moves(c, 0);
    return 0;
}
