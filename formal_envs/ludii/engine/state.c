/* The state: how it lies in memory, begins, is copied and changed, and what tells one position from another. */
#include "changes.h"
#include "levels.h"
#include "state.h"

/* In s->memory: the numbers of the sites, a number a variable and a place of a track, a gap if need be, then the sets, then
 * the stacks. */
static size_t state_numbers(const Game *g) {
    return (N_SITE_NUMBERS * (size_t)g->n_sites + (size_t)g->n_strings + (size_t)g->n_places + 1) & ~(size_t)1;
}
static i32 n_hidden_sets(const Game *g) { return g->uses & USES_HIDDEN ? N_HIDDEN * g->n_players : 0; }
i32 n_state_sets(const Game *g) { return N_SETS + n_hidden_sets(g) + (g->n_players + 2) + (g->n_components + 1); }
static size_t bytes_without_stacks(const Game *g) {
    return sizeof(State) + sizeof(i32) * state_numbers(g) + sizeof(u64) * (size_t)g->words * (size_t)n_state_sets(g);
}
static size_t bytes_without_levels(const Game *g) { /* where each site's begin, where the last ones end, marks left */
    size_t stacks = g->uses & USES_STACK ? sizeof(i32) * ((4 * (size_t)g->n_sites + 2) & ~(size_t)1) : 0;
    return bytes_without_stacks(g) + stacks;
}
size_t state_bytes(const Game *g) {
    return bytes_without_levels(g) + (g->uses & USES_STACK ? sizeof(Level) * MAX_LEVELS : 0);
}
void use_state(Ctx *c, State *s) {
    i32 n = c->g->n_sites, words = c->g->words;
    i32 *numbers = (i32 *)s->memory;
    u64 *sets = (u64 *)(s->memory + sizeof(i32) * state_numbers(c->g));
    c->s = s, c->n_saved = c->n_old = 0;
    region_clear(c, c->unsummed);
    c->what = numbers + SITE_what * n, c->who = numbers + SITE_who * n, c->count = numbers + SITE_count * n;
    c->state = numbers + SITE_state * n, c->rotation = numbers + SITE_rotation * n;
    c->value = numbers + SITE_value * n;
    c->vars = numbers + N_SITE_NUMBERS * n, c->places = c->vars + c->g->n_strings;
    c->empty = sets + SET_empty * words, c->occupied = sets + SET_occupied * words;
    c->visited = sets + SET_visited * words, c->to_clear = sets + SET_to_clear * words;
    c->arrived = sets + SET_arrived * words, c->between_last = sets + SET_between * words;
    c->hidden = sets + N_SETS * words, c->owned = c->hidden + n_hidden_sets(c->g) * words;
    c->kinds = c->owned + (c->g->n_players + 2) * words;
    if (!(c->g->uses & USES_STACK)) return;
    c->first_level = (i32 *)((char *)s + bytes_without_stacks(c->g));
    c->left = c->first_level + n + 1;
    c->levels = (Level *)((char *)s + bytes_without_levels(c->g));
}
static size_t bytes_used(const Game *g, const State *s) { /* of the levels those that there are */
    if (!(g->uses & USES_STACK)) return (size_t)g->state_size;
    const i32 *first = (const i32 *)((const char *)s + bytes_without_stacks(g));
    return bytes_without_levels(g) + sizeof(Level) * (size_t)first[g->n_sites];
}
void copy_state(const Ctx *c, State *to, const State *from) { memcpy(to, from, bytes_used(c->g, from)); }
i32 same_states(const Ctx *c, const State *a, const State *b) { return !memcmp(a, b, bytes_used(c->g, a)); }
void take(Ctx *c, i32 site) {
    if (!is_site(c, site)) fail(c, NOT_THERE);
    i32 words = c->g->words;
    will_change(c, site);
    if (c->first_level) leave_levels(c, site);
    if (c->what[site]) {
        region_drop(c->kinds + c->what[site] * words, site);
        region_drop(c->owned + c->who[site] * words, site);
        region_drop(c->occupied, site);
        region_add(c->empty, site);
    }
    c->what[site] = c->who[site] = c->count[site] = c->state[site] = c->rotation[site] = c->value[site] = 0;
}
void put(Ctx *c, i32 site, i32 what, i32 who, i32 count, i32 state, i32 rotation, i32 value) {
    i32 words = c->g->words;
    if (what == 0 || count <= 0) {
        take(c, site);
        return;
    }
    if (!is_site(c, site) || (u32)what > (u32)c->g->n_components || (u32)who > (u32)c->g->n_players + 1)
        fail(c, NOT_THERE);
    will_change(c, site);
    if (c->what[site]) {
        region_drop(c->kinds + c->what[site] * words, site);
        region_drop(c->owned + c->who[site] * words, site);
    } else {
        region_drop(c->empty, site);
        region_add(c->occupied, site);
    }
    region_add(c->kinds + what * words, site);
    region_add(c->owned + who * words, site);
    c->what[site] = what, c->who[site] = who, c->count[site] = count;
    c->state[site] = state, c->rotation[site] = rotation, c->value[site] = value;
}
u64 pieces_on(Ctx *c) { return (u64)region_size(c, c->occupied) & 0xffff; }
u64 position_digest(Ctx *c, i32 situational) {
    u64 h = 0x243f6a8885a308d3u;
    add_up(c);
    assert(!keeps_sum(c->g) || c->s->sum == sum_of_pieces(c));
    h += keeps_sum(c->g) ? c->s->sum : sum_of_pieces(c);
    if (c->first_level) h += levels_digest(c);
    h ^= h >> 31;
    if (situational) {
        const State *s = c->s;
        h = (h ^ (u64)(u32)s->mover ^ (u64)(u32)s->next << 8 ^ (u64)(u32)s->moves_in_turn << 16) * 0x9ddfea08eb382d69u,
        h ^= h >> 29;
    }
    /* the number of pieces lets one tell most positions apart without a digest */
    return (h & ~(u64)0xffff) | pieces_on(c);
}

void first_state(Ctx *c) {
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
    for (i32 i = 0; i < g->n_dice; i++) { /* each shows its first face */
        put(c, g->dice[i].site, g->dice[i].what, g->dice[i].owner, 1, 0, 0, 0);
        s->dice[i] = g->dice[i].faces.at[0];
    }
    for (i32 p = 1; p <= g->n_players; p++) {
        s->active |= 1 << p, s->agents[p] = p, s->team[p] = p, s->player_value[p] = UNDEFINED;
        /* the first phase that is everybody's or the player's own */
        for (i32 i = g->n_phases - 1; i >= 0; i--) {
            i32 owner = g->phases[i].owner;
            if (owner < 0 || owner == p) s->phase[p] = i;
        }
    }
}

void owned_by_any(Ctx *c, u32 players, u64 *out) {
    region_clear(c, out);
    for (; players; players &= players - 1) region_or(c, out, owned_by(c, __builtin_ctz(players)));
}
