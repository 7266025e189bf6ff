/* What actions do to stacks. */
#ifndef STACK_ACTIONS_H
#define STACK_ACTIONS_H
#include "stacks.h"

void apply_to_stacks(Ctx *c, const Action *a); /* one that acts on a site, in games with stacks */
#endif
