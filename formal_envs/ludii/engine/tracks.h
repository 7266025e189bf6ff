/* Tracks. */
#ifndef TRACKS_H
#define TRACKS_H
#include "context.h"

/* The first whose name contains the name (or NULL) and whose owner is owner (-1: any); else nobody's; or NULL. */
const Track *track_of(Ctx *c, const Node *name, i32 owner);
const Track *track_for(Ctx *c, const Node *name, i32 player); /* of exactly that name, preferably the player's own */
i32 place_on_track(Ctx *c, const Track *t, i32 site); /* the first of its places there; -1 if none */
#endif
