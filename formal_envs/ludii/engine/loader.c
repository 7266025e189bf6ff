/* From the bytecode, a run of integers that the compiler writes, to a Game. */
#include "state.h"
#include "directions.h"
#include "loader.h"
#include "places.h"
#include "ways.h"

/* Nothing of bytecode is believed: each read is held to its section, each number to what it counts or indexes. */
typedef struct Reader {
    Game *g;
    const i32 *at, *end;
} Reader;
static void hold(const Game *g, i32 true_of_bytecode) {
    if (!true_of_bytecode) longjmp(*g->refused, BAD_BYTECODE);
}
static Reader section(Game *g, const i32 *bytecode, i64 length, i32 which) { /* behind the table */
    hold(g, length > 2 * which + 2);
    i64 from = bytecode[2 * which + 1], n = bytecode[2 * which + 2];
    hold(g, from >= 0 && n >= 0 && from + n <= length);
    return (Reader){g, bytecode + from, bytecode + from + n};
}
static const i32 *many(Reader *r, i64 n) {
    hold(r->g, n >= 0 && n <= r->end - r->at);
    r->at += n;
    return r->at - n;
}
static i32 between(Reader *r, i64 low, i64 high) { /* the next number, which lies there */
    i32 v = *many(r, 1);
    hold(r->g, v >= low && v <= high);
    return v;
}
static i32 any(Reader *r) { return *many(r, 1); }
static i32 string_id(Reader *r) { return between(r, -1, r->g->n_strings - 1); }
static i32 some_player(Reader *r) { return between(r, -1, MAX_PLAYERS + 1); } /* or one who does not play */
static const Node *node_of(Reader *r, i32 least) { /* -1: none */
    i32 index = between(r, least, r->g->n_nodes - 1);
    return index < 0 ? NULL : r->g->nodes[index];
}
static const Node *list_of(Reader *r, i32 least) {
    const Node *n = node_of(r, least);
    hold(r->g, !n || n->kind == LIST);
    return n;
}
static Row *rows(Reader *r, i32 n, i32 limit) { /* n rows: a length, then that many integers, each below the limit */
    Row *row = keep(r->g, sizeof(Row) * (size_t)n);
    for (i32 i = 0; i < n; i++) {
        row[i].n = any(r), row[i].at = many(r, row[i].n);
        for (i32 k = 0; k < row[i].n; k++) hold(r->g, (u32)row[i].at[k] < (u32)limit);
    }
    return row;
}

/* ---- the tree: rows of NODE numbers, each followed by its arguments */
static size_t node_bytes(i32 n) { return (sizeof(Node) + sizeof(Node *) * (size_t)n + 7) & ~(size_t)7; }
static void hold_node(const Game *g, const i32 *p) {
    i32 op = p[NODE_op], kind = p[NODE_kind], type = p[NODE_type], value = p[NODE_value];
    i32 sound = op >= -1 && op < N_LUDEMES && kind >= CONSTANT && kind <= PLAIN && type >= -1 && type < N_TYPES;
    if (sound && op >= 0) sound = p[NODE_n] == LUDEMES[op].n_slots;
    if (sound && type == TYPE_string) sound = value >= 0 && value < g->n_strings;
    else if (sound && type >= 0 && N_KEYWORDS[type]) sound = value >= 0 && value < N_KEYWORDS[type];
    hold(g, sound);
}
static void load_node(Game *g, i32 index, Node *node, const i32 *p, const i32 *arg) {
    hold_node(g, p);
    node->op = p[NODE_op], node->kind = (u8)p[NODE_kind], node->type = (i16)p[NODE_type];
    node->value = p[NODE_value], node->n = p[NODE_n];
    if (node->op >= 0) node->fn.value = LUDEMES[node->op].fn.value, node->kind = LUDEMES[node->op].kind;
    node->folded = node->kind == CONSTANT;
    for (i32 k = 0; k < node->n; k++) {
        hold(g, arg[k] >= -1 && arg[k] < index);
        node->arg[k] = arg[k] < 0 ? NULL : g->nodes[arg[k]];
    }
}
static void load_nodes(Reader r) {
    Game *g = r.g;
    i32 n = g->n_nodes = between(&r, 0, (r.end - r.at) / N_NODE);
    size_t room = 0;
    for (Reader q = r; q.at < q.end;) {
        i32 n_args = many(&q, N_NODE)[NODE_n];
        many(&q, n_args);
        room += node_bytes(n_args);
    }
    char *at = keep(g, room);
    g->nodes = keep(g, sizeof(Node *) * (size_t)n);
    for (i32 i = 0; i < n; i++) {
        const i32 *p = many(&r, N_NODE), *arg = many(&r, p[NODE_n]);
        g->nodes[i] = (Node *)at;
        load_node(g, i, g->nodes[i], p, arg);
        at += node_bytes(p[NODE_n]);
    }
}

static void load_counts(Reader r) {
    Game *g = r.g;
    const i32 *p = many(&r, N_COUNTS);
    for (i32 i = 0; i < N_COUNTS; i++) hold(g, p[i] >= -1 && p[i] <= MAX_COUNT);
    g->n_players = p[COUNT_n_players], g->n_sites = p[COUNT_n_sites], g->n_board = p[COUNT_n_board];
    g->site_type = p[COUNT_site_type], g->uses = (u32)p[COUNT_uses], g->repetition = p[COUNT_repetition],
    g->n_strings = p[COUNT_n_strings];
    g->n_components = p[COUNT_n_components], g->n_containers = p[COUNT_n_containers], g->n_tracks = p[COUNT_n_tracks];
    g->n_regions = p[COUNT_n_regions], g->n_phases = p[COUNT_n_phases], g->n_maps = p[COUNT_n_maps];
    g->n_dice = p[COUNT_n_dice];
    hold(g, g->n_players >= 1 && g->n_players <= MAX_PLAYERS && g->n_sites >= 1 && g->n_strings >= 0);
    hold(g, g->n_board >= 0 && g->n_board <= g->n_sites && g->site_type >= 0 && g->site_type < N_siteType);
    hold(g, g->n_components >= 0 && g->n_components <= INT16_MAX && g->n_containers >= 1 && g->n_phases >= 1);
    hold(g, g->n_tracks >= 0 && g->n_regions >= 0 && g->n_maps >= 0);
    hold(g, g->n_dice >= 0 && g->n_dice <= MAX_DICE);
    for (i32 t = 0; t < N_siteType; t++) {
        i32 first = g->type_first[t] = p[COUNT_first_Vertex + t], n = g->type_n[t] = p[COUNT_n_Vertex + t];
        hold(g, n >= 0 && (first < 0 || first + n <= g->n_sites));
    }
    g->words = (g->n_sites + 63) / 64;
}
static void load_radials(Reader r) {
    Game *g = r.g;
    g->radial_first = (i32 *)many(&r, g->n_sites + 1);
    i32 n_radials = g->radial_first[g->n_sites], before = 0;
    hold(g, n_radials >= 0 && n_radials <= MAX_COUNT);
    for (i32 s = 0; s <= g->n_sites; before = g->radial_first[s++])
        hold(g, g->radial_first[s] >= before && g->radial_first[s] <= n_radials);
    g->radials = keep(g, sizeof(Radial) * (size_t)n_radials);
    for (i32 i = 0; i < n_radials; i++) {
        i32 direction = between(&r, 0, N_absoluteDirection - 1), relations = any(&r), n = between(&r, 1, INT16_MAX);
        const i32 *at = many(&r, n);
        for (i32 k = 0; k < n; k++) hold(g, (u32)at[k] < (u32)g->n_sites);
        g->radials[i] = (Radial){.direction = (i16)direction, .relations = (u32)relations, .n = (i16)n, .at = at};
        for (i32 k = 0; k < N_relationType; k++)
            if (relations >> k & 1) g->supported[k] |= (u64)1 << direction;
        if (i < g->radial_first[g->n_board] && (relations & REL_Orthogonal)) g->walked |= (u64)1 << direction;
    }
}
static u64 *load_sets(Reader r, i32 n_sets) { /* a length, then that many sites, each */
    Game *g = r.g;
    u64 *sets = keep(g, 8 * (size_t)g->words * (size_t)n_sets);
    for (i32 k = 0; k < n_sets; k++)
        for (i32 n = between(&r, 0, g->n_sites); n > 0; n--)
            region_add(sets + k * g->words, between(&r, 0, g->n_sites - 1));
    return sets;
}
static u64 *on_board_alone(Game *g, const u64 *sets, i32 n_sets) { /* without sites of other types */
    u64 *own = keep(g, 8 * (size_t)g->words * (size_t)n_sets);
    for (i32 k = 0; k < n_sets * g->words; k++) own[k] = sets[k] & g->board[k % g->words];
    return own;
}
static const u64 *sets_of(Game *g, const Row *lists) { /* a set a site */
    u64 *sets = keep(g, 8 * (size_t)g->words * (size_t)g->n_sites);
    for (i32 s = 0; s < g->n_sites; s++)
        for (i32 i = 0; i < lists[s].n; i++) region_add(sets + s * g->words, lists[s].at[i]);
    return sets;
}
static void load_board(Game *g, const i32 *bytecode, i64 length) {
    Reader r = section(g, bytecode, length, SECTION_SITES);
    i32 **per_site[] = {&g->row,          &g->column,       &g->layer,       &g->colour,
                        &g->container_of, &g->coordinate_x, &g->coordinate_y};
    for (i32 k = 0; k < 7; k++) *per_site[k] = (i32 *)many(&r, g->n_sites);
    load_radials(section(g, bytecode, length, SECTION_RADIALS));
    r = section(g, bytecode, length, SECTION_NEIGHBOURS);
    for (i32 k = 0; k < N_relationType; k++) g->neighbours[k] = rows(&r, g->n_sites, g->n_sites);
    for (i32 k = 0; k < N_relationType && g->words <= 4; k++) g->near[k] = sets_of(g, g->neighbours[k]);
    g->board = keep(g, 8 * (size_t)g->words);
    for (i32 s = 0; s < g->n_board; s++) region_add(g->board, s);
    g->cost = keep(g, sizeof(i32) * (size_t)g->n_sites);
    g->parts = load_sets(section(g, bytecode, length, SECTION_STATIC_REGIONS), N_STATIC_REGIONS);
    g->static_regions = on_board_alone(g, g->parts, N_STATIC_REGIONS);
    g->sides = load_sets(section(g, bytecode, length, SECTION_SIDES), N_absoluteDirection);
    g->side_regions = on_board_alone(g, g->sides, N_absoluteDirection);
    for (i32 k = 0; k < N_absoluteDirection * g->words; k++)
        if (g->side_regions[k]) g->sided |= (u64)1 << k / g->words;
    for (r = section(g, bytecode, length, SECTION_INCIDENT); r.at < r.end;) {
        i32 from = between(&r, 0, N_siteType - 1), to = between(&r, 0, N_siteType - 1);
        g->incident[from][to] = rows(&r, g->type_n[from], g->n_sites);
    }
}
static void load_equipment(Game *g, const i32 *bytecode, i64 length) {
    Reader r = section(g, bytecode, length, SECTION_COMPONENTS);
    g->components = keep(g, sizeof(Component) * (size_t)(g->n_components + 1));
    g->components[0].facing = -1;
    for (i32 i = 1; i <= g->n_components; i++) {
        Component *k = &g->components[i];
        k->owner = between(&r, 0, g->n_players + 1), k->name = string_id(&r), k->base = string_id(&r);
        k->facing = between(&r, -1, N_absoluteDirection - 1), k->moves = node_of(&r, -1), k->flips = node_of(&r, -1);
    }
    for (i32 i = g->n_components; i >= 1; i--) {
        Component *k = &g->components[i];
        k->next = g->first_of[k->owner], g->first_of[k->owner] = i;
    }
    r = section(g, bytecode, length, SECTION_CONTAINERS);
    g->containers = keep(g, sizeof(Container) * (size_t)g->n_containers);
    for (i32 i = 0; i < g->n_containers; i++) {
        Container *k = &g->containers[i];
        k->name = string_id(&r), k->first = between(&r, 0, g->n_sites - 1),
        k->n = between(&r, 0, g->n_sites - k->first);
        k->owner = between(&r, 0, g->n_players + 1);
    }
    r = section(g, bytecode, length, SECTION_TRACKS); /* whose places may lie off the board */
    g->tracks = keep(g, sizeof(Track) * (size_t)g->n_tracks);
    for (i32 i = 0; i < g->n_tracks; i++) {
        Track *t = &g->tracks[i];
        t->name = string_id(&r), t->owner = some_player(&r), t->loop = any(&r), t->sites.n = any(&r);
        t->sites.at = many(&r, t->sites.n);
    }
    r = section(g, bytecode, length, SECTION_REGIONS);
    g->regions = keep(g, sizeof(NamedRegion) * (size_t)g->n_regions);
    for (i32 i = 0; i < g->n_regions; i++) {
        NamedRegion *k = &g->regions[i];
        k->name = string_id(&r), k->owner = some_player(&r), k->region = list_of(&r, 0);
    }
    r = section(g, bytecode, length, SECTION_MAPS);
    g->maps = keep(g, sizeof(Map) * (size_t)g->n_maps);
    for (i32 i = 0; i < g->n_maps; i++) {
        g->maps[i].name = string_id(&r), g->maps[i].node = list_of(&r, 0);
        hold(g, g->maps[i].node->n == 1);
    }
    r = section(g, bytecode, length, SECTION_FACING);
    for (i32 p = 0; p < g->n_players + 2; p++) g->facing[p] = between(&r, -1, N_absoluteDirection - 1);
}
static void load_dice(Game *g, Reader r) {
    g->dice = keep(g, sizeof(Die) * (size_t)g->n_dice);
    for (i32 i = 0; i < g->n_dice; i++) {
        Die *k = &g->dice[i];
        k->site = between(&r, 0, g->n_sites - 1), k->what = between(&r, 1, g->n_components);
        k->hand = any(&r), k->owner = between(&r, 0, g->n_players + 1);
        k->faces.n = between(&r, 1, MAX_COUNT), k->faces.at = many(&r, k->faces.n);
    }
}
static void load_rules(Game *g, const i32 *bytecode, i64 length) {
    Reader r = section(g, bytecode, length, SECTION_PHASES);
    g->phases = keep(g, sizeof(Phase) * (size_t)g->n_phases);
    for (i32 i = 0; i < g->n_phases; i++) {
        Phase *k = &g->phases[i];
        k->name = string_id(&r), k->owner = some_player(&r), k->play = node_of(&r, -1);
        k->end = list_of(&r, -1), k->next = list_of(&r, -1);
    }
    r = section(g, bytecode, length, SECTION_NAMES);
    g->names = keep(g, sizeof(NameInfo) * (size_t)g->n_strings);
    for (i32 i = 0; i < g->n_strings; i++) {
        NameInfo *k = &g->names[i];
        k->component = between(&r, 0, g->n_components), k->container = between(&r, -1, g->n_containers - 1);
        k->phase = between(&r, -1, g->n_phases - 1), k->site = between(&r, -1, g->n_sites - 1);
        k->of_type = many(&r, N_siteType), k->of_owner = many(&r, g->n_players + 2);
        k->holding = many(&r, g->n_players + 2);
        for (i32 p = 0; p < g->n_players + 2; p++) {
            hold(g, (u32)k->of_owner[p] <= (u32)g->n_components);
            hold(g, (u32)k->holding[p] <= (u32)g->n_components);
        }
    }
    r = section(g, bytecode, length, SECTION_TRACK_NAMES);
    g->tracks_named = rows(&r, g->n_strings, g->n_tracks);
    r = section(g, bytecode, length, SECTION_ROOTS);
    g->start = list_of(&r, -1), g->end = list_of(&r, -1);
}
/* The components that each name calls: by the whole name, or by the name without a number. */
static void list_called(Game *g) {
    i32 n = g->n_components, *room = keep(g, sizeof(i32) * 2 * (size_t)n);
    i32 **next = keep(g, sizeof(i32 *) * (size_t)g->n_strings);
    g->called = keep(g, sizeof(Row) * (size_t)g->n_strings);
    for (i32 fill = 0; fill < 2; fill++) {
        for (i32 k = 1; k <= n; k++) {
            const i32 names[] = {g->components[k].name, g->components[k].base};
            for (i32 i = 0; i < 2; i++) {
                if (names[i] < 0 || (i && names[1] == names[0])) continue;
                if (fill) *next[names[i]]++ = k;
                else g->called[names[i]].n++;
            }
        }
        for (i32 name = 0; name < g->n_strings && !fill; name++)
            g->called[name].at = next[name] = room, room += g->called[name].n;
    }
}
static i32 remembers_values(const Game *g) {
    for (i32 i = 0; i < g->n_nodes; i++) {
        i32 op = g->nodes[i]->op;
        if (op == OP_remember_value || op == OP_forget_value || op == OP_forget_values) return 1;
    }
    return 0;
}
void load(Game *g, const i32 *bytecode, i64 length) {
    load_counts(section(g, bytecode, length, SECTION_COUNTS));
    load_nodes(section(g, bytecode, length, SECTION_NODES));
    load_board(g, bytecode, length);
    know_ways(g);
    know_relative(g);
    know_opposites(g);
    load_equipment(g, bytecode, length);
    load_places(g);
    load_dice(g, section(g, bytecode, length, SECTION_DICE));
    load_rules(g, bytecode, length);
    g->state_size = (i32)state_bytes(g);
    g->remembers = remembers_values(g);
    list_called(g);
}
