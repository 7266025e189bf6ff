/* Maps. */
#ifndef MAPS_H
#define MAPS_H
#include "context.h"

void load_maps(Ctx *c); /* evaluates the pairs of every map */
#endif
