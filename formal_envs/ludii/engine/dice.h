/* Dice: they stand in hands of their own; the local state of a die's place is its face, counted from 0. */
#ifndef DICE_H
#define DICE_H
#include "state.h"

void roll_die(Ctx *c, i32 die, i32 face);
void use_die(Ctx *c, i32 die);
#endif
