/* Moves: what one action of a player, or of a rule, puts on the list. Decisions and effects of a kind share a function. */
#include "engine.h"

//: from: (from [<siteType>] [<region> | <int site>] [level:<int>] [if:<bool>]) -> from
PLAIN(from)
//: to: (to [<siteType>] [<region> | <int site>] [level:<int>] [<rotations>] [if:<bool>] [<apply>]) -> to
PLAIN(to)
//: between: (between [before:<int>] [<range>] [after:<int>] [if:<bool>] [trail:<int>] [<apply>]) -> between
PLAIN(between)
//: piece_ref: (piece <pieceName name> | <int component> | {<pieceName names>} | {<int components>} [state:<int>])
//:     -> pieceRef
PLAIN(piece_ref)
//: rotations: (rotations <absoluteDirection> | {<absoluteDirection directions>}) -> rotations
PLAIN(rotations)

/* ---- arguments that many moves have */
typedef struct Range {
    i32 least, most;
} Range;
static Range steps_of(Ctx *c, const Node *between, Range otherwise) { /* (max n) leaves the usual least */
    const Node *n = between ? SLOT(between, between, range) : NULL;
    Range r = otherwise;
    if (!n) return r;
    range_of(c, n, &r.least, &r.most);
    if (n->op == OP_max_range) r.least = otherwise.least;
    return r;
}
static i32 player_or(Ctx *c, const Node *player, const Node *role, i32 otherwise) {
    return player ? player_in(c, player) : role ? player_in(c, role) : otherwise;
}
/* The sites that a (from ..) or (to ..) names: its region or its site. Nothing named: 0. */
static i32 named_sites(Ctx *c, const Node *type, const Node *region, const Node *site, u64 *out) {
    if (region) region_of(c, region, out);
    else if (site) {
        i32 at = site_at(c, type, site);
        region_clear(c, out);
        if (is_site(c, at)) region_add(out, at);
    } else return 0;
    return 1;
}
static i32 from_sites(Ctx *c, const Node *n, u64 *out) {
    return n && named_sites(c, SLOT(n, from, siteType), SLOT(n, from, region), SLOT(n, from, site), out);
}
static i32 to_sites(Ctx *c, const Node *n, u64 *out) {
    return n && named_sites(c, SLOT(n, to, siteType), SLOT(n, to, region), SLOT(n, to, site), out);
}
static i32 may_leave(Ctx *c, const Node *from) { return !from || bool_or(c, SLOT(from, from, if_), 1); }
static const Node *to_apply(const Node *to) { return to ? SLOT(to, to, apply) : NULL; }
static const Node *between_apply(const Node *between) { return between ? SLOT(between, between, apply) : NULL; }
/* in slides and hops (apply if:..) says where a move may end */
static i32 apply_allows(Ctx *c, const Node *apply) {
    return !apply || apply->op != OP_apply_if || int_of(c, SLOT(apply, apply_if, if_));
}
/* with c->to at the place */
static i32 may_enter(Ctx *c, const Node *to) { return !to || bool_or(c, SLOT(to, to, if_), 1); }

/* The kinds of piece that a (piece ..) names, one at a time. */
static i32 pieces_named(const Node *piece) {
    const Node *many = SLOT(piece, piece_ref, names) ? SLOT(piece, piece_ref, names)
                                                     : SLOT(piece, piece_ref, components);
    return many ? many->n : 1;
}
static i32 piece_named(Ctx *c, const Node *piece, i32 k, i32 owner) {
    const Node *one = SLOT(piece, piece_ref, name), *number = SLOT(piece, piece_ref, component);
    if (SLOT(piece, piece_ref, names)) one = SLOT(piece, piece_ref, names)->arg[k];
    if (SLOT(piece, piece_ref, components)) number = SLOT(piece, piece_ref, components)->arg[k];
    i32 what = one ? component_named(c, one, owner) : number ? int_of(c, number) : 0;
    return what >= 1 && what <= c->g->n_components ? what : 0;
}

/* ---- a piece goes from c->from to a site: one move, with what comes along */
typedef struct Rule {
    const Node *from, *direction, *between, *to, *then, *track, *walks;
    i32 forward, rotations;
} Rule;

static Move *piece_goes(Ctx *c, i32 to, const Node *effect) { /* not ended yet */
    i32 outer = c->to;
    Move *m = move_begin(c);
    c->to = to;
    move_effects(c, m, effect);
    c->to = outer;
    return m;
}
static void piece_went(Ctx *c, Move *m, i32 to, const Node *then) {
    Action *a = move_act(c, A_MOVE);
    a->from = c->from, a->to = to;
    move_decide(c, m);
    m->from = c->from, m->to = to;
    move_then(c, m, then);
    move_end(c, m);
}
static void go(Ctx *c, i32 to, const Node *effect, const Node *then) {
    if (!move_asked(c, to)) piece_went(c, piece_goes(c, to, effect), to, then);
}

/* Calls each for the site that from names, c->from if it names none. A region is no place to start from: it is passed over. */
static void for_each_from(Ctx *c, const Rule *rule, void (*each)(Ctx *, const Rule *, DirSet)) {
    i32 from = c->from, to = c->to, between = c->between, start = from;
    if (rule->from && SLOT(rule->from, from, site))
        start = site_at(c, SLOT(rule->from, from, siteType), SLOT(rule->from, from, site));
    if (!is_site(c, start)) return;
    /* in which (from) is still the outer one */
    DirSet directions = directions_of(c, rule->direction, start, REL_Adjacent);
    c->from = start;
    if (may_leave(c, rule->from)) each(c, rule, directions);
    c->from = from, c->to = to, c->between = between;
}

/* ---- step */
static void step_from(Ctx *c, const Rule *rule, DirSet directions) {
    i32 from = c->from;
    FOR_RADIALS (from, directions, ray) {
        if (!ray->n) continue;
        c->to = ray->at[0];
        if (!misses(c, c->to) && may_enter(c, rule->to)) go(c, ray->at[0], to_apply(rule->to), rule->then);
    }
}
static void step_moves(Ctx *c, const Node *n) {
    for_each_from(
        c,
        &(Rule){
            .from = ARG(step, from), .direction = ARG(step, direction), .to = ARG(step, to), .then = ARG(step, then)},
        step_from);
}
//: move_step: (move Step [<from>] [<direction>] <to> [stack:<flag>] [<then>]) -> decision
MOVES(move_step) { step_moves(c, n); }
//: step: (step [<from>] [<direction>] <to> [stack:<flag>] [<then>]) -> effect
MOVES(step) { step_moves(c, n); }

/* ---- slide: on while `between` allows it; `to` names further ends, such as enemies, to which alone its effect belongs */
/* path: the sites of the ray; NULL on tracks */
typedef struct Slide {
    Range range;
    const u64 *ends;
    const i32 *path;
} Slide;

static void slide_to(Ctx *c, const Rule *rule, const Slide *slide, i32 site, i32 steps, const Node *effect) {
    const Node *on_the_way = between_apply(rule->between);
    if (!on_the_way || !slide->path) {
        go(c, site, effect, rule->then);
        return;
    }
    if (move_asked(c, site)) return;
    Move *m = move_begin(c);
    for (i32 k = steps - 2; k >= 0; k--) {
        c->between = slide->path[k];
        move_effects(c, m, on_the_way);
    }
    move_effects(c, m, effect);
    piece_went(c, m, site, rule->then);
    c->between = site;
}
/* steps: to site. Does it go on? */
static i32 slide_over(Ctx *c, const Rule *rule, const Slide *slide, i32 site, i32 steps) {
    const Node *to = rule->to, *stops = to ? SLOT(to, to, if_) : NULL;
    const Node *passes = rule->between ? SLOT(rule->between, between, if_) : NULL;
    c->to = c->between = site;
    i32 far_enough = steps >= slide->range.least && (!slide->ends || region_has(slide->ends, site)),
        wanted = far_enough && !misses(c, site);
    i32 stopped = stops && int_of(c, stops);
    if (stopped && wanted && apply_allows(c, to_apply(to))) slide_to(c, rule, slide, site, steps, to_apply(to));
    i32 passed = passes ? int_of(c, passes) : region_has(c->empty, site);
    if (passed && !stopped && wanted && apply_allows(c, to_apply(to)))
        slide_to(c, rule, slide, site, steps, stops ? NULL : to_apply(to));
    return passed && !(stopped && far_enough);
}
static void slide_along_track(Ctx *c, const Rule *rule, const Track *track, const Slide *slide) {
    i32 from = c->from, n = track->sites.n;
    for (i32 k = 0; k < n; k++) {
        if (track->sites.at[k] != from) continue;
        for (i32 i = 1; i <= n && i <= slide->range.most; i++) {
            i32 at = k + i;
            if (at >= n && !track->loop) break;
            tick(c, 1);
            i32 site = track->sites.at[at % n];
            if (!is_site(c, site) || !slide_over(c, rule, slide, site, i)) break;
        }
    }
}
static void slide_from(Ctx *c, const Rule *rule, DirSet directions) {
    i32 from = c->from;
    TMP_REGION(sites);
    Slide slide = {steps_of(c, rule->between, (Range){1, INFINITE}), to_sites(c, rule->to, sites) ? sites : NULL, NULL};
    if (rule->track) {
        for (i32 t = 0; t < c->g->n_tracks; t++)
            if (c->g->tracks[t].name == rule->track->value) slide_along_track(c, rule, &c->g->tracks[t], &slide);
        return;
    }
    FOR_RADIALS (from, directions, ray) {
        i32 seen = 0; /* a ray that does not meet the target is of no use */
        while (seen < ray->n && misses(c, ray->at[seen])) seen++;
        if (seen == ray->n) continue;
        slide.path = ray->at;
        for (i32 i = 0; i < ray->n && i < slide.range.most; i++) {
            tick(c, 1);
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
                          .then = ARG(slide, then)},
                  slide_from);
}
//: move_slide: (move Slide [<from>] [<trackName track>] [<direction>] [<between>] [<to>] [stack:<flag>] [<then>])
//:     -> decision
MOVES(move_slide) { slide_moves(c, n); }
//: slide: (slide [<from>] [<trackName track>] [<direction>] [<between>] [<to>] [stack:<flag>] [<then>]) -> effect
MOVES(slide) { slide_moves(c, n); }

/* ---- hop: some empty sites, then some hurdles, then a place to land on, and perhaps further ones behind it */
typedef struct Hop {
    Range hurdles;
    i32 before, after;
    const Node *is_hurdle;
    const u64 *ends;
} Hop;

static i32 hurdle_at(Ctx *c, const Hop *hop, i32 site) {
    c->between = site;
    tick(c, 1);
    return hop->is_hurdle ? int_of(c, hop->is_hurdle) : region_has(c->occupied, site);
}
static void land(Ctx *c, const Rule *rule, const Hop *hop, const Radial *ray, i32 first, i32 hurdles) {
    i32 start = first + hurdles, captures = to_apply(rule->to) && to_apply(rule->to)->op == OP_apply_if;
    for (i32 k = start; k < ray->n && k - start <= hop->after; k++) {
        tick(c, 1);
        c->to = ray->at[k];
        if (hurdles) c->between = ray->at[start - 1];
        i32 goes_on = may_enter(c, rule->to) && (!hop->ends || region_has(hop->ends, ray->at[k]));
        if ((captures ? apply_allows(c, to_apply(rule->to)) : goes_on) && !move_asked(c, ray->at[k])) {
            Move *m = piece_goes(c, ray->at[k], to_apply(rule->to));
            for (i32 h = first; between_apply(rule->between) && h < start; h++) {
                c->between = ray->at[h];
                move_effects(c, m, between_apply(rule->between));
            }
            piece_went(c, m, ray->at[k], rule->then);
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
    Hop hop = {{1, 1}, 0, 0, NULL, to_sites(c, rule->to, sites) ? sites : NULL};
    if (between) {
        hop.hurdles = steps_of(c, between, (Range){1, 1});
        hop.before = int_or(c, SLOT(between, between, before), 0),
        hop.after = int_or(c, SLOT(between, between, after), 0);
        hop.is_hurdle = SLOT(between, between, if_);
    }
    FOR_RADIALS (from, directions, ray) hop_along(c, rule, &hop, ray);
}
static void hop_moves(Ctx *c, const Node *n) {
    for_each_from(c,
                  &(Rule){.from = ARG(hop, from),
                          .direction = ARG(hop, direction),
                          .between = ARG(hop, between),
                          .to = ARG(hop, to),
                          .then = ARG(hop, then)},
                  hop_from);
}
//: move_hop: (move Hop [<from>] [<direction>] [<between>] <to> [stack:<flag>] [<then>]) -> decision
MOVES(move_hop) { hop_moves(c, n); }
//: hop: (hop [<from>] [<direction>] [<between>] <to> [stack:<flag>] [<then>]) -> effect
MOVES(hop) { hop_moves(c, n); }

/* ---- leap: a walk of steps and turns, begun in every orthogonal direction */
/* where it ends, at: a point of the compass; OFF if it leaves the board */
static i32 walk_from(Ctx *c, i32 site, const Node *walk, i32 at) {
    u64 turns = c->g->supported[0];
    for (i32 i = 0; i < walk->n; i++) {
        tick(c, 1);
        if (walk->arg[i]->value == stepType_F) {
            site = next_site(c, site, COMPASS[at], REL_Orthogonal);
            if (site < 0) return OFF;
        } else at = turned_point(turns, at, walk->arg[i]->value == stepType_R, 1);
    }
    return site;
}
/* every place a walk leads to from site */
void walk_ends(Ctx *c, i32 site, const Node *walks, i32 rotations, u64 *out) {
    if (rotations && walks->bits) { /* known since the game was loaded */
        region_copy(c, out, walks->bits + site * c->g->words);
        return;
    }
    i32 forward = compass_point(facing_of(c, site));
    u64 starts = c->g->supported[0];
    region_clear(c, out);
    for (i32 at = 0; at < 16; at++) {
        if (rotations ? !(starts >> COMPASS[at] & 1) : at != forward) continue;
        for (i32 k = 0; k < walks->n; k++) {
            i32 end = walk_from(c, site, walks->arg[k], at);
            if (is_site(c, end)) region_add(out, end);
        }
    }
}
static i32 lies_ahead(Ctx *c, i32 from, i32 to) { /* in the half plane that the piece looks at */
    static const i32 dx[16] = {0, 5, 1, 12, 1, 12, 1, 5, 0, -5, -1, -12, -1, -12, -1, -5},
                     dy[16] = {1, 12, 1, 5, 0, -5, -1, -12, -1, -12, -1, -5, 0, 5, 1, 12};
    i32 facing = compass_point(facing_of(c, from));
    i64 x = (i64)c->g->coordinate_x[to] - c->g->coordinate_x[from],
        y = (i64)c->g->coordinate_y[to] - c->g->coordinate_y[from];
    return x * dx[facing] + y * dy[facing] > 0;
}
static void leap_from(Ctx *c, const Rule *rule, DirSet directions) {
    (void)directions;
    i32 from = c->from;
    TMP_REGION(ends);
    TMP_REGION(allowed);
    i32 some = to_sites(c, rule->to, allowed);
    walk_ends(c, from, rule->walks, rule->rotations, ends);
    FOR_SITES (ends, site) {
        if (misses(c, site) || (some && !region_has(allowed, site)) || (rule->forward && !lies_ahead(c, from, site)))
            continue;
        c->to = site;
        if (may_enter(c, rule->to)) go(c, site, to_apply(rule->to), rule->then);
    }
}
static void leap_moves(Ctx *c, const Node *n) {
    for_each_from(c,
                  &(Rule){.from = ARG(leap, from),
                          .walks = ARG(leap, walks),
                          .forward = bool_or(c, ARG(leap, forward), 0),
                          .rotations = bool_or(c, ARG(leap, rotations), 1),
                          .to = ARG(leap, to),
                          .then = ARG(leap, then)},
                  leap_from);
}
//: move_leap: (move Leap [<from>] {{<stepType walks>}} [forward:<bool>] [rotations:<bool>] <to> [<then>]) -> decision
MOVES(move_leap) { leap_moves(c, n); }
//: leap: (leap [<from>] {{<stepType walks>}} [forward:<bool>] [rotations:<bool>] <to> [<then>]) -> effect
MOVES(leap) { leap_moves(c, n); }

/* ---- from anywhere to anywhere; also from hands, with counts, or a copy */
/* rotation: what it is turned to, or UNDEFINED */
static void carry(Ctx *c, const Node *n, i32 to, i32 count, i32 rotation) {
    if (move_asked(c, to)) return;
    i32 copy = bool_or(c, ARG(move, copy), 0), mover = ARG(move, mover) ? role_of(c, ARG(move, mover)) : -1;
    Move *m = piece_goes(c, to, to_apply(ARG(move, to)));
    Action *a = move_act(c, copy ? A_COPY : A_MOVE);
    a->from = c->from, a->to = to, a->count = count;
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
        if (COMPASS[turned_point(c->g->supported[4], 0, 1, k)] == direction) return k;
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
    for (i32 i = 0; i < 16; i++)
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
static void carry_moves(Ctx *c, const Node *n) {
    i32 from = c->from;
    TMP_REGION(starts);
    if (from_sites(c, ARG(move, from), starts)) {
        FOR_SITES (starts, site) {
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

/* ---- add, claim, shoot: a new piece */
typedef struct New {
    i32 what, count, state, twice;
} New;
static void piece_appears(Ctx *c, i32 from, i32 to, New new, const Node *effect, const Node *then) {
    if (move_asked(c, to)) return;
    i32 outer = c->to;
    Move *m = move_begin(c);
    c->to = to;
    move_effects(c, m, effect);
    c->to = outer;
    for (i32 k = 0; k < new.count; k++) { /* an action for each piece; the first one is chosen */
        Action *a = move_act(c, A_ADD);
        a->to = to, a->what = (i16) new.what, a->state = new.state;
        if (k == 0) move_decide(c, m);
    }
    if (m->decision < 0) {
        c->n_moves--;
        return;
    }
    m->from = from, m->to = to;
    move_then(c, m, then);
    move_end(c, m);
    if (!new.twice) return;
    if (c->n_moves >= MAX_MOVES) fail(c, TOO_MANY_MOVES);
    m->twice = 1;
    Move *twin = c->moves + c->n_moves++;
    *twin = *m;
    twin->then = twin->last_then = -1;
    for (i32 t = m->then; t >= 0; t = c->thens[t].next) move_then(c, twin, c->thens[t].node);
}
static void add_at(Ctx *c, const Node *n, i32 site, New new) {
    const Node *to = ARG(add, to);
    c->to = site;
    if (!may_enter(c, to)) return;
    new.count = int_or(c, ARG(add, count), 1);
    /* Ludii lists each such move twice: Bug, Compart, 00'Y' */
    new.twice = to_apply(to) && SLOT(to, to, region);
    piece_appears(c, site, site, new, to_apply(to), ARG(add, then));
}
static void add_moves(Ctx *c, const Node *n) {
    const Node *piece = ARG(add, pieceRef);
    i32 outer = c->to, kinds = piece ? pieces_named(piece) : 1,
        state = piece ? int_or(c, SLOT(piece, piece_ref, state), UNDEFINED) : UNDEFINED;
    TMP_REGION(sites);
    if (!to_sites(c, ARG(add, to), sites)) {
        region_clear(c, sites);
        if (is_site(c, outer)) region_add(sites, outer);
    }
    for (i32 k = 0; k < kinds; k++) {
        i32 what = piece ? piece_named(c, piece, k, c->s->mover) : c->s->mover;
        if (what < 1 || what > c->g->n_components) continue;
        FOR_SITES (sites, site) add_at(c, n, site, (New){what, 1, state, 0});
    }
    c->to = outer;
}
//: move_add: (move Add [<pieceRef>] <to> [count:<int>] [stack:<flag>] [<then>]) -> decision
MOVES(move_add) { add_moves(c, n); }
//: add: (add [<pieceRef>] <to> [count:<int>] [stack:<flag>] [<then>]) -> effect
MOVES(add) { add_moves(c, n); }
//: move_claim: (move Claim [<pieceRef>] <to> [count:<int>] [stack:<flag>] [<then>]) -> decision
MOVES(move_claim) { add_moves(c, n); }
//: claim: (claim [<pieceRef>] <to> [count:<int>] [stack:<flag>] [<then>]) -> effect
MOVES(claim) { add_moves(c, n); }

static void shoot_moves(Ctx *c, const Node *n) {
    const Node *between = ARG(shoot, between), *to = ARG(shoot, to);
    const Node *passes = between ? SLOT(between, between, if_) : NULL, *hits = to ? SLOT(to, to, if_) : NULL;
    i32 what = piece_named(c, ARG(shoot, pieceRef), 0, c->s->mover), outer_from = c->from, outer_to = c->to,
        outer_between = c->between;
    Range range = steps_of(c, between, (Range){1, INFINITE});
    TMP_REGION(starts);
    if (!from_sites(c, ARG(shoot, from), starts)) {
        region_clear(c, starts);
        if (is_site(c, c->s->last_to)) region_add(starts, c->s->last_to);
    }
    if (what)
        FOR_SITES (starts, start) {
            DirSet directions = directions_of(c, ARG(shoot, absoluteDirection), start, REL_Adjacent);
            c->from = start;
            FOR_RADIALS (start, directions, ray)
                for (i32 i = 0; i < ray->n && i < range.most; i++) {
                    tick(c, 1);
                    c->to = c->between = ray->at[i];
                    i32 passed = passes ? int_of(c, passes) : region_has(c->empty, ray->at[i]);
                    if (i + 1 >= range.least && (hits ? int_of(c, hits) : passed))
                        piece_appears(c, ray->at[i], ray->at[i], (New){what, 1, UNDEFINED, 0}, to_apply(to),
                                      ARG(shoot, then));
                    if (!passed) break;
                }
        }
    c->from = outer_from, c->to = outer_to, c->between = outer_between;
}
//: move_shoot: (move Shoot <pieceRef> [<from>] [<absoluteDirection>] [<between>] [<to>] [<then>]) -> decision
MOVES(move_shoot) { shoot_moves(c, n); }
//: shoot: (shoot <pieceRef> [<from>] [<absoluteDirection>] [<between>] [<to>] [<then>]) -> effect
MOVES(shoot) { shoot_moves(c, n); }

/* ---- moves of a single action at a single site */
/* begun and decided; the action is the last one */
static Move *act_at(Ctx *c, enum ActionType type, i32 site) {
    Move *m = move_begin(c);
    move_act(c, type)->to = site;
    move_decide(c, m);
    m->from = m->to = site;
    return m;
}
static void act_ends(Ctx *c, Move *m, const Node *then) {
    move_then(c, m, then);
    move_end(c, m);
}
static Action *last_action(Ctx *c) { return c->actions + c->n_actions - 1; }

static void remove_moves(Ctx *c, const Node *n) {
    const Node *when = ARG(remove, at);
    i32 late = when && when->value == whenType_EndOfTurn;
    TMP_REGION(sites);
    named_sites(c, ARG(remove, siteType), ARG(remove, region), ARG(remove, site), sites);
    FOR_SITES (sites, site)
        if (c->what[site]) act_ends(c, act_at(c, late ? A_MARK : A_REMOVE, site), ARG(remove, then));
}
//: move_remove: (move Remove [<siteType>] <int site> | <region> [level:<int>] [at:<whenType>] [count:<int>]
//:     [<then>]) -> decision
MOVES(move_remove) { remove_moves(c, n); }
//: remove: (remove [<siteType>] <int site> | <region> [level:<int>] [at:<whenType>] [count:<int>] [<then>]) -> effect
MOVES(remove) { remove_moves(c, n); }

static void select_to(Ctx *c, const Node *n, i32 to) {
    if (move_asked(c, to)) return;
    Move *m = act_at(c, A_SELECT, to);
    last_action(c)->from = m->from = c->from;
    if (ARG(select, mover)) m->mover = role_of(c, ARG(select, mover));
    act_ends(c, m, ARG(select, then));
}
static void select_from(Ctx *c, const Node *n) {
    const Node *to = ARG(select, to);
    TMP_REGION(ends);
    i32 outer = c->to;
    if (outer == OFF) c->to = c->from; /* so the condition of the start may call it, too: Selus */
    i32 may = may_leave(c, ARG(select, from)), named = may && to_sites(c, to, ends);
    c->to = outer;
    if (!may) return;
    if (!named) {
        select_to(c, n, c->from);
        return;
    }
    FOR_SITES (ends, site) {
        c->to = site;
        if (may_enter(c, to)) select_to(c, n, site);
    }
    c->to = outer;
}
static void select_moves(Ctx *c, const Node *n) {
    i32 from = c->from;
    TMP_REGION(starts);
    if (from_sites(c, ARG(select, from), starts)) {
        FOR_SITES (starts, site) {
            c->from = site;
            select_from(c, n);
        }
    } else if (is_site(c, from)) select_from(c, n);
    c->from = from;
}
//: move_select: (move Select <from> [<to>] [<roleType mover>] [<then>]) -> decision
MOVES(move_select) { select_moves(c, n); }
//: select: (select <from> [<to>] [<roleType mover>] [<then>]) -> effect
MOVES(select) { select_moves(c, n); }

static void pass_moves(Ctx *c, const Node *n) { act_ends(c, act_at(c, A_PASS, OFF), ARG(pass, then)); }
//: move_pass: (move Pass [<then>]) -> decision
MOVES(move_pass) { pass_moves(c, n); }
//: pass: (pass [<then>]) -> effect
MOVES(pass) { pass_moves(c, n); }

static void promote_moves(Ctx *c, const Node *n) {
    const Node *piece = ARG(promote, pieceRef);
    i32 site = ARG(promote, site) ? site_at(c, ARG(promote, siteType), ARG(promote, site)) : c->to;
    i32 given = ARG(promote, player) || ARG(promote, roleType);
    i32 owner = player_or(c, ARG(promote, player), ARG(promote, roleType), c->s->mover);
    if (!is_site(c, site)) return;
    for (i32 k = 0; k < pieces_named(piece); k++) {
        i32 what = piece_named(c, piece, k, owner);
        if (!what) continue;
        Move *m = act_at(c, A_PROMOTE, site);
        last_action(c)->what = (i16)what;
        last_action(c)->state = int_or(c, SLOT(piece, piece_ref, state), UNDEFINED);
        if (given && owner > 0 && owner <= c->g->n_players + 1) last_action(c)->value = owner;
        act_ends(c, m, ARG(promote, then));
    }
}
//: move_promote: (move Promote [<siteType>] [<int site>] <pieceRef> [<player> | <roleType>] [<then>]) -> decision
MOVES(move_promote) { promote_moves(c, n); }
//: promote: (promote [<siteType>] [<int site>] <pieceRef> [<player> | <roleType>] [<then>]) -> effect
MOVES(promote) { promote_moves(c, n); }

/* ---- proposals, votes, turns and seats */
static void say(Ctx *c, enum ActionType type, const Node *name, const Node *then) {
    Move *m = act_at(c, type, OFF);
    last_action(c)->name = name->value;
    last_action(c)->what = (i16)c->s->mover;
    act_ends(c, m, then);
}
static void say_any(Ctx *c, enum ActionType type, const Node *one, const Node *many, const Node *then) {
    if (one) say(c, type, one, then);
    else
        for (i32 i = 0; i < many->n; i++) say(c, type, many->arg[i], then);
}
//: move_propose: (move Propose <proposal> | {<proposal proposals>} [<then>]) -> decision
MOVES(move_propose) { say_any(c, A_PROPOSE, ARG(propose, proposal), ARG(propose, proposals), ARG(propose, then)); }
//: propose: (propose <proposal> | {<proposal proposals>} [<then>]) -> effect
MOVES(propose) { say_any(c, A_PROPOSE, ARG(propose, proposal), ARG(propose, proposals), ARG(propose, then)); }
//: move_vote: (move Vote <string vote> | {<string votes>} [<then>]) -> decision
MOVES(move_vote) { say_any(c, A_VOTE, ARG(vote, vote), ARG(vote, votes), ARG(vote, then)); }
//: vote: (vote <string vote> | {<string votes>} [<then>]) -> effect
MOVES(vote) { say_any(c, A_VOTE, ARG(vote, vote), ARG(vote, votes), ARG(vote, then)); }

static void next_is(Ctx *c, i32 player, const Node *then) {
    if (player < 1 || player > c->g->n_players) return;
    Move *m = act_at(c, A_SET_NEXT, OFF);
    last_action(c)->what = (i16)player;
    act_ends(c, m, then);
}
//: move_set_nextplayer: (move Set <nextPlayerWord> <player> | <roleType> [<then>]) -> decision
MOVES(move_set_nextplayer) {
    next_is(c, player_or(c, ARG(move_set_nextplayer, player), ARG(move_set_nextplayer, roleType), c->s->mover),
            ARG(move_set_nextplayer, then));
}
//: set_nextplayer: (set NextPlayer <player> | <roleType> | <intArray> [<then>]) -> effect
MOVES(set_nextplayer) {
    if (ARG(set_nextplayer, intArray)) {
        i32 *players, k = array_of(c, ARG(set_nextplayer, intArray), &players);
        if (k) next_is(c, players[0], ARG(set_nextplayer, then));
        c->n_numbers -= k;
    } else
        next_is(c, player_or(c, ARG(set_nextplayer, player), ARG(set_nextplayer, roleType), c->s->mover),
                ARG(set_nextplayer, then));
}
static void swap_players_moves(Ctx *c, const Node *const *arg) {
    i32 a = arg[swap_players__a] ? int_of(c, arg[swap_players__a]) : role_of(c, arg[swap_players__roleA]);
    i32 b = arg[swap_players__b] ? int_of(c, arg[swap_players__b]) : role_of(c, arg[swap_players__roleB]);
    if (a < 1 || b < 1 || a > c->g->n_players || b > c->g->n_players) return;
    Move *m = act_at(c, A_SWAP, OFF);
    last_action(c)->what = (i16)a, last_action(c)->value = b;
    act_ends(c, m, arg[swap_players__then]);
}
//: move_swap_players: (move Swap <playersWord> <int a> | <roleType roleA> <int b> | <roleType roleB> [<then>]) ->
//:     decision
MOVES(move_swap_players) { swap_players_moves(c, n->arg + 1); } /* after the word Players */
//: swap_players: (swap Players <int a> | <roleType roleA> <int b> | <roleType roleB> [<then>]) -> effect
MOVES(swap_players) { swap_players_moves(c, n->arg); }

/* one goes over, the other is put where it came from */
static void swap_pieces_moves(Ctx *c, const Node *const *arg) {
    i32 a = int_or(c, arg[swap_pieces__a], c->s->last_from), b = int_or(c, arg[swap_pieces__b], c->s->last_to);
    if (!is_site(c, a) || !is_site(c, b) || move_asked(c, b)) return;
    Move *m = move_begin(c);
    Action *over = move_act(c, A_MOVE);
    over->from = a, over->to = b;
    move_decide(c, m);
    Action *back = move_act(c, A_ADD);
    back->to = a, back->what = (i16)c->what[b], back->state = c->state[b] ? c->state[b] : UNDEFINED;
    m->from = a, m->to = b;
    act_ends(c, m, arg[swap_pieces__then]);
}
//: move_swap_pieces: (move Swap <piecesWord> [<int a>] [<int b>] [<then>]) -> decision
MOVES(move_swap_pieces) { swap_pieces_moves(c, n->arg + 1); }
//: swap_pieces: (swap Pieces [<int a>] [<int b>] [<then>]) -> effect
MOVES(swap_pieces) { swap_pieces_moves(c, n->arg); }

/* ---- rotation: named values, or one turn back and one turn on */
static void turn_to(Ctx *c, i32 site, i32 rotation, const Node *then) {
    Move *m = act_at(c, A_SET_ROTATION, site);
    last_action(c)->rotation = rotation;
    act_ends(c, m, then);
}
static void rotation_moves(Ctx *c, const Node *const *arg) {
    const Node *then = arg[set_rotation__then], *values = arg[set_rotation__rotations];
    i32 turns = turns_on_board(c);
    TMP_REGION(sites);
    if (!to_sites(c, arg[set_rotation__to], sites)) {
        region_clear(c, sites);
        i32 site = is_site(c, c->from) ? c->from : c->to;
        if (is_site(c, site)) region_add(sites, site);
    }
    FOR_SITES (sites, site) {
        if (values)
            for (i32 k = 0; k < values->n; k++) turn_to(c, site, int_of(c, values->arg[k]), then);
        else if (arg[set_rotation__rotation]) turn_to(c, site, int_of(c, arg[set_rotation__rotation]), then);
        else {
            i32 now = c->rotation[site] % turns;
            if (bool_or(c, arg[set_rotation__previous], 1)) turn_to(c, site, (now + turns - 1) % turns, then);
            if (bool_or(c, arg[set_rotation__next], 1)) turn_to(c, site, (now + 1) % turns, then);
        }
    }
}
//: move_set_rotation: (move Set <rotationWord> [<to>] [{<int rotations>} | <int rotation>] [previous:<bool>]
//:     [next:<bool>] [<then>]) -> decision
MOVES(move_set_rotation) { rotation_moves(c, n->arg + 1); } /* after the word Rotation */
//: set_rotation: (set Rotation [<to>] [{<int rotations>} | <int rotation>] [previous:<bool>] [next:<bool>]
//:     [<then>]) -> effect
MOVES(set_rotation) { rotation_moves(c, n->arg); }
