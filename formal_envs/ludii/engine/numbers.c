/* Numbers: what the context holds, what stands on a site, counting pieces. */
#include "random.h"
#include "arguments.h"
#include "stack_pieces.h"

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
    const Node *kind = ARG(prev, prevType);
    if (kind && kind->value == prevType_MoverLastTurn) return c->s->turn_before ? c->s->turn_before : UNDEFINED;
    return c->s->previous;
}
//: counter: (counter) -> int
INT(counter) {
    UNUSED;
    return c->s->counter;
}
//: last_from: (last From [afterConsequence:<bool>]) -> int
INT(last_from) {
    const State *s = last_move(c);
    return bool_or(c, ARG(last_from, afterConsequence), 0) ? s->after_from : s->last_from;
}
//: last_to: (last To [afterConsequence:<bool>]) -> int
INT(last_to) {
    const State *s = last_move(c);
    return bool_or(c, ARG(last_to, afterConsequence), 0) ? s->after_to : s->last_to;
}
//: last_levelfrom: (last LevelFrom [afterConsequence:<bool>]) -> int
INT(last_levelfrom) {
    UNUSED;
    return last_move(c)->last_level_from;
}
//: last_levelto: (last LevelTo [afterConsequence:<bool>]) -> int
INT(last_levelto) {
    UNUSED;
    return last_move(c)->last_level_to;
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
    return high <= low ? low : clamped((i64)low + random_below(c->chance, clamped((i64)high - low + 1)));
}
/* The limits at which the language's own engine stops a game. */
//: value_movelimit: (value MoveLimit) -> int
INT(value_movelimit, STATIC) {
    UNUSED;
    return MAX_GAME_MOVES;
}
//: value_turnlimit: (value TurnLimit) -> int
INT(value_turnlimit, STATIC) {
    UNUSED;
    return MAX_GAME_TURNS;
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
    return component_owned(c, ARG(id, name)->value, player);
}

/* ---- what stands on a site */
static Piece on_level(Ctx *c, const Node *type, const Node *at, const Node *named) { /* nothing where there is no such level */
    i32 site = site_at(c, type, at), level = is_site(c, site) ? int_of(c, named) : 0;
    return is_site(c, site) && level < height(c, site) ? piece_at(c, site, level) : (Piece){0, 0, 0, 0, 0};
}
static i32 lowest_on(Ctx *c, const Node *type, const Node *at) {
    i32 site = site_at(c, type, at);
    return is_site(c, site) ? piece_at(c, site, 0).what : 0;
}
#define ON_SITE(slug, field, otherwise)                                                                                \
    if (ARG(slug, level)) return on_level(c, ARG(slug, siteType), ARG(slug, at), ARG(slug, level)).field;              \
    i32 site = site_at(c, ARG(slug, siteType), ARG(slug, at));                                                         \
    return is_site(c, site) ? c->field[site] : otherwise
//: what: (what [<siteType>] at:<int> [level:<int>]) -> int
INT(what) { /* of a stack the lowest, in Ludii, where no level is named; everything else is the top's */
    if (c->first_level && !ARG(what, level)) return lowest_on(c, ARG(what, siteType), ARG(what, at));
    ON_SITE(what, what, 0);
}
//: who: (who [<siteType>] at:<int> [level:<int>]) -> int
INT(who) { ON_SITE(who, who, 0); }
//: state: (state [<siteType>] at:<int> [level:<int>]) -> int
INT(state) { ON_SITE(state, state, 0); }
//: rotation: (rotation [<siteType>] at:<int> [level:<int>]) -> int
INT(rotation) { ON_SITE(rotation, rotation, 0); }
//: value_piece: (value Piece [<siteType>] at:<int> [level:<int>]) -> int
INT(value_piece) { ON_SITE(value_piece, value, 0); }
//: toplevel: (topLevel [<siteType>] at:<int>) -> int
INT(toplevel) { /* 0 of an empty site, too */
    i32 site = site_at(c, ARG(toplevel, siteType), ARG(toplevel, at));
    return is_site(c, site) ? larger(height(c, site) - 1, 0) : 0;
}
static i64 counted(Ctx *c, const u64 *region) { /* pieces on its sites */
    i64 sum = 0;
    if (c->first_level) {
        FOR_SITES (region, site) sum += height(c, site);
        return sum;
    }
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
        return c->first_level ? height(c, site) : c->count[site];
    }
    if (in->bits) return clamped(counted(c, in->bits));
    TMP_REGION(region);
    region_of(c, in, region);
    return clamped(counted(c, region));
}
//: count: (count [<siteType>] [in:<region> | at:<int>] [<string name>]) -> int
INT(count) { return count_in(c, ARG(count, siteType), ARG(count, in), ARG(count, at), last_move(c)->last_to); }
//: size_stack: (size Stack [<siteType>] [in:<region> | at:<int>]) -> int
INT(size_stack) {
    const Node *in = ARG(size_stack, in), *at = ARG(size_stack, at);
    TMP_REGION(region);
    if (!in) {
        i32 site = at ? site_at(c, ARG(size_stack, siteType), at) : last_move(c)->last_to;
        return is_site(c, site) ? height(c, site) : 0;
    }
    region_of(c, in, region);
    region_and(c, region, c->occupied);
    i32 sum = 0;
    FOR_SITES (region, site) sum += height(c, site);
    return sum;
}
//: count_stack: (count Stack [<stackDirection>] [<siteType>] at:<int> | to:<region> [if:<bool>] [stop:<bool>]) -> int
INT(count_stack) { /* levels that meet the condition, as far as none meets the other */
    const Node *way = ARG(count_stack, stackDirection), *at = ARG(count_stack, at);
    i32 sum = 0, to = c->to, level = c->level, down = enum_or(way, 0) == stackDirection_FromTop;
    TMP_REGION(sites);
    region_or_site(c, ARG(count_stack, to), ARG(count_stack, siteType), at, OFF, sites);
    FOR_SITES (sites, site) {
        i32 levels = height(c, site);
        c->to = site;
        for (i32 k = 0; k < levels; k++) {
            tick(c, 1);
            c->level = down ? levels - 1 - k : k;
            if (bool_or(c, ARG(count_stack, if_), 1)) sum++;
            if (bool_or(c, ARG(count_stack, stop), 0)) break;
        }
    }
    c->to = to, c->level = level;
    return sum;
}
static i32 where_beneath(Ctx *c, i32 what, i32 state) { /* the first site that has it at whatever level */
    TMP_REGION(sites);
    region_copy(c, sites, of_kind(c, what));
    add_beneath(c, what, sites);
    FOR_SITES (sites, site)
        for (i32 k = 0; k < height(c, site); k++) {
            Piece p = piece_at(c, site, k);
            if (p.what == what && (state < 0 || p.state == state)) return site;
        }
    return OFF;
}
//: where: (where <pieceName name> <int index> | <roleType> [state:<int>] [<siteType>]) -> int
INT(where) {
    i32 player = role_of(c, either(ARG(where, index), ARG(where, roleType)));
    i32 what = component_of(c, ARG(where, name)->value, player), state = int_or(c, ARG(where, state), UNDEFINED);
    if (what <= 0 && player >= 0 && player <= c->g->n_players + 1)
        what = c->g->names[ARG(where, name)->value].holding[player];
    if (what <= 0) return OFF;
    if (c->first_level) return where_beneath(c, what, state);
    FOR_SITES (of_kind(c, what), site)
        if (state < 0 || c->state[site] == state) return site;
    return OFF;
}
//: where_what: (where <int what> [<siteType>]) -> int
INT(where_what) {
    i32 what = int_of(c, ARG(where_what, what));
    if (what < 1 || what > c->g->n_components) return OFF;
    if (c->first_level) return where_beneath(c, what, UNDEFINED);
    FOR_SITES (of_kind(c, what), site) return site;
    return OFF;
}
static i32 level_on(Ctx *c, i32 site, i32 what, i32 state, i32 from_top) {
    i32 n = is_site(c, site) && what > 0 ? height(c, site) : 0;
    for (i32 k = 0; k < n; k++) {
        i32 level = from_top ? n - 1 - k : k;
        Piece p = piece_at(c, site, level);
        if (p.what == what && (state < 0 || p.state == state)) return level;
    }
    return OFF;
}
//: where_level: (where Level <pieceName name> <int index> | <roleType> [state:<int>] [<siteType>] at:<int>
//:     [fromTop:<bool>]) -> int
INT(where_level) {
    i32 player = role_of(c, either(ARG(where_level, index), ARG(where_level, roleType)));
    i32 what = component_of(c, ARG(where_level, name)->value, player);
    return level_on(c, site_at(c, ARG(where_level, siteType), ARG(where_level, at)), what,
                    int_or(c, ARG(where_level, state), UNDEFINED), bool_or(c, ARG(where_level, fromTop), 1));
}
//: where_level_what: (where Level <int what> [<siteType>] at:<int> [fromTop:<bool>]) -> int
INT(where_level_what) {
    return level_on(c, site_at(c, ARG(where_level_what, siteType), ARG(where_level_what, at)),
                    int_of(c, ARG(where_level_what, what)), UNDEFINED, bool_or(c, ARG(where_level_what, fromTop), 1));
}

static i32 count_at_levels(Ctx *c, const Wanted *w, const Node *in, const Node *condition) {
    i32 sum = 0;
    TMP_REGION(sites);
    if (in) region_of(c, in, sites), region_and(c, sites, c->occupied);
    else region_copy(c, sites, c->occupied);
    if (condition) keep_where(c, sites, condition);
    FOR_SITES (sites, site) sum += wanted_on(c, site, w);
    return sum;
}
//: count_pieces: (count Pieces [<siteType>] [<roleType> | of:<int>] [<pieceName name>] [in:<region>] [if:<bool>])
//:     -> int
INT(count_pieces) {
    TMP_REGION(pieces);
    const Node *role = ARG(count_pieces, roleType), *of = ARG(count_pieces, of), *name = ARG(count_pieces, name);
    if (c->first_level) {
        u64 kinds[kind_words(c)];
        Wanted w = wanted_pieces(c, either(role, of), name, kinds);
        return count_at_levels(c, &w, ARG(count_pieces, in), ARG(count_pieces, if_));
    }
    pieces_of(c, ARG(count_pieces, siteType), role, of, name, ARG(count_pieces, in), pieces);
    if (ARG(count_pieces, if_)) keep_where(c, pieces, ARG(count_pieces, if_));
    return clamped(counted(c, pieces));
}
