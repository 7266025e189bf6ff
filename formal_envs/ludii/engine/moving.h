/* A piece goes from c->from to a site: what steps, slides, hops and leaps share. */
#ifndef MOVING_H
#define MOVING_H
#include "directions.h"
#include "listing.h"
#include "move_arguments.h"

typedef struct Rule {
    const Node *from, *direction, *between, *to, *then, *track, *walks, *stack;
    i32 forward, rotations;
    i32 level; /* of the stack that it leaves, in games with stacks; OFF: the top */
    i32 says_level; /* its move names the level, also where it is the top */
} Rule;
/* Calls each for the site that from names, c->from if it names none. A region is no place to start from: it is passed
 * over. */
void for_each_from(Ctx *c, const Rule *rule, void (*each)(Ctx *, const Rule *, DirSet));
void go(Ctx *c, const Rule *rule, i32 to, const Node *effect); /* the whole move */
#endif
