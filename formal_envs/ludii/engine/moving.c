/* A piece goes from c->from to a site: one move, with what comes along. */
#include "moving.h"
#include "where.h"

static Move *piece_goes(Ctx *c, i32 to, const Node *effect) { /* not ended yet */
    i32 outer = c->to;
    Move *m = move_begin(c);
    c->to = to;
    move_effects(c, m, effect);
    c->to = outer;
    return m;
}
static void of_stack(Action *a, const Rule *rule) {
    if (rule->stack && rule->stack->value) a->type = A_MOVE_ALL;
    set_levels(a, rule->level, OFF);
}
static void piece_went(Ctx *c, Move *m, i32 to, const Rule *rule) {
    Action *a = move_act(c, A_MOVE);
    a->from = c->from, a->to = to;
    if (c->first_level) of_stack(a, rule);
    move_decide(c, m);
    m->from = c->from, m->to = to;
    move_then(c, m, rule->then);
    move_end(c, m);
}
void go(Ctx *c, const Rule *rule, i32 to, const Node *effect) {
    if (!move_asked(c, to)) piece_went(c, piece_goes(c, to, effect), to, rule);
}

static void each_from_level(Ctx *c, const Rule *rule, void (*each)(Ctx *, const Rule *, DirSet), i32 start, DirSet d) {
    Rule known = *rule;
    known.level = level_from(c, rule->from); /* in which (from) is the outer one, too */
    c->from = start;
    if (known.level < 0 && known.says_level && !known.stack) known.level = top_level(c, start);
    if (may_leave(c, rule->from)) each(c, &known, d);
}
void for_each_from(Ctx *c, const Rule *rule, void (*each)(Ctx *, const Rule *, DirSet)) {
    i32 from = c->from, to = c->to, between = c->between, start = from;
    tick(c, 3);
    if (rule->from && SLOT(rule->from, from, site))
        start = site_at(c, SLOT(rule->from, from, siteType), SLOT(rule->from, from, site));
    if (!is_site(c, start)) return;
    /* in which (from) is still the outer one */
    DirSet directions = directions_of(c, rule->direction, start, REL_Adjacent);
    if (c->first_level) each_from_level(c, rule, each, start, directions);
    else {
        c->from = start;
        if (may_leave(c, rule->from)) each(c, rule, directions);
    }
    c->from = from, c->to = to, c->between = between;
}

/* As effects, they are done one after another: in the order of their directions, from north clockwise. */
static void turn_clockwise(Ctx *c, i32 first) {
    for (i32 i = first + 1; i < c->n_moves; i++) {
        const Move m = c->moves[i];
        i32 point = compass_point(direction_between(c, m.from, m.to)), k = i;
        for (; k > first; k--) {
            const Move *before = c->moves + k - 1;
            tick(c, 4);
            if (compass_point(direction_between(c, before->from, before->to)) <= point) break;
            c->moves[k] = *before;
        }
        c->moves[k] = m;
    }
}

/* ---- step */
static void step_from(Ctx *c, const Rule *rule, DirSet directions) {
    i32 from = c->from;
    const Node *asks = rule->to ? SLOT(rule->to, to, if_) : NULL;
    TMP_REGION(room);
    const u64 *may = is_asked_of(asks, ASKED_TO) ? where_holds(c, asks, room) : NULL;
    FOR_RADIALS (from, directions, ray) {
        c->to = ray->at[0];
        if (!misses(c, c->to) && (may ? region_has(may, c->to) : may_enter(c, rule->to)))
            go(c, rule, ray->at[0], to_apply(rule->to));
    }
}
static void step_moves(Ctx *c, const Node *n) {
    for_each_from(
        c,
        &(Rule){
            .from = ARG(step, from), .direction = ARG(step, direction), .to = ARG(step, to), .then = ARG(step, then),
            .stack = ARG(step, stack), .says_level = 1},
        step_from);
}
//: move_step: (move Step [<from>] [<direction>] <to> [stack:<flag>] [<then>]) -> decision
MOVES(move_step) { step_moves(c, n); }
//: step: (step [<from>] [<direction>] <to> [stack:<flag>] [<then>]) -> effect
MOVES(step) {
    i32 first = c->n_moves;
    step_moves(c, n);
    turn_clockwise(c, first);
}

/* ---- slide: on while `between` allows it; `to` names further ends, such as enemies, which alone have its effect */
/* path: the sites of the ray; NULL on tracks */
typedef struct Slide {
    Range range;
    const u64 *ends;
    const i32 *path;
    const u64 *passed, *stopped; /* where what `between` and `to` ask holds; NULL: to be asked of each place */
} Slide;

static void slide_to(Ctx *c, const Rule *rule, const Slide *slide, i32 site, i32 steps, const Node *effect) {
    const Node *on_the_way = between_apply(rule->between);
    if (!on_the_way || !slide->path) {
        go(c, rule, site, effect);
        return;
    }
    if (move_asked(c, site)) return;
    Move *m = move_begin(c);
    for (i32 k = steps - 2; k >= 0; k--) {
        c->between = slide->path[k];
        move_effects(c, m, on_the_way);
    }
    move_effects(c, m, effect);
    piece_went(c, m, site, rule);
    c->between = site;
}
/* where a slide may end, (apply if:..) alone says nothing to do */
static const Node *slide_effect(const Node *to) {
    const Node *apply = to_apply(to);
    return apply && apply->op == OP_apply_if && !SLOT(apply, apply_if, effect) ? NULL : apply;
}
/* steps: to site. Does it go on? */
static i32 slide_over(Ctx *c, const Rule *rule, const Slide *slide, i32 site, i32 steps) {
    const Node *to = rule->to, *stops = to ? SLOT(to, to, if_) : NULL;
    const Node *passes = rule->between ? SLOT(rule->between, between, if_) : NULL;
    c->to = site; /* (between) is still the place before it, if any: Hex Amazons */
    i32 far_enough = steps >= slide->range.least && (!slide->ends || region_has(slide->ends, site)),
        wanted = far_enough && !misses(c, site);
    i32 stopped = slide->stopped ? region_has(slide->stopped, site) : stops && int_of(c, stops);
    if (stopped && wanted && apply_allows(c, to_apply(to))) slide_to(c, rule, slide, site, steps, slide_effect(to));
    c->between = site;
    i32 passed = slide->passed ? region_has(slide->passed, site) : int_of(c, passes);
    if (passed && !stopped && wanted && apply_allows(c, to_apply(to)))
        slide_to(c, rule, slide, site, steps, stops ? NULL : slide_effect(to));
    return passed && !(stopped && far_enough);
}
static void slide_along_track(Ctx *c, const Rule *rule, const Track *track, const Slide *slide) {
    i32 from = c->from, between = c->between, n = track->sites.n;
    for (i32 k = 0; k < n; k++) {
        if (track->sites.at[k] != from) continue;
        c->between = between;
        for (i32 i = 1; i <= n && i <= slide->range.most; i++) {
            i32 at = k + i;
            if (at >= n && !track->loop) break;
            tick(c, 1);
            i32 site = track->sites.at[at % n];
            if (!is_site(c, site) || !slide_over(c, rule, slide, site, i)) break;
        }
    }
}
static i32 touch_orthogonally(Ctx *c, i32 a, i32 b) {
    const Row *row = &c->g->neighbours[relationType_Orthogonal][a];
    for (i32 i = 0; i < row->n; i++)
        if (row->at[i] == b) return 1;
    return 0;
}
/* Surakarta: along a circuit, over a loop at a corner at least, up to what `to` names: its effect is that of a capture,
 * whatever its own condition says of other places. */
static void slide_round(Ctx *c, const Rule *rule, const Track *track) {
    const Node *to = rule->to, *stops = to ? SLOT(to, to, if_) : NULL, *apply = to_apply(to);
    const Node *passes = rule->between ? SLOT(rule->between, between, if_) : NULL;
    i32 start = c->from, n = track->sites.n;
    if (apply && apply->op == OP_apply_if) apply = SLOT(apply, apply_if, effect);
    for (i32 k = 0; stops && k < n; k++) {
        i32 here = start, loops = 0;
        for (i32 i = 1; track->sites.at[k] == start && i <= n; i++) {
            i32 site = track->sites.at[(k + i) % n];
            tick(c, 1);
            if (!is_site(c, site)) break;
            loops += !touch_orthogonally(c, here, site);
            c->to = here = site;
            if (int_of(c, stops)) {
                if (loops) go(c, rule, site, apply);
                break;
            }
            c->between = site;
            if (!(passes ? int_of(c, passes) : region_has(c->empty, site))) break;
        }
    }
}
static void slide_from(Ctx *c, const Rule *rule, DirSet directions) {
    i32 from = c->from, between = c->between;
    const Node *passes = rule->between ? SLOT(rule->between, between, if_) : NULL;
    const Node *stops = rule->to ? SLOT(rule->to, to, if_) : NULL;
    TMP_REGION(sites);
    TMP_REGION(room);
    TMP_REGION(ends);
    Slide slide = {steps_of(c, rule->between, (Range){1, INFINITE}), to_sites(c, rule->to, sites) ? sites : NULL, NULL,
                   !passes ? c->empty : is_asked_of(passes, ASKED_BETWEEN) ? where_holds(c, passes, room) : NULL,
                   is_asked_of(stops, ASKED_TO) ? where_holds(c, stops, ends) : NULL};
    if (rule->track) {
        i32 named = 0;
        for (i32 t = 0; t < c->g->n_tracks; t++) {
            if (c->g->tracks[t].name != rule->track->value) continue;
            slide_along_track(c, rule, &c->g->tracks[t], &slide);
            named = 1;
        }
        if (!named && c->g->uses & USES_ALL_TRACKS)
            for (i32 t = 0; t < c->g->n_tracks; t++) slide_round(c, rule, &c->g->tracks[t]);
        return;
    }
    FOR_RADIALS (from, directions, ray) {
        i32 seen = 0; /* a ray that does not meet the target is of no use */
        while (seen < ray->n && misses(c, ray->at[seen])) seen++;
        tick(c, 1 + seen / 4);
        if (seen == ray->n) continue;
        slide.path = ray->at, c->between = between;
        for (i32 i = 0; i < ray->n && i < slide.range.most; i++) {
            tick(c, 2);
            if (!slide_over(c, rule, &slide, ray->at[i], i + 1)) break;
        }
    }
}
static void slide_moves(Ctx *c, const Node *n) {
    for_each_from(c,
                  &(Rule){.from = ARG(slide, from),
                          .track = ARG(slide, track),
                          .direction = ARG(slide, direction),
                          .between = ARG(slide, between),
                          .to = ARG(slide, to),
                          .stack = ARG(slide, stack),
                          .then = ARG(slide, then)},
                  slide_from);
}
//: move_slide: (move Slide [<from>] [<trackName track>] [<direction>] [<between>] [<to>] [stack:<flag>] [<then>])
//:     -> decision
MOVES(move_slide) { slide_moves(c, n); }
//: slide: (slide [<from>] [<trackName track>] [<direction>] [<between>] [<to>] [stack:<flag>] [<then>]) -> effect
MOVES(slide) {
    i32 first = c->n_moves;
    slide_moves(c, n);
    turn_clockwise(c, first);
}

/* ---- hop: some empty sites, then some hurdles, then a place to land on, and perhaps further ones behind it */
typedef struct Hop {
    Range hurdles;
    i32 before, after;
    i32 any_hurdle; /* any place will do, where no (between ..) says more: Chaturaji */
    const Node *is_hurdle;
    const u64 *ends;
    const u64 *hurdles_at, *lands_at; /* where conditions hold; NULL: to be asked of each place */
} Hop;

static i32 hurdle_at(Ctx *c, const Hop *hop, i32 site) {
    c->between = site;
    tick(c, 1);
    if (hop->any_hurdle) return 1;
    return hop->hurdles_at ? region_has(hop->hurdles_at, site) : int_of(c, hop->is_hurdle);
}
static void land(Ctx *c, const Rule *rule, const Hop *hop, const Radial *ray, i32 first, i32 hurdles) {
    i32 start = first + hurdles, captures = to_apply(rule->to) && to_apply(rule->to)->op == OP_apply_if;
    for (i32 k = start; k < ray->n && k - start <= hop->after; k++) {
        tick(c, 1);
        c->to = ray->at[k];
        if (hurdles) c->between = ray->at[start - 1];
        i32 goes_on = (hop->lands_at ? region_has(hop->lands_at, c->to) : may_enter(c, rule->to)) && (!hop->ends || region_has(hop->ends, ray->at[k]));
        if ((captures ? apply_allows(c, to_apply(rule->to)) : goes_on) && !move_asked(c, ray->at[k])) {
            Move *m = piece_goes(c, ray->at[k], to_apply(rule->to));
            for (i32 h = first; between_apply(rule->between) && h < start; h++) {
                c->between = ray->at[h];
                move_effects(c, m, between_apply(rule->between));
            }
            piece_went(c, m, ray->at[k], rule);
        }
        if (!goes_on) return;
    }
}
static void hop_along(Ctx *c, const Rule *rule, const Hop *hop, const Radial *ray) {
    i32 first = 0, hurdles = 0;
    if (hop->hurdles.least <= 0) land(c, rule, hop, ray, 0, 0);
    while (first < ray->n && !hurdle_at(c, hop, ray->at[first])) {
        if (first >= hop->before || !region_has(c->empty, ray->at[first])) return;
        first++;
    }
    if (first == ray->n) return;
    do {
        hurdles++;
        if (hurdles > hop->hurdles.most) return;
        if (hurdles >= hop->hurdles.least && hurdles > 0) land(c, rule, hop, ray, first, hurdles);
    } while (first + hurdles < ray->n && hurdle_at(c, hop, ray->at[first + hurdles]));
}
static void hop_from(Ctx *c, const Rule *rule, DirSet directions) {
    i32 from = c->from;
    const Node *between = rule->between;
    TMP_REGION(sites);
    TMP_REGION(room);
    TMP_REGION(ends);
    const Node *asks = rule->to ? SLOT(rule->to, to, if_) : NULL;
    Hop hop = {{1, 1}, 0, 0, !between, NULL, to_sites(c, rule->to, sites) ? sites : NULL, c->occupied,
               is_asked_of(asks, ASKED_TO) ? where_holds(c, asks, ends) : NULL};
    if (between) {
        hop.hurdles = steps_of(c, between, (Range){1, 1});
        hop.before = int_or(c, SLOT(between, between, before), 0),
        hop.after = int_or(c, SLOT(between, between, after), 0);
        hop.is_hurdle = SLOT(between, between, if_);
        if (is_asked_of(hop.is_hurdle, ASKED_BETWEEN)) hop.hurdles_at = where_holds(c, hop.is_hurdle, room);
        else if (hop.is_hurdle) hop.hurdles_at = NULL;
    }
    FOR_RADIALS (from, directions, ray) hop_along(c, rule, &hop, ray);
}
static void hop_moves(Ctx *c, const Node *n) {
    for_each_from(c,
                  &(Rule){.from = ARG(hop, from),
                          .direction = ARG(hop, direction),
                          .between = ARG(hop, between),
                          .to = ARG(hop, to),
                          .stack = ARG(hop, stack),
                          .then = ARG(hop, then)},
                  hop_from);
}
//: move_hop: (move Hop [<from>] [<direction>] [<between>] <to> [stack:<flag>] [<then>]) -> decision
MOVES(move_hop) { hop_moves(c, n); }
//: hop: (hop [<from>] [<direction>] [<between>] <to> [stack:<flag>] [<then>]) -> effect
MOVES(hop) {
    i32 first = c->n_moves;
    hop_moves(c, n);
    turn_clockwise(c, first);
}

/* ---- from anywhere to anywhere; also from hands, with counts, or a copy */
/* rotation: what it is turned to, or UNDEFINED */
static i32 names_place(const Node *from) { return SLOT(from, from, site) || SLOT(from, from, region); }
static enum ActionType carries(Ctx *c, const Node *n, i32 copy) { /* a whole stack, so many of its pieces, one */
    if (c->first_level && SLOT(ARG(move, from), from, level) && !ARG(move, count)) return A_MOVE; /* just that piece */
    if (copy) return A_COPY;
    if (c->first_level && ARG(move, count)) return A_STACK_MOVE;
    return c->first_level && bool_or(c, ARG(move, stack), 0) ? A_MOVE_ALL : A_MOVE;
}
static void carry(Ctx *c, const Node *n, i32 to, i32 count, i32 rotation) {
    if (move_asked(c, to)) return;
    struct {
        i32 from, to;
    } levels = {level_from(c, ARG(move, from)), level_to(c, ARG(move, to))};
    i32 copy = bool_or(c, ARG(move, copy), 0), mover = ARG(move, mover) ? role_of(c, ARG(move, mover)) : -1;
    Move *m = piece_goes(c, to, to_apply(ARG(move, to)));
    Action *a = move_act(c, carries(c, n, copy));
    a->from = c->from, a->to = to, a->count = count;
    if (a->type == A_COPY && levels.from < 0) levels.from = top_level(c, c->from); /* it says which */
    if (a->type == A_MOVE_ALL && !names_place(ARG(move, from))) levels.from = 0; /* as Ludii has it, whichever is asked about */
    set_levels(a, levels.from, levels.to);
    a->what = ARG(move, count) != NULL; /* the count is part of what is chosen */
    move_decide(c, m);
    if (rotation >= 0) a = move_act(c, A_SET_ROTATION), a->to = to, a->rotation = rotation;
    m->from = c->from, m->to = to;
    if (mover > 0) m->mover = mover;
    move_then(c, m, ARG(move, then));
    move_end(c, m);
}
/* rotations are counted from north in the directions that the board has */
static i32 rotation_towards(Ctx *c, i32 direction) {
    i32 turns = turns_on_board(c);
    for (i32 k = 0; k < turns; k++)
        if (COMPASS[turned_point(c->g->supported[relationType_All], 0, 1, k)] == direction) return k;
    return 0;
}
/* a move for every rotation it may take */
static void carry_turned(Ctx *c, const Node *n, i32 to, i32 count) {
    const Node *rotations = SLOT(ARG(move, to), to, rotations);
    if (!rotations) {
        carry(c, n, to, count, UNDEFINED);
        return;
    }
    const Node *many = SLOT(rotations, rotations, directions);
    DirSet d = directions_of(c, many ? many : SLOT(rotations, rotations, absoluteDirection), c->from, 0);
    u64 all = d.directions;
    for (i32 k = 0; k < 5; k++)
        if (d.relations >> k & 1) all |= c->g->supported[k];
    for (i32 i = 0; i < N_POINTS; i++)
        if (all >> COMPASS[i] & 1) carry(c, n, to, count, rotation_towards(c, COMPASS[i]));
}
static void carry_from(Ctx *c, const Node *n) {
    const Node *to = ARG(move, to);
    i32 outer = c->to;
    TMP_REGION(ends);
    if (!may_leave(c, ARG(move, from)) || !c->what[c->from]) return;
    if (!to_sites(c, to, ends)) {
        region_clear(c, ends);
        if (is_site(c, outer)) region_add(ends, outer);
    }
    i32 count = int_or(c, ARG(move, count), 1); /* (to) is still the one of the ludeme around */
    FOR_SITES (ends, site) {
        c->to = site;
        if (!misses(c, site) && may_enter(c, to)) carry_turned(c, n, site, count);
    }
    c->to = outer;
}
/* Whether it leads to empty places alone, and what is asked for is none: as of drops, whether they threaten a king. */
static i32 leads_past_target(Ctx *c, const Node *to) {
    if (!c->target || !(c->probe || c->hits_only) || c->g->uses & USES_CHANCE) return 0;
    const Node *region = SLOT(to, to, region);
    while (region && region->op == OP_difference) region = SLOT(region, difference, a);
    return region && region->op == OP_sites_empty && !SLOT(to, to, site) && !region_meets(c, c->target, c->empty);
}
static void carry_moves(Ctx *c, const Node *n) {
    i32 from = c->from;
    if (leads_past_target(c, ARG(move, to))) return;
    TMP_REGION(starts);
    if (from_sites(c, ARG(move, from), starts)) {
        FOR_PLACES_OF_MOVES (starts, site) {
            c->from = site;
            carry_from(c, n);
        }
    } else if (is_site(c, from)) carry_from(c, n);
    c->from = from;
}
//: move: (move <from> <to> [count:<int>] [copy:<bool>] [stack:<bool>] [<roleType mover>] [<then>]) -> decision
MOVES(move) { carry_moves(c, n); }
//: fromto: (fromTo <from> <to> [count:<int>] [copy:<bool>] [stack:<bool>] [<roleType mover>] [<then>]) -> effect
MOVES(fromto) { carry_moves(c, n); }
