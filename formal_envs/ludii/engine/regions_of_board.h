/* Regions that the equipment lays down. */
#ifndef REGIONS_OF_BOARD_H
#define REGIONS_OF_BOARD_H
#include "context.h"

void named_region(Ctx *c, const NamedRegion *region, u64 *out);
#endif
