/* From the image, a run of integers that the compiler writes, to a Game. */
#include "engine.h"

void seed_random(Ctx *c, u64 seed);
size_t state_bytes(const Game *g);

static void *keep(Game *g, size_t bytes) { /* zeroed memory that game_free frees */
    Kept *block = (g->kept_bytes += bytes) > MAX_KEPT ? NULL : calloc(1, sizeof(Kept) + bytes);
    if (!block) longjmp(*g->refused, TOO_MUCH_MEMORY);
    block->next = g->kept;
    g->kept = block;
    return block->bytes;
}
/* Nothing of an image is believed: each read is held to its section, each number to what it counts or indexes. */
typedef struct Reader {
    Game *g;
    const i32 *at, *end;
} Reader;
static void hold(Game *g, i32 true_of_images) {
    if (!true_of_images) longjmp(*g->refused, BAD_IMAGE);
}
static Reader section(Game *g, const i32 *image, i64 length, i32 which) { /* a table of offsets and lengths comes first */
    hold(g, length > 2 * which + 2);
    i64 from = image[2 * which + 1], n = image[2 * which + 2];
    hold(g, from >= 0 && n >= 0 && from + n <= length);
    return (Reader){g, image + from, image + from + n};
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
static i32 some_player(Reader *r) { return between(r, -1, MAX_PLAYERS + 1); } /* regions may have owners that do not play */
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

/* ---- the tree: op, kind, type, value, n, then n indices of earlier nodes (-1: absent) */
static size_t node_bytes(i32 n) { return (sizeof(Node) + sizeof(Node *) * (size_t)n + 7) & ~(size_t)7; }
static void load_nodes(Reader r) {
    Game *g = r.g;
    i32 n = g->n_nodes = between(&r, 0, (r.end - r.at) / 5);
    size_t room = 0;
    for (Reader q = r; q.at < q.end;) room += node_bytes(many(&q, 5)[4]), many(&q, q.at[-1]);
    char *at = keep(g, room);
    g->nodes = keep(g, sizeof(Node *) * (size_t)n);
    for (i32 i = 0; i < n; i++) {
        const i32 *p = many(&r, 5);
        const i32 *arg = many(&r, p[4]);
        Node *node = g->nodes[i] = (Node *)at;
        at += node_bytes(p[4]);
        node->op = p[0], node->kind = (u8)p[1], node->type = (i16)p[2], node->value = p[3], node->n = p[4];
        hold(g, p[0] >= -1 && p[0] < N_LUDEMES && p[1] >= 0 && p[1] <= PLAIN);
        hold(g, p[2] != TYPE_string || (p[3] >= 0 && p[3] < g->n_strings));
        node->folded = node->kind == CONSTANT;
        if (node->op >= 0) node->fn.value = LUDEMES[node->op].fn.value, node->kind = LUDEMES[node->op].kind;
        for (i32 k = 0; k < p[4]; k++) {
            hold(g, arg[k] >= -1 && arg[k] < i);
            node->arg[k] = arg[k] < 0 ? NULL : g->nodes[arg[k]];
        }
    }
}
static i32 names_everyone(const Node *n) { /* a constant that means the same whoever moves */
    if (n->type == TYPE_regionTypeDynamic || n->type == TYPE_relativeDirection) return 0;
    return n->type != TYPE_roleType || (n->value >= roleType_Neutral && n->value <= roleType_P16) ||
           n->value == roleType_Shared || n->value == roleType_All || n->value == roleType_Each;
}
/* Does the value depend on the board alone, and on (site) where a ludeme around goes over sites? Children come before parents. */
static void judge(Node *n) {
    n->pure = n->kind == LIST || (n->op >= 0 && LUDEMES[n->op].is_static);
    n->open = n->op == OP_site;
    if (n->op == OP_is_in && !ARG(is_in, site) && !ARG(is_in, sites)) n->pure = 0; /* asks of (to) */
    for (i32 i = 0; i < n->n && n->pure; i++) {
        const Node *a = n->arg[i];
        if (!a) continue;
        if (a->kind == CONSTANT) n->pure = names_everyone(a);
        else if (!a->folded && !a->bits) n->pure = a->pure, n->open |= a->open;
    }
    if (n->op == OP_region_foreach) n->open = ARG(region_foreach, region)->open;
    else if (n->op == OP_all_sites) n->open = ARG(all_sites, region)->open;
    else if (n->op == OP_sites_around && ARG(sites_around, if_)) n->pure = 0; /* its condition goes over (to) as well */
}

Ctx *context_new(const Game *g);
void context_free(Ctx *c);
void game_free(Game *g);
void load_maps(Ctx *c); /* maps.c */

static void load_counts(Reader r) {
    Game *g = r.g;
    const i32 *p = many(&r, COUNT_n_Cell + 1);
    for (i32 i = 0; i <= COUNT_n_Cell; i++) hold(g, p[i] >= -1 && p[i] <= MAX_COUNT);
    g->n_players = p[COUNT_n_players], g->n_sites = p[COUNT_n_sites], g->n_board = p[COUNT_n_board];
    g->site_type = p[COUNT_site_type], g->uses = (u32)p[COUNT_uses], g->repetition = p[COUNT_repetition],
    g->n_strings = p[COUNT_n_strings];
    g->n_components = p[COUNT_n_components], g->n_containers = p[COUNT_n_containers], g->n_tracks = p[COUNT_n_tracks];
    g->n_regions = p[COUNT_n_regions], g->n_phases = p[COUNT_n_phases], g->n_maps = p[COUNT_n_maps];
    hold(g, g->n_players >= 1 && g->n_players <= MAX_PLAYERS && g->n_sites >= 1 && g->n_strings >= 0);
    hold(g, g->n_board >= 0 && g->n_board <= g->n_sites && g->site_type >= 0 && g->site_type <= siteType_Cell);
    hold(g, g->n_components >= 0 && g->n_components <= INT16_MAX && g->n_containers >= 1 && g->n_phases >= 1);
    hold(g, g->n_tracks >= 0 && g->n_regions >= 0 && g->n_maps >= 0);
    for (i32 t = 0; t < 3; t++) {
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
        g->supported_directions |= (u64)1 << direction;
        for (i32 k = 0; k < 5; k++)
            if (relations >> k & 1) g->supported[k] |= (u64)1 << direction;
        if (i < g->radial_first[g->n_board] && (relations & REL_Orthogonal)) g->walked |= (u64)1 << direction;
    }
}
static u64 *load_sets(Reader r, i32 n_sets) { /* a length, then that many sites, each */
    Game *g = r.g;
    u64 *sets = keep(g, 8 * (size_t)g->words * (size_t)n_sets);
    for (i32 k = 0; k < n_sets; k++)
        for (i32 n = between(&r, 0, g->n_sites); n > 0; n--) region_add(sets + k * g->words, between(&r, 0, g->n_sites - 1));
    return sets;
}
static void load_board(Game *g, const i32 *image, i64 length) {
    Reader r = section(g, image, length, SECTION_SITES);
    i32 **per_site[] = {&g->row,          &g->column,       &g->layer,       &g->colour,
                        &g->container_of, &g->coordinate_x, &g->coordinate_y};
    for (i32 k = 0; k < 7; k++) *per_site[k] = (i32 *)many(&r, g->n_sites);
    load_radials(section(g, image, length, SECTION_RADIALS));
    r = section(g, image, length, SECTION_NEIGHBOURS);
    for (i32 k = 0; k < 5; k++) g->neighbours[k] = rows(&r, g->n_sites, g->n_sites);
    g->board = keep(g, 8 * (size_t)g->words);
    for (i32 s = 0; s < g->n_board; s++) region_add(g->board, s);
    g->static_regions = load_sets(section(g, image, length, SECTION_STATIC_REGIONS), N_STATIC_REGIONS);
    g->side_regions = load_sets(section(g, image, length, SECTION_SIDES), N_absoluteDirection);
    for (r = section(g, image, length, SECTION_INCIDENT); r.at < r.end;) {
        i32 from = between(&r, 0, 2), to = between(&r, 0, 2);
        g->incident[from][to] = rows(&r, g->type_n[from], g->n_sites);
    }
}
static void load_equipment(Game *g, const i32 *image, i64 length) {
    Reader r = section(g, image, length, SECTION_COMPONENTS);
    g->components = keep(g, sizeof(Component) * (size_t)(g->n_components + 1));
    g->components[0].facing = -1;
    for (i32 i = 1; i <= g->n_components; i++) {
        Component *k = &g->components[i];
        k->owner = between(&r, 0, g->n_players + 1), k->name = string_id(&r), k->base = string_id(&r);
        k->facing = between(&r, -1, N_absoluteDirection - 1), k->moves = node_of(&r, -1), k->flips = node_of(&r, -1);
    }
    r = section(g, image, length, SECTION_CONTAINERS);
    g->containers = keep(g, sizeof(Container) * (size_t)g->n_containers);
    for (i32 i = 0; i < g->n_containers; i++) {
        Container *k = &g->containers[i];
        k->name = string_id(&r), k->first = between(&r, 0, g->n_sites - 1), k->n = between(&r, 0, g->n_sites - k->first);
        k->owner = between(&r, 0, g->n_players + 1);
    }
    r = section(g, image, length, SECTION_TRACKS); /* whose places may lie off the board */
    g->tracks = keep(g, sizeof(Track) * (size_t)g->n_tracks);
    for (i32 i = 0; i < g->n_tracks; i++) {
        Track *t = &g->tracks[i];
        t->name = string_id(&r), t->owner = some_player(&r), t->loop = any(&r), t->sites.n = any(&r);
        t->sites.at = many(&r, t->sites.n);
    }
    r = section(g, image, length, SECTION_REGIONS);
    g->regions = keep(g, sizeof(NamedRegion) * (size_t)g->n_regions);
    for (i32 i = 0; i < g->n_regions; i++) {
        NamedRegion *k = &g->regions[i];
        k->name = string_id(&r), k->owner = some_player(&r), k->region = list_of(&r, 0);
    }
    r = section(g, image, length, SECTION_MAPS);
    g->maps = keep(g, sizeof(Map) * (size_t)g->n_maps);
    for (i32 i = 0; i < g->n_maps; i++) {
        g->maps[i].name = string_id(&r), g->maps[i].node = list_of(&r, 0);
        hold(g, g->maps[i].node->n == 1);
    }
    r = section(g, image, length, SECTION_FACING);
    for (i32 p = 0; p < g->n_players + 2; p++) g->facing[p] = between(&r, -1, N_absoluteDirection - 1);
}
static void load_rules(Game *g, const i32 *image, i64 length) {
    Reader r = section(g, image, length, SECTION_PHASES);
    g->phases = keep(g, sizeof(Phase) * (size_t)g->n_phases);
    for (i32 i = 0; i < g->n_phases; i++) {
        Phase *k = &g->phases[i];
        k->name = string_id(&r), k->owner = some_player(&r), k->play = node_of(&r, -1);
        k->end = list_of(&r, -1), k->next = list_of(&r, -1);
    }
    r = section(g, image, length, SECTION_NAMES);
    g->names = keep(g, sizeof(NameInfo) * (size_t)g->n_strings);
    for (i32 i = 0; i < g->n_strings; i++) {
        NameInfo *k = &g->names[i];
        k->component = between(&r, 0, g->n_components), k->container = between(&r, -1, g->n_containers - 1);
        k->phase = between(&r, -1, g->n_phases - 1), k->site = between(&r, -1, g->n_sites - 1);
        k->of_type = many(&r, 3), k->of_owner = many(&r, g->n_players + 2);
        for (i32 p = 0; p < g->n_players + 2; p++) hold(g, (u32)k->of_owner[p] <= (u32)g->n_components);
    }
    r = section(g, image, length, SECTION_TRACK_NAMES);
    g->tracks_named = rows(&r, g->n_strings, g->n_tracks);
    r = section(g, image, length, SECTION_ROOTS);
    g->start = list_of(&r, -1), g->end = list_of(&r, -1);
}
static void load(Game *g, const i32 *image, i64 length) {
    load_counts(section(g, image, length, SECTION_COUNTS));
    load_nodes(section(g, image, length, SECTION_NODES));
    load_board(g, image, length);
    load_equipment(g, image, length);
    load_rules(g, image, length);
    g->state_size = (i32)state_bytes(g);
}

static void initial_state(Ctx *c) {
    const Game *g = c->g;
    State *s = c->s;
    memset(s, 0, (size_t)g->state_size);
    use_state(c, s);
    for (i32 i = 0; i < g->n_sites; i++) region_add(c->empty, i);
    s->mover = 1, s->next = g->n_players > 1 ? 2 : 1, s->turn = 1, s->counter = -1, s->temp = UNDEFINED;
    s->last_from = s->last_to = s->previous_from = s->previous_to = s->after_from = s->after_to = OFF,
    s->proposed = s->decided = -1;
    s->last_decision = A_NOTE;
    for (i32 i = 0; i < g->n_strings; i++) c->vars[i] = UNDEFINED;
    for (i32 p = 1; p <= g->n_players; p++) {
        s->active |= 1 << p, s->agents[p] = p, s->votes[p] = -1, s->player_value[p] = UNDEFINED;
        /* the first phase that is everybody's or the player's own */
        for (i32 i = g->n_phases - 1; i >= 0; i--) {
            i32 owner = g->phases[i].owner;
            if (owner < 0 || owner == p) s->phase[p] = i;
        }
    }
}
static i32 names_region(const Node *n) { return n->op == OP_sites_name || n->op == OP_sites_owner; }
static void fold_named_regions(Ctx *c) { /* those whose parts are all known */
    Game *g = (Game *)c->g;
    u64 *bits = keep(g, 8 * (size_t)g->n_regions * (size_t)g->words);
    for (i32 i = 0; i < g->n_regions; i++, bits += g->words) {
        NamedRegion *r = &g->regions[i];
        judge((Node *)r->region);
        if (!r->region->pure || r->region->open) continue;
        named_region(c, r, bits);
        r->bits = bits;
    }
}
static u64 *fold_pass(Ctx *c, u64 *bits, i32 with_names) {
    Game *g = (Game *)c->g;
    for (i32 i = 0; i < g->n_nodes; i++) {
        Node *n = g->nodes[i];
        if (n->bits || n->folded) continue;
        judge(n);
        if (names_region(n) && !with_names) n->pure = 0;
        if (!n->pure || n->open) continue;
        if (n->kind == REGION_KIND) {
            n->fn.region(c, n, bits);
            n->bits = bits, bits += g->words;
        } else if (n->kind == INT_KIND || n->kind == BOOL_KIND) {
            i32 v = n->fn.value(c, n);
            n->value = v, n->folded = 1;
        }
    }
    return bits;
}
static i32 all_regions_known(const Game *g) {
    for (i32 i = 0; i < g->n_regions; i++)
        if (!g->regions[i].bits) return 0;
    return 1;
}
/* evaluates once what depends on the board alone; what names regions after they are known */
static u64 *fold_all(Ctx *c) {
    Game *g = (Game *)c->g;
    i32 regions = 0;
    for (i32 i = 0; i < g->n_nodes; i++) regions += g->nodes[i]->kind == REGION_KIND;
    u64 *bits = fold_pass(c, keep(g, 8 * (size_t)regions * (size_t)g->words), 0);
    fold_named_regions(c);
    return all_regions_known(g) ? fold_pass(c, bits, 1) : bits;
}
/* a walk in every direction ends at the same places whoever walks: found once for each site */
static void fold_walks(Ctx *c) {
    Game *g = (Game *)c->g;
    size_t bytes = 8 * (size_t)g->words * (size_t)g->n_sites;
    for (i32 i = 0; i < g->n_nodes && bytes <= 1 << 20; i++) {
        const Node *n = g->nodes[i], *turns;
        Node *walks;
        if (n->op == OP_leap || n->op == OP_move_leap) walks = (Node *)ARG(leap, walks), turns = ARG(leap, rotations);
        else if (n->op == OP_sites_walk) walks = (Node *)ARG(sites_walk, walks), turns = ARG(sites_walk, rotations);
        else continue;
        if (walks->bits || (turns && !(turns->folded && turns->value))) continue;
        u64 *table = keep(g, bytes);
        for (i32 site = 0; site < g->n_sites; site++) walk_ends(c, site, walks, 1, table + site * g->words);
        walks->bits = table;
    }
}
static void fold_start(Ctx *c, u64 *bits) { /* what depends on the start position alone */
    Game *g = (Game *)c->g;
    for (i32 i = 0; i < g->n_nodes; i++) {
        Node *n = g->nodes[i];
        if (n->op != OP_sites_start || n->bits ||
            (SLOT(ARG(sites_start, pieceRef), piece_ref, component) &&
             !SLOT(ARG(sites_start, pieceRef), piece_ref, component)->folded))
            continue;
        n->fn.region(c, n, bits);
        n->bits = bits, bits += g->words;
    }
    fold_pass(c, bits, all_regions_known(g));
}
/* A Game from an image of so many integers, which must outlive it. On failure NULL, and *why says why. */
Game *game_new(const i32 *image, i64 length, i64 work, i32 *why) {
    Game *g = calloc(1, sizeof(Game));
    Ctx *volatile context = NULL;
    jmp_buf refused;
    *why = TOO_MUCH_MEMORY;
    if (!g) return NULL;
    g->refused = &refused;
    switch (setjmp(refused)) {
    case 0: break;
    case BAD_IMAGE: *why = BAD_IMAGE; /* fall through */
    default: goto refused;
    }
    load(g, image, length);
    Ctx *c = context = context_new(g);
    if (!c) goto refused;
    g->initial = keep(g, (size_t)g->state_size);
    c->work = work, c->stack = __builtin_frame_address(0);
    seed_random(c, 0);
    if (setjmp(c->escape)) {
        *why = context->failure;
        goto refused;
    }
    c->s = g->initial;
    initial_state(c);
    g->start_kinds = c->kinds;
    load_maps(c);
    u64 *bits = fold_all(c);
    fold_walks(c);
    reset_iterators(c);
    if (g->start)
        for (i32 i = 0; i < g->start->n; i++) g->start->arg[i]->fn.act(c, g->start->arg[i]);
    fold_start(c, bits);
    push_history(c);
    *why = OK;
    context_free(c);
    return g;
refused:
    context_free(context);
    game_free(g);
    return NULL;
}
void game_free(Game *g) {
    for (Kept *block = g->kept, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(g);
}
i32 game_state_size(const Game *g) { return g->state_size; }
/* The start position: 0, or BAD_STATE where its room is not that of a state. */
i32 game_initial(const Game *g, State *s, i64 bytes) {
    if (bytes != g->state_size) return BAD_STATE;
    memcpy(s, g->initial, (size_t)g->state_size);
    return 0;
}
/* The digests of the start position, as its history holds them, in 16 bytes. */
i32 context_initial_history(Ctx *c, u64 *two, i64 bytes) {
    if (bytes != 16) return BAD_STATE;
    use_state(c, c->g->initial);
    two[0] = position_digest(c, 0), two[1] = position_digest(c, 1);
    return 0;
}
