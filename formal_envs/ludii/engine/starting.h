/* What start rules put down. */
#ifndef STARTING_H
#define STARTING_H
#include "arguments.h"

typedef struct Placing {
    i32 what, count, state, rotation, value;
} Placing;
void start_put(Ctx *c, i32 site, const Placing *p); /* fails where there is no such site or piece */
i32 first_empty(Ctx *c, const Container *k); /* the first place of a hand that is free, else its first place */
#endif
