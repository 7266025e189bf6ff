/* Steps of all pieces of a kind at once: on most boards one shift of a set of sites tells which of them may go a way. */
#include "directions.h"
#include "move_arguments.h"
#include "stepping.h"
#include "ways.h"
#include "where.h"

enum { MAX_STEPS = 16 }; /* that a piece may have in one direction each */

/* ---- which rules these are */
static i32 is_plain_direction(const Node *n) { /* the same for all pieces that look the same way */
    if (!n) return 1;
    if (n->kind == LIST) {
        for (i32 i = 0; i < n->n; i++)
            if (!is_plain_direction(n->arg[i])) return 0;
        return 1;
    }
    if (n->op == OP_directions)
        return !ARG(directions, of) && !ARG(directions, bySite) && is_plain_direction(ARG(directions, relativeDirection)) &&
               is_plain_direction(ARG(directions, relativeDirections));
    if (n->kind != CONSTANT) return 0;
    if (n->type == TYPE_absoluteDirection) return 1;
    return n->type == TYPE_relativeDirection && n->value != relativeDirection_SameDirection &&
           n->value != relativeDirection_OppositeDirection;
}
static i32 is_plain_step(const Node *n) {
    const Node *asks = SLOT(ARG(move_step, to), to, if_);
    return n->op == OP_move_step && !ARG(move_step, from) && is_plain_direction(ARG(move_step, direction)) &&
           (!asks || is_asked_of(asks, ASKED_TO));
}
static i32 are_steps(const Node *n) {
    if (n->op == OP_moves_or) return ARG(moves_or, a)->steps && ARG(moves_or, b)->steps;
    if (n->op != OP_moves_or_all) return n->op == OP_move_step && is_plain_step(n);
    const Node *list = ARG(moves_or_all, list);
    for (i32 i = 0; i < list->n; i++)
        if (!list->arg[i]->steps) return 0;
    return 1;
}
void judge_steps(Ctx *c) {
    if (c->g->uses & USES_STACK) return;
    for (i32 i = 0; i < c->g->n_nodes; i++) c->g->nodes[i]->steps = (u8)are_steps(c->g->nodes[i]);
}

/* ---- how many there are */
typedef struct Steps {
    u64 *pieces; /* a set for each way that a rule allows: those that may go it */
    i32 n, site; /* of the sets; where one of the pieces is */
} Steps;
static i32 add_steps(Ctx *c, const Node *n, Steps *s, const u64 *pieces) { /* 0: this board has no such ways */
    if (n->op == OP_moves_or) return add_steps(c, ARG(moves_or, a), s, pieces) && add_steps(c, ARG(moves_or, b), s, pieces);
    if (n->op == OP_moves_or_all) {
        const Node *list = ARG(moves_or_all, list);
        for (i32 i = 0; i < list->n; i++)
            if (!add_steps(c, list->arg[i], s, pieces)) return 0;
        return 1;
    }
    const Node *asks = SLOT(ARG(move_step, to), to, if_);
    u64 ways;
    if (!even_ways(c->g, directions_of(c, ARG(move_step, direction), s->site, REL_Adjacent), &ways)) return 0;
    TMP_REGION(room);
    const u64 *may = asks ? where_holds(c, asks, room) : NULL;
    for (; ways; ways &= ways - 1) {
        const Way *way = c->g->ways + __builtin_ctzll(ways);
        if (s->n == MAX_STEPS) return 0;
        u64 *set = s->pieces + s->n++ * c->g->words;
        if (may) step_back(c, way, may, set);
        else region_copy(c, set, way->from);
        region_and(c, set, pieces);
    }
    return 1;
}
static i32 look_the_same_way(Ctx *c, i32 player, const u64 *pieces) {
    i32 turned = c->direction >= 0;
    for (i32 w = 0; w < c->g->words; w++) turned |= (pieces[w] & ~owned_by(c, player)[w]) != 0;
    FOR_SITES (pieces, site) turned |= c->rotation[site];
    return !turned;
}
i32 keep_stepping(Ctx *c, const Node *moves, i32 player, u64 *pieces) {
    if (c->noted) return 0; /* where each of them begins is asked as well */
    u64 sets[MAX_STEPS * c->g->words];
    Steps s = {sets, 0, OFF};
    for (i32 w = c->g->words - 1; w >= 0; w--)
        if (pieces[w]) s.site = 64 * w + __builtin_ctzll(pieces[w]);
    if (s.site < 0 || !look_the_same_way(c, player, pieces) || !add_steps(c, moves, &s, pieces)) return 0;
    i32 total = 0;
    for (i32 i = 0; i < s.n; i++) total += region_size(c, sets + i * c->g->words);
    tick(c, 1 + total);
    if (c->wanted < c->offered || c->wanted >= c->offered + total) {
        c->offered += total;
        region_clear(c, pieces);
        return 1;
    }
    i32 mover = OFF;
    FOR_SITES (pieces, site) {
        i32 steps = 0;
        for (i32 i = 0; i < s.n; i++) steps += region_has(sets + i * c->g->words, site);
        if (mover >= 0) continue;
        if (c->wanted < c->offered + steps) mover = site;
        else c->offered += steps;
    }
    region_clear(c, pieces);
    region_add(pieces, mover);
    return 1;
}
