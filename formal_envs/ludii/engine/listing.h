/* The list of moves: how it is written, and how one asks whether it would have any. */
#ifndef LISTING_H
#define LISTING_H
#include "arguments.h"

/* ---- one move */
Move *move_begin(Ctx *c); /* a new move at the end of the list, without actions */
Action *move_act(Ctx *c, enum ActionType type); /* a further action of the last move begun, fields unset */
void move_decide(Ctx *c, Move *m); /* the last action is the decision */
void move_then(Ctx *c, Move *m, const Node *then); /* one consequence more; NULL is none */
void move_effects(Ctx *c, Move *m, const Node *effects); /* (apply ...): evaluated now, its actions become the move's */
void move_end(Ctx *c, Move *m); /* the move is whole: jumps out where only its existence matters */
/* An effect of one action: what it needs is evaluated before. Its places are the move's. */
Action *effect_begin(Ctx *c, enum ActionType type);
void effect_end(Ctx *c, const Node *then);
/* The moves from start on become actions of m, from the place at on, and its consequences. */
void absorb(Ctx *c, Move *m, i32 at, i32 start);
static inline Action *last_action(Ctx *c) { return c->actions + c->n_actions - 1; }

/* ---- several */
i32 collect(Ctx *c, const Node *n); /* evaluates into the end of the list without probing; returns where it began */
i32 collect_asked(Ctx *c, const Node *n); /* the same, to be judged yet: those that cannot matter may be missing */
i32 collect_some(Ctx *c, const Node *n); /* were there any? Also those that a question for a target would skip */
void then_for(Ctx *c, Move *m, const Node *then); /* adds a consequence to a move that is whole */
void then_for_all(Ctx *c, i32 start, const Node *then); /* adds a consequence to each move from start on */

/* ---- where only existence matters */
i32 any_move(Ctx *c, const Node *n); /* is there one? */
i32 any_move_to(Ctx *c, const Node *n, const u64 *target); /* one that arrives at a site of the target? NULL: any */
void keep_offered(Ctx *c, u64 *sites); /* offers a move to each of these sites, and keeps the one that is wanted */
i32 move_hits(Ctx *c, const Move *m); /* arrives there: what dies elsewhere is not threatened */
static inline void signal_any(Ctx *c, i32 start) { /* that moves were collected may be all that is asked */
    if (c->probe && !c->target && c->n_moves > start) longjmp(*c->probe, 1);
}
/* Before a move to a site is made: leaves if it will do; 1 if it need not be made. */
static inline i32 move_asked(Ctx *c, i32 to) {
    if (c->offers) {
        tick(c, 8);
        if (c->noted && c->offered < MAX_LISTED) c->noted[c->offered] = (Offer){c->from, to};
        return c->offered++ != c->wanted;
    }
    if (!c->probe) return 0;
    if (!c->target || (is_site(c, to) && region_has(c->target, to))) longjmp(*c->probe, 1);
    return 1;
}
/* Goes over places from which moves begin, or at which they end. Once they are counted, one without the move that is wanted is
 * passed over. */
static inline i32 place_begin(Ctx *c) { /* OFF: passed over */
    if (!c->offers) return 0;
    if (c->wanted >= 0 && c->n_passed < MAX_PASSED) {
        const Passed *place = c->passed + c->n_passed;
        if (c->offered > c->wanted || c->wanted >= place->offered) {
            c->offered = place->offered, c->n_passed = place->next;
            return OFF;
        }
    }
    return c->n_passed++;
}
static inline i32 place_end(Ctx *c, i32 place) {
    if (c->offers && c->wanted < 0 && place < MAX_PASSED) c->passed[place] = (Passed){c->offered, c->n_passed};
    return OFF;
}
#define FOR_PLACES_OF_MOVES(sites, site)                                                                               \
    FOR_SITES (sites, site)                                                                                            \
        for (i32 place_##site = place_begin(c); place_##site >= 0; place_##site = place_end(c, place_##site))
static inline i32 misses(Ctx *c, i32 to) { /* not worth a look */
    return c->target && (c->probe || c->hits_only) && !region_has(c->target, to);
}
#endif
