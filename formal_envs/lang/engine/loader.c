/* From the image, a run of integers that the compiler writes, to a Game; and what Python calls. */
#include "engine.h"

void seed_random(Ctx *c, u64 seed);
size_t state_bytes(const Game *g);

static void *keep(Game *g, size_t bytes) { /* zeroed memory that game_free frees */
    Kept *block = (g->kept_bytes += bytes) > MAX_KEPT ? NULL : calloc(1, sizeof(Kept) + bytes);
    if (!block) longjmp(*g->no_room, 1);
    block->next = g->kept;
    g->kept = block;
    return block->bytes;
}
static const i32 *section(const i32 *image, i32 which, i32 *length) {
    if (length) *length = image[2 * which + 2];
    return image + image[2 * which + 1];
}
static Row *rows(Game *g, const i32 *p, i32 n) { /* n rows: a length, then that many integers */
    Row *r = keep(g, sizeof(Row) * (size_t)n);
    for (i32 i = 0; i < n; i++) r[i].n = *p++, r[i].at = p, p += r[i].n;
    return r;
}
static const Node *node_at(const Game *g, i32 index) { return index < 0 ? NULL : g->nodes[index]; }

/* ---- the tree: op, kind, type, value, n, then n indices of earlier nodes (-1: absent) */
static void load_nodes(Game *g, const i32 *p) {
    i32 n = *p++;
    size_t room = 0;
    const i32 *q = p;
    for (i32 i = 0; i < n; i++, q += 5 + q[4]) room += (sizeof(Node) + sizeof(Node *) * (size_t)q[4] + 7) & ~(size_t)7;
    char *at = keep(g, room);
    g->n_nodes = n;
    g->nodes = keep(g, sizeof(Node *) * (size_t)n);
    for (i32 i = 0; i < n; i++, p += 5 + p[4]) {
        Node *node = g->nodes[i] = (Node *)at;
        at += (sizeof(Node) + sizeof(Node *) * (size_t)p[4] + 7) & ~(size_t)7;
        node->op = p[0], node->kind = (u8)p[1], node->type = (i16)p[2], node->value = p[3], node->n = p[4];
        node->folded = node->kind == CONSTANT;
        if (node->op >= 0) node->fn.value = LUDEMES[node->op].fn.value, node->kind = LUDEMES[node->op].kind;
        for (i32 k = 0; k < p[4]; k++) node->arg[k] = p[5 + k] < 0 ? NULL : g->nodes[p[5 + k]];
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

static void load(Game *g, const i32 *image) {
    i32 length;
    const i32 *p = section(image, SECTION_COUNTS, NULL);
    g->n_players = p[COUNT_n_players], g->n_sites = p[COUNT_n_sites], g->n_board = p[COUNT_n_board];
    g->site_type = p[COUNT_site_type], g->uses = (u32)p[COUNT_uses], g->repetition = p[COUNT_repetition],
    g->n_strings = p[COUNT_n_strings];
    g->n_components = p[COUNT_n_components], g->n_containers = p[COUNT_n_containers], g->n_tracks = p[COUNT_n_tracks];
    g->n_regions = p[COUNT_n_regions], g->n_phases = p[COUNT_n_phases], g->n_maps = p[COUNT_n_maps];
    for (i32 t = 0; t < 3; t++) g->type_first[t] = p[COUNT_first_Vertex + t], g->type_n[t] = p[COUNT_n_Vertex + t];
    g->words = (g->n_sites + 63) / 64;
    load_nodes(g, section(image, SECTION_NODES, NULL));

    p = section(image, SECTION_SITES, NULL);
    i32 **per_site[] = {&g->row,          &g->column,       &g->layer,       &g->colour,
                        &g->container_of, &g->coordinate_x, &g->coordinate_y};
    for (i32 k = 0; k < 7; k++, p += g->n_sites) *per_site[k] = (i32 *)p;

    p = section(image, SECTION_RADIALS, NULL);
    g->radial_first = (i32 *)p;
    i32 n_radials = p[g->n_sites];
    g->radials = keep(g, sizeof(Radial) * (size_t)n_radials);
    p += g->n_sites + 1;
    for (i32 i = 0; i < n_radials; i++, p += 3 + p[2]) {
        g->radials[i] = (Radial){.direction = (i16)p[0], .relations = (u32)p[1], .n = (i16)p[2], .at = p + 3};
        g->supported_directions |= (u64)1 << p[0];
        for (i32 k = 0; k < 5; k++)
            if (p[1] >> k & 1) g->supported[k] |= (u64)1 << p[0];
        if (i < g->radial_first[g->n_board] && (p[1] & REL_Orthogonal)) g->walked |= (u64)1 << p[0];
    }
    p = section(image, SECTION_NEIGHBOURS, NULL);
    for (i32 k = 0; k < 5; k++) {
        g->neighbours[k] = rows(g, p, g->n_sites);
        for (i32 s = 0; s < g->n_sites; s++) p += 1 + *p;
    }
    g->board = keep(g, 8 * (size_t)g->words);
    for (i32 s = 0; s < g->n_board; s++) region_add(g->board, s);
    u64 **sets[] = {&g->static_regions, &g->side_regions};
    i32 sections[] = {SECTION_STATIC_REGIONS, SECTION_SIDES}, n_sets[] = {N_STATIC_REGIONS, N_absoluteDirection};
    for (i32 k = 0; k < 2; k++) {
        p = section(image, sections[k], NULL);
        *sets[k] = keep(g, 8 * (size_t)(g->words * n_sets[k]));
        for (i32 r = 0; r < n_sets[k]; r++) {
            i32 n = *p++;
            for (i32 i = 0; i < n; i++) region_add(*sets[k] + r * g->words, *p++);
        }
    }
    p = section(image, SECTION_INCIDENT, &length);
    for (const i32 *end = p + length; p < end;) {
        i32 from = p[0], to = p[1];
        p += 2;
        g->incident[from][to] = rows(g, p, g->type_n[from]);
        for (i32 s = 0; s < g->type_n[from]; s++) p += 1 + *p;
    }

    p = section(image, SECTION_COMPONENTS, NULL);
    g->components = keep(g, sizeof(Component) * (size_t)(g->n_components + 1));
    g->components[0].facing = -1;
    for (i32 i = 1; i <= g->n_components; i++, p += 6)
        g->components[i] = (Component){p[0], p[1], p[2], p[3], node_at(g, p[4]), node_at(g, p[5])};
    p = section(image, SECTION_CONTAINERS, NULL);
    g->containers = keep(g, sizeof(Container) * (size_t)g->n_containers);
    for (i32 i = 0; i < g->n_containers; i++, p += 4) g->containers[i] = (Container){p[0], p[1], p[2], p[3]};
    p = section(image, SECTION_TRACKS, NULL);
    g->tracks = keep(g, sizeof(Track) * (size_t)g->n_tracks);
    for (i32 i = 0; i < g->n_tracks; i++) {
        g->tracks[i] = (Track){p[0], p[1], p[2], {p + 4, p[3]}};
        p += 4 + p[3];
    }
    p = section(image, SECTION_REGIONS, NULL);
    g->regions = keep(g, sizeof(NamedRegion) * (size_t)g->n_regions);
    for (i32 i = 0; i < g->n_regions; i++, p += 3) g->regions[i] = (NamedRegion){p[0], p[1], node_at(g, p[2])};
    p = section(image, SECTION_PHASES, NULL);
    g->phases = keep(g, sizeof(Phase) * (size_t)g->n_phases);
    for (i32 i = 0; i < g->n_phases; i++, p += 6)
        g->phases[i] = (Phase){p[0], p[1], node_at(g, p[2]), node_at(g, p[3]), node_at(g, p[4]), node_at(g, p[5])};
    p = section(image, SECTION_NAMES, NULL);
    g->names = keep(g, sizeof(NameInfo) * (size_t)g->n_strings);
    for (i32 i = 0; i < g->n_strings; i++, p += 7 + g->n_players + 2)
        g->names[i] = (NameInfo){p[0], p[1], p[2], p[3], p + 4, p + 7};
    memcpy(g->facing, section(image, SECTION_FACING, NULL), 4 * (size_t)(g->n_players + 2));
    p = section(image, SECTION_ROOTS, NULL);
    g->start = node_at(g, p[0]), g->end = node_at(g, p[1]);
    p = section(image, SECTION_MAPS, NULL);
    g->maps = keep(g, sizeof(Map) * (size_t)g->n_maps);
    for (i32 i = 0; i < g->n_maps; i++, p += 2) g->maps[i] = (Map){.name = p[0], .node = node_at(g, p[1])};
    g->tracks_named = rows(g, section(image, SECTION_TRACK_NAMES, NULL), g->n_strings);
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
/* A Game from an image, which must outlive it. On failure NULL, and *why says why. */
Game *game_new(const i32 *image, i64 work, i32 *why) {
    Game *g = calloc(1, sizeof(Game));
    Ctx *volatile context = NULL;
    jmp_buf no_room;
    *why = TOO_MUCH_MEMORY;
    if (!g) return NULL;
    g->no_room = &no_room;
    if (setjmp(no_room)) goto refused;
    load(g, image);
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
void game_initial(const Game *g, State *s) { memcpy(s, g->initial, (size_t)g->state_size); }
/* The digests of the start position, as its history holds them. */
void context_initial_history(Ctx *c, u64 *two) {
    use_state(c, c->g->initial);
    two[0] = position_digest(c, 0), two[1] = position_digest(c, 1);
}

Ctx *context_new(const Game *g) {
    Ctx *c = calloc(1, sizeof(Ctx));
    if (!c) return NULL;
    c->g = g;
    c->max_applied = MAX_ACTIONS;
    c->moves = malloc(sizeof(Move) * MAX_MOVES);
    c->actions = malloc(sizeof(Action) * MAX_ACTIONS);
    c->thens = malloc(sizeof(Then) * MAX_THENS);
    c->numbers = malloc(sizeof(i32) * (MAX_ACTIONS + 1));
    c->spare = calloc(MAX_DEPTH, sizeof(State *));
    c->max_history = 1 << 14; /* more than a game of Ludii's limit, 10,000 moves, needs */
    c->history = malloc(16 * (size_t)c->max_history);
    if (c->moves && c->actions && c->thens && c->numbers && c->spare && c->history) return c;
    context_free(c);
    return NULL;
}
void context_free(Ctx *c) {
    if (!c) return;
    for (i32 i = 0; c->spare && i < MAX_DEPTH; i++) free(c->spare[i]), free(c->levels[i]);
    free(c->moves), free(c->actions), free(c->thens), free(c->numbers), free(c->spare), free(c->history),
        free(c->report), free(c);
}
/* The legal moves of a state: their number, or -1 - failure. history: the digests of s->n_history positions. */
i32 context_legal(Ctx *c, State *s, const u64 *history, i64 work) {
    c->work = work, c->failure = OK, c->stack = __builtin_frame_address(0);
    if (setjmp(c->escape)) return -1 - (i32)c->failure;
    use_state(c, s);
    seed_random(c, position_digest(c, 1) + (u64)s->n_moves); /* the same moves each time they are asked for */
    if (s->n_history) memcpy(c->history, history, 16 * (size_t)s->n_history);
    return legal_moves(c);
}
/* One of the moves of the last context_legal, applied to the same state in place: 0, or -1 - failure. */
i32 context_apply(Ctx *c, i32 index, i64 work) {
    c->work = work, c->failure = OK, c->stack = __builtin_frame_address(0);
    if (!c->report && !(c->report = malloc(sizeof(Action) * MAX_ACTIONS))) return -1 - (i32)TOO_MUCH_MEMORY;
    c->applied = c->report, c->n_applied = 0, c->max_applied = MAX_ACTIONS;
    if (setjmp(c->escape)) return -1 - (i32)c->failure;
    if (index < 0 || index >= c->n_moves) return -100;
    apply_move(c, c->moves + index);
    return 0;
}
const Move *context_moves(const Ctx *c) { return c->moves; }
const Action *context_actions(const Ctx *c) { return c->actions; }
const Action *context_applied(const Ctx *c, i32 *n) {
    *n = c->n_applied;
    return c->report;
}
const u64 *context_history(const Ctx *c) { return c->history; }

/* Sequences of exactly depth moves; ends[0..2] counts those whose last move ended the game, by winner. -1 - failure. */
static i64 count(Ctx *c, i32 depth, i64 *ends) {
    i32 n = legal_moves(c);
    if (c->s->over) return 0;
    if (depth == 1 && !ends) return n;
    if (depth >= MAX_DEPTH) fail(c, TOO_DEEP);
    State *here = c->levels[depth];
    if (!here && !(here = c->levels[depth] = malloc((size_t)c->g->state_size))) fail(c, TOO_MUCH_MEMORY);
    memcpy(here, c->s, (size_t)c->g->state_size);
    State *s = c->s;
    i64 total = 0;
    for (i32 i = 0; i < n; i++) {
        if (i) {
            memcpy(s, here, (size_t)c->g->state_size);
            use_state(c, s);
            legal_moves(c);
        }
        apply_move(c, c->moves + i);
        if (depth > 1) total += count(c, depth - 1, ends);
        else total++, ends[c->s->over ? 1 + (c->s->winner) : 0]++;
    }
    memcpy(s, here, (size_t)c->g->state_size);
    use_state(c, s);
    return total;
}
i64 context_perft(Ctx *c, State *s, const u64 *history, i32 depth, i64 *ends, i64 work) {
    c->work = work, c->failure = OK, c->stack = __builtin_frame_address(0);
    if (setjmp(c->escape)) return -1 - (i64)c->failure;
    use_state(c, s);
    seed_random(c, 0);
    if (s->n_history) memcpy(c->history, history, 16 * (size_t)s->n_history);
    return depth < 1 ? 1 : count(c, depth, ends);
}
/* Plays n random games, the last one on *s. Per game 4 integers: winner (0 nobody, -1 cut by a limit, -1 - failure), turns,
 * moves, over. work is for one game, total for all of them; returns how much was done. */
i64 context_playouts(Ctx *c, u64 seed, i32 n, i32 max_turns, i32 max_moves, i64 work, i64 total, State *s, i32 *out) {
    volatile i64 left = total;
    c->stack = __builtin_frame_address(0);
    for (volatile i32 i = 0; i < n; i++) {
        const volatile i64 given = work < left ? work : left;
        seed_random(c, seed + (u64)i * 0xd1342543de82ef95u);
        c->work = given, c->failure = OK;
        game_initial(c->g, s);
        use_state(c, s);
        s->n_history = 0;
        if (!setjmp(c->escape)) {
            push_history(c);
            while (!s->over && s->turn <= max_turns && s->n_moves < max_moves) {
                i32 k = legal_moves(c);
                apply_move(c, c->moves + random_below(c, k));
            }
        }
        i32 *row = out + 4 * i;
        row[0] = c->failure ? -1 - (i32)c->failure : s->over ? s->winner : -1;
        row[1] = s->turn < max_turns ? s->turn : max_turns, row[2] = s->n_moves, row[3] = s->over;
        left -= given - (c->work > 0 ? c->work : 0);
    }
    return total - left;
}
