/* The game engine: a tree of ludemes over a flat state, walked once a ply.
 *
 * A game is a tree of nodes. Each node holds a pointer to the C function that gives its ludeme a meaning and the nodes of
 * its arguments, one slot a parameter of its signature (NULL where absent). A function of a kind is written with that
 * kind's macro and the slug of the signature:
 *
 *     BOOL(is_even) { return int_of(c, ARG(is_even, int)) % 2 == 0; }
 *
 * Kinds:  INT, BOOL  return a number;  REGION  fills a set of sites;  MOVES  appends legal moves or effects;
 *         RULE  acts on the state (start, end and phase rules);  ARRAY  appends integers.
 * A function whose value depends on its arguments and the board alone is marked STATIC, as in REGION(sites_top, STATIC):
 * the loader evaluates such nodes once.
 *
 * Every loop over what the description controls calls tick(): work is counted, never time. Running out of work, of moves or
 * of memory for them ends in fail(), which leaves the engine by longjmp; nothing is allocated while a game is played.
 */
#ifndef ENGINE_H
#define ENGINE_H
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "generated.h" /* slots, enums and string ids, written from the signatures */

typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;
typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

enum { MAX_PLAYERS = 16, OFF = -1, UNDEFINED = -1, INFINITE = 1000000000, NOBODY = 0 };
enum {
    MAX_MOVES = 1 << 16,
    MAX_ACTIONS = 1 << 18,
    MAX_THENS = 1 << 18,
    MAX_PENDING = 64,
    MAX_REMEMBERED = 256,
    MAX_DEPTH = 64,
    MAX_COUNT = 1 << 22 /* of anything that an image counts */
};
enum {
    MAX_STACK = 1 << 20,
    MAX_KEPT = 1 << 28
}; /* bytes: of calls within calls; of what a game holds besides its states */
enum Failure {
    OK = 0,
    OUT_OF_WORK = 1,
    TOO_MANY_MOVES = 2,
    NOT_THERE = 3, /* a place, a kind of piece or a player that the game does not have */
    TOO_MUCH_MEMORY = 4,
    TOO_DEEP = 5,
    BAD_IMAGE = 6
};
enum { BAD_MOVE = -100, BAD_STATE = -101 }; /* what Python handed over is not a move or a state of the game */

typedef struct Ctx Ctx;
typedef struct Game Game;
typedef struct Node Node;
typedef struct State State;

/* ---- the tree */
enum Kind { CONSTANT, INT_KIND, BOOL_KIND, REGION_KIND, MOVES_KIND, RULE_KIND, ARRAY_KIND, LIST, PLAIN };
typedef struct DirSet {
    u64 directions;
    u32 relations;
} DirSet; /* a radial matches by direction or by relation */
struct Node {
    union {
        i32 (*value)(Ctx *, const Node *);
        void (*region)(Ctx *, const Node *, u64 *);
        void (*act)(Ctx *, const Node *); /* MOVES, RULE, ARRAY */
    } fn;
    i32 op; /* the signature: OP_<slug>; -1 for constants and lists */
    u8 kind; /* enum Kind; a folded node keeps its kind */
    u8 folded; /* value or bits hold the node's value */
    u8 pure, open; /* depends on the board alone; but for (site), which a ludeme around binds */
    i16 type; /* constants: TYPE_<type>, which says what value means */
    i32 value; /* constants: the integer, boolean, enum position or string id */
    u64 *bits; /* folded regions */
    DirSet *dirs; /* directions resolved for each facing, once known */
    i32 n; /* number of slots, or of items of a list */
    const Node *arg[];
};
#define INT(slug, ...) i32 ludeme_##slug(Ctx *c, const Node *n)
#define BOOL(slug, ...) i32 ludeme_##slug(Ctx *c, const Node *n)
#define REGION(slug, ...) void ludeme_##slug(Ctx *c, const Node *n, u64 *out)
#define MOVES(slug, ...) void ludeme_##slug(Ctx *c, const Node *n)
#define RULE(slug, ...) void ludeme_##slug(Ctx *c, const Node *n)
#define ARRAY(slug, ...) void ludeme_##slug(Ctx *c, const Node *n)
#define PLAIN(                                                                                                         \
    slug) /* holds arguments for the ludeme around it, which reads its slots: (to ...), (from ...), (range ...) */
#define ARG(slug, name) (n->arg[slug##__##name])
#define SLOT(node, slug, name) ((node)->arg[slug##__##name])
#define UNUSED (void)c, (void)n

/* ---- the board and the equipment: never change while a game is played */
typedef struct Radial {
    i16 direction; /* absoluteDirection_<name> */
    i16 n; /* sites on it, the start left out */
    u32 relations; /* bits REL_<relation> */
    const i32 *at; /* the sites, nearest first */
} Radial;
enum Relation {
    REL_Orthogonal = 1,
    REL_Diagonal = 2,
    REL_OffDiagonal = 4,
    REL_Adjacent = 8,
    REL_All = 16,
    REL_Rotational = 32
};
typedef struct Row {
    const i32 *at;
    i32 n;
} Row; /* a run of integers in the image */
typedef struct Component {
    i32 owner, name, base; /* string ids: "Pawn1" and "Pawn" */
    i32 facing; /* absoluteDirection, or -1 */
    const Node *moves, *flips; /* its move rule and (flips ..), or NULL */
} Component;
typedef struct Container {
    i32 name, first, n, owner;
} Container; /* 0 is the board; the others are hands */
typedef struct Track {
    i32 name, owner, loop;
    Row sites;
} Track;
typedef struct NamedRegion {
    i32 name, owner;
    const Node *region;
    u64 *bits;
} NamedRegion; /* name -1: unnamed; bits: once known */
typedef struct Phase {
    i32 name, owner;
    const Node *play, *end, *next;
} Phase; /* end, next: LIST nodes or NULL */
typedef struct Map {
    i32 name, n;
    const Node *node;
    i32 *keys, *values;
} Map;
typedef struct NameInfo {
    i32 component, container, phase, site;
    const i32 *of_type, *of_owner;
} NameInfo; /* sites by type; components name+p */

typedef struct Kept {
    struct Kept *next;
    _Alignas(16) char bytes[];
} Kept;
struct Game {
    i32 n_players, n_sites, n_board, words; /* sites of all kinds together; words of 64 bits for a set of them */
    i32 site_type; /* siteType_Cell, ... of the default sites */
    i32 type_first[4], type_n[4]; /* where the sites of each type begin in the numbering, how many there are */
    i32 n_nodes, n_components, n_containers, n_tracks, n_regions, n_phases, n_maps, n_strings;
    u32 uses; /* bits USES_* */
    i32 repetition; /* repetitionType that (no Repeat ..) forbids, -1 none */
    Node **nodes;
    i32 *radial_first; /* n_sites + 1 */
    Radial *radials;
    Row *neighbours[5]; /* by relation: Orthogonal, Diagonal, OffDiagonal, Adjacent, All; a row a site */
    i32 *row, *column, *layer, *colour, *container_of; /* a number a site */
    i32 *coordinate_x, *coordinate_y; /* thousandths of a unit */
    u64 *board; /* all default sites of the board */
    u64 *static_regions; /* STATIC_REGION_<name> * words */
    u64 *side_regions; /* absoluteDirection * words: the side of the board that looks that way */
    Row *incident[3][3]; /* site type x site type: a row a site; NULL where not needed */
    Component *components; /* 1 .. n_components */
    Container *containers;
    Track *tracks;
    NamedRegion *regions;
    Phase *phases;
    Map *maps;
    NameInfo *names; /* by string id */
    Row *tracks_named; /* by string id: the tracks whose name contains the string */
    i32 facing[MAX_PLAYERS + 2]; /* each player's direction, or -1 */
    const Node *start, *end; /* LIST nodes or NULL */
    i32 state_size;
    State *initial;
    const u64 *start_kinds; /* where each component stands at the beginning; * words */
    struct Kept *kept; /* what game_free frees */
    size_t kept_bytes;
    jmp_buf *refused; /* while it is loaded: where to go when it would hold too much */
    u64 supported_directions; /* absolute directions of any radial of the board */
    u64 supported[5]; /* those of the radials of a relation, in the order of the bits REL_* */
    u64 walked; /* those of orthogonal steps between default sites, along which patterns are walked */
};
enum Uses {
    USES_COUNT = 1,
    USES_SWAP = 2,
    USES_NO_REPEAT = 4,
    USES_SEQUENCE_CAPTURE = 8,
    USES_PASS_RULES = 16,
    USES_VISITED = 32,
    USES_HISTORY = 64,
    USES_STUCK = 128,
    USES_ARRIVED = 256
};

/* ---- the state: one block that is copied by memcpy */
struct State {
    i32 mover, previous, next;
    i32 turn, moves_in_turn, counter, n_moves; /* as in a snapshot: turn starts at 1, counter at -1 */
    i32 over, winner; /* winner 0: nobody */
    i32 rank2[MAX_PLAYERS + 1]; /* twice the rank of each role, 0 while it plays */
    i32 active; /* bit p: role p still plays */
    i32 passed; /* bit p: the last turn of p was a pass only */
    i32 last_from, last_to, last_what, last_pass; /* of the last move */
    i32 previous_from, previous_to; /* of the move before it */
    i32 after_from, after_to; /* of the last action that had one, consequences included */
    i32 last_decision; /* action type of the last move */
    i32 next_player; /* who moves next if a rule said so, else 0 */
    i32 stuck; /* bit p: when p was last to move, his rules gave him no move */
    i32 phase[MAX_PLAYERS + 1];
    i32 score[MAX_PLAYERS + 2], player_value[MAX_PLAYERS + 2];
    i32 agents[MAX_PLAYERS + 1]; /* after a swap: who plays each role */
    i32 temp;
    i32 n_pending, pending[MAX_PENDING];
    i32 proposed, decided; /* string ids, -1 none */
    i32 votes[MAX_PLAYERS + 1]; /* string id each player voted for, -1 none */
    i32 triggered[MAX_PLAYERS + 2]; /* bit e: event e (a string id < 32) triggered for the player */
    i32 turn_start; /* length of the history when this turn began */
    i32 n_history; /* positions seen so far; they lie in Ctx.history */
    u64 stored; /* a stored position's digest */
    i32 n_remembered; /* pairs (name or -1, value) */
    i32 remembered[2 * MAX_REMEMBERED];
    _Alignas(8) u8 memory
        []; /* what who count state rotation value [n_sites each, i32], vars [n_strings], empty, occupied, visited, to_clear, arrived, owners, kinds */
};

/* ---- actions and moves */
enum ActionType {
    A_ADD,
    A_MOVE,
    A_REMOVE,
    A_PROMOTE,
    A_SELECT,
    A_PASS,
    A_SWAP,
    A_COPY,
    A_SET_COUNT,
    A_SET_STATE,
    A_SET_ROTATION,
    A_SET_VALUE,
    A_SET_SCORE,
    A_SET_NEXT,
    A_SET_PENDING,
    A_SET_VAR,
    A_SET_COUNTER,
    A_SET_TEMP,
    A_REMEMBER,
    A_FORGET,
    A_SET_PLAYER_VALUE,
    A_TRIGGER,
    A_NOTE,
    A_PROPOSE,
    A_VOTE,
    A_MARK,
    A_STORE
};
typedef struct Action { /* fields that an action does not use are 0 for what and count, UNDEFINED otherwise */
    u8 type, decision;
    i16 what;
    i32 from, to, count, state, rotation, value; /* who, score and name go into value and what */
    i32 name;
} Action;
typedef struct Then {
    const Node *node;
    i32 next;
} Then;
typedef struct Move {
    i32 first, n; /* its actions in Ctx.actions, in the order in which they are applied */
    i32 decision; /* which of them the player chose, counted from first */
    i32 from, to; /* what (last From) and (last To) say after it */
    i32 mover;
    i32 then, last_then; /* consequences: a chain in Ctx.thens, -1 at its end */
    i32 twice; /* it is on the list twice, and ludemes around give each of the two a consequence twice */
} Move;

/* ---- what an evaluation needs. One Ctx a thread. */
struct Ctx {
    const Game *g;
    State *s;
    i32 *what, *who, *count, *state, *rotation, *value; /* into *s, by site */
    i32 *vars;
    u64 *empty, *occupied, *owned, *kinds, *visited, *to_clear,
        *arrived; /* owned: by player 0 .. n+1; kinds: by component; * words */
    i32 from, to, between, site, level, player, track_site, iterated, direction, hop; /* iterators; OFF where none */
    const u64 *region; /* the region that an iterator stands on, or NULL */
    i64 work; /* what may still be done */
    i32 depth; /* of copies, consequences, pieces' moves and named regions within each other */
    const char *stack; /* where the engine was entered */
    Move *moves;
    i32 n_moves;
    Action *actions;
    i32 n_actions;
    Then *thens;
    i32 n_thens;
    i32 *numbers;
    i32 n_numbers; /* stack of ARRAY functions */
    u64 *history;
    i32 max_history;
    jmp_buf *probe; /* set while only the existence of a move matters: move_end() jumps */
    const u64 *target; /* then only of one that arrives at or captures on one of these sites; NULL: any */
    i32 hits_only; /* while moves are collected of which only those that hit the target matter */
    i32 asks_moves; /* (no Moves ..) is being asked: not again within the moves of who is asked about */
    i32 threats; /* (is Threatened) is being asked: not again within its moves */
    jmp_buf escape;
    enum Failure failure;
    u64 random[4];
    State **spare;
    i32 n_spare; /* states for looking ahead */
    State *levels[MAX_DEPTH]; /* states for counting sequences of moves */
    Action *applied;
    i32 n_applied, max_applied; /* where actions are noted as they are applied; NULL: nowhere */
    Action *report; /* room for what the last move did, consequences too */
};

/* ---- failing and counting work */
_Noreturn void fail(Ctx *c, enum Failure why);
static inline void tick(Ctx *c, i64 work) {
    if ((c->work -= work) < 0) fail(c, OUT_OF_WORK);
}
static inline void deeper(Ctx *c) {
    if (++c->depth > MAX_DEPTH) fail(c, TOO_DEEP);
} /* c->depth-- ends it */
static inline void stack_left(Ctx *c) {
    if (c->stack - (const char *)__builtin_frame_address(0) > MAX_STACK) fail(c, TOO_DEEP);
}

/* ---- evaluating arguments */
static inline i32 int_of(Ctx *c, const Node *n) { return n->folded ? n->value : (c->work--, n->fn.value(c, n)); }
static inline i32 int_or(Ctx *c, const Node *n, i32 otherwise) { return n ? int_of(c, n) : otherwise; }
static inline i32 bool_or(Ctx *c, const Node *n, i32 otherwise) { return n ? int_of(c, n) : otherwise; }
static inline void moves_of(Ctx *c, const Node *n) {
    tick(c, 1);
    stack_left(c);
    n->fn.act(c, n);
}
void region_of(Ctx *c, const Node *n, u64 *out); /* a region, an integer (a set of one) or an array of them */
i32 array_of(Ctx *c, const Node *n,
             i32 **values); /* pushes integers on c->numbers; pop with c->n_numbers -= the result */
i32 role_of(Ctx *c,
            const Node *n); /* a roleType constant or an int function: a player's number; -1 for roles of several */
u32 players_of(Ctx *c, i32 role); /* a role's players as bits */
static inline i32 enum_or(const Node *n, i32 otherwise) { return n ? n->value : otherwise; }

/* ---- sets of sites */
#define TMP_REGION(name) u64 name[c->g->words]
#define FOR_SITES(bits, site)                                                                                          \
    for (i32 w_##site = 0; w_##site < c->g->words; w_##site++)                                                         \
        for (u64 b_##site = (bits)[w_##site]; b_##site; b_##site &= b_##site - 1)                                      \
            for (i32 once_##site = 1, site = w_##site * 64 + __builtin_ctzll(b_##site); once_##site; once_##site = 0)
static inline void region_clear(Ctx *c, u64 *r) { memset(r, 0, 8 * (size_t)c->g->words); }
static inline void region_copy(Ctx *c, u64 *r, const u64 *from) { memcpy(r, from, 8 * (size_t)c->g->words); }
static inline void region_add(u64 *r, i32 site) { r[site >> 6] |= (u64)1 << (site & 63); }
static inline void region_drop(u64 *r, i32 site) { r[site >> 6] &= ~((u64)1 << (site & 63)); }
static inline i32 region_has(const u64 *r, i32 site) { return (i32)(r[site >> 6] >> (site & 63) & 1); }
static inline i32 region_size(Ctx *c, const u64 *r) {
    i32 k = 0;
    for (i32 w = 0; w < c->g->words; w++) k += __builtin_popcountll(r[w]);
    return k;
}
static inline i32 region_any(Ctx *c, const u64 *r) {
    for (i32 w = 0; w < c->g->words; w++)
        if (r[w]) return 1;
    return 0;
}
static inline i32 is_site(Ctx *c, i32 site) { return (u32)site < (u32)c->g->n_sites; }
static inline i32 on_board(Ctx *c, i32 site) { return (u32)site < (u32)c->g->n_board; }

/* ---- the state */
/* Whose number is not checked where it comes from is checked here: no set lies beyond these. */
static inline const u64 *owned_by(Ctx *c, i32 player) { /* 0 .. n_players + 1 */
    if ((u32)player > (u32)c->g->n_players + 1) fail(c, NOT_THERE);
    return c->owned + player * c->g->words;
}
static inline const u64 *of_kind(Ctx *c, i32 what) { /* 0 .. n_components */
    if ((u32)what > (u32)c->g->n_components) fail(c, NOT_THERE);
    return c->kinds + what * c->g->words;
}
void use_state(Ctx *c, State *s); /* points the context at a state */
State *save_state(Ctx *c); /* copies the state, to look ahead; restore_state ends it */
void restore_state(Ctx *c, State *saved);
void put(Ctx *c, i32 site, i32 what, i32 who, i32 count, i32 state, i32 rotation, i32 value);
void take(Ctx *c, i32 site); /* empties a site */
u64 position_digest(Ctx *c, i32 situational);

/* ---- moves */
Move *move_begin(Ctx *c); /* a new move at the end of the list, without actions */
Action *move_act(Ctx *c, enum ActionType type); /* a further action of the last move begun, fields unset */
void move_decide(Ctx *c, Move *m); /* the last action is the decision */
void move_then(Ctx *c, Move *m, const Node *then); /* one consequence more; NULL is none */
void move_effects(Ctx *c, Move *m,
                  const Node *effects); /* (apply ...): evaluates now, its actions become the move's; NULL is none */
void absorb(Ctx *c, Move *m, i32 at,
            i32 start); /* the moves from start on become actions of m, from the place at on, and its consequences */
/* Before a move to a site is made, where only existence matters: leaves if it will do; 1 if it need not be made. */
static inline i32 move_asked(Ctx *c, i32 to) {
    if (!c->probe) return 0;
    if (!c->target || (is_site(c, to) && region_has(c->target, to))) longjmp(*c->probe, 1);
    return 1;
}
static inline i32 misses(Ctx *c, i32 to) {
    return c->target && (c->probe || c->hits_only) && !region_has(c->target, to);
} /* not worth a look */
void move_end(Ctx *c, Move *m); /* the move is whole: jumps out where only its existence matters */
i32 collect(Ctx *c, const Node *n); /* evaluates into the end of c->moves without probing; returns where it began */
i32 collect_asked(
    Ctx *c,
    const Node *n); /* the same, where each move is still to be judged: those that cannot matter may be missing */
void then_for_all(Ctx *c, i32 start, const Node *then); /* adds a consequence to each move from start on */
i32 any_move(Ctx *c, const Node *n); /* is there one? */
i32 any_move_to(Ctx *c, const Node *n,
                const u64 *target); /* one that arrives at or captures on a site of the target? NULL: any */
void run_effects(Ctx *c, const Node *n); /* evaluates and applies at once, as consequences are */
void apply_actions(Ctx *c, const Move *m); /* the actions alone */
void apply_with_consequences(Ctx *c,
                             const Move *m); /* actions, then consequences one after another; not the end of the ply */

/* ---- directions */
i32 facing_of(Ctx *c, i32 site); /* of the piece there, else of the mover */
DirSet directions_of(Ctx *c, const Node *n, i32 site,
                     u32 otherwise); /* a direction argument, seen from site; otherwise: REL_* where n is NULL */
u64 relative_directions(u64 supported, i32 relative, i32 facing); /* a relativeDirection as bits of absolute ones */
i32 turned_point(u64 supported, i32 at, i32 clockwise,
                 i32 steps); /* the steps-th supported point of the compass (0 .. 15) from at on */
i32 compass_point(i32 direction); /* 0 .. 15 from north clockwise; 0 for other directions */
i32 direction_between(Ctx *c, i32 from, i32 to); /* that of the radial from one that meets the other, or -1 */
i32 next_site(Ctx *c, i32 site, i32 direction, u32 relation); /* the next one in a direction, or OFF */
static inline i32 radial_in(const Radial *r, DirSet d) {
    return (d.directions >> r->direction & 1) || (r->relations & d.relations);
}
#define FOR_RADIALS(site, dirs, r)                                                                                     \
    for (const Radial *r = c->g->radials + c->g->radial_first[site],                                                   \
                      *end_##r = c->g->radials + c->g->radial_first[(site) + 1];                                       \
         r < end_##r; r++)                                                                                             \
        if (radial_in(r, dirs))

/* ---- rules of the whole game */
i32 legal_moves(Ctx *c); /* fills c->moves from 0; includes the forced pass */
i32 player_has_move(Ctx *c, i32 player); /* as (no Moves ...) asks */
i32 position_repeated(Ctx *c, i32 kind); /* was the position seen before? kind: repetitionType */
void apply_move(Ctx *c, const Move *m); /* a whole ply */
void player_done(Ctx *c, i32 player, i32 result); /* resultType_Win, ... */
i32 component_of(Ctx *c, i32 name, i32 player); /* by string id and owner; 0 if none */
i32 random_below(Ctx *c, i32 n);

/* ---- shared between files */
/* The number of a site of an explicit type, OFF if that type has none; hand sites follow the board's whatever the type says. */
static inline i32 site_of_type(Ctx *c, const Node *type, i32 site) {
    if (!type || type->value == c->g->site_type || site < 0 || site >= c->g->n_board) return site;
    return c->g->type_first[type->value] < 0 || site >= c->g->type_n[type->value]
               ? OFF
               : site + c->g->type_first[type->value];
}
const Track *
track_of(Ctx *c, const Node *name,
         i32 owner); /* the first whose name contains the name (or NULL) and whose owner is owner (or -1); or NULL */
i32 place_on_track(Ctx *c, const Track *t, i32 site); /* -1 if it is not there */
static inline i32 site_labelled(Ctx *c, const Node *type,
                                const Node *name) { /* a coordinate, of the default type or another */
    return type ? c->g->names[name->value].of_type[type->value] : c->g->names[name->value].site;
}
i32 component_named(Ctx *c, const Node *name,
                    i32 player); /* a string: an exact name, or a base name with the player's number */
/* groups.c: sites that hang together */
void flood(Ctx *c, DirSet dirs, const u64 *within,
           u64 *group); /* grows the group, seeds at first, by steps of dirs within a set */
i32 next_group(Ctx *c, DirSet dirs, u64 *left,
               u64 *group); /* takes one group out of left; its size, 0 when nothing is left */
void board_of_type(Ctx *c, const Node *type, u64 *out); /* all sites of the board of a type; NULL: the default one */
/* numbers.c. site_at: a site argument; literals count within their type, any other number is one of all types together already. */
i32 site_at(Ctx *c, const Node *type, const Node *site);
i32 type_offset(Ctx *c, const Node *type); /* where the sites of a type begin; 0 for the default one */
i32 player_in(Ctx *c, const Node *n); /* of a role, a number or (player ..): -1 for roles of several */
u32 players_in(Ctx *c, const Node *n); /* the same as bits; 0 is Neutral, n_players + 1 Shared */
i32 clamped(i64 x);
void keep_where(Ctx *c, u64 *sites,
                const Node *condition); /* drops the sites where the condition, asked for (to) and (site), fails */
void pieces_of(Ctx *c, const Node *role, const Node *of, const Node *name, const Node *in,
               u64 *out); /* sites of the pieces of these arguments */
void walk_ends(Ctx *c, i32 site, const Node *walks, i32 rotations,
               u64 *out); /* moves.c: every place a walk leads to from site */
void named_region(Ctx *c, const NamedRegion *region, u64 *out);
void keep_in_container(Ctx *c, u64 *sites, i32 name); /* drops those elsewhere; "Hand" is all hands */
void range_of(Ctx *c, const Node *n, i32 *low, i32 *high); /* (range ..), (exact ..), (min ..), (max ..) */
#endif
