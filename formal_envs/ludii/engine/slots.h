/* Games side by side: one call plays a ply in each of them, and what learners see of them is written in place. */
#ifndef SLOTS_H
#define SLOTS_H
#include "numbering.h"
#include "planes.h"

enum { KEPT_BYTES = 1 << 15 }; /* of a slot's legal moves, which are else found twice */
typedef struct Slot { /* one of the games */
    State *s;
    u64 *history, *seen; /* its own, in games that remember positions */
    u64 stream; /* from which the seeds of its games are drawn */
    u64 rng[4]; /* of who plays in it by himself */
    i32 begun, seat; /* games so far; the person whose moves are told, 0: everybody's */
    i32 fault;
    i32 n_moves, n_actions, n_thens; /* of the list kept; n_moves -1: none is */
    u8 *kept;
} Slot;
struct Table {
    const Game *g;
    Ctx *c;
    Numbering *numbers;
    Planes planes;
    i32 n, max_moves, seat; /* seat: the person; SEAT_... */
    Player players[MAX_PLAYERS]; /* who play by themselves: those of all persons but the seat's, in order */
    i32 *number; /* of the moves on the list */
    u64 *history, *seen; /* the context's own */
    void *view[N_VIEWS]; /* NULL: not wanted */
    i32 *layout; /* of the planes */
    void *room; /* of all slots */
    Slot slot[];
};
i32 person_to_move(const State *s); /* 0 once the game is over */
i32 is_done(const Table *t, const Slot *k); /* over, failed or long enough to be cut */
void use_slot(Table *t, Slot *k); /* makes it the context's */
i32 number_list(Table *t); /* numbers the listed moves: how many have one */
void keep_list(Table *t, Slot *k); /* until the next step, apart from the context's list, which other slots need */
/* Both play on until the seat is to move, whose moves are listed then, or the game is done; a failure cuts it. */
i32 begin_slot(Table *t, Slot *k); /* passes over games that are done before that: 0, or there is no end of them */
void step_slot(Table *t, Slot *k, i64 number);
#endif
