/* Numbers: arithmetic, what the context holds, what stands on a site, counting. */
#include "engine.h"

//: range: (range <int min> [<int max>]) -> range
PLAIN(range)
//: exact: (exact <int value>) -> range
PLAIN(exact)
//: max_range: (max <int value>) -> range
PLAIN(max_range)
//: min_range: (min <int value>) -> range
PLAIN(min_range)
//: player: (player <int index>) -> player
PLAIN(player)

/* ---- shared helpers */
i32 clamped(i64 x) { return x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : (i32)x; }
i32 type_offset(Ctx *c, const Node *type) { /* where its sites begin; 0 for the default one and for none */
    if (!type || type->value == c->g->site_type || c->g->type_first[type->value] < 0) return 0;
    return c->g->type_first[type->value];
}
i32 site_at(Ctx *c, const Node *type, const Node *site) {
    i32 s = int_of(c, site);
    /* of its type already, or a hand's */
    if (!type || type->value == c->g->site_type || s < 0 || s >= c->g->n_board) return s;
    return s < c->g->type_n[type->value] && c->g->type_first[type->value] >= 0 ? s + type_offset(c, type) : OFF;
}
u32 players_in(Ctx *c, const Node *n) {
    u32 shared = (u32)2 << c->g->n_players;
    if (n->kind == CONSTANT && n->type == TYPE_roleType) {
        if (n->value == roleType_Shared) return shared;
        return players_of(c, n->value) | (n->value == roleType_All ? shared : 0);
    }
    i32 p = n->op == OP_player ? int_of(c, SLOT(n, player, index)) : int_of(c, n);
    return p >= 0 && p <= c->g->n_players + 1 ? (u32)1 << p : 0;
}
i32 player_in(Ctx *c, const Node *n) { /* the same, a single player's number or -1 */
    return n->op == OP_player ? int_of(c, SLOT(n, player, index)) : role_of(c, n);
}
void range_of(Ctx *c, const Node *n, i32 *low, i32 *high) {
    *low = 0, *high = INFINITE;
    if (n->op == OP_range) *low = int_of(c, SLOT(n, range, min)), *high = int_or(c, SLOT(n, range, max), INFINITE);
    else if (n->op == OP_exact) *low = *high = int_of(c, SLOT(n, exact, value));
    else if (n->op == OP_max_range) *high = int_of(c, SLOT(n, max_range, value));
    else if (n->op == OP_min_range) *low = int_of(c, SLOT(n, min_range, value));
}
/* Leaves the sites where the condition holds; (to) and (site) are the site. */
void keep_where(Ctx *c, u64 *sites, const Node *condition) {
    i32 to = c->to, site_before = c->site;
    FOR_SITES (sites, site) {
        c->to = c->site = site;
        tick(c, 1);
        if (!int_of(c, condition)) region_drop(sites, site);
    }
    c->to = to, c->site = site_before;
}
static i32 is_player(Ctx *c, i32 p) { return p >= 0 && p <= c->g->n_players; }

/* ---- arithmetic: 32 bits, held at the ends */
//: add_int: (+ <int a> <int b>) -> int
INT(add_int, STATIC) { return clamped((i64)int_of(c, ARG(add_int, a)) + int_of(c, ARG(add_int, b))); }
//: sub_int: (- [<int a>] <int b>) -> int
INT(sub_int, STATIC) { return clamped((i64)int_or(c, ARG(sub_int, a), 0) - int_of(c, ARG(sub_int, b))); }
//: mul_int: (* <int a> <int b>) -> int
INT(mul_int, STATIC) { return clamped((i64)int_of(c, ARG(mul_int, a)) * int_of(c, ARG(mul_int, b))); }
//: div_int: (/ <int a> <int b>) -> int
INT(div_int, STATIC) {
    i32 a = int_of(c, ARG(div_int, a)), b = int_of(c, ARG(div_int, b));
    return b ? clamped((i64)a / b) : 0;
}
//: mod_int: (% <int a> <int b>) -> int
INT(mod_int, STATIC) {
    i32 a = int_of(c, ARG(mod_int, a)), b = int_of(c, ARG(mod_int, b));
    return b ? (i32)((i64)a % b) : 0;
}
static i32 power(i64 base, i32 exponent) {
    i64 result = 1;
    if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent & 1 ? -1 : 1) : 0;
    for (; exponent; exponent >>= 1) {
        if (exponent & 1) result = clamped(result * base);
        if (exponent > 1) base = clamped(base * base);
    }
    return (i32)result;
}
//: pow_int: (^ <int a> <int b>) -> int
INT(pow_int, STATIC) {
    i32 a = int_of(c, ARG(pow_int, a));
    return power(a, int_of(c, ARG(pow_int, b)));
}
//: pow_int_word: (pow <int a> <int b>) -> int
INT(pow_int_word, STATIC) {
    i32 a = int_of(c, ARG(pow_int_word, a));
    return power(a, int_of(c, ARG(pow_int_word, b)));
}
//: abs_int: (abs <int value>) -> int
INT(abs_int, STATIC) {
    i64 a = int_of(c, ARG(abs_int, value));
    return clamped(a < 0 ? -a : a);
}
static i32 larger(i32 a, i32 b) { return a > b ? a : b; }
static i32 smaller(i32 a, i32 b) { return a < b ? a : b; }
//: max_int: (max <int a> <int b>) -> int
INT(max_int, STATIC) {
    i32 a = int_of(c, ARG(max_int, a));
    return larger(a, int_of(c, ARG(max_int, b)));
}
//: min_int: (min <int a> <int b>) -> int
INT(min_int, STATIC) {
    i32 a = int_of(c, ARG(min_int, a));
    return smaller(a, int_of(c, ARG(min_int, b)));
}

enum Fold { FOLD_SUM, FOLD_PRODUCT, FOLD_MAX, FOLD_MIN };
static i32 fold_array(Ctx *c, const Node *array, enum Fold how) { /* of nothing: -1 for max and min */
    i32 *v, n = array_of(c, array, &v);
    i64 r = how == FOLD_SUM ? 0 : how == FOLD_PRODUCT ? 1 : n ? v[0] : UNDEFINED;
    tick(c, n / 8);
    for (i32 i = 0; i < n; i++) {
        if (how == FOLD_SUM) r = clamped(r + v[i]);
        else if (how == FOLD_PRODUCT) r = clamped(r * v[i]);
        else r = how == FOLD_MAX ? larger((i32)r, v[i]) : smaller((i32)r, v[i]);
    }
    c->n_numbers -= n;
    return (i32)r;
}
//: add_ints: (+ {<int values>}) -> int
INT(add_ints, STATIC) { return fold_array(c, ARG(add_ints, values), FOLD_SUM); }
//: mul_ints: (* {<int values>}) -> int
INT(mul_ints, STATIC) { return fold_array(c, ARG(mul_ints, values), FOLD_PRODUCT); }
//: add_array: (+ <intArray>) -> int
INT(add_array) { return fold_array(c, ARG(add_array, intArray), FOLD_SUM); }
//: max_array: (max <intArray>) -> int
INT(max_array) { return fold_array(c, ARG(max_array, intArray), FOLD_MAX); }
//: min_array: (min <intArray>) -> int
INT(min_array) { return fold_array(c, ARG(min_array, intArray), FOLD_MIN); }
//: size_array: (size Array <intArray>) -> int
INT(size_array) {
    i32 *v, size = array_of(c, ARG(size_array, intArray), &v);
    c->n_numbers -= size;
    return size;
}
//: count_value: (count Value <int value> in:<intArray>) -> int
INT(count_value) {
    i32 value = int_of(c, ARG(count_value, value)), *v, size = array_of(c, ARG(count_value, in), &v), found = 0;
    tick(c, size / 8);
    for (i32 i = 0; i < size; i++) found += v[i] == value;
    c->n_numbers -= size;
    return found;
}
//: int_if: (if <bool condition> <int yes> <int no>) -> int
INT(int_if, STATIC) {
    if (int_of(c, ARG(int_if, condition))) return int_of(c, ARG(int_if, yes));
    return int_or(c, ARG(int_if, no), UNDEFINED);
}

/* ---- the context */
//: site_from: (from [at:<whenType>]) -> int
INT(site_from) {
    UNUSED;
    return c->from;
}
//: site_to: (to) -> int
INT(site_to) {
    UNUSED;
    return c->to;
}
//: site_between: (between) -> int
INT(site_between) {
    UNUSED;
    return c->between;
}
//: site: (site) -> int
INT(site, STATIC) {
    UNUSED;
    return c->site;
}
//: level: (level) -> int
INT(level) {
    UNUSED;
    return c->level;
}
//: site_player: (player) -> int
INT(site_player) {
    UNUSED;
    return c->player;
}
//: track_context: (track) -> int
INT(track_context) {
    UNUSED;
    return c->track_site;
}
//: value: (value) -> int
INT(value) {
    UNUSED;
    return c->iterated;
}
//: mover: (mover) -> int
INT(mover) {
    UNUSED;
    return c->s->mover;
}
//: next: (next) -> int
INT(next) {
    UNUSED;
    return c->s->next;
}
//: prev: (prev [<prevType>]) -> int
INT(prev) {
    UNUSED;
    return c->s->previous;
}
//: counter: (counter) -> int
INT(counter) {
    UNUSED;
    return c->s->counter;
}
//: last_from: (last From [afterConsequence:<bool>]) -> int
INT(last_from) { return bool_or(c, ARG(last_from, afterConsequence), 0) ? c->s->after_from : c->s->last_from; }
//: last_to: (last To [afterConsequence:<bool>]) -> int
INT(last_to) { return bool_or(c, ARG(last_to, afterConsequence), 0) ? c->s->after_to : c->s->last_to; }
//: last_levelfrom: (last LevelFrom [afterConsequence:<bool>]) -> int
INT(last_levelfrom) {
    UNUSED;
    return 0;
}
//: last_levelto: (last LevelTo [afterConsequence:<bool>]) -> int
INT(last_levelto) {
    UNUSED;
    return 0;
}
//: score: (score <player> | <roleType>) -> int
INT(score) {
    i32 p = player_in(c, either(ARG(score, player), ARG(score, roleType)));
    return is_player(c, p) ? c->s->score[p] : 0;
}
//: var: (var [<string name>]) -> int
INT(var) { return ARG(var, name) ? c->vars[ARG(var, name)->value] : c->s->temp; }
//: value_player: (value Player <int index> | <roleType>) -> int
INT(value_player) {
    i32 p = role_of(c, either(ARG(value_player, index), ARG(value_player, roleType)));
    return is_player(c, p) ? c->s->player_value[p] : UNDEFINED;
}
//: value_pending: (value Pending) -> int
INT(value_pending) {
    UNUSED;
    return c->s->n_pending ? c->s->pending[0] : UNDEFINED;
}
//: value_random: (value Random <range>) -> int
INT(value_random) {
    const Node *range = ARG(value_random, range);
    i32 low, high;
    range_of(c, range, &low, &high);
    return high <= low ? low : clamped((i64)low + random_below(c, clamped((i64)high - low + 1)));
}
/* The limits at which the language's own engine stops a game. */
//: value_movelimit: (value MoveLimit) -> int
INT(value_movelimit, STATIC) {
    UNUSED;
    return 10000;
}
//: value_turnlimit: (value TurnLimit) -> int
INT(value_turnlimit, STATIC) {
    UNUSED;
    return 1250;
}
//: count_moves: (count Moves) -> int
INT(count_moves) {
    UNUSED;
    return c->s->n_moves;
}
//: count_turns: (count Turns) -> int
INT(count_turns) {
    UNUSED;
    return c->s->turn;
}
//: count_movesthisturn: (count MovesThisTurn) -> int
INT(count_movesthisturn) {
    UNUSED;
    return c->s->moves_in_turn;
}
//: count_players: (count Players) -> int
INT(count_players) {
    UNUSED;
    return c->g->n_players;
}
//: count_active: (count Active) -> int
INT(count_active) {
    UNUSED;
    return __builtin_popcount((u32)c->s->active);
}
//: id: (id [<pieceName name>] [<int index> | <roleType>]) -> int
INT(id) {
    i32 player = role_of(c, either(ARG(id, index), ARG(id, roleType)));
    if (!ARG(id, name)) return player;
    return component_of(c, ARG(id, name)->value, player);
}

/* ---- what stands on a site */
#define ON_SITE(slug, field, otherwise)                                                                                \
    i32 site = site_at(c, ARG(slug, siteType), ARG(slug, at));                                                         \
    return is_site(c, site) ? c->field[site] : otherwise
//: what: (what [<siteType>] at:<int> [level:<int>]) -> int
INT(what) { ON_SITE(what, what, 0); }
//: who: (who [<siteType>] at:<int> [level:<int>]) -> int
INT(who) { ON_SITE(who, who, 0); }
//: state: (state [<siteType>] at:<int> [level:<int>]) -> int
INT(state) { ON_SITE(state, state, 0); }
//: rotation: (rotation [<siteType>] at:<int> [level:<int>]) -> int
INT(rotation) { ON_SITE(rotation, rotation, 0); }
//: value_piece: (value Piece [<siteType>] at:<int> [level:<int>]) -> int
INT(value_piece) { ON_SITE(value_piece, value, 0); }
//: toplevel: (topLevel [<siteType>] at:<int>) -> int
INT(toplevel) {
    UNUSED;
    return 0;
}
static i64 counted(Ctx *c, const u64 *region) { /* pieces on its sites */
    i64 sum = 0;
    if (!(c->g->uses & USES_COUNT)) {
        for (i32 w = 0; w < c->g->words; w++) sum += __builtin_popcountll(region[w] & c->occupied[w]);
        return sum;
    }
    FOR_SITES (region, site) sum += c->count[site];
    return sum;
}
static i32 count_in(Ctx *c, const Node *type, const Node *in, const Node *at, i32 otherwise) {
    if (!in) {
        i32 site = at ? site_at(c, type, at) : otherwise;
        if (!is_site(c, site)) return 0;
        /* hands hold cells */
        if (!type && c->g->site_type != siteType_Cell && c->g->container_of[site] > 0) return 0;
        return c->count[site];
    }
    if (in->bits) return clamped(counted(c, in->bits));
    TMP_REGION(region);
    region_of(c, in, region);
    return clamped(counted(c, region));
}
//: count: (count [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count) { return count_in(c, ARG(count, siteType), ARG(count, in), ARG(count, at), c->s->last_to); }
//: size_stack: (size Stack [<siteType>] [in:<region> | at:<int>]) -> int
INT(size_stack) {
    const Node *in = ARG(size_stack, in), *at = ARG(size_stack, at);
    TMP_REGION(region);
    if (!in) {
        i32 site = at ? site_at(c, ARG(size_stack, siteType), at) : c->s->last_to;
        return is_site(c, site) && c->what[site];
    }
    region_of(c, in, region);
    for (i32 w = 0; w < c->g->words; w++) region[w] &= c->occupied[w];
    return region_size(c, region);
}
//: where: (where <pieceName name> <int index> | <roleType> [state:<int>] [<siteType>]) -> int
INT(where) {
    i32 player = role_of(c, either(ARG(where, index), ARG(where, roleType)));
    i32 what = component_of(c, ARG(where, name)->value, player), state = int_or(c, ARG(where, state), UNDEFINED);
    if (what <= 0) return OFF;
    FOR_SITES (of_kind(c, what), site)
        if (state < 0 || c->state[site] == state) return site;
    return OFF;
}
//: where_what: (where <int what> [<siteType>]) -> int
INT(where_what) {
    i32 what = int_of(c, ARG(where_what, what));
    if (what > 0 && what <= c->g->n_components)
        FOR_SITES (of_kind(c, what), site) return site;
    return OFF;
}

/* ---- the board */
#define OF_SITE(slug, table)                                                                                           \
    i32 site = site_at(c, ARG(slug, siteType), ARG(slug, of));                                                         \
    return is_site(c, site) ? c->g->table[site] : OFF
//: row: (row [<siteType>] of:<int>) -> int
INT(row, STATIC) { OF_SITE(row, row); }
//: column: (column [<siteType>] of:<int>) -> int
INT(column, STATIC) { OF_SITE(column, column); }
//: layer: (layer [<siteType>] of:<int>) -> int
INT(layer, STATIC) { /* hands lie on the ground */
    i32 site = site_at(c, ARG(layer, siteType), ARG(layer, of));
    return !is_site(c, site) ? OFF : c->g->layer[site] < 0 ? 0 : c->g->layer[site];
}
//: phase_of: (phase [<siteType>] of:<int>) -> int
INT(phase_of, STATIC) { OF_SITE(phase_of, colour); }
//: coord: (coord [<siteType>] <coordinate name>) -> int
INT(coord, STATIC) { return c->g->names[ARG(coord, name)->value].site; }
//: coord_rowcolumn: (coord [<siteType>] row:<int> column:<int>) -> int
INT(coord_rowcolumn, STATIC) {
    i32 row = int_of(c, ARG(coord_rowcolumn, row)), column = int_of(c, ARG(coord_rowcolumn, column));
    tick(c, c->g->n_board / 16);
    for (i32 s = 0; s < c->g->n_board; s++)
        if (c->g->row[s] == row && c->g->column[s] == column) return s;
    return OFF;
}
//: centrepoint: (centrePoint [<siteType>]) -> int
INT(centrepoint, STATIC) {
    UNUSED;
    FOR_SITES (c->g->static_regions + STATIC_REGION_Centre * c->g->words, site) return site;
    return OFF;
}
static i32 lines(Ctx *c, const i32 *number) { /* rows or columns of the board's ground */
    i32 last = -1;
    for (i32 s = 0; s < c->g->n_board; s++)
        if (c->g->layer[s] <= 0) last = larger(last, number[s]);
    return last + 1;
}
//: count_rows: (count Rows [<siteType>]) -> int
INT(count_rows, STATIC) {
    UNUSED;
    return lines(c, c->g->row);
}
//: count_columns: (count Columns [<siteType>]) -> int
INT(count_columns, STATIC) {
    UNUSED;
    return lines(c, c->g->column);
}
//: count_vertices: (count Vertices) -> int
INT(count_vertices, STATIC) {
    UNUSED;
    return c->g->type_n[siteType_Vertex];
}
//: count_edges: (count Edges) -> int
INT(count_edges, STATIC) {
    UNUSED;
    return c->g->type_n[siteType_Edge];
}
//: count_cells: (count Cells) -> int
INT(count_cells, STATIC) {
    UNUSED;
    return c->g->type_n[siteType_Cell];
}
//: handsite: (handSite <int index> | <roleType> [<int site>]) -> int
INT(handsite, STATIC) {
    i32 owner = role_of(c, either(ARG(handsite, index), ARG(handsite, roleType)));
    i32 offset = int_or(c, ARG(handsite, site), 0);
    for (i32 k = 1; k < c->g->n_containers; k++) {
        const Container *hand = &c->g->containers[k];
        if (hand->owner == owner) return offset >= 0 && offset < hand->n ? hand->first + offset : OFF;
    }
    return OFF;
}
//: ahead: (ahead [<siteType>] <int site> [steps:<int>] [<direction>]) -> int
INT(ahead) {
    i32 site = site_at(c, ARG(ahead, siteType), ARG(ahead, site)), steps = int_or(c, ARG(ahead, steps), 1);
    if (!is_site(c, site)) return OFF;
    if (steps == 0) return site;
    DirSet dirs = {0, 0};
    if (ARG(ahead, direction)) dirs = directions_of(c, ARG(ahead, direction), site, 0);
    else dirs.directions = (u64)1 << facing_of(c, site);
    FOR_RADIALS (site, dirs, r)
        if (steps > 0 && steps <= r->n) return r->at[steps - 1];
    return site; /* where there is nothing ahead, as in the data */
}
//: regionsite: (regionSite <region> index:<int>) -> int
INT(regionsite) {
    TMP_REGION(region);
    region_of(c, ARG(regionsite, region), region);
    i32 index = int_of(c, ARG(regionsite, index));
    if (index >= 0)
        FOR_SITES (region, site)
            if (index-- == 0) return site;
    return OFF;
}

/* ---- counting pieces and sites */
//: count_sites: (count Sites [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count_sites, STATIC) {
    const Node *in = ARG(count_sites, in), *at = ARG(count_sites, at);
    if (!in) return at ? is_site(c, int_of(c, at)) : c->g->n_board;
    if (in->bits) return region_size(c, in->bits);
    TMP_REGION(region);
    region_of(c, in, region);
    return region_size(c, region);
}
static i32 count_near(Ctx *c, const Node *type, const Node *at, i32 relation) {
    i32 site = at ? site_at(c, type, at) : c->s->last_to;
    return is_site(c, site) ? c->g->neighbours[relation][site].n : 0;
}
enum { NEAR_ORTHOGONAL, NEAR_DIAGONAL, NEAR_OFF, NEAR_ADJACENT, NEAR_ALL }; /* rows of Game.neighbours */
//: count_adjacent: (count Adjacent [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count_adjacent) { return count_near(c, ARG(count_adjacent, siteType), ARG(count_adjacent, at), NEAR_ADJACENT); }
//: count_neighbours: (count Neighbours [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count_neighbours) { return count_near(c, ARG(count_neighbours, siteType), ARG(count_neighbours, at), NEAR_ALL); }
//: count_orthogonal: (count Orthogonal [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count_orthogonal) {
    return count_near(c, ARG(count_orthogonal, siteType), ARG(count_orthogonal, at), NEAR_ORTHOGONAL);
}
//: count_diagonal: (count Diagonal [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count_diagonal) { return count_near(c, ARG(count_diagonal, siteType), ARG(count_diagonal, at), NEAR_DIAGONAL); }
//: count_off: (count Off [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count_off) { return count_near(c, ARG(count_off, siteType), ARG(count_off, at), NEAR_OFF); }

static i32 is_named(Ctx *c, i32 component, i32 name) { /* by its whole name or its name without a number */
    return c->g->components[component].name == name || c->g->components[component].base == name;
}
/* Where the pieces of (count Pieces), (no Pieces) and the like stand; whoever's where neither role nor of is there. */
void pieces_of(Ctx *c, const Node *role, const Node *of, const Node *name, const Node *in, u64 *out) {
    i32 words = c->g->words;
    if (in) {
        region_of(c, in, out);
        for (i32 w = 0; w < words; w++) out[w] &= c->occupied[w];
    } else region_copy(c, out, c->occupied);
    const Node *owner = role ? role : of;
    i32 role_given = owner && owner->kind == CONSTANT && owner->type == TYPE_roleType;
    if (owner && !(role_given && (owner->value == roleType_All || owner->value == roleType_Shared))) {
        u32 players = players_in(c, owner);
        for (i32 w = 0; w < words; w++) {
            u64 theirs = 0;
            for (u32 p = players; p; p &= p - 1) theirs |= owned_by(c, __builtin_ctz(p))[w];
            out[w] &= theirs;
        }
    }
    if (name) {
        for (i32 w = 0; w < words; w++) {
            u64 kind = 0;
            for (i32 k = 1; k <= c->g->n_components; k++)
                if (is_named(c, k, name->value)) kind |= of_kind(c, k)[w];
            out[w] &= kind;
        }
        tick(c, c->g->n_components);
    }
}
//: count_pieces: (count Pieces [<siteType>] [<roleType> | of:<int>] [<pieceName name>] [in:<region>] [if:<bool>])
//:     -> int
INT(count_pieces) {
    TMP_REGION(pieces);
    const Node *role = ARG(count_pieces, roleType), *of = ARG(count_pieces, of), *name = ARG(count_pieces, name);
    pieces_of(c, role, of, name, ARG(count_pieces, in), pieces);
    if (ARG(count_pieces, if_)) keep_where(c, pieces, ARG(count_pieces, if_));
    return clamped(counted(c, pieces));
}
