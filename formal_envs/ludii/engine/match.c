/* Whole games: random ones, and those of a match. */
#include <math.h>
#include "draw.h"
#include "games.h"
#include "players.h"
#include "ply.h"
#include "random.h"
#include "sets.h"
#include "twigs.h"
#include "undo.h"

static u64 seed_of(u64 seed, i64 game) { return seed + (u64)game * 0xd1342543de82ef95u; }

/* How a game went, as those say who search: what each person's chances are, in -1 .. 1. */
typedef struct Story {
    i32 leader, lead_changes;
    i32 n_behind[MAX_PLAYERS + 1]; /* how often a person was behind another one; */
    double behind[MAX_PLAYERS + 1]; /* the sum of the roots of how far, as a share of all that one can be */
} Story;
static void note_chances(Story *story, const double *value, i32 n) {
    i32 leader = 1, alone = 1;
    for (i32 p = 2; p <= n; p++) {
        if (value[p] > value[leader]) leader = p, alone = 1;
        else if (value[p] == value[leader]) alone = 0;
    }
    for (i32 p = 1; p <= n; p++)
        if (value[p] < value[leader])
            story->n_behind[p]++, story->behind[p] += sqrt((value[leader] - value[p]) / 2);
    if (!alone) return;
    story->lead_changes += story->leader && story->leader != leader;
    story->leader = leader;
}
/* Drama: of all that the winner was behind, the mean root of how far (Browne, Automatic generation and evaluation of
 * recombination games, 2008); 0 where nobody won or he never was. */
static double drama(const Story *story, i32 winner) {
    return winner > 0 && story->n_behind[winner] ? story->behind[winner] / story->n_behind[winner] : 0;
}

typedef struct Terms { /* of all the games of a call */
    const Player *players; /* by person, from 1 */
    i32 max_turns, max_moves;
    i32 opening; /* thousandths of a random game that are played before the players begin to choose */
} Terms;
static i32 goes_on(const State *s, const Terms *terms) {
    return !s->over && s->turn <= terms->max_turns && s->n_moves < terms->max_moves;
}
static void random_ply(Ctx *c) {
    i32 n, k = draw_move(c, c->random, &n);
    apply_move(c, c->moves + k);
}
static i32 next_move(Ctx *c, const Player *p, i32 *n) { /* n: of how many */
    if (p->kind == PLAYER_random) return draw_move(c, c->random, n);
    *n = legal_moves(c);
    return choose_move(c, p, c->random);
}
/* Begins a game with the first moves of a random one. */
static void open_game(Ctx *c, State *s, u64 seed, const Terms *terms) {
    begin_game(c, s, ~seed);
    if (!terms->opening) return;
    seed_random(c->random, seed);
    while (goes_on(s, terms)) random_ply(c);
    const i32 n = (i32)((i64)s->n_moves * terms->opening / 1000);
    begin_game(c, s, ~seed);
    seed_random(c->random, seed);
    while (s->n_moves < n && !s->over) random_ply(c); /* the same moves, which end nothing */
}
/* c->failure says how it ended; row: of PLAYOUT, covered: a set of sites, both zeroes before */
static void play_game(Ctx *c, State *s, u64 start, u64 seed, const Terms *terms, i32 *row, u64 *covered,
                      Story *story) {
    c->n_saved = 0;
    if (setjmp(c->escape)) {
        restore_states(c, 0);
        return;
    }
    open_game(c, s, start, terms);
    seed_random(c->random, seed);
    region_or(c, covered, c->occupied);
    while (goes_on(s, terms)) {
        const Player *player = terms->players + s->agents[s->mover];
        i32 n, k = next_move(c, player, &n);
        row[PLAYOUT_decisions] += n > 1, row[PLAYOUT_choices] += n;
        if (player->kind == PLAYER_uct && n > 1) note_chances(story, c->search->value, c->g->n_players);
        apply_move(c, c->moves + k);
        region_or(c, covered, c->occupied);
    }
}
/* A game within so much work: how much it was. */
static i64 play_row(Ctx *c, State *s, u64 start, u64 seed, const Terms *terms, i64 work, i32 *row,
                    Story *story) {
    TMP_REGION(covered);
    c->work = work, c->failure = OK;
    region_clear(c, covered);
    play_game(c, s, start, seed, terms, row, covered, story);
    region_and(c, covered, c->g->board);
    row[PLAYOUT_winner] = c->failure ? -1 - (i32)c->failure : s->over ? s->winner : -1;
    row[PLAYOUT_person] = row[PLAYOUT_winner] > 0 ? s->agents[row[PLAYOUT_winner]] : row[PLAYOUT_winner];
    row[PLAYOUT_turns] = smaller(s->turn, terms->max_turns);
    row[PLAYOUT_moves] = s->n_moves, row[PLAYOUT_over] = s->over;
    row[PLAYOUT_covered] = region_size(c, covered);
    return work - (c->work > 0 ? c->work : 0);
}
i64 context_playouts(Ctx *c, u64 seed, i32 n, i32 max_turns, i32 max_moves, i64 work, i64 total, State *s, i64 bytes,
                     i32 *out, i64 n_out) {
    if (bytes != c->g->state_size || n < 0 || n_out != N_PLAYOUT * (i64)n) return BAD_STATE;
    const Player random[MAX_PLAYERS + 1] = {{PLAYER_random, 0}};
    const Terms terms = {random, max_turns, max_moves, 0};
    Story story = {0}; /* nobody tells one */
    i64 left = total;
    c->stack = __builtin_frame_address(0);
    memset(out, 0, sizeof(i32) * (size_t)n_out);
    for (i32 i = 0; i < n; i++)
        left -= play_row(c, s, seed_of(seed, i), seed_of(seed, i), &terms, work < left ? work : left, out + N_PLAYOUT * i,
                         &story);
    return total - left;
}
_Static_assert(PLAYER_random == 0, "an array of players is one of random ones");
_Static_assert((i32)MATCH_covered == (i32)PLAYOUT_covered, "a row of a match begins as one of random games");
i64 context_match(Ctx *c, const Player *players, i32 n_given, u64 seed, i32 first, i32 n, i32 max_turns, i32 max_moves,
                  i32 opening, i64 work, i64 total, State *s, i64 bytes, i32 *out, i64 n_out) {
    const i32 n_players = c->g->n_players;
    if (bytes != c->g->state_size || n < 0 || n_out != N_MATCH * (i64)n || first < 0 || opening < 0 || opening >= 1000) return BAD_STATE;
    if (n_given != n_players) return BAD_PLAYER;
    for (i32 k = 0; k < n_players; k++)
        if (!is_sound_player(players + k)) return BAD_PLAYER;
    Player seats[MAX_PLAYERS + 1];
    const Terms terms = {seats, max_turns, max_moves, opening};
    i64 left = total;
    c->stack = __builtin_frame_address(0);
    memset(out, 0, sizeof(i32) * (size_t)n_out);
    for (i32 i = 0; i < n; i++) {
        const i64 game = (i64)first + i;
        for (i32 k = 0; k < n_players; k++) seats[1 + (k + game) % n_players] = players[k];
        /* each player has each seat of the same beginning, with the same dice */
        const u64 start = ~seed_of(seed, game / n_players);
        i32 *row = out + N_MATCH * i;
        Story story = {0};
        left -= play_row(c, s, start, seed_of(seed, game), &terms, work < left ? work : left, row, &story);
        row[MATCH_lead_changes] = story.lead_changes;
        row[MATCH_drama] = (i32)(1e6 * drama(&story, row[MATCH_person]) + 0.5);
    }
    return total - left;
}
