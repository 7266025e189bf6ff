/* A position as planes of numbers in [0, 1], as one player sees it. */
#ifndef PLANES_H
#define PLANES_H
#include "context.h"

typedef struct Planes {
    i32 n, cells; /* planes, and numbers in each */
    i32 first[N_PLANES]; /* the first plane of each sort, -1: none */
    const i32 *place; /* of each site in a plane, -1: none */
    const i32 *of_kind; /* (role, component) -> the plane of its pieces in that role's view, -1: none */
} Planes;
/* The layout that Python made: n, cells, first, place, of_kind, one behind the other; 0 if it does not fit the game. */
i32 read_planes(const Game *g, Planes *p, const i32 *layout, i64 length);
/* n * cells numbers; dice: what they show, as State.dice has it or as they have been rolled since. */
void observe(Ctx *c, const Planes *p, i32 person, const i32 *dice, float *out);
#endif
