/* Money and teams: what players bet, what lies in the pot, who plays with whom. */
#include "listing.h"

/* ---- money */
//: pot: (pot) -> int
INT(pot) { return UNUSED, c->s->pot; }
//: amount: (amount <roleType> | <player>) -> int
INT(amount) {
    i32 player = player_in(c, either(ARG(amount, roleType), ARG(amount, player)));
    return is_player(c, player) ? c->s->amount[player] : 0;
}
//: set_pot: (set Pot <int value> [<then>]) -> effect
MOVES(set_pot) {
    i32 value = int_of(c, ARG(set_pot, value));
    effect_begin(c, A_SET_POT)->value = value;
    effect_end(c, ARG(set_pot, then));
}
static void bet_moves(Ctx *c, const Node *n) { /* one for each sum */
    i32 player = player_in(c, either(ARG(bet, player), ARG(bet, roleType))), low, high;
    range_of(c, ARG(bet, range), &low, &high);
    if (player < 1 || player > c->g->n_players) return;
    for (i64 sum = low; sum <= high; sum++) {
        Move *m = move_begin(c);
        Action *a = move_act(c, A_BET);
        a->what = (i16)player, a->value = (i32)sum;
        move_decide(c, m);
        move_then(c, m, ARG(bet, then));
        move_end(c, m);
    }
}
//: move_bet: (move Bet <player> | <roleType> <range> [<then>]) -> decision
MOVES(move_bet) { bet_moves(c, n); }
//: bet: (bet <player> | <roleType> <range> [<then>]) -> effect
MOVES(bet) { bet_moves(c, n); }
//: start_set_amount: (set Amount [<roleType>] <int value>) -> startRule
RULE(start_set_amount) {
    const Node *role = ARG(start_set_amount, roleType);
    u32 players = players_of(c, enum_or(role, roleType_All));
    i32 value = int_of(c, ARG(start_set_amount, value));
    for (i32 p = 1; p <= c->g->n_players; p++)
        if (players >> p & 1) c->s->amount[p] = value;
}

/* ---- teams */
//: start_set_team: (set Team <int index> {<roleType members>}) -> startRule
RULE(start_set_team) {
    i32 index = int_of(c, ARG(start_set_team, index));
    const Node *members = ARG(start_set_team, members);
    if (index < 1 || index > MAX_PLAYERS) fail(c, NOT_THERE);
    for (i32 i = 0; i < members->n; i++) {
        u32 players = players_of(c, members->arg[i]->value);
        for (i32 p = 1; p <= c->g->n_players; p++)
            if (players >> p & 1) c->s->team[p] = index;
    }
}
