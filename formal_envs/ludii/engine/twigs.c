/* The tree of a search: its nodes, what they are worth, and what is proven of them. */
#include "twigs.h"
#include <stdlib.h>
#include "aside.h"

/* ---- what a position is worth */
/* By rank: 1 to the first, -1 to the last, in between as far as between them; alone 1 to who won, else -1. */
static double utility(const State *s, i32 role, i32 n) {
    if (n == 1) return !s->over ? 0 : s->rank2[role] == 2 ? 1 : -1;
    return s->rank2[role] ? 1 - (double)(s->rank2[role] - 2) / (n - 1) : 0; /* who still plays has drawn so far */
}
void utilities(const State *s, i32 n, double *by_person) {
    for (i32 role = 1; role <= n; role++) by_person[s->agents[role] - 1] = utility(s, role, n);
}
/* ---- the tree */
static void *room_for_all(void *had, size_t bytes) { return had ? had : malloc(bytes); }
void room_for_tree(Ctx *c, i32 iterations) {
    Search *t = c->search;
    if (!t && !(t = c->search = calloc(1, sizeof(Search)))) fail(c, TOO_MUCH_MEMORY);
    t->n_nodes = t->done = 0;
    if (c->g->uses & USES_CHANCE) {
        t->keys = room_for_all(t->keys, sizeof(u64) * MAX_LISTED);
        t->table = room_for_all(t->table, sizeof(i32) * 2 * MAX_LISTED);
        if (!t->keys || !t->table) fail(c, TOO_MUCH_MEMORY);
    }
    t->stride = (i32)sizeof(Twig) + (i32)sizeof(double) * c->g->n_players;
    const i32 room = smaller(iterations, MAX_TREE / t->stride - MAX_LISTED) + c->aside->n_moves + 1;
    t->limit = room;
    if (t->room >= room) return;
    free(t->nodes);
    t->nodes = malloc((size_t)room * (size_t)t->stride);
    t->room = t->nodes ? room : 0;
    if (!t->nodes) fail(c, TOO_MUCH_MEMORY);
}
void free_search(Ctx *c) {
    if (!c->search) return;
    free(c->search->nodes), free(c->search->keys), free(c->search->table), free(c->search);
}
i32 add_twig(Search *t, i32 parent, i32 index) {
    const i32 node = t->n_nodes++;
    Twig *w = twig(t, node), *p = twig(t, parent);
    memset(w, 0, (size_t)t->stride);
    w->index = index;
    if (node) w->next = p->first, p->first = node, p->n_children++;
    return node;
}

/* ---- proofs */
static i32 same_values(const Twig *a, const Twig *b, i32 n) { return !memcmp(a->value, b->value, sizeof(double) * (size_t)n); }
/* Is the value of a node certain? For two players one move that wins is enough. For more it may leave the others this or
 * that: then all moves must be certain, and those that are best for the mover worth the same to everybody. */
i32 prove(Search *t, i32 node, i32 n) {
    Twig *w = twig(t, node);
    const Twig *best = NULL;
    i32 all = w->n_children == w->n, agree = 1;
    for (i32 k = w->first; k; k = twig(t, k)->next) {
        const Twig *child = twig(t, k);
        if (!child->proven) {
            all = 0;
            continue;
        }
        const double value = mean(child, w->mover), most = best ? mean(best, w->mover) : -2;
        if (value > most) best = child, agree = 1;
        else if (value == most) agree &= same_values(child, best, n);
    }
    const i32 wins = best && n <= 2 && mean(best, w->mover) == 1;
    if (!wins && !(all && agree)) return 0;
    memcpy(w->value, best->value, sizeof(double) * (size_t)n);
    return w->proven = 1;
}
void back_up(Search *t, i32 depth, const double *value, i32 n) { /* along the path, from its end */
    for (i32 d = depth; d >= 0; d--) {
        Twig *w = twig(t, t->path[d]), *preferred = twig(t, d ? t->preferred[d] : 0);
        w->visits++;
        if (!w->proven)
            for (i32 p = 0; p < n; p++) w->value[p] += value[p];
        preferred->chosen++;
        if (preferred->proven) value = preferred->value;
    }
    for (i32 d = depth; d > 0 && twig(t, t->path[d])->proven; d--)
        if (!twig(t, t->path[d - 1])->proven && !prove(t, t->path[d - 1], n)) break;
}

/* ---- the move to play */
static i32 class_of(const Twig *w, i32 person) { /* proven wins before all others, proven losses behind them */
    return !w->proven ? 0 : mean(w, person) == 1 ? 1 : mean(w, person) == -1 ? -1 : 0;
}
/* Is a move better than another? Where all is proven, the better value is; else the one that was visited more often. */
static i32 is_better(const Twig *a, const Twig *b, const Twig *from) {
    const i32 person = from->mover, classes = class_of(a, person) - class_of(b, person);
    const double more = mean(a, person) - mean(b, person);
    if (classes) return classes > 0;
    if (from->proven && more != 0) return more > 0;
    if (a->chosen != b->chosen) return a->chosen > b->chosen;
    return more >= 0; /* the list begins with the last one tried */
}
i32 best_child(const Search *t, i32 node) {
    i32 best = 0;
    for (i32 k = twig(t, node)->first; k; k = twig(t, k)->next)
        if (twig(t, k)->visits && (!best || is_better(twig(t, k), twig(t, best), twig(t, node)))) best = k;
    return best;
}
