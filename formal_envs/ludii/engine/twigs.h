/* The tree of a search: its nodes, what they are worth, and what is proven of them. */
#ifndef TWIGS_H
#define TWIGS_H
#include <string.h>
#include "context.h"

enum {
    MAX_TREE = 1 << 26, /* bytes of a tree: a full one is searched on, but does not grow */
    MAX_PLAYOUT = 500 /* moves of a random game, after which it counts as drawn */
};
struct Search {
    char *nodes; /* room for so many, each of so many bytes */
    i32 room, stride, n_nodes;
    i32 limit; /* of n_nodes in this search, however many there is room for */
    i32 done; /* iterations */
    i32 path[MAX_GAME_MOVES + 2]; /* the nodes of an iteration, from the root on */
    i32 preferred[MAX_GAME_MOVES + 2]; /* for each of them the one that looked best */
    u64 tried[MAX_LISTED / 64 + 1]; /* bits of the moves of a node's list that are in the tree */
    u64 *keys; /* of moves, in games with chance; and a table of their places on the list */
    i32 *table;
    double value[MAX_PLAYERS + 1]; /* by person, in -1 .. 1: what the position is thought to be worth */
};
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

void utilities(const State *s, i32 n, double *by_person); /* what a position is worth: to each person, from 0 */
void free_search(Ctx *c);
void room_for_tree(Ctx *c, i32 iterations); /* for so many, and for all moves of the position that was left; nothing is in it */
i32 add_twig(Search *t, i32 parent, i32 index); /* by a move; the first one is the root */
i32 prove(Search *t, i32 node, i32 n); /* is its value certain? Then it is set, for n persons */
void back_up(Search *t, i32 depth, const double *value, i32 n); /* what was found at the end of the path, along it */
i32 best_child(const Search *t, i32 node); /* the move to play; 0: none was tried */

/* Marks of the moves on a node's list. */
static inline void mark_tried(Search *t, i32 move) { t->tried[move >> 6] |= (u64)1 << (move & 63); }
static inline i32 is_tried(const Search *t, i32 move) { return t->tried[move >> 6] >> (move & 63) & 1; }
static inline void unmark_all(Search *t, i32 n) { memset(t->tried, 0, 8 * (size_t)(n / 64 + 1)); }
#endif
