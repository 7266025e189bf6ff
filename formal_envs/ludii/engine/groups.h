/* Groups: sites of a kind that hang together. */
#ifndef GROUPS_H
#define GROUPS_H
#include "directions.h"

const u64 *near_sets(Ctx *c, DirSet dirs); /* of each site the next ones, a set a site; NULL where there are none */
void flood(Ctx *c, DirSet dirs, const u64 *within, u64 *group); /* grows its seeds by steps in a set */
i32 next_group(Ctx *c, DirSet dirs, u64 *left,
               u64 *group); /* takes one out of left; its size, 0 when nothing is left */
#endif
