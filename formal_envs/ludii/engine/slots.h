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
    i32 n_counted; /* of a list of which the numbers alone are kept: how many moves were counted; -1: all is kept */
    i32 dice[MAX_DICE]; /* what they show: rules roll them where moves are listed, before one is made */
    i32 stuck; /* State.stuck before the moves were listed */
    u8 *kept;
} Slot;
struct Table {
    const Game *g;
    Ctx *c;
    Numbering *numbers;
    Planes planes;
    i32 n, max_moves, seat; /* seat: the person; SEAT_... */
    Player players[MAX_PLAYERS]; /* who play by themselves: those of all persons but the seat's, in order */
    i32 *number, n_numbers; /* of the legal moves */
    Offer *offers; /* those that are only counted */
    u64 *history, *seen; /* the context's own */
    void *view[N_VIEWS]; /* NULL: not wanted */
    i32 *layout; /* of the planes */
    void *room; /* of all slots */
    Slot slot[];
};
i32 person_to_move(const State *s); /* 0 once the game is over */
i32 is_done(const Table *t, const Slot *k); /* over, failed or long enough to be cut */
void use_slot(Table *t, Slot *k); /* makes it the context's */
/* Both play on until the seat is to move, whose moves have their numbers in t->number then, or the game is done; a failure
 * cuts it. */
i32 begin_slot(Table *t, Slot *k); /* passes over games that are done before that: 0, or there is no end of them */
void step_slot(Table *t, Slot *k, i64 number);
#endif
