/* Dice: what is rolled, what they show, and moves for each of them. */
#include "dice.h"
#include "changes.h"
#include "listing.h"
#include "random.h"

static i32 is_die(Ctx *c, i32 die) { return (u32)die < (u32)c->g->n_dice; }
void roll_die(Ctx *c, i32 die, i32 face) {
    if (!is_die(c, die) || (u32)face >= (u32)c->g->dice[die].faces.n) fail(c, NOT_THERE);
    will_change(c, c->g->dice[die].site);
    c->state[c->g->dice[die].site] = face;
    c->s->dice[die] = c->g->dice[die].faces.at[face];
}
void use_die(Ctx *c, i32 die) {
    if (!is_die(c, die)) fail(c, NOT_THERE);
    c->s->dice[die] = 0;
}
static void act_roll(Ctx *c, i32 die, i32 face) {
    Action *a = move_act(c, A_ROLL_DIE);
    a->what = (i16)die, a->state = face;
}
//: roll: (roll [<then>]) -> effect
/* faces that were told, before chance; all are equal where they are the same face, whatever their values */
MOVES(roll) {
    i32 n_dice = c->g->n_dice, first = 0, equal = 1;
    if (!n_dice) return;
    Move *m = move_begin(c);
    for (i32 i = 0; i < n_dice; i++) {
        i32 face = i < c->s->n_told ? c->s->told[i] : random_below(c->chance, c->g->dice[i].faces.n);
        if (i == 0) first = face;
        equal &= face == first;
        act_roll(c, i, face);
    }
    move_act(c, A_SET_DICE_ALL_EQUAL)->value = equal;
    move_then(c, m, ARG(roll, then));
    move_end(c, m);
}

/* ---- what they show */
//: pips: (pips) -> int
INT(pips) { return UNUSED, c->pips; }
//: face: (face <int site>) -> int
INT(face) { /* also of a die that is used */
    i32 site = int_of(c, ARG(face, site));
    for (i32 i = 0; i < c->g->n_dice; i++) {
        const Die *die = c->g->dice + i;
        if (die->site == site && c->what[site] == die->what && (u32)c->state[site] < (u32)die->faces.n)
            return die->faces.at[c->state[site]];
    }
    return UNDEFINED;
}
//: count_pips: (count Pips [<roleType> | of:<int>]) -> int
INT(count_pips) { /* of dice that are his or everybody's, as they were rolled: used ones count too */
    i32 player = player_or(c, ARG(count_pips, of), ARG(count_pips, roleType), c->s->mover);
    i64 sum = 0;
    for (i32 i = 0; i < c->g->n_dice; i++) {
        i32 owner = c->g->dice[i].owner;
        i32 face = c->state[c->g->dice[i].site];
        if ((owner == player || owner == c->g->n_players + 1) && (u32)face < (u32)c->g->dice[i].faces.n)
            sum += c->g->dice[i].faces.at[face];
    }
    return clamped(sum);
}
//: all_diceequal: (all DiceEqual) -> bool
BOOL(all_diceequal) { return UNUSED, c->s->dice_equal; }
static i32 unused_dice(Ctx *c) {
    i32 n = 0;
    for (i32 i = 0; i < c->g->n_dice; i++) n += c->s->dice[i] != 0;
    return n;
}
//: all_diceused: (all DiceUsed) -> bool
BOOL(all_diceused) { return UNUSED, unused_dice(c) == 0; }
//: is_anydie: (is AnyDie <int value>) -> bool
BOOL(is_anydie) {
    i32 value = int_of(c, ARG(is_anydie, value));
    for (i32 i = 0; i < c->g->n_dice; i++)
        if (c->s->dice[i] == value) return 1;
    return 0;
}

/* ---- a move with each of them */
static i32 show_one_value(Ctx *c) {
    for (i32 i = 1; i < c->g->n_dice; i++)
        if (c->s->dice[i] != c->s->dice[0]) return 0;
    return 1;
}
/* A double is played twice: its value waits in (var), one die is used, both show the value again; with the next die it is
 * forgotten. What waits when the turn ends before comes back in another's turn, whatever he has rolled. */
static void replay_double(Ctx *c) {
    const i32 waiting = c->s->temp;
    if (show_one_value(c)) move_act(c, A_SET_TEMP)->value = waiting == UNDEFINED ? c->pips : UNDEFINED;
    else
        for (i32 i = 0; i < c->g->n_dice; i++) /* as in Ludii the face of that number, whatever its value; none beyond */
            if (waiting >= 1 && waiting <= c->g->dice[i].faces.n) act_roll(c, i, waiting - 1);
}
/* the moves from start on, each with these dice used: the second is OFF for none */
static void use_dice(Ctx *c, i32 start, i32 die, i32 second, i32 replays) {
    i32 end = c->n_moves;
    for (i32 i = start; i < end; i++) {
        Move *m = move_begin(c);
        const i32 first = m->first;
        const Move *found = c->moves + i;
        for (i32 k = 0; k < found->n; k++) {
            const Action a = c->actions[found->first + k];
            *move_act(c, A_NOTE) = a;
        }
        *m = *found, m->first = first;
        move_act(c, A_USE_DIE)->what = (i16)die;
        if (second >= 0) move_act(c, A_USE_DIE)->what = (i16)second;
        if (replays) replay_double(c);
        m->n = c->n_actions - first;
    }
    memmove(c->moves + start, c->moves + end, sizeof(Move) * (size_t)(c->n_moves - end));
    c->n_moves -= end - start;
}
static void with_dice(Ctx *c, const Node *n, i32 die, i32 second, i32 value) {
    c->pips = value;
    if (!bool_or(c, ARG(foreach_die, if_), 1)) return;
    i32 start = c->n_moves;
    moves_of(c, ARG(foreach_die, moves));
    i32 replays = second < 0 && bool_or(c, ARG(foreach_die, replayDouble), 0);
    use_dice(c, start, die, second, replays);
}
//: foreach_die: (forEach Die [<int container>] [combined:<bool>] [replayDouble:<bool>] [if:<bool>] <moves> [<then>]) -> effect
MOVES(foreach_die) { /* a used die counts 0 */
    i32 start = c->n_moves, outer = c->pips, hand = int_or(c, ARG(foreach_die, container), 0), dice_in_all = c->g->n_dice;
    const Die *dice = c->g->dice;
    for (i32 i = 0; i < dice_in_all; i++)
        if (dice[i].hand == hand) with_dice(c, n, i, OFF, c->s->dice[i]);
    if (bool_or(c, ARG(foreach_die, combined), 0))
        for (i32 i = 0; i < dice_in_all; i++)
            for (i32 k = i + 1; k < dice_in_all; k++)
                if (dice[i].hand == hand && dice[k].hand == hand && c->s->dice[i] && c->s->dice[k])
                    with_dice(c, n, i, k, clamped((i64)c->s->dice[i] + c->s->dice[k]));
    c->pips = outer;
    then_for_all(c, start, ARG(foreach_die, then));
}
