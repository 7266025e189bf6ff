/* Tracks. */
#include "arguments.h"
#include "places.h"
#include "tracks.h"

const Track *track_of(Ctx *c, const Node *name, i32 owner) {
    const Game *g = c->g;
    const Track *shared = NULL;
    i32 n = name ? g->tracks_named[name->value].n : g->n_tracks;
    for (i32 i = 0; i < n; i++) {
        const Track *t = &g->tracks[name ? g->tracks_named[name->value].at[i] : i];
        if (owner < 0 || t->owner == owner) return t;
        if (!shared && (t->owner < 1 || t->owner > g->n_players)) shared = t;
    }
    return shared;
}
i32 place_on_track(Ctx *c, const Track *t, i32 site) {
    tick(c, t->sites.n / 8);
    for (i32 i = 0; i < t->sites.n; i++)
        if (t->sites.at[i] == site) return i;
    return -1;
}
/* The track of that name: a player's, the mover's own where none is told. */
static const Track *own_track(Ctx *c, const Node *name, const Node *player, const Node *role) {
    const Node *who = player ? player : role;
    const Track *t = track_of(c, name, who ? player_in(c, who) : c->s->mover);
    return t || who ? t : track_of(c, name, -1);
}
//: tracksite_move: (trackSite Move [from:<int>] [<roleType> | <player> | <trackName track>] [steps:<int>]) -> int
INT(tracksite_move) {
    const Node *player = ARG(tracksite_move, player), *role = ARG(tracksite_move, roleType);
    const Track *t = own_track(c, ARG(tracksite_move, track), player, role);
    i32 from = int_or(c, ARG(tracksite_move, from), c->from), steps = int_or(c, ARG(tracksite_move, steps), 1);
    if (!t || !t->sites.n || from < 0) return OFF;
    i32 at = place_of_piece(c, t, from);
    if (at < 0) at = place_on_track(c, t, from);
    if (at < 0) at = t->sites.n; /* beside the track one stands behind its end, where a loop begins again */
    i64 goal = (i64)at + steps;
    if (t->loop) goal = (goal % t->sites.n + t->sites.n) % t->sites.n;
    return goal < 0 || goal >= t->sites.n ? OFF : t->sites.at[goal];
}
//: tracksite_first: (trackSite FirstSite [<player> | <roleType>] [<trackName track>] [from:<int>] [if:<bool>]) -> int
INT(tracksite_first) { /* the first place from `from` on that meets the condition */
    const Node *player = ARG(tracksite_first, player), *role = ARG(tracksite_first, roleType);
    const Node *condition = ARG(tracksite_first, if_), *from = ARG(tracksite_first, from);
    const Track *t = own_track(c, ARG(tracksite_first, track), player, role);
    if (!t) return OFF;
    i32 first = from ? place_on_track(c, t, int_of(c, from)) : 0, found = OFF, to = c->to;
    for (i32 i = 0; first >= 0 && i < t->sites.n && found < 0; i++) {
        if (first + i >= t->sites.n && !t->loop) break;
        tick(c, 1);
        c->to = t->sites.at[(first + i) % t->sites.n];
        if (!condition || int_of(c, condition)) found = c->to;
    }
    c->to = to;
    return found;
}
//: tracksite_end: (trackSite EndSite [<player> | <roleType>] [<trackName track>]) -> int
INT(tracksite_end) {
    const Track *t = own_track(c, ARG(tracksite_end, track), ARG(tracksite_end, player), ARG(tracksite_end, roleType));
    return t && t->sites.n ? t->sites.at[t->sites.n - 1] : OFF;
}

const Track *track_for(Ctx *c, const Node *name, i32 player) {
    const Track *found = NULL;
    for (i32 t = 0; t < c->g->n_tracks; t++) {
        const Track *track = c->g->tracks + t;
        if (name && track->name != name->value) continue;
        if (track->owner == player) return track;
        if (!found) found = track;
    }
    return found;
}
