/* The list of moves: how it is written, and how one asks whether it would have any. */
#include "state.h"
#include "listing.h"
#include "undo.h"

Move *move_begin(Ctx *c) {
    tick(c, 8);
    if (c->n_moves >= MAX_LISTED) fail(c, TOO_MANY_MOVES);
    Move *m = c->moves + c->n_moves++;
    *m = (Move){.first = c->n_actions,
                .n = 0,
                .decision = -1,
                .from = OFF,
                .to = OFF,
                .mover = c->s->mover,
                .then = -1,
                .last_then = -1};
    return m;
}
Action *move_act(Ctx *c, enum ActionType type) {
    if (c->n_actions >= MAX_ACTIONS) fail(c, TOO_MANY_MOVES);
    Action *a = c->actions + c->n_actions++;
    *a = (Action){.type = (u8)type,
                  .from = OFF,
                  .to = OFF,
                  .count = 1,
                  .state = UNDEFINED,
                  .rotation = UNDEFINED,
                  .value = UNDEFINED,
                  .name = -1};
    return a;
}
void move_decide(Ctx *c, Move *m) {
    assert(c->n_actions > m->first);
    m->decision = c->n_actions - 1 - m->first;
    c->actions[c->n_actions - 1].decision = 1;
}
void move_then(Ctx *c, Move *m, const Node *then) {
    if (!then) return;
    if (c->n_thens >= MAX_THENS) fail(c, TOO_MANY_MOVES);
    i32 cell = c->n_thens++;
    c->thens[cell] = (Then){then, -1};
    if (m->then < 0) m->then = cell;
    else c->thens[m->last_then].next = cell;
    m->last_then = cell;
}
Action *effect_begin(Ctx *c, enum ActionType type) {
    move_begin(c);
    return move_act(c, type);
}
void effect_end(Ctx *c, const Node *then) {
    Move *m = c->moves + c->n_moves - 1;
    const Action *a = c->actions + m->first;
    i32 comes = is_site(c, a->from), arrives = is_site(c, a->to);
    if (comes || arrives) m->from = comes ? a->from : a->to, m->to = arrives ? a->to : a->from;
    move_then(c, m, then);
    move_end(c, m);
}
void absorb(Ctx *c, Move *m, i32 at, i32 start) {
    assert(at <= c->n_actions && start <= c->n_moves && m < c->moves + start);
    i32 top = c->n_actions; /* copied behind the others first: two moves may share their actions */
    for (i32 i = start; i < c->n_moves; i++) {
        const Move *e = c->moves + i;
        if (e->n > MAX_ACTIONS - c->n_actions) fail(c, TOO_MANY_MOVES);
        memcpy(c->actions + c->n_actions, c->actions + e->first, sizeof(Action) * (size_t)e->n);
        c->n_actions += e->n;
        if (e->then < 0) continue;
        if (m->then < 0) m->then = e->then;
        else c->thens[m->last_then].next = e->then;
        m->last_then = e->last_then;
    }
    i32 n = c->n_actions - top;
    memmove(c->actions + at, c->actions + top, sizeof(Action) * (size_t)n);
    for (i32 k = 0; k < n; k++) c->actions[at + k].decision = 0;
    c->n_actions = at + n, c->n_moves = start;
}
void move_effects(Ctx *c, Move *m, const Node *effects) {
    if (!effects) return;
    i32 first = c->n_actions;
    absorb(c, m, first, collect(c, effects));
}
i32 move_hits(Ctx *c, const Move *m) { return is_site(c, m->to) && region_has(c->target, m->to); }
void move_end(Ctx *c, Move *m) {
    assert(m >= c->moves && m < c->moves + c->n_moves && m->first <= c->n_actions);
    m->n = c->n_actions - m->first;
    if (c->probe && (!c->target || move_hits(c, m))) longjmp(*c->probe, 1);
    if (m->decision < 0 && m->n) m->decision = 0; /* of an effect: not marked as a decision */
}
static void note_offers(Ctx *c, const u64 *sites) {
    i32 at = c->offered;
    FOR_SITES (sites, site)
        if (at < MAX_LISTED) c->noted[at++] = (Offer){c->from, site};
}
void keep_offered(Ctx *c, u64 *sites) {
    i32 n = region_size(c, sites), before = c->wanted - c->offered; /* so many of them are not wanted */
    tick(c, 1 + n / 4);
    if (before < 0 || before >= n) {
        if (c->noted) note_offers(c, sites);
        c->offered += n;
        region_clear(c, sites);
        return;
    }
    i32 w = 0;
    for (; before >= __builtin_popcountll(sites[w]); w++) before -= __builtin_popcountll(sites[w]), sites[w] = 0;
    u64 rest = sites[w];
    while (before-- > 0) rest &= rest - 1;
    region_clear(c, sites);
    sites[w] = rest & -rest;
    c->offered = c->wanted; /* which move_asked lets pass */
}
static i32 collect_as(Ctx *c, const Node *n, i32 hits_only) {
    jmp_buf *probe = c->probe;
    i32 start = c->n_moves, outer = c->hits_only, offers = c->offers;
    c->probe = NULL, c->hits_only = hits_only, c->offers = 0;
    moves_of(c, n);
    c->probe = probe, c->hits_only = outer, c->offers = offers;
    return start;
}
i32 collect(Ctx *c, const Node *n) { return collect_as(c, n, 0); }
i32 collect_asked(Ctx *c, const Node *n) { return collect_as(c, n, c->hits_only || (c->probe && c->target)); }
void then_for(Ctx *c, Move *m, const Node *then) {
    move_then(c, m, then);
    if (m->twice) move_then(c, m, then);
}
void then_for_all(Ctx *c, i32 start, const Node *then) {
    if (then)
        for (i32 i = start; i < c->n_moves; i++) then_for(c, c->moves + i, then);
}
i32 any_move(Ctx *c, const Node *n) { return any_move_to(c, n, NULL); }
static i32 finds_move(Ctx *c, const Node *n) {
    jmp_buf here;
    i32 start = c->n_moves;
    c->probe = &here;
    if (setjmp(here)) return 1;
    deeper(c);
    moves_of(c, n);
    for (i32 i = start; i < c->n_moves; i++) /* those that were collected first did not jump */
        if (!c->target || move_hits(c, c->moves + i)) return 1;
    return 0;
}
i32 any_move_to(Ctx *c, const Node *n, const u64 *target) {
    const Ctx before = *c; /* iterators, lists and the state's place; only the work done is kept */
    const i32 mover = c->s->mover, next = c->s->next, previous = c->s->previous;
    tick(c, 20);
    c->target = target, c->hits_only = 0, c->offers = 0;
    i32 found = finds_move(c, n);
    c->probe = before.probe, c->target = before.target, c->hits_only = before.hits_only,
    c->offers = before.offers;
    restore_states(c, before.n_saved);
    c->s->mover = mover, c->s->next = next, c->s->previous = previous;
    c->from = before.from, c->to = before.to, c->between = before.between, c->site = before.site,
    c->level = before.level;
    c->player = before.player, c->track_site = before.track_site, c->iterated = before.iterated;
    c->direction = before.direction, c->hop = before.hop, c->pips = before.pips;
    c->region = before.region, c->members = before.members;
    c->n_moves = before.n_moves, c->n_actions = before.n_actions, c->n_thens = before.n_thens;
    c->n_numbers = before.n_numbers, c->depth = before.depth;
    c->applied = before.applied, c->n_applied = before.n_applied, c->max_applied = before.max_applied;
    return found;
}

i32 collect_some(Ctx *c, const Node *n) {
    i32 before = c->n_moves + c->offered;
    if (c->target) collect(c, n);
    else moves_of(c, n);
    return c->n_moves + c->offered > before;
}
