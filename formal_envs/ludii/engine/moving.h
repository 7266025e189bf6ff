/* A piece goes from c->from to a site: what steps, slides, hops and leaps share. */
#ifndef MOVING_H
#define MOVING_H
#include "directions.h"
#include "listing.h"
#include "move_arguments.h"

typedef struct Rule {
    const Node *from, *direction, *between, *to, *then, *track, *walks;
    i32 forward, rotations;
} Rule;
/* Calls each for the site that from names, c->from if it names none. A region is no place to start from: it is passed
 * over. */
void for_each_from(Ctx *c, const Rule *rule, void (*each)(Ctx *, const Rule *, DirSet));
void go(Ctx *c, i32 to, const Node *effect, const Node *then); /* the whole move */
#endif
