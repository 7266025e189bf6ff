/* Arrays: ludemes that are lists of integers. */
#include "arguments.h"

static void push_all(Ctx *c, const Node *array) { /* leaves its values on the stack */
    i32 *v;
    tick(c, 1 + array_of(c, array, &v) / 8);
}
//: array: (array {<int values>}) -> intArray
ARRAY(array) { push_all(c, ARG(array, values)); }
//: array_region: (array <region>) -> intArray
ARRAY(array_region) { push_all(c, ARG(array_region, region)); }
//: array_if: (if <bool condition> <intArray yes> <intArray no>) -> intArray
ARRAY(array_if) {
    if (int_of(c, ARG(array_if, condition))) push_all(c, ARG(array_if, yes));
    else if (ARG(array_if, no)) push_all(c, ARG(array_if, no));
}

/* ---- sets: a value is kept once, in the order in which it first came */
static i32 holds(const i32 *v, i32 n, i32 value) {
    for (i32 i = 0; i < n; i++)
        if (v[i] == value) return 1;
    return 0;
}
static void drop_repeats(Ctx *c, i32 start) {
    i32 end = c->n_numbers, kept = start;
    for (i32 i = start; i < end; i++) {
        tick(c, (kept - start) / 16);
        if (!holds(c->numbers + start, kept - start, c->numbers[i])) c->numbers[kept++] = c->numbers[i];
    }
    c->n_numbers = kept;
}
static void keep_common(Ctx *c, i32 start, const Node *with) { /* the values from start on that with holds */
    i32 end = c->n_numbers, kept = start, *v, n_with = array_of(c, with, &v);
    tick(c, (i64)(end - start) * n_with / 16);
    for (i32 i = start; i < end; i++)
        if (holds(c->numbers + end, n_with, c->numbers[i])) c->numbers[kept++] = c->numbers[i];
    c->n_numbers = kept;
}
//: array_union: (union <intArray a> <intArray b>) -> intArray
ARRAY(array_union) {
    i32 start = c->n_numbers;
    push_all(c, ARG(array_union, a));
    push_all(c, ARG(array_union, b));
    drop_repeats(c, start);
}
//: array_unions: (union {<intArray arrays>}) -> intArray
ARRAY(array_unions) {
    i32 start = c->n_numbers;
    const Node *list = ARG(array_unions, arrays);
    for (i32 i = 0; i < list->n; i++) push_all(c, list->arg[i]);
    drop_repeats(c, start);
}
//: array_intersection: (intersection <intArray a> <intArray b>) -> intArray
ARRAY(array_intersection) {
    i32 start = c->n_numbers;
    push_all(c, ARG(array_intersection, a));
    keep_common(c, start, ARG(array_intersection, b));
}
//: array_intersections: (intersection {<intArray arrays>}) -> intArray
ARRAY(array_intersections) {
    i32 start = c->n_numbers;
    const Node *list = ARG(array_intersections, arrays);
    for (i32 i = 0; i < list->n; i++) {
        if (i == 0) push_all(c, list->arg[0]);
        else keep_common(c, start, list->arg[i]);
    }
}
//: array_difference: (difference <intArray a> <intArray b> | <int value>) -> intArray
ARRAY(array_difference) { /* each value of the second takes one of its like from the first */
    i32 start = c->n_numbers, *v;
    push_all(c, ARG(array_difference, a));
    const Node *taken = ARG(array_difference, b) ? ARG(array_difference, b) : ARG(array_difference, value);
    i32 middle = c->n_numbers, n_taken = array_of(c, taken, &v);
    i32 *numbers = c->numbers, left = middle;
    tick(c, (i64)(middle - start) * n_taken / 16);
    for (i32 i = middle; i < middle + n_taken; i++) {
        i32 at = start;
        while (at < left && numbers[at] != numbers[i]) at++;
        if (at == left) continue;
        memmove(numbers + at, numbers + at + 1, 4 * (size_t)(left - at - 1));
        left--;
    }
    c->n_numbers = left;
}

/* ---- of the state */
//: arrayvalue: (arrayValue <intArray> index:<int>) -> int
INT(arrayvalue) { /* nothing beyond its ends */
    i32 *values, size = array_of(c, ARG(arrayvalue, intArray), &values), index = int_of(c, ARG(arrayvalue, index));
    i32 found = index >= 0 && index < size ? c->numbers[c->n_numbers - size + index] : OFF;
    c->n_numbers -= size;
    return found;
}
//: values_remembered: (values Remembered [<string name>]) -> intArray
ARRAY(values_remembered) {
    i32 name = ARG(values_remembered, name) ? ARG(values_remembered, name)->value : -1;
    tick(c, 1 + c->s->n_remembered / 8);
    for (i32 i = 0; i < c->s->n_remembered; i++)
        if (c->s->remembered[2 * i] == name) push_number(c, c->s->remembered[2 * i + 1]);
}
//: results: (results from:<int> | from:<region fromRegion> to:<int> | to:<region toRegion> <int value>) -> intArray
ARRAY(results) { /* a value for each pair of a from and a to */
    const Node *from = ARG(results, fromRegion) ? ARG(results, fromRegion) : ARG(results, from);
    const Node *to = ARG(results, toRegion) ? ARG(results, toRegion) : ARG(results, to);
    i32 from_before = c->from, to_before = c->to, start = c->n_numbers, *v;
    i32 n_from = array_of(c, from, &v), results = c->n_numbers;
    for (i32 i = 0; i < n_from; i++) { /* each to gives way to its result */
        c->from = c->numbers[start + i];
        i32 first = c->n_numbers, n_to = array_of(c, to, &v);
        tick(c, 1 + n_to);
        for (i32 k = 0; k < n_to; k++) {
            c->from = c->numbers[start + i], c->to = c->numbers[first + k];
            i32 result = int_of(c, ARG(results, value));
            c->numbers[first + k] = result;
        }
    }
    i32 n_results = c->n_numbers - results; /* these, moved down, remain */
    memmove(c->numbers + start, c->numbers + results, 4 * (size_t)n_results);
    c->n_numbers = start + n_results;
    c->from = from_before, c->to = to_before;
}
static void push_players(Ctx *c, u32 players, const Node *condition) { /* (player) is the one asked about */
    i32 before = c->player;
    for (i32 p = 1; p <= c->g->n_players; p++) {
        if (!(players >> p & 1)) continue;
        c->player = p;
        if (!condition || int_of(c, condition)) push_number(c, p);
    }
    c->player = before;
}
static u32 friends_of(Ctx *c, const Node *of, i32 himself) {
    i32 p = of ? int_of(c, of) : c->s->mover;
    return is_player(c, p) ? team_of(c, p) & ~((u32)!himself << p) : 0;
}
static u32 all_players(Ctx *c) { return ((u32)2 << c->g->n_players) - 2; }
//: players_all: (players All [if:<bool>]) -> intArray
ARRAY(players_all) { push_players(c, all_players(c), ARG(players_all, if_)); }
//: players_each: (players Each [if:<bool>]) -> intArray
ARRAY(players_each) { push_players(c, all_players(c), ARG(players_each, if_)); }
//: players_ally: (players Ally [of:<int>] [if:<bool>]) -> intArray
ARRAY(players_ally) { push_players(c, friends_of(c, ARG(players_ally, of), 0), ARG(players_ally, if_)); }
//: players_friend: (players Friend [of:<int>] [if:<bool>]) -> intArray
ARRAY(players_friend) { push_players(c, friends_of(c, ARG(players_friend, of), 1), ARG(players_friend, if_)); }
//: players_enemy: (players Enemy [of:<int>] [if:<bool>]) -> intArray
ARRAY(players_enemy) {
    push_players(c, all_players(c) & ~friends_of(c, ARG(players_enemy, of), 1), ARG(players_enemy, if_));
}
//: players_team: (players <roleType team> [if:<bool>]) -> intArray
ARRAY(players_team) { push_players(c, players_of(c, ARG(players_team, team)->value), ARG(players_team, if_)); }
//: players_nonmover: (players NonMover [if:<bool>]) -> intArray
ARRAY(players_nonmover) { push_players(c, all_players(c) & ~((u32)1 << c->s->mover), ARG(players_nonmover, if_)); }
//: team: (team) -> intArray
ARRAY(team) { /* the members of the one that an iterator stands on */
    UNUSED;
    push_players(c, c->members, NULL);
}
