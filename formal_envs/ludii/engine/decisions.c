/* Which decisions a game's rules can list, and so which numbers it has. */
#include <stdlib.h>
#include "directions.h"
#include "numbering.h"
#include "ply.h"
#include "reach.h"

enum { MAX_READING = 1 << 28 }; /* work */
typedef struct Rules { /* of the rules */
    Ctx *c;
    Numbering *k;
    u64 *pairs; /* a set of sites for each site: where a move from there may lead */
    i32 any_pair, any[N_NUMBERED];
    i32 pieces_read, covered, first; /* covered: the pairs have the moves beneath already */
} Rules;

/* ---- kinds of piece */
static void wants(Numbering *k, i32 which, i32 mover, i32 what) {
    if (what > 0 && what <= k->g->n_components) k->kind[which][mover * (k->g->n_components + 1) + what] = 1;
}
static void wants_any(Numbering *k, i32 which) {
    for (i32 p = 1; p <= k->g->n_players; p++)
        for (i32 what = 1; what <= k->g->n_components; what++) wants(k, which, p, what);
}
enum { NO_OWNER, ANY_OWNER, MOVER_OWNS };
/* a name is one piece's, or that of a piece of each owner, of which one is taken where an owner is given */
static void wants_named(Numbering *k, i32 which, const Node *name, i32 owner) {
    const NameInfo *info = &k->g->names[name->value];
    for (i32 p = 1; p <= k->g->n_players; p++) {
        wants(k, which, p, info->component);
        for (i32 q = 0; owner && !info->component && q <= k->g->n_players + 1; q++)
            if (owner == ANY_OWNER || q == p) wants(k, which, p, info->of_owner[q]);
    }
}
static void wants_numbered(Numbering *k, i32 which, const Node *number) {
    const Node *role = number->op == OP_id && SLOT(number, id, name) ? SLOT(number, id, roleType) : NULL;
    for (i32 p = 1; p <= k->g->n_players; p++)
        if (number->folded) wants(k, which, p, number->value);
        else if (number->op == OP_mover) wants(k, which, p, p);
        else if (role && role->value == roleType_Mover)
            wants(k, which, p, k->g->names[SLOT(number, id, name)->value].of_owner[p]);
        else wants_any(k, which);
}
static void read_pieces(Numbering *k, i32 which, const Node *piece, i32 owner) {
    const Node *one = piece ? SLOT(piece, piece_ref, name) : NULL, *number = piece ? SLOT(piece, piece_ref, component) : NULL;
    const Node *names = piece ? SLOT(piece, piece_ref, names) : NULL,
               *numbers = piece ? SLOT(piece, piece_ref, components) : NULL;
    for (i32 p = 1; !piece && p <= k->g->n_players; p++) wants(k, which, p, p); /* the mover's first one */
    if (one) wants_named(k, which, one, owner);
    if (number) wants_numbered(k, which, number);
    for (i32 i = 0; names && i < names->n; i++) wants_named(k, which, names->arg[i], owner);
    for (i32 i = 0; numbers && i < numbers->n; i++) wants_numbered(k, which, numbers->arg[i]);
}
static void read_promotion(Numbering *k, const Node *n) {
    const Node *role = ARG(promote, roleType);
    const i32 movers = role && role->kind == CONSTANT && role->value == roleType_Mover;
    read_pieces(k, PROMOTED, ARG(promote, pieceRef),
                movers ? MOVER_OWNS : role || ARG(promote, player) ? ANY_OWNER : NO_OWNER);
}
static void number_pieces(Numbering *k, i32 which) {
    k->n_kinds[which] = 0;
    for (i32 p = 1; p <= k->g->n_players; p++) {
        i32 n = 0, *kind = k->kind[which] + p * (k->g->n_components + 1);
        for (i32 what = 0; what <= k->g->n_components; what++) kind[what] = kind[what] ? n++ : -1;
        k->n_kinds[which] = larger(k->n_kinds[which], n);
    }
}

/* ---- one rule that lists moves */
enum { MAX_PAIRED = 4096 }; /* sites of a game whose moves are told from each other by what the rules allow */
static i32 room_for_pairs(Rules *r) {
    const Game *g = r->c->g;
    if (r->pairs) return 1;
    if (g->n_sites > MAX_PAIRED) return 0;
    r->pairs = calloc((size_t)g->n_sites * (size_t)g->words, 8);
    if (!r->pairs) fail(r->c, TOO_MUCH_MEMORY);
    return 1;
}
static void read_pairs(Rules *r, const Node *n) { /* whatever site (from) is */
    Ctx *c = r->c;
    TMP_REGION(ends);
    if (!room_for_pairs(r)) r->any_pair = 1;
    for (i32 site = 0; site < c->g->n_sites && !r->any_pair; site++) {
        region_clear(c, ends);
        tick(c, 8 + c->g->words);
        if (n->op == OP_foreach_direction ? ends_in_reach(c, n, site, ends) : rule_in_reach(c, n, site, ends)) region_or(c, r->pairs + site * c->g->words, ends);
        else r->any_pair = 1;
    }
}
static void read_words(Numbering *k, const Node *one, const Node *many) {
    if (one) k->word[one->value] = 1;
    for (i32 i = 0; many && i < many->n; i++) k->word[many->arg[i]->value] = 1;
}
static void read_marks(Numbering *k, const Node *n) {
    const Node *piece = ARG(add, pieceRef), *state = piece ? SLOT(piece, piece_ref, state) : NULL, *count = ARG(add, count);
    if ((state && !(state->folded && state->value <= 0)) || (count && !count->folded)) k->n_marks = N_MARKED;
}
static void read_selection(Numbering *k, const Node *n) {
    const Node *then = ARG(select, then);
    i32 known = 0;
    k->selects_two |= ARG(select, to) != NULL;
    for (i32 i = 0; i < k->n_ways; i++) known |= k->way[i] == then;
    if (!known && k->n_ways < MAX_WAYS) k->way[k->n_ways++] = then;
}
static void read_turns(Rules *r, const Node *const *arg) {
    const Node *one = arg[set_rotation__rotation], *many = arg[set_rotation__rotations];
    i32 most = turns_on_board(r->c);
    if (one && one->folded) most = larger(most, smaller(one->value, 63) + 1);
    for (i32 i = 0; many && i < many->n; i++)
        if (many->arg[i]->folded) most = larger(most, smaller(many->arg[i]->value, 63) + 1);
    r->k->turns = larger(r->k->turns, smaller(most, 64));
}
static void read_bet(Rules *r, const Node *range) {
    i32 known = 1, low, high;
    for (i32 i = 0; i < range->n; i++) known &= !range->arg[i] || range->arg[i]->folded;
    if (known) range_of(r->c, range, &low, &high);
    if (!known || low < 0 || high < low || high > MAX_NUMBERED || r->k->highest_bet >= 0) r->any[NUMBERED_Other] = 1; /* one range has numbers */
    else r->k->lowest_bet = low, r->k->highest_bet = high;
}
static i32 read_leaf(Rules *r, const Node *n) { /* the kind of decision that it lists; -1: it lists other rules' */
    Numbering *k = r->k;
    switch (n->op) {
    case OP_move_pass:
    case OP_pass: return NUMBERED_Pass;
    case OP_move_swap_players:
    case OP_swap_players: return NUMBERED_Swap;
    case OP_move_add:
    case OP_add:
    case OP_move_claim:
    case OP_claim:
        read_pieces(k, ADDED, ARG(add, pieceRef), NO_OWNER);
        read_marks(k, n);
        return NUMBERED_Add;
    case OP_move_shoot:
    case OP_shoot: read_pieces(k, ADDED, ARG(shoot, pieceRef), NO_OWNER); return NUMBERED_Add;
    case OP_move_promote:
    case OP_promote: read_promotion(k, n); return NUMBERED_Promote;
    case OP_move_swap_pieces:
    case OP_swap_pieces: r->any_pair = 1; return NUMBERED_Move;
    case OP_move:
    case OP_fromto:
    case OP_move_step:
    case OP_step:
    case OP_move_slide:
    case OP_slide:
    case OP_move_hop:
    case OP_hop:
    case OP_move_leap:
    case OP_leap:
        if (!r->covered) read_pairs(r, n);
        return NUMBERED_Move;
    case OP_move_remove:
    case OP_remove: return NUMBERED_Remove;
    case OP_move_select:
    case OP_select: read_selection(k, n); return NUMBERED_Select;
    case OP_move_set_rotation: read_turns(r, n->arg + 1); return NUMBERED_Rotate;
    case OP_set_rotation: read_turns(r, n->arg); return NUMBERED_Rotate;
    case OP_move_propose:
    case OP_propose: read_words(k, ARG(propose, proposal), ARG(propose, proposals)); return NUMBERED_Say;
    case OP_move_vote:
    case OP_vote: read_words(k, ARG(vote, vote), ARG(vote, votes)); return NUMBERED_Say;
    case OP_move_bet:
    case OP_bet: read_bet(r, ARG(bet, range)); return NUMBERED_Bet;
    case OP_move_set_nextplayer:
    case OP_set_nextplayer:
    case OP_moveagain: return NUMBERED_Next;
    default: return -1;
    }
}
/* ---- rules of several: those whose own arguments list the moves */
static i32 passes_on(i32 op) {
    switch (op) {
    case OP_moves_or:
    case OP_moves_or_all:
    case OP_moves_and:
    case OP_moves_and_all:
    case OP_moves_if:
    case OP_priority:
    case OP_priority_two:
    case OP_random:
    case OP_random_num:
    case OP_do:
    case OP_append:
    case OP_allcombinations:
    case OP_max_moves:
    case OP_max_captures:
    case OP_max_distance:
    case OP_firstmoveontrack:
    case OP_avoidstoredstate:
    case OP_apply:
    case OP_apply_if:
    case OP_foreach_piece:
    case OP_foreach_site:
    case OP_foreach_value:
    case OP_foreach_value_in:
    case OP_foreach_player:
    case OP_foreach_players:
    case OP_foreach_team:
    case OP_foreach_level:
    case OP_foreach_group:
    case OP_foreach_die:
    case OP_foreach_direction: return 1;
    default: return 0;
    }
}
static i32 is_decision(i32 op) { return op == OP_move || !strncmp(LUDEMES[op].slug, "move_", 5); }
static void read_rule(Rules *r, const Node *n);
static void read_arguments(Rules *r, const Node *n) {
    for (i32 i = 0; i < n->n; i++) {
        const Node *arg = n->arg[i];
        if (!arg || arg->op == OP_then) continue;
        if (arg->kind == MOVES_KIND) read_rule(r, arg);
        else if (arg->kind == LIST || arg->kind == PLAIN) read_arguments(r, arg);
    }
}
static void read_pieces_moves(Rules *r) {
    const Game *g = r->c->g;
    if (r->pieces_read) return; /* or being read */
    r->pieces_read = 1;
    for (i32 what = 1; what <= g->n_components; what++)
        if (g->components[what].moves) read_rule(r, g->components[what].moves);
}
/* Where a line of directions leads is known as a whole, not of the moves in it. */
static i32 covers_pairs(Rules *r, const Node *n) {
    Ctx *c = r->c;
    TMP_REGION(ends);
    for (i32 site = 0; site < c->g->n_sites; site++) {
        region_clear(c, ends);
        if (!ends_in_reach(c, n, site, ends)) return 0;
    }
    read_pairs(r, n);
    return 1;
}
static void read_first(Rules *r, const Node *n) { /* done before the moves are found: effects are no choice */
    r->first++;
    read_rule(r, n);
    r->first--;
}
static void read_rule(Rules *r, const Node *n) {
    stack_left(r->c);
    tick(r->c, 1);
    if (n->op == OP_do && ARG(do, next)) {
        read_first(r, ARG(do, moves));
        read_rule(r, ARG(do, next));
        return;
    }
    i32 counts = !r->first || is_decision(n->op), kind = counts ? read_leaf(r, n) : -1;
    if (kind >= 0) {
        r->any[kind] = 1;
        return;
    }
    if (counts && !passes_on(n->op)) r->any[NUMBERED_Other] = 1; /* an effect, or several moves made one */
    i32 covers = n->op == OP_foreach_direction && !r->covered && covers_pairs(r, n);
    r->covered += covers;
    read_arguments(r, n);
    r->covered -= covers;
    if (n->op == OP_foreach_piece && !ARG(foreach_piece, moves)) read_pieces_moves(r);
}

/* ---- all of them */
static i32 pair_sizes(Rules *r) { /* how many moves have a number of their own */
    Numbering *k = r->k;
    const i64 n = k->n_places;
    if (r->any_pair) return (i32)smaller(clamped(n * n), MAX_NUMBERED + 1);
    k->pair = calloc((size_t)(n * n), sizeof(i32));
    if (!k->pair) fail(r->c, TOO_MUCH_MEMORY);
    i32 found = 0;
    for (i32 from = 0; from < n; from++)
        for (i32 to = 0; to < n; to++) {
            i32 can = region_has(r->pairs + k->site[from] * k->g->words, k->site[to]);
            k->pair[from * n + to] = can ? found++ : -1;
        }
    return found;
}
static void count_words(Numbering *k) {
    for (i32 i = 0; i < k->g->n_strings; i++) k->word[i] = k->word[i] ? k->n_words++ : -1;
}
static i64 size_of(Rules *r, i32 kind) {
    Numbering *k = r->k;
    const i64 places = k->n_places, players = k->g->n_players;
    i32 asked = kind == NUMBERED_Swap && k->g->uses & USES_SWAP;
    if (kind == NUMBERED_Pass) return 1; /* whoever can do nothing passes */
    if (!r->any[kind]) return asked;
    switch (kind) {
    case NUMBERED_Swap: return players * players;
    case NUMBERED_Add: return k->n_kinds[ADDED] * k->n_marks * places;
    case NUMBERED_Move: return pair_sizes(r);
    case NUMBERED_Remove: return places;
    case NUMBERED_Select: return k->selects_two ? places * places : k->n_ways * places;
    case NUMBERED_Promote: return k->n_kinds[PROMOTED] * places;
    case NUMBERED_Rotate: return k->turns * places;
    case NUMBERED_Say: return k->n_words;
    case NUMBERED_Bet: return k->highest_bet < 0 ? 0 : k->highest_bet - k->lowest_bet + 1;
    case NUMBERED_Next: return players;
    default: return N_OTHERS;
    }
}
static i32 the_plain_kind(const Numbering *k) {
    i32 found = -1;
    for (i32 kind = 0; kind < N_NUMBERED; kind++) {
        if (!k->block[kind].n || kind == NUMBERED_Pass || kind == NUMBERED_Swap) continue;
        if (found >= 0 || (kind != NUMBERED_Move && !(kind == NUMBERED_Add && k->n_kinds[ADDED] * k->n_marks == 1))) return -1;
        found = kind;
    }
    return found;
}
static void lay_out(Rules *r) {
    Numbering *k = r->k;
    i64 at = 0;
    for (i32 which = ADDED; which <= PROMOTED; which++) number_pieces(k, which);
    count_words(k);
    for (i32 kind = 0; kind < N_NUMBERED; kind++) {
        const i64 n = size_of(r, kind);
        if (at + n > MAX_NUMBERED) fail(r->c, TOO_MANY_MOVES);
        k->block[kind] = (Block){(i32)at, (i32)n};
        at += n;
    }
    k->n = (i32)at;
    k->plain = the_plain_kind(k);
}
static void read_game(Rules *r) {
    const Game *g = r->c->g;
    for (i32 i = 0; i < g->n_phases; i++)
        if (g->phases[i].play) read_rule(r, g->phases[i].play);
    lay_out(r);
}
static void number_places(Numbering *k) {
    const Game *g = k->g;
    for (i32 i = 0; i < g->n_dice; i++) k->place[g->dice[i].site] = -1;
    for (i32 site = 0; site < g->n_sites; site++)
        if (k->place[site] >= 0) k->place[site] = k->n_places, k->site[k->n_places++] = site;
}
static Numbering *numbering_room(const Game *g) {
    const size_t sites = (size_t)g->n_sites, kinds = (size_t)(g->n_players + 1) * (size_t)(g->n_components + 1);
    Numbering *k = calloc(1, sizeof(Numbering) + sizeof(i32) * (2 * sites + 2 * kinds + (size_t)g->n_strings));
    if (!k) return NULL;
    k->g = g, k->lowest_bet = k->highest_bet = -1, k->n_marks = 1;
    k->place = k->room, k->site = k->place + sites;
    k->kind[ADDED] = k->site + sites, k->kind[PROMOTED] = k->kind[ADDED] + kinds;
    k->word = k->kind[PROMOTED] + kinds;
    number_places(k);
    return k;
}
static enum Failure read_safely(Rules *r, State *s) {
    Ctx *c = r->c;
    if (!r->k || !s) return TOO_MUCH_MEMORY;
    memcpy(s, c->g->initial, (size_t)c->g->state_size);
    use_state(c, s);
    c->work = MAX_READING, c->failure = OK, c->stack = __builtin_frame_address(0);
    if (setjmp(c->escape)) return c->failure;
    read_game(r);
    return OK;
}
Numbering *numbering_new(Ctx *c, i32 *why) {
    const Game *g = c->g;
    Rules r = {.c = c, .k = numbering_room(g)};
    State *s = malloc((size_t)g->state_size);
    *why = (i32)read_safely(&r, s);
    free(r.pairs), free(s);
    if (*why == OK) return r.k;
    numbering_free(r.k);
    return NULL;
}
void numbering_free(Numbering *k) {
    if (k) free(k->pair), free(k);
}
