/* What the equipment lays down besides the board and the pieces: tracks and maps. */
#include "engine.h"

//: flips: (flips <integer a> <integer b>) -> flips
PLAIN(flips)

/* ---- tracks */
const Track *track_of(Ctx *c, const Node *name, i32 owner) {
    const Game *g = c->g;
    const Track *shared = NULL;
    i32 n = name ? g->tracks_named[name->value].n : g->n_tracks;
    for (i32 i = 0; i < n; i++) {
        const Track *t = &g->tracks[name ? g->tracks_named[name->value].at[i] : i];
        if (owner < 0 || t->owner == owner) return t;
        if (!shared && (t->owner < 1 || t->owner > g->n_players)) shared = t;
    }
    return shared;
}
i32 place_on_track(Ctx *c, const Track *t, i32 site) { /* the first of its places there; -1 if none */
    tick(c, t->sites.n / 8);
    for (i32 i = 0; i < t->sites.n; i++)
        if (t->sites.at[i] == site) return i;
    return -1;
}
/* The track of that name: a player's, the mover's own where none is told. */
static const Track *own_track(Ctx *c, const Node *name, const Node *player, const Node *role) {
    const Node *who = player ? player : role;
    const Track *t = track_of(c, name, who ? player_in(c, who) : c->s->mover);
    return t || who ? t : track_of(c, name, -1);
}
//: tracksite_move: (trackSite Move [from:<int>] [<roleType> | <player> | <trackName track>] [steps:<int>]) -> int
INT(tracksite_move) {
    const Node *player = ARG(tracksite_move, player), *role = ARG(tracksite_move, roleType);
    const Track *t = own_track(c, ARG(tracksite_move, track), player, role);
    i32 from = int_or(c, ARG(tracksite_move, from), c->from), steps = int_or(c, ARG(tracksite_move, steps), 1);
    if (!t || !t->sites.n || from < 0) return OFF;
    i32 at = place_on_track(c, t, from);
    if (at < 0) at = 0; /* a site beside the track counts as its start: Khutka Boia */
    i64 goal = (i64)at + steps;
    if (t->loop) goal = (goal % t->sites.n + t->sites.n) % t->sites.n;
    return goal < 0 || goal >= t->sites.n ? OFF : t->sites.at[goal];
}
//: tracksite_first: (trackSite FirstSite [<player> | <roleType>] [<trackName track>] [from:<int>] [if:<bool>]) -> int
INT(tracksite_first) { /* the first place from `from` on that meets the condition */
    const Node *player = ARG(tracksite_first, player), *role = ARG(tracksite_first, roleType);
    const Node *condition = ARG(tracksite_first, if_), *from = ARG(tracksite_first, from);
    const Track *t = own_track(c, ARG(tracksite_first, track), player, role);
    if (!t) return OFF;
    i32 first = from ? place_on_track(c, t, int_of(c, from)) : 0, found = OFF, to = c->to;
    for (i32 i = 0; first >= 0 && i < t->sites.n && found < 0; i++) {
        if (first + i >= t->sites.n && !t->loop) break;
        tick(c, 1);
        c->to = t->sites.at[(first + i) % t->sites.n];
        if (!condition || int_of(c, condition)) found = c->to;
    }
    c->to = to;
    return found;
}
//: tracksite_end: (trackSite EndSite [<player> | <roleType>] [<trackName track>]) -> int
INT(tracksite_end) {
    const Track *t = own_track(c, ARG(tracksite_end, track), ARG(tracksite_end, player), ARG(tracksite_end, roleType));
    return t && t->sites.n ? t->sites.at[t->sites.n - 1] : OFF;
}

/* ---- maps: pairs of numbers, evaluated once, before anything else */
//: map: (map [<string name>] {<pair pairs>}) -> item
PLAIN(map)
//: map_ints: (map [<string name>] {<integer keys>} {<integer values>}) -> item
PLAIN(map_ints)
//: pair: (pair <int key> <int value>) -> pair
PLAIN(pair)
//: pair_role: (pair <roleType key> <int value>) -> pair
PLAIN(pair_role)
//: pair_roles: (pair <roleType key> <roleType value>) -> pair
PLAIN(pair_roles)
//: pair_role_landmark: (pair <roleType key> <landmarkType value>) -> pair
PLAIN(pair_role_landmark)
//: pair_role_name: (pair <roleType key> <string value>) -> pair
PLAIN(pair_role_name)
//: pair_int_name: (pair <int key> <string value>) -> pair
PLAIN(pair_int_name)
//: pair_names: (pair <string key> <string value>) -> pair
PLAIN(pair_names)

static i32 named_number(Ctx *c, const Node *name) { /* a coordinate, else a kind of piece */
    const NameInfo *info = &c->g->names[name->value];
    return info->site >= 0 ? info->site : info->component ? info->component : OFF;
}
static i32 first_of(Ctx *c, i32 region) {
    FOR_SITES (c->g->static_regions + region * c->g->words, site) return site;
    return OFF;
}
static i32 landmark(Ctx *c, i32 which) {
    switch (which) {
    case landmarkType_FirstSite: return 0;
    case landmarkType_LastSite: return c->g->n_board - 1;
    case landmarkType_CentreSite: return first_of(c, STATIC_REGION_Centre);
    case landmarkType_LeftSite: return first_of(c, STATIC_REGION_Left);
    case landmarkType_RightSite: return first_of(c, STATIC_REGION_Right);
    case landmarkType_Topsite: return first_of(c, STATIC_REGION_Top);
    case landmarkType_BottomSite: return first_of(c, STATIC_REGION_Bottom);
    default: return OFF;
    }
}
static i32 number_of(Ctx *c, const Node *n) {
    if (n->kind != CONSTANT || n->type == TYPE_int) return int_of(c, n);
    if (n->type == TYPE_roleType) return role_of(c, n);
    return n->type == TYPE_landmarkType ? landmark(c, n->value) : named_number(c, n);
}
static const Node *map_list(const Node *map, i32 values) { /* the keys or the values of a map */
    if (map->op == OP_map) return SLOT(map, map, pairs);
    return values ? SLOT(map, map_ints, values) : SLOT(map, map_ints, keys);
}
static i32 pair_number(Ctx *c, const Node *item, i32 value) { /* (pair key value), or a number of a list */
    return item->kind == PLAIN ? number_of(c, item->arg[value]) : number_of(c, item);
}
void load_maps(Ctx *c) {
    Game *g = (Game *)c->g;
    i32 pairs = 0;
    for (i32 i = 0; i < g->n_maps; i++) pairs += map_list(g->maps[i].node->arg[0], 0)->n;
    i32 *room = keep(g, 8 * (size_t)pairs);
    for (i32 i = 0; i < g->n_maps; i++) {
        Map *map = &g->maps[i];
        const Node *keys = map_list(map->node->arg[0], 0), *values = map_list(map->node->arg[0], 1);
        map->n = keys->n < values->n ? keys->n : values->n;
        map->keys = room, map->values = room + map->n, room += 2 * map->n;
        for (i32 k = 0; k < map->n; k++) {
            map->keys[k] = pair_number(c, keys->arg[k], 0);
            map->values[k] = pair_number(c, values->arg[k], 1);
        }
    }
}
//: mapentry: (mapEntry [<string name>] <int key> | <roleType>) -> int
INT(mapentry, STATIC) {
    const Node *name = ARG(mapentry, name);
    i32 key = ARG(mapentry, roleType) ? role_of(c, ARG(mapentry, roleType)) : int_of(c, ARG(mapentry, key));
    for (i32 i = 0; i < c->g->n_maps; i++) {
        const Map *map = &c->g->maps[i];
        if (name && map->name != name->value) continue;
        tick(c, map->n / 8);
        for (i32 k = 0; k < map->n; k++)
            if (map->keys[k] == key) return map->values[k];
    }
    return OFF;
}
