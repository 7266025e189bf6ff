/* A new piece: add, claim, shoot. */
#include "directions.h"
#include "listing.h"
#include "move_arguments.h"
#include "where.h"

typedef struct New {
    i32 what, count, state, twice, level; /* of a stack; OFF: on top */
} New;
static void on_stack(Ctx *c, Action *a, i32 level, i32 k) { /* the k-th of the new pieces; it says on which level */
    if (level >= 0) a->type = A_INSERT;
    set_levels(a, OFF, level >= 0 ? level : height(c, a->to) + k);
}
static void piece_appears(Ctx *c, i32 from, i32 to, const New *new, const Node *effect, const Node *then) {
    if (move_asked(c, to)) return;
    i32 outer = c->to;
    Move *m = move_begin(c);
    c->to = to;
    move_effects(c, m, effect);
    c->to = outer;
    for (i32 k = 0; k < new->count; k++) { /* an action for each piece; the first one is chosen */
        Action *a = move_act(c, A_ADD);
        a->to = to, a->what = (i16)new->what, a->state = new->state;
        if (c->first_level) on_stack(c, a, new->level, k);
        if (k == 0) move_decide(c, m);
    }
    if (m->decision < 0) {
        c->n_moves--;
        return;
    }
    m->from = from, m->to = to;
    move_then(c, m, then);
    move_end(c, m);
    if (!new->twice) return;
    if (c->n_moves >= MAX_LISTED) fail(c, TOO_MANY_MOVES);
    m->twice = 1;
    Move *twin = c->moves + c->n_moves++;
    *twin = *m;
    twin->then = twin->last_then = -1;
    for (i32 t = m->then; t >= 0; t = c->thens[t].next) move_then(c, twin, c->thens[t].node);
}
static void add_at(Ctx *c, const Node *n, i32 site, New *new) {
    const Node *to = ARG(add, to);
    c->to = site;
    if (!may_enter(c, to)) return;
    new->count = int_or(c, ARG(add, count), 1);
    if (c->first_level) new->level = level_to(c, to);
    /* Ludii lists each such move twice: Bug, Compart, 00'Y' */
    new->twice = to_apply(to) && SLOT(to, to, region);
    piece_appears(c, site, site, new, to_apply(to), ARG(add, then));
}
static void add_moves(Ctx *c, const Node *n) {
    const Node *piece = ARG(add, pieceRef), *asks = SLOT(ARG(add, to), to, if_);
    i32 outer = c->to, kinds = piece ? pieces_named(piece) : 1,
        state = piece ? int_or(c, SLOT(piece, piece_ref, state), UNDEFINED) : UNDEFINED;
    TMP_REGION(sites);
    if (!to_sites(c, ARG(add, to), sites)) {
        region_clear(c, sites);
        if (is_site(c, outer)) region_add(sites, outer);
    }
    for (i32 k = 0; k < kinds; k++) {
        i32 what = piece ? piece_named(c, piece, k, OFF) : c->s->mover; /* a base name alone is no piece's */
        if (what > c->g->n_components) fail(c, NOT_THERE);
        if (what < 1) continue;
        New new = {what, 1, state, 0, OFF};
        TMP_REGION(places);
        TMP_REGION(room);
        region_copy(c, places, sites);
        if (is_asked_of(asks, ASKED_TO)) region_and(c, places, where_holds(c, asks, room));
        if (c->offers && (!asks || is_asked_of(asks, ASKED_TO))) {
            keep_offered(c, places);
            FOR_SITES (places, site) add_at(c, n, site, &new);
        } else
            FOR_PLACES_OF_MOVES (places, site) add_at(c, n, site, &new);
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
    i32 what = piece_named(c, ARG(shoot, pieceRef), 0, OFF), outer_to = c->to, outer_between = c->between;
    Range range = steps_of(c, between, (Range){1, INFINITE});
    TMP_REGION(starts);
    if (!from_sites(c, ARG(shoot, from), starts)) {
        region_clear(c, starts);
        if (is_site(c, last_move(c)->last_to)) region_add(starts, last_move(c)->last_to);
    }
    if (what)
        FOR_SITES (starts, start) {
            DirSet directions = directions_of(c, ARG(shoot, absoluteDirection), start, REL_Adjacent);
            /* (from) stays the outer one; (between) is the place before (to), if any: Hex Amazons */
            FOR_RADIALS (start, directions, ray)
                for (i32 i = 0; i < ray->n && i < range.most; i++) {
                    tick(c, 1);
                    c->to = ray->at[i], c->between = i ? ray->at[i - 1] : outer_between;
                    if (hits && !int_of(c, hits)) break;
                    c->between = ray->at[i];
                    if (!(passes ? int_of(c, passes) : region_has(c->empty, ray->at[i]))) break;
                    if (i + 1 >= range.least)
                        piece_appears(c, ray->at[i], ray->at[i], &(New){what, 1, UNDEFINED, 0, OFF}, to_apply(to),
                                      ARG(shoot, then));
                }
        }
    c->to = outer_to, c->between = outer_between;
}
//: move_shoot: (move Shoot <pieceRef> [<from>] [<absoluteDirection>] [<between>] [<to>] [<then>]) -> decision
MOVES(move_shoot) { shoot_moves(c, n); }
//: shoot: (shoot <pieceRef> [<from>] [<absoluteDirection>] [<between>] [<to>] [<then>]) -> effect
MOVES(shoot) { shoot_moves(c, n); }
