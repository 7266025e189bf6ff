/* Walks, by which pieces leap. */
#ifndef LEAPING_H
#define LEAPING_H
#include "directions.h"

/* Every place a walk leads to from site; rotations: begun in every orthogonal direction, else in the piece's own. */
void walk_ends(Ctx *c, i32 site, const Node *walks, i32 rotations, u64 *out);
#endif
