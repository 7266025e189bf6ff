/* Tree search with random games: UCT, with proofs of won, drawn and lost positions. */
#ifndef UCT_H
#define UCT_H
#include "context.h"

enum {
    MAX_TREE = 1 << 26, /* bytes of a tree: a full one is searched on, but does not grow */
    MAX_PLAYOUT = 500 /* moves of a random game, after which it counts as drawn */
};
struct Search {
    char *nodes; /* room for so many, each of so many bytes */
    i32 room, stride, n_nodes;
    i32 done; /* iterations */
    i32 path[MAX_GAME_MOVES + 2]; /* the nodes of an iteration, from the root on */
    i32 preferred[MAX_GAME_MOVES + 2]; /* for each of them the one that looked best */
    u64 tried[MAX_LISTED / 64 + 1]; /* bits of the moves of a node's list that are in the tree */
    u64 *keys; /* of moves, in games with chance; and a table of their places on the list */
    i32 *table;
    double value[MAX_PLAYERS + 1]; /* by person, in -1 .. 1: what the position is thought to be worth */
};
/* Looks at the position that was left (aside.h) in so many iterations at most; fails where it runs out of work, and what
 * was found by then can be used. */
void search(Ctx *c, i32 iterations, u64 rng[4]);
i32 best_move(Ctx *c); /* of what the last search found: its number, and c->search->value. -1: nothing was found */
/* For each move that is listed: visits, whether its value is proven, the value for each person; then the best line, as
 * places on the lists of one position after the other. */
void tell_search(const Ctx *c, double *rows, i32 n_moves, i32 *line, i32 n_line);
void free_search(Ctx *c);
#endif
