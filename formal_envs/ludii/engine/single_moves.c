/* Moves of a single action: at a site, on the turn, on the seats. */
#include "directions.h"
#include "listing.h"
#include "move_arguments.h"

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

static void remove_moves(Ctx *c, const Node *n) {
    const Node *when = ARG(remove, at);
    i32 late = when && when->value == whenType_EndOfTurn;
    TMP_REGION(sites);
    named_sites(c, ARG(remove, siteType), ARG(remove, region), ARG(remove, site), sites);
    i32 level = level_named(c, ARG(remove, level)), count = c->first_level ? int_or(c, ARG(remove, count), 1) : 1;
    FOR_SITES (sites, site) {
        if (!c->what[site] || move_asked(c, site)) continue;
        Move *m = act_at(c, late ? A_MARK : A_REMOVE, site);
        for (i32 k = 1; k < count; k++) move_act(c, late ? A_MARK : A_REMOVE)->to = site; /* from stacks one by one */
        i32 named = level == height(c, site) - 1 ? OFF : level; /* the top is what goes anyway */
        for (i32 k = m->first; k < c->n_actions; k++) set_levels(c->actions + k, OFF, named);
        act_ends(c, m, ARG(remove, then));
    }
}
//: move_remove: (move Remove [<siteType>] <int site> | <region> [level:<int>] [at:<whenType>] [count:<int>]
//:     [<then>]) -> decision
MOVES(move_remove) { remove_moves(c, n); }
//: remove: (remove [<siteType>] <int site> | <region> [level:<int>] [at:<whenType>] [count:<int>] [<then>]) -> effect
MOVES(remove) { remove_moves(c, n); }

static void select_to(Ctx *c, const Node *n, i32 to, i32 named) {
    if (move_asked(c, to)) return;
    Move *m = act_at(c, A_SELECT, to);
    last_action(c)->from = m->from = c->from;
    last_action(c)->what = (i16)named; /* the second place is part of what is chosen */
    if (c->first_level) { /* it says of which levels */
        i32 leaves = level_from(c, ARG(select, from)), enters = level_to(c, ARG(select, to));
        if (leaves < 0) leaves = top_level(c, c->from);
        if (enters < 0 && ARG(select, to)) enters = top_level(c, to);
        set_levels(last_action(c), leaves, enters);
    }
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
        select_to(c, n, c->from, 0);
        return;
    }
    FOR_SITES (ends, site) {
        c->to = site;
        if (may_enter(c, to)) select_to(c, n, site, 1);
    }
    c->to = outer;
}
static void select_moves(Ctx *c, const Node *n) {
    i32 from = c->from;
    TMP_REGION(starts);
    if (from_sites(c, ARG(select, from), starts)) {
        FOR_PLACES_OF_MOVES (starts, site) {
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

static void pass_moves(Ctx *c, const Node *n) {
    if (!move_asked(c, OFF)) act_ends(c, act_at(c, A_PASS, OFF), ARG(pass, then));
}
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
        i32 what = piece_named(c, piece, k, given ? owner : OFF);
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
    Move *m = act_at(c, A_SET_NEXT_PLAYER, OFF);
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
    i32 a = arg[swap_pieces__a] ? int_of(c, arg[swap_pieces__a]) : last_move(c)->last_from;
    i32 b = arg[swap_pieces__b] ? int_of(c, arg[swap_pieces__b]) : last_move(c)->last_to;
    if (!is_site(c, a) || !is_site(c, b) || move_asked(c, b)) return;
    Move *m = move_begin(c);
    Action *over = move_act(c, A_MOVE);
    over->from = a, over->to = b;
    move_decide(c, m);
    Action *back = move_act(c, A_ADD);
    back->to = a, back->what = (i16)c->what[b]; /* without its state: Wellisch Chess */
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
