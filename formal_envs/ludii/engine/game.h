/* The board, the equipment and the rules: they never change while a game is played. */
#ifndef GAME_H
#define GAME_H
#include <setjmp.h>
#include <stddef.h>
#include "tree.h"

enum { OFF = -1, UNDEFINED = -1, INFINITE = 1000000000, NOBODY = 0 };
enum { MAX_COUNT = 1 << 22 }; /* of anything that bytecode counts */
enum { MAX_KEPT = 1 << 28 }; /* bytes of what a game holds besides its states */

enum { REL_ROTATIONAL = 1 << N_relationType }; /* of radials on a circle, round it or in and out */
typedef struct Radial {
    i16 direction; /* absoluteDirection_<name> */
    i16 n; /* sites on it, the start left out; at least one */
    u32 relations; /* bits REL_<relation>, and REL_ROTATIONAL */
    const i32 *at; /* the sites, nearest first */
} Radial;
typedef struct Way Way; /* ways.h */
typedef struct Row { /* a run of integers in the bytecode */
    const i32 *at;
    i32 n;
} Row;
typedef struct Component {
    i32 owner, name, base; /* string ids: "Pawn1" and "Pawn" */
    i32 facing; /* absoluteDirection, or -1 */
    i32 rank; /* among those of its owner */
    const Node *moves, *flips; /* its move rule and (flips ..), or NULL */
    i32 next; /* the owner's next one; 0 behind his last */
} Component;
typedef struct Container { /* 0 is the board; the others are hands */
    i32 name, first, n, owner;
} Container;
typedef struct Track {
    i32 name, owner, loop;
    i32 first_place; /* of State's places, where pieces are followed on it; else -1 */
    Row sites;
} Track;
typedef struct Die {
    i32 site, what, hand, owner; /* where it stands, its component, the number of its hand of dice */
    Row faces; /* the values of its faces */
} Die;
typedef struct NamedRegion {
    i32 name, owner; /* name -1: unnamed */
    const Node *region;
    u64 *bits; /* once known */
} NamedRegion;
typedef struct Phase {
    i32 name, owner;
    const Node *play, *end, *next; /* end, next: LIST nodes or NULL */
    i32 can_count; /* draw.c: moves need not be written out to be counted */
    i32 can_wait; /* candidates.c: moves need not be tested before one of them is drawn */
} Phase;
typedef struct Map {
    i32 name, n;
    const Node *node;
    i32 *keys, *values;
} Map;
typedef struct NameInfo {
    i32 component, container, phase, site;
    const i32 *of_type, *of_owner, *holding; /* sites by type; components name+p; those whose name holds this one */
} NameInfo;

typedef struct Kept {
    struct Kept *next;
    _Alignas(16) char bytes[];
} Kept;
struct Game {
    i32 n_players, n_sites, n_board, words; /* sites of all kinds together; words of 64 bits for a set of them */
    i32 site_type; /* siteType_Cell, ... of the default sites */
    i32 type_first[N_siteType], type_n[N_siteType]; /* where the sites of each type begin in the numbering, how many */
    i32 n_nodes, n_components, n_containers, n_tracks, n_regions, n_phases, n_maps, n_dice, n_strings;
    i32 n_places; /* on tracks on which pieces are followed */
    u32 uses; /* bits USES_* */
    i32 repetition; /* repetitionType that (no Repeat ..) forbids, -1 none */
    Node **nodes;
    i32 *radial_first; /* n_sites + 1 */
    Radial *radials;
    const Way *ways; /* by absoluteDirection */
    u8 opposite[N_absoluteDirection]; /* of each absoluteDirection */
    const u64 *relative; /* relativeDirection * N_absoluteDirection + facing: bits of absolute directions */
    u64 led, even; /* the directions that radials have; those in which they are even: ways.h */
    Row *neighbours[N_relationType]; /* a row per site */
    const u64 *near[N_relationType]; /* the same as sets, one a site; NULL where these are longer than lists */
    i32 *row, *column, *layer, *colour, *container_of; /* a number per site */
    i32 *coordinate_x, *coordinate_y; /* thousandths of a unit */
    u64 *board; /* all default sites of the board */
    u64 *static_regions; /* STATIC_REGION_<name> * words */
    u64 sided; /* the directions in which the board has a side */
    u64 *side_regions; /* absoluteDirection * words: the side of the board that looks that way */
    i32 *cost; /* of each site, set at the start */
    u64 *parts, *sides; /* the same with those of all other site types */
    Row *incident[N_siteType][N_siteType]; /* a row per site; NULL where not needed */
    Component *components; /* 1 .. n_components */
    i32 first_of[MAX_PLAYERS + 2]; /* each owner's first one, or 0 */
    Container *containers;
    Track *tracks;
    Die *dice;
    NamedRegion *regions;
    Phase *phases;
    Map *maps;
    NameInfo *names; /* by string id */
    Row *called; /* by string id: the components of that name, with a number or without */
    Row *tracks_named; /* by string id: the tracks whose name contains the string */
    i32 facing[MAX_PLAYERS + 2]; /* each player's direction, or -1 */
    const Node *start, *end; /* LIST nodes or NULL */
    i32 state_size;
    i32 remembers; /* do its rules remember or forget values? */
    State *initial;
    const u64 *start_kinds; /* where each component stands at the beginning; * words */
    struct Kept *kept; /* what game_free frees */
    size_t kept_bytes, reach_bytes; /* the latter: of it, what is known of where pieces could go */
    u64 **reach; /* by player: for each site, from where a piece of his could arrive there; NULL: not known */
    jmp_buf *refused; /* while it is loaded: where to go when it would hold too much */
    u64 supported[N_relationType]; /* those of the radials of a relation */
    u64 walked; /* those of orthogonal steps between default sites, along which patterns are walked */
};

void *keep(Game *g, size_t bytes); /* zeroed memory that game_free frees; leaves by g->refused where there is no more */
#endif
