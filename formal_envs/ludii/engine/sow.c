/* Sowing: seeds of one hole go one by one into the next holes of a track. */
#include "actions.h"
#include "ahead.h"
#include "undo.h"
#include "tracks.h"

typedef struct Sowing {
    const Track *track;
    i32 start, at; /* the hole emptied; the last hole sown, a place on the track */
    i32 seeds, per_hole;
    i32 last; /* the hole that the capture is about */
} Sowing;

/* they take the state of the hole, not their own */
static void sow_seeds(Ctx *c, const Sowing *s, i32 hole, i32 n) {
    i32 state = c->state[hole] == c->state[s->start] ? UNDEFINED : c->state[hole];
    for (i32 k = 0; k < n; k++) {
        Action *a = move_act(c, A_MOVE);
        a->from = s->start, a->to = hole, a->state = state;
    }
}
/* The seeds, with what sowEffect does before them at each hole: moves from the end of the list on. */
static void sow_round(Ctx *c, const Node *n, Sowing *s) {
    const Row *holes = &s->track->sites;
    Move *m = move_begin(c);
    i32 left = s->seeds, skipped = 0, include_self = bool_or(c, ARG(sow, includeSelf), 1), self = 0;
    s->last = s->start;
    if (bool_or(c, ARG(sow, origin), 0) && left) {
        i32 k = left < s->per_hole ? left : s->per_hole;
        sow_seeds(c, s, s->start, k);
        left -= k;
    }
    while (left > 0 && skipped < holes->n) {
        if (s->at + 1 >= holes->n && !s->track->loop) break;
        i32 next = (s->at + 1) % holes->n, hole = holes->at[next];
        tick(c, 1);
        s->at = next;
        if (!is_site(c, hole)) {
            skipped++;
            continue;
        }
        /* a last seed right behind it makes a capture look at the start */
        if (hole == s->start && !include_self) {
            self = 1, skipped++;
            continue;
        }
        c->to = hole;
        c->iterated = left; /* (value) is the number of seeds still to be sown: Kotu Baendum */
        if (bool_or(c, ARG(sow, skipIf), 0)) {
            skipped++;
            continue;
        }
        if (ARG(sow, sowEffect)) {
            m->from = s->start, m->to = hole;
            move_end(c, m);
            c->to = hole;
            moves_of(c, ARG(sow, sowEffect));
            m = move_begin(c);
        }
        i32 k = left < s->per_hole ? left : s->per_hole;
        sow_seeds(c, s, hole, k);
        left -= k, skipped = 0;
        s->last = self ? s->start : hole, self = 0;
    }
    m->from = s->start, m->to = holes->at[s->at];
    move_end(c, m);
}
/* What the last hole gives; then the holes behind it that were sown, or those before it, while both conditions hold. */
static void sow_capture(Ctx *c, const Node *n, const Sowing *s) {
    const Node *back = ARG(sow, backtracking), *further = back ? back : ARG(sow, forward);
    const Row *holes = &s->track->sites;
    i32 at = s->at;
    c->to = s->last;
    for (i32 i = 0; i < holes->n; i++) {
        i32 hole = c->to, on = bool_or(c, further, 0);
        tick(c, 1);
        if (!bool_or(c, ARG(sow, if_), 1) || (i && !on)) break;
        i32 first = c->n_moves;
        moves_of(c, ARG(sow, apply));
        take_up_consequences(c, first); /* their last move is the capture: Bechi */
        c->to = hole;
        if (!on) break;
        at = (at + (back ? holes->n - 1 : 1)) % holes->n;
        c->to = holes->at[at];
        if (back && c->to == s->start) break; /* not beyond the hole it began with: Okwe */
    }
}
/* The moves from first on become one, their actions side by side. */
static void join_moves(Ctx *c, i32 first) {
    Move *m = c->moves + first;
    absorb(c, m, m->first + m->n, first + 1);
    m->n = c->n_actions - m->first;
}
//: sow: (sow [<siteType>] [<int site>] [count:<int>] [numPerHole:<int>] [<trackName track>] [owner:<int>]
//:     [if:<bool>] [sowEffect:<moves>] [apply:<effect>] [includeSelf:<bool>] [origin:<bool>] [skipIf:<bool>]
//:     [backtracking:<bool>] [forward:<bool>] [<then>]) -> effect
MOVES(sow) {
    i32 from = c->from, to = c->to, value = c->iterated;
    Sowing s = {.track = track_of(c, ARG(sow, track), int_or(c, ARG(sow, owner), -1))};
    s.start = ARG(sow, site) ? site_at(c, ARG(sow, siteType), ARG(sow, site)) : last_move(c)->last_to;
    if (!s.track || !is_site(c, s.start)) return;
    s.seeds = int_or(c, ARG(sow, count), c->count[s.start]);
    s.per_hole = int_or(c, ARG(sow, numPerHole), 1);
    s.at = place_on_track(c, s.track, s.start);
    if (s.at < 0) return;
    if (s.seeds < 1) { /* a move that does nothing, so that what (do ..) did before it stays: Khutka Boia */
        move_end(c, move_begin(c));
        move_then(c, c->moves + c->n_moves - 1, ARG(sow, then));
        return;
    }
    if (s.per_hole < 1) s.per_hole = 1;
    i32 first = c->n_moves;
    c->from = s.start;
    sow_round(c, n, &s);
    c->iterated = value;
    if (ARG(sow, apply)) { /* looks ahead: what it gives depends on the seeds sown */
        i32 reached_from = c->reached_from, reached_to = c->reached_to;
        save_state(c);
        Action *applied = c->applied;
        c->applied = NULL;
        for (i32 i = first, end = c->n_moves; i < end; i++) apply_actions(c, c->moves + i);
        c->reached_from = reached_from, c->reached_to = reached_to;
        sow_capture(c, n, &s);
        c->applied = applied;
        restore_state(c);
    }
    join_moves(c, first);
    c->moves[first].to = s.track->sites.at[s.at];
    move_then(c, c->moves + first, ARG(sow, then));
    c->from = from, c->to = to;
}
