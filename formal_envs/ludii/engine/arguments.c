/* What arguments say: roles and players, names, sites and sets of sites, arrays, ranges. */
#include "arguments.h"

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

/* ---- players and kinds of piece */
_Static_assert(roleType_P16 - roleType_P1 + 1 == MAX_PLAYERS && MAX_PLAYERS + 1 < 32, "players fit into 32 bits");
u32 team(Ctx *c, i32 number) {
    u32 members = 0;
    for (i32 p = 1; p <= c->g->n_players; p++) members |= (u32)(c->s->team[p] == number) << p;
    return members;
}
u32 team_of(Ctx *c, i32 player) {
    return player >= 1 && player <= c->g->n_players ? team(c, c->s->team[player]) : (u32)1 << (player & 31);
}
u32 players_of(Ctx *c, i32 role) {
    u32 all = ((u32)1 << (c->g->n_players + 1)) - 2, mover = (u32)1 << c->s->mover;
    switch (role) {
    case roleType_Neutral: return 1;
    case roleType_Shared:
    case roleType_All:
    case roleType_Each: return all;
    case roleType_Mover: return mover;
    case roleType_Next: return (u32)1 << c->s->next;
    case roleType_Prev: return (u32)1 << c->s->previous;
    case roleType_NonMover: return all & ~mover;
    case roleType_Enemy: return all & ~team_of(c, c->s->mover);
    case roleType_Ally: return team_of(c, c->s->mover) & ~mover;
    case roleType_Friend:
    case roleType_TeamMover: return team_of(c, c->s->mover);
    case roleType_Player: return (u32)c->player <= (u32)c->g->n_players + 1 ? (u32)1 << c->player : 0;
    default:
        if (role >= roleType_P1 && role <= roleType_P16)
            return (u32)1 << (role - roleType_P1 + 1) & all; /* nobody, beyond the players */
        if (role >= roleType_Team1 && role <= roleType_Team16) return team(c, role - roleType_Team1 + 1);
        return 0;
    }
}
i32 role_of(Ctx *c, const Node *n) {
    if (!n) return UNDEFINED;
    if (n->kind != CONSTANT || n->type != TYPE_roleType) return int_of(c, n);
    if (n->value == roleType_Shared) return c->g->n_players + 1;
    u32 players = players_of(c, n->value);
    return players && !(players & (players - 1)) ? __builtin_ctz(players) : -1;
}
i32 component_of(Ctx *c, i32 name, i32 player) {
    if (name < 0 || name >= c->g->n_strings) return 0;
    const NameInfo *info = &c->g->names[name];
    if (player >= 0 && player <= c->g->n_players + 1 && info->of_owner[player]) return info->of_owner[player];
    return info->component;
}
i32 component_owned(Ctx *c, i32 name, i32 player) {
    i32 what = component_of(c, name, player);
    return what && (player < 0 || c->g->components[what].owner == player) ? what : UNDEFINED;
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
i32 player_in(Ctx *c, const Node *n) { return n->op == OP_player ? int_of(c, SLOT(n, player, index)) : role_of(c, n); }

i32 player_or(Ctx *c, const Node *player, const Node *role, i32 otherwise) {
    return player ? player_in(c, player) : role ? player_in(c, role) : otherwise;
}

i32 component_named(Ctx *c, const Node *name, i32 player) {
    const NameInfo *info = &c->g->names[name->value];
    return info->component ? info->component : component_of(c, name->value, player);
}

i32 is_called(Ctx *c, i32 what, i32 name) {
    const Component *piece = c->g->components + what;
    return piece->name == name || piece->base == name;
}

/* ---- sites */
i32 type_offset(Ctx *c, const Node *type) {
    if (!type || type->value == c->g->site_type || c->g->type_first[type->value] < 0) return 0;
    return c->g->type_first[type->value];
}

/* ---- sets of sites */
i32 is_literal(const Node *n) {
    if (n->op == OP_sites_ints) n = SLOT(n, sites_ints, sites);
    if (n->kind != LIST) return n->kind == CONSTANT && n->type == TYPE_int;
    for (i32 i = 0; i < n->n; i++)
        if (!is_literal(n->arg[i])) return 0;
    return n->n > 0;
}
void region_of(Ctx *c, const Node *n, u64 *out) {
    if (n->bits) {
        region_copy(c, out, n->bits);
        return;
    }
    stack_left(c);
    if (n->kind == REGION_KIND) {
        tick(c, 2 + c->g->words / 4);
        n->fn.region(c, n, out);
        return;
    }
    region_clear(c, out);
    if (n->kind == LIST) {
        TMP_REGION(one);
        for (i32 i = 0; i < n->n; i++) {
            region_of(c, n->arg[i], one);
            region_or(c, out, one);
        }
        return;
    }
    if (n->kind == CONSTANT && n->type == TYPE_string) { /* a coordinate or a container */
        i32 site = c->g->names[n->value].site;
        if (is_site(c, site)) region_add(out, site);
        return;
    }
    i32 site = int_of(c, n);
    if (is_site(c, site)) region_add(out, site);
}

static i32 list_of_type(Ctx *c, const Node *type, const Node *list, i32 both, u64 *out) {
    i32 there = 1;
    TMP_REGION(one);
    region_clear(c, out);
    for (i32 i = 0; i < list->n; i++) {
        there &= region_of_type(c, type, list->arg[i], one);
        if (i && both) region_and(c, out, one);
        else region_or(c, out, one);
    }
    return there;
}
static i32 pair_of_type(Ctx *c, const Node *type, const Node *n, u64 *out) {
    TMP_REGION(b);
    const Node *second = n->op == OP_union          ? SLOT(n, union, b)
                         : n->op == OP_intersection ? SLOT(n, intersection, b)
                                                    : either(SLOT(n, difference, b), SLOT(n, difference, site));
    const Node *first = n->op == OP_union          ? SLOT(n, union, a)
                        : n->op == OP_intersection ? SLOT(n, intersection, a)
                                                   : SLOT(n, difference, a);
    i32 there = region_of_type(c, type, first, out) & region_of_type(c, type, second, b);
    if (n->op == OP_union) region_or(c, out, b);
    else if (n->op == OP_intersection) region_and(c, out, b);
    else region_minus(c, out, b);
    return there;
}
i32 region_of_type(Ctx *c, const Node *type, const Node *n, u64 *out) {
    if (!type || type->value == c->g->site_type) {
        region_of(c, n, out);
        return 1;
    }
    stack_left(c);
    if (n->op == OP_union || n->op == OP_intersection || n->op == OP_difference) return pair_of_type(c, type, n, out);
    if (n->op == OP_union_all) return list_of_type(c, type, SLOT(n, union_all, regions), 0, out);
    if (n->op == OP_intersection_all) return list_of_type(c, type, SLOT(n, intersection_all, regions), 1, out);
    i32 there = 1;
    TMP_REGION(bare);
    region_of(c, n, bare);
    region_clear(c, out);
    FOR_SITES (bare, site) {
        i32 at = site_of_type(c, type, site, is_literal(n));
        there &= is_site(c, at);
        add_site(c, out, at);
    }
    return there;
}

const u64 *bits_of(Ctx *c, const Node *n, u64 *room) {
    if (n->bits) return n->bits;
    region_of(c, n, room);
    return room;
}

void region_or_site(Ctx *c, const Node *region, const Node *type, const Node *site, i32 otherwise, u64 *out) {
    if (region) {
        region_of(c, region, out);
        return;
    }
    region_clear(c, out);
    add_site(c, out, site ? site_at(c, type, site) : otherwise);
}

void board_of_type(Ctx *c, const Node *type, u64 *out) {
    i32 t = type ? type->value : c->g->site_type;
    if (t == c->g->site_type) {
        region_copy(c, out, c->g->board);
        return;
    }
    region_clear(c, out);
    if (c->g->type_first[t] >= 0) region_range(out, c->g->type_first[t], c->g->type_n[t]);
}

i32 board_sites(Ctx *c, const Node *type, i32 *n) {
    if (!type || type->value == c->g->site_type) {
        *n = c->g->n_board;
        return 0;
    }
    i32 first = c->g->type_first[type->value];
    *n = first < 0 ? 0 : c->g->type_n[type->value];
    return first;
}

void keep_where(Ctx *c, u64 *sites, const Node *condition) {
    i32 to = c->to, site_before = c->site;
    FOR_SITES (sites, site) {
        c->to = c->site = site;
        tick(c, 1);
        if (!int_of(c, condition)) region_drop(sites, site);
    }
    c->to = to, c->site = site_before;
}

void keep_in_container(Ctx *c, u64 *sites, i32 name) {
    i32 exact = -1;
    for (i32 k = 0; k < c->g->n_containers; k++)
        if (c->g->containers[k].name == name) exact = k;
    i32 known = c->g->names[name].container;
    FOR_SITES (sites, site) {
        i32 in = c->g->container_of[site];
        if (exact >= 0 ? in != exact : known <= 0 ? in != known : in <= 0) region_drop(sites, site);
    }
}

void pieces_of(Ctx *c, const Node *type, const Node *role, const Node *of, const Node *name, const Node *in, u64 *out) {
    TMP_REGION(part);
    if (in) {
        region_of(c, in, out);
        region_and(c, out, c->occupied);
    } else region_copy(c, out, c->occupied);
    const Node *owner = role ? role : of;
    i32 role_given = owner && owner->kind == CONSTANT && owner->type == TYPE_roleType;
    if (owner && !(role_given && (owner->value == roleType_All || owner->value == roleType_Shared))) {
        owned_by_any(c, players_in(c, owner), part);
        region_and(c, out, part);
    }
    if (name) {
        region_clear(c, part);
        const Row *called = c->g->called + name->value;
        tick(c, called->n);
        for (i32 k = 0; k < called->n; k++) region_or(c, part, of_kind(c, called->at[k]));
        region_and(c, out, part);
    }
    if (type) {
        board_of_type(c, type, part);
        if (type->value == siteType_Cell) /* hands are made of cells */
            for (i32 k = 1; k < c->g->n_containers; k++)
                region_range(part, c->g->containers[k].first, c->g->containers[k].n);
        region_and(c, out, part);
    }
}

/* ---- numbers */
void push_number(Ctx *c, i32 v) {
    if (c->n_numbers >= MAX_NUMBERS) fail(c, TOO_MUCH_MEMORY);
    c->numbers[c->n_numbers++] = v;
}

i32 array_of(Ctx *c, const Node *n, i32 **values) {
    i32 start = c->n_numbers;
    if (n->kind == ARRAY_KIND) n->fn.act(c, n);
    else if (n->kind == LIST)
        for (i32 i = 0; i < n->n; i++) push_number(c, int_of(c, n->arg[i]));
    else if (n->kind == REGION_KIND) {
        TMP_REGION(r);
        region_of(c, n, r);
        FOR_SITES (r, site) push_number(c, site);
    } else push_number(c, int_of(c, n));
    *values = c->numbers + start;
    return c->n_numbers - start;
}

void range_of(Ctx *c, const Node *n, i32 *low, i32 *high) {
    *low = 0, *high = INFINITE;
    if (n->op == OP_range) *low = int_of(c, SLOT(n, range, min)), *high = int_or(c, SLOT(n, range, max), INFINITE);
    else if (n->op == OP_exact) *low = *high = int_of(c, SLOT(n, exact, value));
    else if (n->op == OP_max_range) *high = int_of(c, SLOT(n, max_range, value));
    else if (n->op == OP_min_range) *low = int_of(c, SLOT(n, min_range, value));
}
