/* How far pieces are on tracks that come by a site twice: which of the site's places each of them is at. */
#ifndef PLACES_H
#define PLACES_H
#include "context.h"

void load_places(Game *g); /* which tracks need it, and the room for them in a state */
void follow_on_tracks(Ctx *c, const Action *a); /* before an action on sites is done, in games with such tracks */
/* The place of the piece there; the track's length where the piece is known to be at none; -1 where nothing is known. */
i32 place_of_piece(Ctx *c, const Track *t, i32 site);
#endif
