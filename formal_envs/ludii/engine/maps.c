/* Maps: pairs of numbers, evaluated once, before anything else; and (flips ..). */
#include "arguments.h"
#include "maps.h"

//: flips: (flips <integer a> <integer b>) -> flips
PLAIN(flips)

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
    return key; /* what no map has stands for itself */
}
