/* UCT: a tree of the moves that were tried, of which one is added an iteration, at the end of the line that looks best;
 * from there on a random game says what the line is worth to each person.
 *
 * A line looks as good as its mean, and as little known, as UCB1 says (Auer, Cesa-Bianchi and Fischer, Finite-time analysis
 * of the multiarmed bandit problem, 2002; Kocsis and Szepesvari, Bandit based Monte-Carlo planning, 2006), here with
 * sqrt(2) before the root and values in -1 .. 1, as in Ludii. Values that are certain are proven from the leaves up
 * (Winands, Bjornsson and Saito, Monte-Carlo Tree Search Solver, 2008), draws and more than two players too. Where a move
 * whose value is proven looks best there is nothing to learn from it: it counts as chosen, and is what the lines that lead
 * there are worth, but the best of the others is looked at.
 *
 * Where there is chance, a line is what the players do, whatever is rolled meanwhile (open loop: Perez, Dieskau and others,
 * Open loop search for general video game playing, 2015); chance is drawn anew in each iteration, and nothing is proven.
 */
#include "uct.h"
#include <math.h>
#include "aside.h"
#include "candidates.h"
#include "near.h"
#include "ply.h"
#include "random.h"
#include "twigs.h"

/* ---- which line to follow */
static double logarithm(i32 x) { /* the same on every machine: 2 artanh((m - 1) / (m + 1)) of x = m 2^e, 0.7 < m < 1.5 */
    i32 e;
    double m = frexp(x, &e);
    if (m < 0.75) m *= 2, e--;
    const double s = (m - 1) / (m + 1), s2 = s * s;
    double sum = 0;
    for (i32 k = 21; k >= 1; k -= 2) sum = sum * s2 + 1.0 / k;
    return 2 * s * sum + e * 0.6931471805599453;
}
/* The child that looks best among those that can be played, and is not proven if there is such a one; *preferred: of all. */
static i32 promising(const Search *t, const Twig *w, i32 *preferred) {
    const double twice_log = 2 * logarithm(larger(w->visits, 1));
    double most = -3, most_proven = -3;
    i32 best = 0, proven = 0;
    for (i32 k = w->first; k; k = twig(t, k)->next) {
        const Twig *child = twig(t, k);
        if (child->index < 0) continue;
        double looks = mean(child, w->mover);
        if (child->proven) {
            if (looks > most_proven) most_proven = looks, proven = k;
        } else {
            looks += sqrt(twice_log / child->visits);
            if (looks > most) most = looks, best = k;
        }
    }
    *preferred = most_proven >= most || most_proven == 1 ? proven : best;
    return best && most_proven < 1 ? best : proven;
}
static i32 any_untried(Search *t, i32 n, i32 left, u64 rng[4]) { /* left of n moves have no mark */
    i32 at = random_below(rng, left);
    for (i32 word = 0;; word++) {
        u64 free = ~t->tried[word];
        if (word == n >> 6) free &= ((u64)1 << (n & 63)) - 1;
        const i32 here = __builtin_popcountll(free);
        if (at >= here) {
            at -= here;
            continue;
        }
        while (at--) free &= free - 1;
        return word * 64 + __builtin_ctzll(free);
    }
}
static u64 key_of(Ctx *c, const Move *m) { /* of what a move does, and who does it */
    u64 key = (u64)c->s->agents[m->mover];
    for (i32 i = 0; i < m->n; i++) {
        u64 part[sizeof(Action) / 8];
        memcpy(part, c->actions + m->first + i, sizeof(Action));
        for (size_t k = 0; k < sizeof(Action) / 8; k++) key ^= part[k], key = mixed(&key);
    }
    return key;
}
/* Where there is chance: marks the moves that were tried, and those that are on the list twice; the children that are not
 * on this list get index OFF. Returns how many moves have no mark. */
static i32 mark_by_key(Ctx *c, const Twig *w, i32 n) {
    Search *t = c->search;
    i32 size = 2, left = n;
    while (size < 2 * n) size *= 2;
    for (i32 i = 0; i < size; i++) t->table[i] = OFF;
    for (i32 i = 0; i < n; i++) {
        const u64 key = t->keys[i] = key_of(c, c->moves + i);
        i32 at = (i32)(key >> 40) & (size - 1);
        while (t->table[at] >= 0 && t->keys[t->table[at]] != key) at = (at + 1) & (size - 1);
        if (t->table[at] < 0) t->table[at] = i;
        else mark_tried(t, i), left--;
    }
    for (i32 k = w->first; k; k = twig(t, k)->next) {
        Twig *child = twig(t, k);
        i32 at = (i32)(child->key >> 40) & (size - 1);
        while (t->table[at] >= 0 && t->keys[t->table[at]] != child->key) at = (at + 1) & (size - 1);
        child->index = t->table[at];
        if (child->index >= 0) mark_tried(t, child->index), left--;
    }
    return left;
}
/* The node to go to from one whose n moves are listed: a new one while moves are untried and there is room. 0: none.
 * *preferred: the one to go to if there were nothing to learn. */
static i32 next_twig(Ctx *c, i32 node, i32 n, i32 *preferred, u64 rng[4]) {
    Search *t = c->search;
    Twig *w = twig(t, node);
    const i32 by_key = node && (c->g->uses & USES_CHANCE);
    w->n = n;
    tick(c, 4 + 2 * w->n_children + (by_key ? 8 * n : n / 64));
    i32 left = n - w->n_children;
    if (by_key || left) unmark_all(t, n);
    if (by_key) left = mark_by_key(c, w, n);
    if (!left || t->n_nodes == t->limit) return promising(t, w, preferred);
    for (i32 k = w->first; !by_key && k; k = twig(t, k)->next) mark_tried(t, twig(t, k)->index);
    const i32 move = any_untried(t, n, left, rng), child = add_twig(t, node, move);
    if (by_key) twig(t, child)->key = t->keys[move];
    return *preferred = child;
}

/* ---- searching */
static void random_rest(Ctx *c, u64 rng[4]) {
    for (i32 k = 0; k < MAX_PLAYOUT && !c->s->over && c->s->n_moves < MAX_GAME_MOVES; k++) {
        const i32 move = draw_any_move(c, rng);
        apply_move(c, c->moves + move);
    }
}
static void iterate(Ctx *c, u64 rng[4]) {
    Search *t = c->search;
    const i32 players = c->g->n_players, certain = !(c->g->uses & USES_CHANCE);
    double value[MAX_PLAYERS] = {0};
    i32 depth = 0, fresh = 0;
    t->path[0] = 0;
    while (!fresh && depth < MAX_GAME_MOVES && !twig(t, t->path[depth])->proven) {
        const State *s = depth ? c->s : c->aside->left;
        if (depth && (s->over || s->n_moves >= MAX_GAME_MOVES)) break;
        const i32 node = t->path[depth], n = depth ? legal_moves(c) : c->aside->n_moves;
        twig(t, node)->mover = (i16)s->agents[s->mover];
        const i32 child = next_twig(c, node, n, t->preferred + depth + 1, rng);
        if (!child) break;
        if (depth) apply_move(c, c->moves + twig(t, child)->index);
        else go_aside(c, twig(t, child)->index, rng);
        t->path[++depth] = child;
        fresh = !twig(t, child)->visits;
    }
    Twig *end = twig(t, t->path[depth]);
    if (!end->proven) {
        if (fresh && c->s->over && certain) utilities(c->s, players, end->value), end->proven = 1;
        else random_rest(c, rng);
    }
    if (end->proven) memcpy(value, end->value, sizeof(double) * (size_t)players);
    else utilities(c->s, players, value);
    back_up(t, depth, value, players);
    t->done++;
}
static i32 is_decided(const Search *t, i32 n) { /* is a win proven, or all that there is? */
    const Twig *root = twig(t, 0);
    if (root->proven || n <= 2) return root->proven;
    for (i32 k = root->first; k; k = twig(t, k)->next)
        if (twig(t, k)->proven && mean(twig(t, k), root->mover) == 1) return 1;
    return 0;
}
void search(Ctx *c, i32 iterations, u64 rng[4]) {
    room_for_tree(c, iterations);
    add_twig(c->search, 0, OFF);
    look_one_ply(c, rng);
    for (i32 i = 0; i < iterations && !is_decided(c->search, c->g->n_players); i++) iterate(c, rng);
    make_sure(c, rng);
}
i32 best_move(Ctx *c) {
    Search *t = c->search;
    const i32 best = t && t->n_nodes ? best_child(t, 0) : 0;
    if (!best) return OFF;
    const Twig *told = twig(t, twig(t, best)->proven ? best : 0); /* all that was tried: else who moves always looks ahead */
    for (i32 p = 1; p <= c->g->n_players; p++) t->value[p] = mean(told, p);
    return twig(t, best)->index;
}
void tell_search(const Ctx *c, double *rows, i32 n_moves, i32 *line, i32 n_line) {
    const Search *t = c->search;
    const i32 width = 2 + c->g->n_players;
    memset(rows, 0, sizeof(double) * (size_t)width * (size_t)n_moves);
    for (i32 k = twig(t, 0)->first; k; k = twig(t, k)->next) {
        const Twig *w = twig(t, k);
        double *row = rows + width * w->index;
        row[0] = w->chosen, row[1] = w->proven;
        for (i32 p = 1; w->visits && p <= c->g->n_players; p++) row[1 + p] = mean(w, p);
    }
    i32 node = best_child(t, 0);
    for (i32 i = 0; i < n_line; i++, node = node && !(c->g->uses & USES_CHANCE) ? best_child(t, node) : 0)
        line[i] = node ? twig(t, node)->index : OFF;
}
