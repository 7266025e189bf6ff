/* Conditions that are asked of many places at once. */
#ifndef WHERE_H
#define WHERE_H
#include "arguments.h"

enum Asked { ASKED_TO = 1, ASKED_BETWEEN = 2, ASKED_SITE = 4, ASKED_FROM = 8 }; /* what a condition says of a place calls it */

struct Shift { /* what (ahead ..) is of each site, in a direction that is known */
    const i32 *site;
    i32 is_shift, by; /* is it a number that is added, wherever it is another site? */
    const u64 *moved; /* where it is another site */
};

void judge_conditions(Ctx *c); /* when a game is loaded: finds those of which where_holds can be asked */
/* The places for which a condition holds: for each site of the game, as (to), or as whatever the condition asks of. It may
 * hold bits beyond the sites. In *room, or where it lies. Only for the bits of n->asked_of. */
const u64 *where_holds(Ctx *c, const Node *n, u64 *room);
static inline i32 is_asked_of(const Node *n, enum Asked place) { return n && (n->asked_of & place); }
#endif
