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
#include <stdlib.h>
#include "aside.h"
#include "draw.h"
#include "random.h"

typedef struct Twig { /* a node of the tree: a position, by the move that leads to it */
    u64 key; /* of the move, where there is chance */
    i32 index; /* of the move, on the list that it was last found on */
    i32 visits;
    i32 chosen; /* visits because it looked best of all, what is proven among them */
    i32 first, next; /* its first child, its next sibling, the last tried first; 0: none */
    i32 n, n_children; /* the moves of its position, those that were tried */
    i16 mover; /* the person who moves there */
    i16 proven; /* then value is exact */
    double value[]; /* the sum of what visits found for each person, from 0 */
} Twig;

static inline Twig *twig(const Search *t, i32 node) { return (Twig *)(t->nodes + (size_t)node * (size_t)t->stride); }
static inline double mean(const Twig *w, i32 person) {
    return w->proven ? w->value[person - 1] : w->value[person - 1] / w->visits;
}

/* ---- what a position is worth */
/* By rank: 1 to the first, -1 to the last, in between as far as between them; alone 1 to who won, else -1. */
static double utility(const State *s, i32 role, i32 n) {
    if (n == 1) return !s->over ? 0 : s->rank2[role] == 2 ? 1 : -1;
    return s->rank2[role] ? 1 - (double)(s->rank2[role] - 2) / (n - 1) : 0; /* who still plays has drawn so far */
}
static void utilities(const State *s, i32 n, double *by_person) {
    for (i32 role = 1; role <= n; role++) by_person[s->agents[role] - 1] = utility(s, role, n);
}
static void random_rest(Ctx *c, u64 rng[4]) {
    for (i32 k = 0; k < MAX_PLAYOUT && !c->s->over && c->s->n_moves < MAX_GAME_MOVES; k++) {
        i32 n, move = draw_move(c, rng, &n);
        apply_move(c, c->moves + move);
    }
}

/* ---- the tree */
static void *room_for_all(void *had, size_t bytes) { return had ? had : malloc(bytes); }
static void room_for_tree(Ctx *c, i32 iterations) {
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
static i32 add_twig(Search *t, i32 parent, i32 index) {
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
static i32 prove(Search *t, i32 node, i32 n) {
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
static void back_up(Search *t, i32 depth, const double *value, i32 n) { /* along the path, from its end */
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
static inline void mark_tried(Search *t, i32 move) { t->tried[move >> 6] |= (u64)1 << (move & 63); }
static i32 is_tried(const Search *t, i32 move) { return t->tried[move >> 6] >> (move & 63) & 1; }
static void unmark_all(Search *t, i32 n) { memset(t->tried, 0, 8 * (size_t)(n / 64 + 1)); }
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
    if (!left || t->n_nodes == t->room) return promising(t, w, preferred);
    for (i32 k = w->first; !by_key && k; k = twig(t, k)->next) mark_tried(t, twig(t, k)->index);
    const i32 move = any_untried(t, n, left, rng), child = add_twig(t, node, move);
    if (by_key) twig(t, child)->key = t->keys[move];
    return *preferred = child;
}

/* ---- searching */
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
static i32 best_child(const Search *t, i32 node) {
    i32 best = 0;
    for (i32 k = twig(t, node)->first; k; k = twig(t, k)->next)
        if (twig(t, k)->visits && (!best || is_better(twig(t, k), twig(t, best), twig(t, node)))) best = k;
    return best;
}

/* ---- what one ply tells, which random games may miss for long; in games of at most two without chance */
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
static void look_one_ply(Ctx *c, u64 rng[4]) {
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
static void make_sure(Ctx *c, u64 rng[4]) { /* that no reply to the best move wins */
    const i32 best = is_certain(c) ? best_child(c->search, 0) : 0;
    if (best && !twig(c->search, best)->proven && is_answered(c, twig(c->search, best)->index, rng)) look_at_replies(c, rng);
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
