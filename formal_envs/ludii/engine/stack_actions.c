/* What actions do to stacks. A piece that arrives stands on those that are there; a removal takes the top alone. */
#include "stack_actions.h"

static i32 top_or(Ctx *c, i32 site, i32 level) { /* the level if there is such a one */
    i32 n = height(c, site);
    return level >= 0 && level < n ? level : n - 1;
}
static void drop_on(Ctx *c, i32 site, Piece p) { insert_piece(c, site, height(c, site), p); }
static Piece changed(const Action *a, Piece p) { /* by what the action says of it */
    if (a->state >= 0) p.state = a->state;
    if (a->rotation >= 0) p.rotation = a->rotation;
    if (a->value >= 0) p.value = a->value;
    return p;
}
static void new_piece(Ctx *c, const Action *a) {
    if (a->what) {
        i32 n = height(c, a->to), level = a->type == A_INSERT && enters_level(a) >= 0 ? smaller(enters_level(a), n) : n;
        insert_piece(c, a->to, level, changed(a, (Piece){a->what, owner_of(c, a->what), 0, 0, 0}));
    } else take(c, a->to);
}
/* In Ludii a top that moves leaves its marks behind, and finds those of whoever stood there before. */
static void take_marks(Ctx *c, i32 site, Piece *p) {
    static const i32 none[N_MARKS];
    const i32 *left = c->what[site] ? none : c->left + N_MARKS * site;
    p->state = left[0], p->rotation = left[1], p->value = left[2];
}
static void move_one(Ctx *c, const Action *a) {
    if (!c->what[a->from] || a->from == a->to) return;
    Piece p = pull_piece(c, a->from, top_or(c, a->from, leaves_level(a)));
    if (leaves_level(a) < 0) take_marks(c, a->to, &p);
    p = changed(a, p);
    i32 n = height(c, a->to);
    insert_piece(c, a->to, enters_level(a) >= 0 ? smaller(enters_level(a), n) : n, p);
}
static void move_many(Ctx *c, const Action *a) { /* the top ones, in their order */
    i32 n = height(c, a->from), count = a->type == A_MOVE_ALL ? n : larger(0, smaller(a->count, n));
    if (a->from == a->to) return;
    tick(c, count);
    for (i32 k = 0; k < count; k++) drop_on(c, a->to, changed(a, pull_piece(c, a->from, n - count)));
}
static void change_one(Ctx *c, const Action *a) { /* a level that is no more has nothing to change */
    i32 level = enters_level(a) < 0 ? top_level(c, a->to) : enters_level(a);
    if (level < 0 || level >= height(c, a->to)) return;
    Piece p = piece_at(c, a->to, level);
    if (a->type == A_PROMOTE)
        p = (Piece){a->what, a->value > 0 ? a->value : owner_of(c, a->what), larger(a->state, 0), 0, 0};
    else if (a->type == A_SET_STATE) p.state = a->state;
    else if (a->type == A_SET_ROTATION) p.rotation = a->rotation;
    else p.value = a->value;
    set_piece(c, a->to, level, p);
}
void apply_to_stacks(Ctx *c, const Action *a) {
    i32 to = a->to, both = is_site(c, a->from);
    switch ((enum ActionType)a->type) {
    case A_ADD:
    case A_INSERT: new_piece(c, a); break;
    case A_MOVE:
        if (both) move_one(c, a);
        break;
    case A_MOVE_ALL:
    case A_STACK_MOVE:
        if (both) move_many(c, a);
        break;
    case A_COPY:
        if (both && c->what[a->from]) drop_on(c, to, piece_at(c, a->from, leaves_level(a)));
        break;
    case A_REMOVE:
        if (c->what[to]) pull_piece(c, to, top_or(c, to, enters_level(a)));
        region_drop(c->to_clear, to);
        break;
    case A_MARK: region_add(c->to_clear, to); break;
    case A_SET_COUNT:
        if (a->count <= 0) take(c, to);
        break;
    case A_PROMOTE:
    case A_SET_STATE:
    case A_SET_ROTATION:
    case A_SET_VALUE: change_one(c, a); break;
    default: assert(0);
    }
}
