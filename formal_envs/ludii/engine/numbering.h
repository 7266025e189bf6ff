/* Numbers of decisions: what a player may choose at all, counted through, whatever is played. */
#ifndef NUMBERING_H
#define NUMBERING_H
#include "context.h"

enum { MAX_NUMBERED = 1 << 20 }; /* decisions of a game; with more it has no numbering */
enum { N_OTHERS = 256 }; /* numbers that decisions of other kinds share, by their digest */

enum { N_MARKED = 16 }; /* states of pieces that are put down, or how many; higher ones share the numbers of lower ones */
enum { MAX_WAYS = 8 }; /* consequences by which selections of one site are told apart */
enum { ADDED, PROMOTED }; /* pieces that a player may name */
typedef struct Block { /* of one kind of decision */
    i32 first, n;
} Block;
struct Numbering {
    const Game *g;
    Block block[N_NUMBERED];
    i32 n; /* of all */
    i32 n_places; /* sites where something can be chosen: all but those of dice */
    i32 *place, *site; /* by site, -1 none; by place */
    i32 n_kinds[2]; /* kinds of piece that may be added and promoted to, at most of any mover */
    i32 *kind[2]; /* (mover, component) -> its place among those of the mover, -1 none */
    i32 *word; /* by string id: its place among what is proposed or voted for, -1 none */
    i32 n_words, turns, lowest_bet, highest_bet;
    i32 plain; /* the one kind of decision besides Pass and Swap, whose number the sites alone tell; -1: they do not */
    i32 n_marks; /* 1: pieces that are put down have no states, and come alone */
    i32 selects_two; /* a selection names a second place */
    i32 n_ways; /* to go on from a selection */
    const Node *way[MAX_WAYS]; /* their consequences; NULL: none, or any other */
    i32 *pair; /* (place, place) -> the number of a move; NULL: any of them, counted through */
    i32 room[];
};
i32 offer_number(const Numbering *k, Offer offer); /* of a move that is offered, where k->plain is known */
i32 move_number(Ctx *c, const Numbering *k, const Move *m); /* of a listed move; -1: it has none */
#endif
