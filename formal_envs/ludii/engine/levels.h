/* The pieces beneath the tops of stacks, in games with USES_STACK: c->levels, from c->first_level[site] on. */
#ifndef LEVELS_H
#define LEVELS_H
#include "sets.h"

static inline i32 beneath(Ctx *c, i32 site) { /* the top of a site */
    return c->first_level ? c->first_level[site + 1] - c->first_level[site] : 0;
}
void open_level(Ctx *c, i32 site, i32 at); /* room for one more of the site, at this place of c->levels */
void close_levels(Ctx *c, i32 site, i32 at, i32 size); /* so many less; behind the last there are zeros */
void leave_levels(Ctx *c, i32 site); /* the top alone is left, and the marks of the lowest piece when it has gone, too */
u64 levels_digest(Ctx *c);
i32 levels_are_sound(Ctx *c); /* whatever bytes a state was made of */
#endif
