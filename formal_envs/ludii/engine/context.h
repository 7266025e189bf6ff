/* What an evaluation needs, its limits, and how a ludeme reads its arguments. One Ctx a thread.
 *
 * Every loop over what the description controls calls tick(): work is counted, never time. Running out of work, of moves or
 * of memory for them ends in fail(), which leaves the engine by longjmp; nothing is allocated while a game is played.
 */
#ifndef CONTEXT_H
#define CONTEXT_H
#include "game.h"

enum {
    MAX_LISTED = 1 << 16, /* moves and effects on the list at once */
    MAX_ACTIONS = 1 << 18, /* of the moves on the list */
    MAX_NUMBERS = 1 << 18, /* on the stack of arrays */
    MAX_THENS = 1 << 18,
    MAX_PASSED = 1 << 14,
    MAX_HISTORY = 1 << 14, /* positions; more than MAX_GAME_MOVES */
    SEEN_WORDS = 1 << 10,
    N_MARKS = 3,
    MAX_DEPTH = 64, /* of looking ahead within looking ahead */
    MAX_STACK = 1 << 20 /* bytes of calls within calls */
};
_Static_assert(MAX_HISTORY > MAX_GAME_MOVES + 1, "a whole game is remembered");

typedef struct Then {
    const Node *node;
    i32 next;
} Then;
typedef struct Passed { /* a place from which moves begin or at which they end */
    i32 offered, next; /* moves up to its end; the place behind it */
} Passed;
typedef struct Offer { /* a move that is offered: what it begins from, OFF or whatever is asked about, and where it leads */
    i32 from, to;
} Offer;
typedef struct Saved Saved;
typedef struct Old Old;
typedef struct Aside Aside;
typedef struct Solver Solver;
typedef struct Search Search;
struct Ctx {
    const Game *g;
    State *s;
    i32 *what, *who, *count, *state, *rotation, *value; /* into *s, by site */
    i32 *vars; /* by string id */
    i32 *places; /* pieces on places of tracks: places.c */
    u64 *empty, *occupied, *visited, *to_clear, *arrived, *between_last; /* sets of sites */
    u64 *owned, *kinds; /* sets of sites by player 0 .. n + 1, by component; * words. Of stacks their tops */
    u64 *hidden; /* HIDDEN_<what> * players + player - 1; * words */
    i32 *first_level; /* by site and one more: where the levels beneath its top begin; NULL in games without stacks */
    i32 *left; /* by site and N_MARKS more: state, rotation and value of the last that stood there lowest */
    Level *levels;
    i32 from, to, between, site, level, player, track_site, iterated, direction, hop, pips; /* iterators; OFF where none */
    const u64 *region; /* the region that an iterator stands on, or NULL */
    u32 members; /* of the team that an iterator stands on, as bits */
    i64 work; /* what may still be done */
    i32 depth; /* of copies, consequences, pieces' moves and named regions within each other */
    const char *stack; /* where the engine was entered */
    Move *moves;
    i32 n_moves;
    Action *actions;
    i32 n_actions;
    Then *thens;
    i32 n_thens;
    i32 *numbers; /* stack of ARRAY functions */
    i32 n_numbers;
    u64 *history; /* N_DIGESTS a position */
    jmp_buf *probe; /* set while only the existence of a move matters: move_end() jumps */
    const u64 *target; /* then only of one that arrives at or captures on one of these sites; NULL: any */
    i32 hits_only; /* while moves are collected of which only those that hit the target matter */
    i32 offers, offered, wanted; /* while moves are only counted: each is offered, that of this number alone is written out */
    Offer *noted; /* where each that is counted is noted, the first MAX_LISTED; NULL: nowhere */
    Passed *passed; /* the places that were gone through while they were counted */
    i32 n_passed;
    i32 asks_moves; /* (no Moves ..) is being asked: not again within the moves of who is asked about */
    i32 reached_from, reached_to; /* of the last action of this ply that had one */
    i32 threats; /* (is Threatened) is being asked: not again within its moves */
    i32 asked_last; /* set by last_move() */
    jmp_buf escape;
    enum Failure failure;
    u64 random[4], chance[4]; /* generators: of players who choose at random; of dice and what else the rules draw */
    Saved *saved[MAX_DEPTH]; /* what looking ahead will bring back */
    i32 n_saved;
    Old *old; /* the sites that changed meanwhile */
    i32 n_old;
    u64 *touched; /* those that changed since the last time a state was saved */
    u64 *unsummed; /* those whose pieces State.sum leaves out for now */
    u64 *seen; /* N_DIGESTS * SEEN_WORDS: which digests may have been seen */
    State *counted[MAX_DEPTH]; /* states for counting sequences of moves */
    Action *applied; /* where actions are noted as they are applied; NULL: nowhere */
    i32 n_applied, max_applied;
    Solver *solver; /* room for proofs, once one was asked for: solve.c */
    Action *report; /* room for what the last move did, consequences too */
    Aside *aside; /* room for looking at other positions; NULL until a player does */
    Search *search; /* what one found; NULL until one searches */
};
/* The levels that an action names of its two places, i16; OFF: the top, or on top. They share its name, as none has both. */
static inline i32 leaves_level(const Action *a) { return a->name >> 16; }
static inline i32 enters_level(const Action *a) { return (i16)(a->name & 0xffff); }
static inline void set_levels(Action *a, i32 from, i32 to) { a->name = (i32)((u32)from << 16 | (u32)(to & 0xffff)); }
void reset_iterators(Ctx *c); /* and what is only asked for while moves are looked for */

/* ---- failing and counting work */
_Noreturn void fail(Ctx *c, enum Failure why);
static inline void tick(Ctx *c, i64 work) {
    if ((c->work -= work) < 0) fail(c, OUT_OF_WORK);
}
static inline void deeper(Ctx *c) { /* c->depth-- ends it */
    if (++c->depth > MAX_DEPTH) fail(c, TOO_DEEP);
}
static inline void stack_left(Ctx *c) {
    if (c->stack - (const char *)__builtin_frame_address(0) > MAX_STACK) fail(c, TOO_DEEP);
}

/* ---- evaluating arguments; arguments.h has more */
static inline i32 int_of(Ctx *c, const Node *n) {
    if (n->folded) return n->value;
    assert(n->kind == INT_KIND || n->kind == BOOL_KIND);
    c->work--;
    return n->fn.value(c, n);
}
static inline i32 int_or(Ctx *c, const Node *n, i32 otherwise) { return n ? int_of(c, n) : otherwise; }
static inline i32 bool_or(Ctx *c, const Node *n, i32 otherwise) { return n ? int_of(c, n) : otherwise; }
static inline i32 enum_or(const Node *n, i32 otherwise) { return n ? n->value : otherwise; }
static inline const Node *either(const Node *a, const Node *b) { return a ? a : b; }
static inline void moves_of(Ctx *c, const Node *n) {
    assert(n->kind == MOVES_KIND);
    tick(c, 1);
    stack_left(c);
    n->fn.act(c, n);
}

/* Rules read what the last move was here alone, so that one can tell whether the moves of a position depend on it. */
static inline const State *last_move(Ctx *c) {
    c->asked_last = 1;
    return c->s;
}
static inline i32 is_site(Ctx *c, i32 site) { return (u32)site < (u32)c->g->n_sites; }
static inline i32 on_board(Ctx *c, i32 site) { return (u32)site < (u32)c->g->n_board; }
static inline i32 is_player(Ctx *c, i32 p) { return p >= 0 && p <= c->g->n_players; } /* 0: nobody */
static inline i32 clamped(i64 x) { return x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : (i32)x; }
static inline i32 larger(i32 a, i32 b) { return a > b ? a : b; }
static inline i32 smaller(i32 a, i32 b) { return a < b ? a : b; }
#endif
