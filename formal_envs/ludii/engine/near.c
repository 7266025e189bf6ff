/* What one ply tells of a position, which random games may miss for long; in games of at most two without chance. */
#include "near.h"
#include "aside.h"
#include "ply.h"
#include "random.h"
#include "state.h"
#include "twigs.h"

static i32 is_certain(const Ctx *c) { return c->g->n_players <= 2 && !(c->g->uses & USES_CHANCE); }
static void know(Ctx *c, i32 node) { /* c->s is over: that is what the node is worth */
    Twig *w = twig(c->search, node);
    w->visits = larger(w->visits, 1), w->proven = 1;
    utilities(c->s, c->g->n_players, w->value);
}
/* Does a reply to a move win? Then c->s is what it leads to. */
static i32 is_answered(Ctx *c, i32 move, u64 rng[4]) {
    go_aside(c, move, rng);
    const State *s = c->s, *left = c->aside->left, *after = c->aside->beyond;
    const i32 person = s->agents[s->mover], n = s->over || person == left->agents[left->mover] ? 0 : legal_moves(c);
    for (i32 i = 0; i < n; i++) {
        go_on(c, c->aside->beyond, i, rng);
        if (!after->over || !after->winner || after->agents[after->winner] != person) continue;
        use_state(c, c->aside->beyond);
        return 1;
    }
    return 0;
}
static void look_at_replies(Ctx *c, u64 rng[4]) { /* to all moves: those that are answered are known */
    Search *t = c->search;
    const i32 n = c->aside->n_moves;
    i32 spare = OFF;
    unmark_all(t, n);
    for (i32 k = twig(t, 0)->first; k; k = twig(t, k)->next) {
        mark_tried(t, twig(t, k)->index);
        if (!twig(t, k)->proven && is_answered(c, twig(t, k)->index, rng)) know(c, k);
    }
    for (i32 i = 0; i < n; i++) {
        if (is_tried(t, i)) continue;
        if (is_answered(c, i, rng)) know(c, add_twig(t, 0, i));
        else spare = i;
    }
    if (spare >= 0) twig(t, add_twig(t, 0, spare))->visits = 1; /* there is one that is not lost, at least */
    prove(t, 0, c->g->n_players);
}
void look_one_ply(Ctx *c, u64 rng[4]) {
    Search *t = c->search;
    if (!is_certain(c)) return;
    const i32 n = twig(t, 0)->n = c->aside->n_moves, mover = c->aside->left->mover;
    twig(t, 0)->mover = (i16)c->aside->left->agents[mover];
    for (i32 i = 0; i < n; i++) {
        go_aside(c, i, rng);
        if (!c->s->over) continue;
        const i32 node = add_twig(t, 0, i);
        know(c, node);
        if (mean(twig(t, node), twig(t, 0)->mover) == 1) return;
    }
    if (is_answered(c, random_below(rng, n), rng)) look_at_replies(c, rng); /* something threatens */
}
void make_sure(Ctx *c, u64 rng[4]) { /* that no reply to the best move wins */
    const i32 best = is_certain(c) ? best_child(c->search, 0) : 0;
    if (best && !twig(c->search, best)->proven && is_answered(c, twig(c->search, best)->index, rng)) look_at_replies(c, rng);
}
