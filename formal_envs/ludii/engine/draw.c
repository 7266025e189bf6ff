/* A legal move drawn at random. Where rules only say what may be done, one move a place, the moves are gone through twice:
 * once to count them, once to write out the one that is drawn. Which rules these are is found when the game is loaded.
 */
#include "draw.h"
#include "move_arguments.h"
#include "listing.h"
#include "random.h"

static i32 can_be_counted(const Game *g, const Node *n, i32 of_piece);
static i32 all_can_count(const Game *g, const Node *list, i32 of_piece) {
    for (i32 i = 0; i < list->n; i++)
        if (!can_be_counted(g, list->arg[i], of_piece)) return 0;
    return 1;
}
/* What comes along with a move, evaluated as it is written: it cannot fail, so nobody misses it for the others. */
static i32 cannot_fail(const Node *n) {
    if (!n) return 1;
    switch (n->op) {
    case OP_apply: return cannot_fail(ARG(apply, effect));
    case OP_apply_if: return ARG(apply_if, effect) && cannot_fail(ARG(apply_if, effect));
    case OP_moves_if: return cannot_fail(ARG(moves_if, yes)) && cannot_fail(ARG(moves_if, no));
    case OP_moves_and: return cannot_fail(ARG(moves_and, a)) && cannot_fail(ARG(moves_and, b));
    case OP_remove:
    case OP_flip:
    case OP_addscore:
    case OP_set_state: return 1;
    default: return 0;
    }
}
static i32 arguments_can_count(const Node *to, const Node *between) {
    return cannot_fail(to_apply(to)) && cannot_fail(between_apply(between));
}
/* of_piece: it is of a piece's own moves, where all pieces' moves never come to an end */
static i32 pieces_can_count(const Game *g, const Node *n, i32 of_piece) {
    if (ARG(foreach_piece, moves)) return can_be_counted(g, ARG(foreach_piece, moves), of_piece);
    if (of_piece) return 0;
    for (i32 k = 1; k <= g->n_components; k++)
        if (g->components[k].moves && !can_be_counted(g, g->components[k].moves, 1)) return 0;
    return 1;
}
static i32 can_be_counted(const Game *g, const Node *n, i32 of_piece) {
    if (!n) return 1;
    switch (n->op) {
    case OP_moves_or: return can_be_counted(g, ARG(moves_or, a), of_piece) && can_be_counted(g, ARG(moves_or, b), of_piece);
    case OP_moves_or_all: return all_can_count(g, ARG(moves_or_all, list), of_piece);
    case OP_moves_if: return can_be_counted(g, ARG(moves_if, yes), of_piece) && can_be_counted(g, ARG(moves_if, no), of_piece);
    case OP_priority: return all_can_count(g, ARG(priority, list), of_piece);
    case OP_priority_two: return can_be_counted(g, ARG(priority_two, a), of_piece) && can_be_counted(g, ARG(priority_two, b), of_piece);
    case OP_foreach_piece: return pieces_can_count(g, n, of_piece);
    case OP_foreach_site: return !ARG(foreach_site, noMoveYet) && can_be_counted(g, ARG(foreach_site, moves), of_piece);
    case OP_move_add: /* with an effect some are listed twice */
        return !ARG(move_add, count) && !to_apply(ARG(move_add, to));
    case OP_move_step: return arguments_can_count(ARG(move_step, to), NULL);
    case OP_move_leap: return arguments_can_count(ARG(move_leap, to), NULL);
    case OP_move: return arguments_can_count(ARG(move, to), NULL);
    case OP_move_shoot: return arguments_can_count(ARG(move_shoot, to), ARG(move_shoot, between));
    case OP_move_select: return arguments_can_count(ARG(move_select, to), NULL);
    case OP_move_remove:
    case OP_move_pass: return 1;
    default: return 0;
    }
}
i32 can_count(const Game *g, const Node *n) { return can_be_counted(g, n, 0); }
void judge_draws(Ctx *c) {
    Game *g = (Game *)c->g;
    i32 simple = !(g->uses & (USES_CHANCE | USES_NO_REPEAT | USES_STACK));
    for (i32 i = 0; i < g->n_phases; i++)
        g->phases[i].can_count = simple && g->phases[i].play && can_count(g, g->phases[i].play);
}

i32 count_moves(Ctx *c, const Node *play) {
    c->offers = 1, c->offered = c->n_passed = 0, c->wanted = OFF;
    moves_of(c, play);
    c->offers = 0;
    if (c->offered > MAX_LISTED) fail(c, TOO_MANY_MOVES);
    return c->offered;
}
void write_out(Ctx *c, const Node *play, i32 wanted, i32 was_last) {
    const i32 before = c->n_moves;
    c->offers = 1, c->offered = 0, c->wanted = wanted;
    c->n_passed = was_last ? 0 : MAX_PASSED;
    moves_of(c, play);
    c->offers = 0;
    assert(c->n_moves == before + 1);
    (void)before;
}
i32 count_legal(Ctx *c, Offer *noted) {
    if (c->s->over || !c->g->phases[c->s->phase[c->s->mover]].can_count) return OFF;
    begin_moves(c);
    c->noted = noted;
    const i32 counted = count_moves(c, play_of(c, c->s->mover));
    c->noted = NULL;
    c->n_moves = c->n_actions = c->n_thens = 0;
    end_moves(c, counted);
    return counted;
}
void write_legal(Ctx *c, i32 wanted) {
    c->n_moves = c->n_actions = c->n_thens = c->n_numbers = c->depth = 0;
    c->probe = NULL, c->applied = NULL;
    reset_iterators(c);
    write_out(c, play_of(c, c->s->mover), wanted, 0); /* other positions may have been counted since */
}
i32 draw_move(Ctx *c, u64 generator[4], i32 *n) {
    const Node *play = play_of(c, c->s->mover);
    if (c->s->over || !c->g->phases[c->s->phase[c->s->mover]].can_count) {
        *n = legal_moves(c);
        return random_below(generator, *n);
    }
    begin_moves(c);
    i32 counted = count_moves(c, play), k = 0;
    c->n_moves = c->n_actions = c->n_thens = 0;
    *n = counted + end_moves(c, counted);
    k = random_below(generator, *n);
    if (k >= counted) return k - counted;
    c->n_moves = c->n_actions = c->n_thens = 0;
    const i64 work = c->work; /* that of the first time is enough */
    write_out(c, play, k, 1);
    c->work = work;
    return 0;
}
