/* Where a piece could go at most, whatever stands on the board. */
#ifndef REACH_H
#define REACH_H
#include "arguments.h"

void fold_reach(Ctx *c); /* once everything else is folded: the rules of pieces learn from where they reach each site */
/* Drops those of the sites from which a piece with this rule arrives at none of the target. */
void keep_within_reach(Ctx *c, const Node *moves, const u64 *target, u64 *sites);
/* From where a piece could arrive there: with this rule, or, where there is none, with those of the player's pieces. */
void sites_in_reach(Ctx *c, const Node *moves, i32 player, const u64 *target, u64 *near);
/* Where a rule leads at most that lists moves from a site: added to ends; 0: anywhere. */
i32 ends_in_reach(Ctx *c, const Node *moves, i32 site, u64 *ends);
i32 rule_in_reach(Ctx *c, const Node *rule, i32 site, u64 *ends); /* the same of one step, slide, hop, leap or move, which may
                                                                     begin elsewhere: from there */
static inline i32 reaches(Ctx *c, const Node *moves, i32 from, i32 to) {
    return !moves->bits || region_has(moves->bits + to * c->g->words, from);
}
#endif
