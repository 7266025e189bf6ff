/* Which moves: consequences, lists, conditions, priorities, chance. */
#include "listing.h"
#include "random.h"

/* ---- consequences and effects */
//: then: (then <effect> [applyAfterAllMoves:<flag>]) -> then
MOVES(then) { moves_of(c, ARG(then, effect)); }
//: apply: (apply <effect>) -> apply
MOVES(apply) { moves_of(c, ARG(apply, effect)); }
//: apply_if: (apply if:<bool> [<effect>]) -> apply
MOVES(apply_if) {
    if (!int_of(c, ARG(apply_if, if_))) return;
    if (!ARG(apply_if, effect)) fail(c, NO_EFFECT);
    moves_of(c, ARG(apply_if, effect));
}

/* ---- lists. A consequence of the whole belongs to each of its moves. */
static void all_of(Ctx *c, const Node *list, const Node *then) {
    i32 start = c->n_moves;
    for (i32 i = 0; i < list->n; i++) moves_of(c, list->arg[i]);
    then_for_all(c, start, then);
}
static void both(Ctx *c, const Node *a, const Node *b, const Node *then) {
    i32 start = c->n_moves;
    moves_of(c, a);
    moves_of(c, b);
    then_for_all(c, start, then);
}
//: moves_or: (or <moves a> <moves b> [<then>]) -> effect
MOVES(moves_or) { both(c, ARG(moves_or, a), ARG(moves_or, b), ARG(moves_or, then)); }
//: moves_or_all: (or {<moves list>} [<then>]) -> effect
MOVES(moves_or_all) { all_of(c, ARG(moves_or_all, list), ARG(moves_or_all, then)); }
//: moves_and: (and <moves a> <moves b> [<then>]) -> effect
MOVES(moves_and) { both(c, ARG(moves_and, a), ARG(moves_and, b), ARG(moves_and, then)); }
//: moves_and_all: (and {<moves list>} [<then>]) -> effect
MOVES(moves_and_all) { all_of(c, ARG(moves_and_all, list), ARG(moves_and_all, then)); }
//: moves_if: (if <bool condition> <moves yes> [<moves no>] [<then>]) -> effect
MOVES(moves_if) {
    i32 start = c->n_moves;
    if (int_of(c, ARG(moves_if, condition))) moves_of(c, ARG(moves_if, yes));
    else if (ARG(moves_if, no)) moves_of(c, ARG(moves_if, no));
    then_for_all(c, start, ARG(moves_if, then));
}

//: priority: (priority {<moves list>} [<then>]) -> effect
MOVES(priority) {
    const Node *list = ARG(priority, list);
    i32 start = c->n_moves, i = 0;
    while (i < list->n && !collect_some(c, list->arg[i])) i++;
    then_for_all(c, start, ARG(priority, then));
}
//: priority_two: (priority <moves a> <moves b> [<then>]) -> effect
MOVES(priority_two) {
    i32 start = c->n_moves;
    if (!collect_some(c, ARG(priority_two, a))) collect_some(c, ARG(priority_two, b));
    then_for_all(c, start, ARG(priority_two, then));
}

/* ---- chance */
//: random: (random {<float weights>} {<moves choices>}) -> effect
MOVES(random) {
    const Node *weights = ARG(random, weights), *choices = ARG(random, choices);
    i64 total = 0, at;
    i32 size = weights->n < choices->n ? weights->n : choices->n;
    for (i32 i = 0; i < size; i++) total += int_of(c, weights->arg[i]) > 0 ? int_of(c, weights->arg[i]) : 0;
    if (total <= 0 || total > INT32_MAX) return;
    at = random_below(c->chance, (i32)total);
    for (i32 i = 0; i < size; i++) {
        i32 weight = int_of(c, weights->arg[i]);
        if (weight > 0 && (at -= weight) < 0) {
            moves_of(c, choices->arg[i]);
            return;
        }
    }
}
//: random_num: (random <moves> num:<int>) -> effect
MOVES(random_num) {
    i32 start = collect(c, ARG(random_num, moves)), found = c->n_moves - start,
        wanted = int_of(c, ARG(random_num, num));
    for (i32 i = 0; i < found && i < wanted; i++) {
        i32 k = i + random_below(c->chance, found - i);
        Move m = c->moves[start + i];
        c->moves[start + i] = c->moves[start + k], c->moves[start + k] = m;
    }
    if (wanted < found) c->n_moves = start + (wanted > 0 ? wanted : 0);
    signal_any(c, start);
}
