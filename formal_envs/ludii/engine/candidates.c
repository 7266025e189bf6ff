/* A legal move drawn at random where nobody asks how many there are. Whether the condition of a (do .. ifAfterwards:..) holds
 * after a move, and whether it repeats a position, costs more to find out than all else of it. So moves are listed as if they
 * did, and asked of those alone that are drawn: of moves drawn one after the other and not put back, the first that is legal
 * is any of the legal ones.
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
typedef struct Batch {
    const Node *waits; /* (do ..) of which the condition and what follows it are left out yet, or NULL */
    i32 end; /* of its moves, which begin where those of the batch before end */
} Batch;
typedef struct Candidates {
    Batch batches[MAX_BATCHES];
    i32 n;
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
static void count_batches(const Node *n, i32 *batches, i32 *waiting) {
    if (!n) return;
    switch (is_union(n) ? n->op : OFF) {
    case OP_moves_or:
        count_batches(ARG(moves_or, a), batches, waiting);
        count_batches(ARG(moves_or, b), batches, waiting);
        return;
    case OP_moves_or_all:
        for (i32 i = 0; i < ARG(moves_or_all, list)->n; i++)
            count_batches(ARG(moves_or_all, list)->arg[i], batches, waiting);
        return;
    case OP_moves_if:
        count_batches(ARG(moves_if, yes), batches, waiting);
        count_batches(ARG(moves_if, no), batches, waiting);
        return;
    default: ++*batches, *waiting += can_wait(n);
    }
}
void judge_candidates(Ctx *c) {
    Game *g = (Game *)c->g;
    for (i32 i = 0; i < g->n_phases; i++) {
        i32 batches = 0, waiting = 0;
        count_batches(g->phases[i].play, &batches, &waiting);
        g->phases[i].can_wait = !(g->uses & (USES_CHANCE | USES_STACK)) && batches <= MAX_BATCHES &&
                                (waiting || (g->uses & USES_NO_REPEAT));
    }
}

/* ---- drawing */
static void list_batch(Ctx *c, const Node *n, Candidates *found) {
    const Node *waits = can_wait(n) ? n : NULL;
    if (waits) collect(c, ARG(do, moves));
    else moves_of(c, n);
    found->batches[found->n++] = (Batch){waits, c->n_moves};
}
static void list_candidates(Ctx *c, const Node *n, Candidates *found) {
    if (!n) return;
    tick(c, 1);
    stack_left(c);
    switch (is_union(n) ? n->op : OFF) {
    case OP_moves_or:
        list_candidates(c, ARG(moves_or, a), found);
        list_candidates(c, ARG(moves_or, b), found);
        return;
    case OP_moves_or_all:
        for (i32 i = 0; i < ARG(moves_or_all, list)->n; i++) list_candidates(c, ARG(moves_or_all, list)->arg[i], found);
        return;
    case OP_moves_if:
        list_candidates(c, int_of(c, ARG(moves_if, condition)) ? ARG(moves_if, yes) : ARG(moves_if, no), found);
        return;
    default: list_batch(c, n, found);
    }
}
static i32 is_legal(Ctx *c, const Candidates *found, i32 move) {
    i32 k = 0;
    while (found->batches[k].end <= move) k++;
    const Node *n = found->batches[k].waits;
    if (n) {
        if (!holds_after(c, move, ARG(do, ifAfterwards))) return 0;
        then_for(c, c->moves + move, ARG(do, then));
    }
    return !(c->g->uses & USES_NO_REPEAT) || !repeats(c, c->moves + move);
}
/* Of total moves, of which the first ones were found so: OFF where none is legal. */
static i32 draw_legal(Ctx *c, const Candidates *found, i32 total, u64 generator[4]) {
    const i32 listed = found->n ? found->batches[found->n - 1].end : 0;
    i32 *left = c->numbers, n = total, move = OFF;
    tick(c, total / 16);
    for (i32 i = 0; i < total; i++) left[i] = i;
    c->n_numbers = total; /* there was none, and those that are asked for meanwhile come behind */
    while (move < 0 && n > 0) {
        const i32 at = random_below(generator, n);
        if (left[at] >= listed || is_legal(c, found, left[at])) move = left[at];
        left[at] = left[--n];
    }
    c->n_numbers = 0;
    return move;
}
_Static_assert(MAX_LISTED < MAX_NUMBERS, "numbers of all moves on the list have room");
i32 draw_any_move(Ctx *c, u64 generator[4]) {
    Candidates found = {.n = 0};
    i32 n;
    if (c->s->over || !c->g->phases[c->s->phase[c->s->mover]].can_wait) return draw_move(c, generator, &n);
    begin_moves(c);
    list_candidates(c, play_of(c, c->s->mover), &found);
    n = c->n_moves;
    const i32 move = draw_legal(c, &found, n + end_moves(c, larger(n, 1)), generator);
    if (move >= 0) return move;
    c->n_moves = c->n_actions = c->n_thens = 0;
    end_moves(c, 0);
    return 0;
}
