/* What Python and the engine agree on: the functions that Python calls, and what passes between them.
 * Written by headers.py from the tables of interface.py: not to be edited. */
#ifndef INTERFACE_H
#define INTERFACE_H
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef double f64;

#define HAS(type, field, at, size) \
    _Static_assert(offsetof(type, field) == at && sizeof(((type *)0)->field) == size, "where Python reads " #field)

typedef struct Ctx Ctx;
typedef struct Game Game;
typedef struct State State;
typedef struct Level Level;
typedef struct Action Action;
typedef struct Move Move;
typedef struct Player Player;
typedef struct Numbering Numbering;
typedef struct Table Table;

enum {
    MAX_PLAYERS = 16, /* as many as there are roles P1, P2 .. */
    MAX_PENDING = 64, /* values that wait for the next turn; more are forgotten */
    MAX_REMEMBERED = 256, /* pairs of a name and a value */
    MAX_LEVELS = 2048, /* pieces beneath others, in all stacks together */
    MAX_DICE = 16, /* of a game; the most known has 7 */
    MAX_SOLVED_PLIES = 60, /* how far ahead proofs look at most */
    N_DIGESTS = 2, /* 64-bit numbers that a history has for a position: without and with who moves */
    MAX_GAME_MOVES = 10000, /* of one game, whoever makes them, at which it is cut, as in Ludii */
    MAX_GAME_TURNS = 1250, /* at which Ludii cuts one, and what (value TurnLimit) says */
};

/* ---- failing */
enum Failure {
    OK,
    OUT_OF_WORK, /* too much work in one game */
    TOO_MANY_MOVES, /* too many moves or effects in one turn */
    NOT_THERE, /* an effect on a place, a piece or a player that the game does not have */
    NO_EFFECT, /* an (apply ..) that says nothing to do, where something is to be done */
    TOO_MUCH_MEMORY, /* too much memory for what the game remembers */
    TOO_DEEP, /* looking ahead within looking ahead too deep */
    BAD_BYTECODE, /* its bytecode is not one that this version compiles */
};
enum {
    BAD_MOVE = -100, /* what Python handed over is none of the game */
    BAD_STATE = -101, /* what Python handed over is none of the game */
    BAD_PLAYER = -102, /* what Python handed over is none of the game */
};

/* ---- the state: one block that is copied by memcpy */
struct State {
    i32 mover;
    i32 previous;
    i32 turn_before; /* who had the turn before this one, 0 nobody */
    i32 next;
    i32 turn; /* starts at 1; as in a snapshot */
    i32 moves_in_turn;
    i32 counter; /* starts at -1 */
    i32 n_moves;
    i32 over;
    i32 winner; /* 0: nobody */
    i32 active; /* bit p: role p still plays */
    i32 passes; /* turns of passes only, one after the other up to now */
    i32 last_from; /* of the last move */
    i32 last_to;
    i32 last_level_from; /* of the last move, in games with stacks; 0 where it names none */
    i32 last_level_to;
    i32 last_what;
    i32 last_pass;
    i32 previous_from; /* of the move before it */
    i32 previous_to;
    i32 after_from; /* of the last action that had one; of the consequences too, once all of them are done */
    i32 after_to;
    i32 last_decision; /* action type of the last move */
    i32 next_player; /* who moves next if a rule said so, else 0 */
    i32 stuck; /* bit p: when p was last to move, his rules gave him no move */
    i32 temp;
    i32 n_pending;
    i32 proposed; /* string id, -1 none */
    i32 decided; /* string id, -1 none */
    i32 n_votes;
    i32 pot;
    i32 triggered; /* bit p: an event, whatever its name, has been triggered for p */
    i32 turn_start; /* length of the history when this turn began */
    i32 n_history; /* positions seen so far; they lie in the context's history */
    u64 stored; /* a stored position's digest */
    u64 sum; /* of the pieces, in games that compare positions: what a digest begins with */
    u64 seed; /* what chance is drawn from until the next position; 0 in games without it */
    i32 n_told; /* dice whose next roll is told */
    i32 dice_equal; /* the last roll showed one face */
    i32 n_remembered;
    i32 rank2[17]; /* twice the rank of each role, 0 while it plays */
    i32 phase[17];
    i32 score[18];
    i32 player_value[18];
    i32 agents[17]; /* after a swap: who plays each role */
    i32 team[17]; /* of each player: his own number, where the game has no teams */
    i32 amount[17]; /* of money */
    i32 votes[17]; /* string ids, in the order in which they were given */
    i32 told[16]; /* the faces that it shows, from 0 */
    i32 dice[16]; /* values that the dice show, 0 once used */
    i32 pending[64];
    i32 remembered[512]; /* pairs: name or -1, value */
    _Alignas(8) u8 memory[]; /* numbers of sites, variables, sets, levels of stacks */
};
HAS(State, mover, 0, 4);
HAS(State, previous, 4, 4);
HAS(State, turn_before, 8, 4);
HAS(State, next, 12, 4);
HAS(State, turn, 16, 4);
HAS(State, moves_in_turn, 20, 4);
HAS(State, counter, 24, 4);
HAS(State, n_moves, 28, 4);
HAS(State, over, 32, 4);
HAS(State, winner, 36, 4);
HAS(State, active, 40, 4);
HAS(State, passes, 44, 4);
HAS(State, last_from, 48, 4);
HAS(State, last_to, 52, 4);
HAS(State, last_level_from, 56, 4);
HAS(State, last_level_to, 60, 4);
HAS(State, last_what, 64, 4);
HAS(State, last_pass, 68, 4);
HAS(State, previous_from, 72, 4);
HAS(State, previous_to, 76, 4);
HAS(State, after_from, 80, 4);
HAS(State, after_to, 84, 4);
HAS(State, last_decision, 88, 4);
HAS(State, next_player, 92, 4);
HAS(State, stuck, 96, 4);
HAS(State, temp, 100, 4);
HAS(State, n_pending, 104, 4);
HAS(State, proposed, 108, 4);
HAS(State, decided, 112, 4);
HAS(State, n_votes, 116, 4);
HAS(State, pot, 120, 4);
HAS(State, triggered, 124, 4);
HAS(State, turn_start, 128, 4);
HAS(State, n_history, 132, 4);
HAS(State, stored, 136, 8);
HAS(State, sum, 144, 8);
HAS(State, seed, 152, 8);
HAS(State, n_told, 160, 4);
HAS(State, dice_equal, 164, 4);
HAS(State, n_remembered, 168, 4);
HAS(State, rank2, 172, 68);
HAS(State, phase, 240, 68);
HAS(State, score, 308, 72);
HAS(State, player_value, 380, 72);
HAS(State, agents, 452, 68);
HAS(State, team, 520, 68);
HAS(State, amount, 588, 68);
HAS(State, votes, 656, 68);
HAS(State, told, 724, 64);
HAS(State, dice, 788, 64);
HAS(State, pending, 852, 256);
HAS(State, remembered, 1108, 2048);
_Static_assert(offsetof(State, memory) == 3160, "where Python reads memory");
enum SiteNumber {
    SITE_what, /* component, 0 where empty */
    SITE_who, /* its owner */
    SITE_count, /* pieces */
    SITE_state, /* local state */
    SITE_rotation,
    SITE_value,
    N_SITE_NUMBERS,
};
enum Set {
    SET_empty,
    SET_occupied,
    SET_visited, /* in this turn */
    SET_to_clear, /* captured when the sequence ends */
    SET_arrived, /* in the last move, where a game uses it */
    SET_between, /* pieces that the last move went over, where a game uses it */
    N_SETS,
};
enum { HIDDEN_Site, HIDDEN_What, HIDDEN_Who, HIDDEN_Count, HIDDEN_State, HIDDEN_Rotation, HIDDEN_Value, N_HIDDEN };
struct Level {
    i16 what;
    i16 who;
    i32 state;
    i32 rotation;
    i32 value;
};
HAS(Level, what, 0, 2);
HAS(Level, who, 2, 2);
HAS(Level, state, 4, 4);
HAS(Level, rotation, 8, 4);
HAS(Level, value, 12, 4);
_Static_assert(sizeof(Level) == 16, "how far apart Python reads them");

/* ---- actions and moves */
enum ActionType { A_ADD, A_MOVE, A_REMOVE, A_PROMOTE, A_SELECT, A_PASS, A_SWAP, A_COPY, A_SET_COUNT, A_SET_STATE,
    A_SET_ROTATION, A_SET_VALUE, A_SET_SCORE, A_SET_NEXT_PLAYER, A_SET_PENDING, A_SET_VAR, A_SET_COUNTER, A_SET_TEMP,
    A_REMEMBER_VALUE, A_FORGET_VALUE, A_SET_VALUE_OF_PLAYER, A_TRIGGER, A_NOTE, A_PROPOSE, A_VOTE, A_BET, A_SET_POT,
    A_MARK, A_STORE_STATE, A_INSERT, A_MOVE_ALL, A_STACK_MOVE, A_ROLL_DIE, A_USE_DIE, A_SET_DICE_ALL_EQUAL, A_SET_HIDDEN
    };
struct Action {
    u8 type; /* A_<type> */
    u8 decision; /* a player chose it */
    i16 what; /* component; or a player */
    i32 from;
    i32 to;
    i32 count;
    i32 state;
    i32 rotation;
    i32 value;
    i32 name; /* string id; of what acts on stacks two levels, see context.h: an action has 32 bytes, not one more */
};
HAS(Action, type, 0, 1);
HAS(Action, decision, 1, 1);
HAS(Action, what, 2, 2);
HAS(Action, from, 4, 4);
HAS(Action, to, 8, 4);
HAS(Action, count, 12, 4);
HAS(Action, state, 16, 4);
HAS(Action, rotation, 20, 4);
HAS(Action, value, 24, 4);
HAS(Action, name, 28, 4);
_Static_assert(sizeof(Action) == 32, "how far apart Python reads them");
struct Move {
    i32 first; /* its actions, in the order in which they are applied */
    i32 n;
    i32 decision; /* which of them the player chose, counted from first */
    i32 from; /* what (last From) and (last To) say after it */
    i32 to;
    i32 mover;
    i32 then; /* consequences: a chain, -1 at its end */
    i32 last_then;
    i32 twice; /* it is on the list twice, and ludemes around give each of the two a consequence twice */
};
HAS(Move, first, 0, 4);
HAS(Move, n, 4, 4);
HAS(Move, decision, 8, 4);
HAS(Move, from, 12, 4);
HAS(Move, to, 16, 4);
HAS(Move, mover, 20, 4);
HAS(Move, then, 24, 4);
HAS(Move, last_then, 28, 4);
HAS(Move, twice, 32, 4);
_Static_assert(sizeof(Move) == 36, "how far apart Python reads them");
enum Solved {
    SOLVED_winner, /* -1 not known, 0 nobody, else the person: who began as that role */
    SOLVED_plies, /* of the shortest forced win */
    SOLVED_depth, /* plies looked ahead to the end */
    SOLVED_n_line, /* moves behind this row */
    SOLVED_failure, /* why it was given up */
    N_SOLVED,
};
enum Playout {
    PLAYOUT_winner, /* 0 nobody, -1 cut by a limit, -1 - failure */
    PLAYOUT_turns,
    PLAYOUT_moves,
    PLAYOUT_over,
    PLAYOUT_person, /* as winner, by who began as which role: a swap changes the roles, not who wins */
    PLAYOUT_decisions, /* moves with another legal one beside them */
    PLAYOUT_choices, /* legal moves, summed over the positions in which one was made */
    PLAYOUT_covered, /* of the n_board sites, those that held a piece at some time */
    N_PLAYOUT,
};
enum Match {
    MATCH_winner, /* 0 nobody, -1 cut by a limit, -1 - failure */
    MATCH_turns,
    MATCH_moves,
    MATCH_over,
    MATCH_person, /* as winner, by who began as which role: a swap changes the roles, not who wins */
    MATCH_decisions, /* moves with another legal one beside them */
    MATCH_choices, /* legal moves, summed over the positions in which one was made */
    MATCH_covered, /* of the n_board sites, those that held a piece at some time */
    MATCH_lead_changes, /* how often another person than the last one led, as those who search say */
    MATCH_drama, /* millionths: how far the winner was behind, as they say; match.c has the formula */
    N_MATCH,
};

/* ---- players */
enum PlayerKind {
    PLAYER_random, /* any, uniformly */
    PLAYER_one_ply, /* one that wins, else one after which nobody else can win at once, else any; uniformly among these */
    PLAYER_uct, /* by tree search with random games: uct.c */
    N_PLAYERS,
};
struct Player {
    i32 kind; /* PLAYER_<kind> */
    i32 iterations; /* of a search for one move */
};
HAS(Player, kind, 0, 4);
HAS(Player, iterations, 4, 4);
_Static_assert(sizeof(Player) == 8, "how far apart Python reads them");

/* ---- games for learners */
enum Numbered {
    NUMBERED_Pass, /* 1 */
    NUMBERED_Swap, /* 1 as (meta (swap)), else a pair of players */
    NUMBERED_Add, /* a piece, its state or how many more where the rules choose them, a site */
    NUMBERED_Move, /* from, to: of those pairs that the rules of a piece allow, if that is known */
    NUMBERED_Remove, /* a site */
    NUMBERED_Select, /* how it goes on, a site; or two sites */
    NUMBERED_Promote, /* a piece, a site */
    NUMBERED_Rotate, /* a site, a rotation */
    NUMBERED_Say, /* what is proposed or voted for */
    NUMBERED_Bet, /* a sum */
    NUMBERED_Next, /* a player */
    NUMBERED_Other, /* N_OTHERS, which all other decisions share by their digest */
    N_NUMBERED,
};
enum Meaning {
    MEANING_kind, /* NUMBERED_<kind> */
    MEANING_from,
    MEANING_to,
    MEANING_what, /* component; 0: the mover has no such piece */
    MEANING_value, /* state or pieces more, way to go on, rotation, sum, player, string id; of Other its place there */
    N_MEANING,
};
enum Plane {
    PLANE_Beneath, /* for each kind of piece: how many lie beneath the top, of 8 */
    PLANE_Veiled, /* for each owner, nobody and everybody: his piece, whose kind is hidden */
    PLANE_Count, /* pieces, of 32 */
    PLANE_State, /* local state, of 16 */
    PLANE_Rotation, /* of 16 */
    PLANE_Value, /* of 16 */
    PLANE_Unseen, /* hidden as a whole */
    PLANE_Captured, /* captured when the sequence ends */
    PLANE_Mover, /* for each player but the last, as they follow each other: he is to move */
    PLANE_Seat, /* the role that looks: 0 for the first, 1 for the last */
    PLANE_Again, /* the turn goes on */
    PLANE_Score, /* for each player: 1/2 at 0 */
    PLANE_Phase, /* for each phase: it is that of who is to move */
    PLANE_Dice, /* for each die: what it shows, of its largest face; 0 once used */
    PLANE_From, /* the last move came from there */
    PLANE_To, /* it went there */
    N_PLANES,
};
enum View {
    VIEW_planes, /* what the seat sees, in games of nobody's seat who is to move */
    VIEW_last_planes, /* the same of a game that has ended in this step, at its end */
    VIEW_mask, /* by number: 1, the decision is legal */
    VIEW_reward, /* of the seat, or of who made the move */
    VIEW_utilities, /* of each person; 0 while the game goes on */
    VIEW_terminated, /* the game has ended */
    VIEW_truncated, /* it was cut */
    VIEW_mover, /* the person who is to move, 0 once the game is over */
    VIEW_seat, /* the person whose decisions are told, 0: everybody's */
    VIEW_winner, /* of a game that has ended in this step: a person, 0 nobody */
    VIEW_length, /* its moves */
    VIEW_fault, /* of a game that was cut in this step: a failure; FAULT_<name>, 0 none */
    N_VIEWS,
};
enum { SEAT_ALL = 0, SEAT_RANDOM = -1, SEAT_IN_TURN = -2, FAULT_ILLEGAL = -1, FAULT_UNNUMBERED = -2 };

/* ---- the bytecode */
enum { SECTION_COUNTS, SECTION_NODES, SECTION_ROOTS, SECTION_SITES, SECTION_RADIALS, SECTION_NEIGHBOURS,
    SECTION_STATIC_REGIONS, SECTION_SIDES, SECTION_INCIDENT, SECTION_COMPONENTS, SECTION_CONTAINERS, SECTION_TRACKS,
    SECTION_REGIONS, SECTION_PHASES, SECTION_NAMES, SECTION_FACING, SECTION_MAPS, SECTION_TRACK_NAMES, SECTION_DICE };
enum { COUNT_n_players, COUNT_n_sites, COUNT_n_board, COUNT_site_type, COUNT_uses, COUNT_repetition, COUNT_n_strings,
    COUNT_n_components, COUNT_n_containers, COUNT_n_tracks, COUNT_n_regions, COUNT_n_phases, COUNT_n_maps, COUNT_n_dice,
    COUNT_first_Vertex, COUNT_first_Edge, COUNT_first_Cell, COUNT_n_Vertex, COUNT_n_Edge, COUNT_n_Cell, N_COUNTS };
enum {
    NODE_op, /* the ludeme; -1 for constants, lists and (piece ..) of the equipment */
    NODE_kind, /* the engine knows those of ludemes */
    NODE_type, /* constants: TYPE_<type>, which says what value means */
    NODE_value,
    NODE_n, /* arguments, or items of a list */
    N_NODE,
};
enum Kind { CONSTANT, INT_KIND, BOOL_KIND, REGION_KIND, MOVES_KIND, RULE_KIND, ARRAY_KIND, LIST, PLAIN };
enum Uses { USES_COUNT = 1, USES_SWAP = 2, USES_NO_REPEAT = 4, USES_SEQUENCE_CAPTURE = 8, USES_PASS_RULES = 16,
    USES_VISITED = 32, USES_HISTORY = 64, USES_STUCK = 128, USES_ARRIVED = 256, USES_STACK = 512, USES_CHANCE = 1024,
    USES_CHANCE_START = 2048, USES_BETWEEN = 4096, USES_HIDDEN = 8192, USES_STEPS_ON_TRACKS = 16384, USES_ALL_TRACKS =
    32768 };
enum { STATIC_REGION_Top, STATIC_REGION_Bottom, STATIC_REGION_Left, STATIC_REGION_Right, STATIC_REGION_Corners,
    STATIC_REGION_ConcaveCorners, STATIC_REGION_ConvexCorners, STATIC_REGION_Outer, STATIC_REGION_Inner,
    STATIC_REGION_Perimeter, STATIC_REGION_Centre, STATIC_REGION_Major, STATIC_REGION_Minor, STATIC_REGION_Playable,
    N_STATIC_REGIONS };
enum { REL_Orthogonal = 1, REL_Diagonal = 2, REL_OffDiagonal = 4, REL_Adjacent = 8, REL_All = 16 };
enum { TYPE_int, TYPE_float, TYPE_bool, TYPE_string, TYPE_roleType, TYPE_siteType, TYPE_absoluteDirection,
    TYPE_relativeDirection, TYPE_compassDirection, TYPE_rotationalDirection, TYPE_spatialDirection, TYPE_stepType,
    TYPE_relationType, TYPE_resultType, TYPE_modeType, TYPE_whenType, TYPE_storeType, TYPE_stackDirection,
    TYPE_repetitionType, TYPE_passEndType, TYPE_gravityType, TYPE_pinType, TYPE_landmarkType, TYPE_regionTypeStatic,
    TYPE_regionTypeDynamic, TYPE_lineOfSightType, TYPE_puzzleElementType, TYPE_diagonalsType, TYPE_squareShape,
    TYPE_hexShape, TYPE_triShape, TYPE_brickShape, TYPE_concentricShape, TYPE_regularShape, TYPE_tilingType,
    TYPE_boardlessTiling, TYPE_cardType, TYPE_dealableType, TYPE_valueWord, TYPE_allWord, TYPE_nextPlayerWord,
    TYPE_rotationWord, TYPE_trumpSuitWord, TYPE_piecesWord, TYPE_playersWord, TYPE_hiddenData, TYPE_prevType, N_TYPES };

/* ---- functions */
/* A game from bytecode of so many integers, which must outlive it. On failure NULL, and *why says why. */
EXPORT Game *game_new(const i32 *bytecode, i64 length, i64 work, i32 *why);
EXPORT void game_free(Game *g);
/* Bytes of a state. */
EXPORT i32 game_state_size(const Game *g);
/* Puts pieces of their owner on a site, instead of what is there; what 0: none. */
EXPORT i32 context_place(Ctx *c, State *s, i64 bytes, i32 site, i32 what, i32 count, i32 state, i32 rotation, i32
    value);
/* A workspace for one thread; NULL where there is no room. */
EXPORT Ctx *context_new(const Game *g);
EXPORT void context_free(Ctx *c);
/* The start position, whose chance is drawn from the seed; its history is the context's. */
EXPORT i32 context_initial(Ctx *c, State *s, i64 bytes, u64 seed, i64 work);
/* The legal moves of a state: their number. history: the digests of the s->n_history positions before it. */
EXPORT i32 context_legal(Ctx *c, State *s, i64 bytes, const u64 *history, i64 history_bytes, i64 work);
/* They themselves. */
EXPORT const Move *context_moves(const Ctx *c);
/* Theirs. */
EXPORT const Action *context_actions(const Ctx *c);
/* One of the moves of the last context_legal, applied to the same state in place: 0, or BAD_MOVE too. */
EXPORT i32 context_apply(Ctx *c, i32 index, i64 work);
/* What the last context_apply did, consequences too. */
EXPORT const Action *context_applied(const Ctx *c, i32 *n);
/* Of the state that was last played on. */
EXPORT const u64 *context_history(const Ctx *c);
/* Sequences of exactly depth moves. ends, if not NULL, counts them: those that did not end the game, those that nobody
 * won, those that player 1 .. n won. */
EXPORT i64 context_perft(Ctx *c, State *s, i64 bytes, const u64 *history, i64 history_bytes, i32 depth, i64 *ends, i64
    n_ends, i64 work);
/* Plays n random games, the last one on *s, each a row of PLAYOUT. work is for one game, total for all of them; returns
 * how much was done. */
EXPORT i64 context_playouts(Ctx *c, u64 seed, i32 n, i32 max_turns, i32 max_moves, i64 work, i64 total, State *s, i64
    bytes, i32 *out, i64 n_out);
/* A legal move of the state of the last context_legal, drawn as in the random games of a search: its number on a new
 * list, whose other moves need not be legal. */
EXPORT i32 context_draw(Ctx *c, u64 seed, i64 work);
/* Which of the moves of the last context_legal the player takes: its number. The list stays as it is. */
EXPORT i32 context_choose(Ctx *c, const Player *player, u64 seed, i64 work);
/* What a search finds of the last context_legal: the number of the best move; for each move how often it was visited,
 * whether its value is proven, its value for person 1 .. n; and the best line, OFF behind its end. */
EXPORT i32 context_search(Ctx *c, i32 iterations, u64 seed, i64 work, f64 *rows, i64 n_rows, i32 *line, i32 n_line);
/* Plays the n games from first on of a match, as context_playouts does: a player for each role, who in game i begins i
 * roles further on. The first opening thousandths of a game are played at random, the same until each has had each
 * role. Each row is one of MATCH. What game i is depends on the seed and on i alone. */
EXPORT i64 context_match(Ctx *c, const Player *players, i32 n_given, u64 seed, i32 first, i32 n, i32 max_turns, i32
    max_moves, i32 opening, i64 work, i64 total, State *s, i64 bytes, i32 *out, i64 n_out);
/* Who wins by force, in a game of two without chance and without anything hidden: a row of SOLVED and room for
 * max_plies moves. Returns how much was done. */
EXPORT i64 context_solve(Ctx *c, State *s, i64 bytes, const u64 *history, i64 history_bytes, i32 max_plies, i64 work,
    i32 *out, i64 n_out);
/* The numbers of a game's decisions; NULL and why, where it fails. */
EXPORT Numbering *numbering_new(Ctx *c, i32 *why);
EXPORT void numbering_free(Numbering *k);
/* For each of NUMBERED the first number, how many. */
EXPORT i32 numbering_blocks(const Numbering *k, i32 *out, i64 n);
/* A row of MEANING, where that player moves; BAD_MOVE where there is no such number. */
EXPORT i32 numbering_meaning(const Numbering *k, i32 number, i32 mover, i32 *out, i64 n);
/* The numbers of the moves of the last context_legal, -1 where one has none. */
EXPORT i32 numbering_of_moves(Ctx *c, const Numbering *k, i32 *out, i64 n);
/* n games side by side, cut after so many moves; seat: a person or one of SEATS; layout: of the planes. */
EXPORT Table *table_new(const Game *g, i32 n, i32 max_moves, i32 seat, const i32 *layout, i64 length, i32 *why);
EXPORT void table_free(Table *t);
/* Where one of VIEWS is written from now on; BAD_STATE where the array has another size. */
EXPORT i32 table_view(Table *t, i32 which, void *array, i64 bytes);
/* What a slot's games are drawn from, from its next one on. */
EXPORT i32 table_seed(Table *t, i32 slot, u64 seed);
/* Who play by themselves, one for each person but the seat's, in their order; at first all play at random. */
EXPORT i32 table_players(Table *t, const Player *players, i64 n);
/* Begins a game in those of the n slots that are not 0. */
EXPORT i32 table_begin(Table *t, const u8 *slots, i64 n);
/* A decision in each of the n slots, and the replies of who plays by himself. again: a game that ends is followed by
 * the next one. */
EXPORT i32 table_step(Table *t, const i64 *numbers, i64 n, i32 again);
/* The planes as a person sees them. */
EXPORT i32 table_observe(Table *t, i32 slot, i32 person, float *out, i64 n);
/* The position of a slot. */
EXPORT i32 table_state(const Table *t, i32 slot, State *s, i64 bytes);
/* Its State.n_history digests. */
EXPORT const u64 *table_history(const Table *t, i32 slot);
#endif
