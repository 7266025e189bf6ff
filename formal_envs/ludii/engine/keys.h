/* What tells positions apart for the rest of the game. */
#ifndef KEYS_H
#define KEYS_H
#include "context.h"

typedef struct Key {
    u64 place, check; /* where an entry is looked for, and what it is known by */
} Key;
/* Of two positions with the same key without the last move all that follows is the same, where the moves listed for them do
 * not depend on it (c->asked_last); with the last move it always is. Positions before the first are those of the root. */
void position_keys(Ctx *c, i32 first, Key *without_last, Key *with_last);
#endif
