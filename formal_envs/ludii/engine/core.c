/* State, moves and evaluation: what every ludeme stands on. */
#include "engine.h"

_Noreturn void fail(Ctx *c, enum Failure why) {
    c->failure = why;
    longjmp(c->escape, 1);
}

/* ---- random numbers: xoshiro256**, seeded by splitmix64 */
static u64 rotate_left(u64 x, i32 k) { return x << k | x >> (64 - k); }
static u64 random_next(Ctx *c) {
    u64 *s = c->random, result = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0], s[3] ^= s[1], s[1] ^= s[2], s[0] ^= s[3], s[2] ^= t, s[3] = rotate_left(s[3], 45);
    return result;
}
static u64 mix(u64 *x) {
    u64 z = *x += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}
void seed_random(Ctx *c, u64 seed) {
    for (i32 i = 0; i < 4; i++) c->random[i] = mix(&seed);
}
i32 random_below(Ctx *c, i32 n) { /* Lemire's method: uniform without division, nearly always */
    u64 m = (random_next(c) >> 32) * (u64)n;
    if ((u32)m < (u32)n)
        for (u32 least = -(u32)n % (u32)n; (u32)m < least;) m = (random_next(c) >> 32) * (u64)n;
    return (i32)(m >> 32);
}

/* ---- the state */
void use_state(Ctx *c, State *s) {
    i32 n = c->g->n_sites, words = c->g->words;
    i32 *p = (i32 *)s->memory;
    c->s = s;
    c->what = p, c->who = p + n, c->count = p + 2 * n, c->state = p + 3 * n, c->rotation = p + 4 * n,
    c->value = p + 5 * n;
    c->vars = p + 6 * n;
    u64 *bits = (u64 *)(s->memory + 4 * (((size_t)6 * (size_t)n + (size_t)c->g->n_strings + 1) & ~(size_t)1));
    c->empty = bits, c->occupied = bits + words, c->visited = bits + 2 * words, c->to_clear = bits + 3 * words;
    c->arrived = bits + 4 * words, c->owned = bits + 5 * words;
    c->kinds = c->owned + (c->g->n_players + 2) * words;
}
size_t state_bytes(const Game *g) {
    size_t numbers = (6 * (size_t)g->n_sites + (size_t)g->n_strings + 1) & ~(size_t)1;
    size_t sets = (size_t)g->words * (size_t)(5 + g->n_players + 2 + g->n_components + 1);
    return sizeof(State) + 4 * numbers + 8 * sets;
}
State *save_state(Ctx *c) {
    State *saved = c->s;
    if (c->n_spare == MAX_DEPTH) fail(c, TOO_DEEP);
    tick(c, 2 + c->g->state_size / 1024);
    State *copy = c->spare[c->n_spare];
    if (!copy && !(copy = c->spare[c->n_spare] = malloc((size_t)c->g->state_size))) fail(c, TOO_MUCH_MEMORY);
    c->n_spare++;
    memcpy(copy, saved, (size_t)c->g->state_size);
    use_state(c, copy);
    return saved;
}
void restore_state(Ctx *c, State *saved) {
    c->n_spare--;
    use_state(c, saved);
}
void take(Ctx *c, i32 site) {
    if (!is_site(c, site)) fail(c, NOT_THERE);
    i32 words = c->g->words;
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
static u64 pieces_on(Ctx *c) { return (u64)region_size(c, c->occupied) & 0xffff; }
u64 position_digest(Ctx *c, i32 situational) {
    u64 h = 0x243f6a8885a308d3u;
    /* all six numbers of a site, mixed and added: the order of sites does not matter */
    FOR_SITES (c->occupied, site) {
        u64 x = (u64)site << 32 ^ (u64)(c->what[site] << 16 ^ c->who[site] << 8 ^ c->rotation[site]);
        x = x * 0x9ddfea08eb382d69u ^ (u64)(u32)c->count[site] << 32 ^ (u64)(u32)c->state[site] ^
            (u64)(u32)c->value[site] << 16;
        h += mix(&x); /* a sum of what is nearly linear would collide */
    }
    h ^= h >> 31;
    if (situational) {
        const State *s = c->s;
        h = (h ^ (u64)(u32)s->mover ^ (u64)(u32)s->next << 8 ^ (u64)(u32)s->moves_in_turn << 16) * 0x9ddfea08eb382d69u,
        h ^= h >> 29;
    }
    /* the number of pieces lets one tell most positions apart without a digest */
    return (h & ~(u64)0xffff) | pieces_on(c);
}

/* ---- roles and names */
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
    case roleType_NonMover:
    case roleType_Enemy: return all & ~mover;
    case roleType_Friend:
    case roleType_Ally: return mover;
    case roleType_Player: return (u32)c->player <= (u32)c->g->n_players + 1 ? (u32)1 << c->player : 0;
    default:
        if (role >= roleType_P1 && role <= roleType_P16)
            return (u32)1 << (role - roleType_P1 + 1) & all; /* nobody, beyond the players */
        if (role >= roleType_Team1 && role <= roleType_Team16) return (u32)1 << (role - roleType_Team1 + 1) & all;
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

/* ---- evaluation */
void region_of(Ctx *c, const Node *n, u64 *out) {
    if (n->bits) {
        region_copy(c, out, n->bits);
        return;
    }
    stack_left(c);
    if (n->kind == REGION_KIND) {
        tick(c, 1 + c->g->words / 4);
        n->fn.region(c, n, out);
        return;
    }
    region_clear(c, out);
    if (n->kind == LIST) {
        TMP_REGION(one);
        for (i32 i = 0; i < n->n; i++) {
            region_of(c, n->arg[i], one);
            for (i32 w = 0; w < c->g->words; w++) out[w] |= one[w];
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
i32 array_of(Ctx *c, const Node *n, i32 **values) {
    i32 start = c->n_numbers;
    if (n->kind == ARRAY_KIND) n->fn.act(c, n);
    else if (n->kind == LIST)
        for (i32 i = 0; i < n->n; i++) {
            if (c->n_numbers >= MAX_ACTIONS) fail(c, TOO_MUCH_MEMORY);
            i32 v = int_of(c, n->arg[i]);
            c->numbers[c->n_numbers++] = v;
        }
    else if (n->kind == REGION_KIND) {
        TMP_REGION(r);
        region_of(c, n, r);
        FOR_SITES (r, site) {
            if (c->n_numbers >= MAX_ACTIONS) fail(c, TOO_MUCH_MEMORY);
            c->numbers[c->n_numbers++] = site;
        }
    } else {
        i32 v = int_of(c, n);
        if (c->n_numbers >= MAX_ACTIONS) fail(c, TOO_MUCH_MEMORY);
        c->numbers[c->n_numbers++] = v;
    }
    *values = c->numbers + start;
    return c->n_numbers - start;
}

/* ---- moves */
Move *move_begin(Ctx *c) {
    tick(c, 4);
    if (c->n_moves >= MAX_MOVES) fail(c, TOO_MANY_MOVES);
    Move *m = c->moves + c->n_moves++;
    *m = (Move){.first = c->n_actions,
                .n = 0,
                .decision = -1,
                .from = OFF,
                .to = OFF,
                .mover = c->s->mover,
                .then = -1,
                .last_then = -1};
    return m;
}
Action *move_act(Ctx *c, enum ActionType type) {
    if (c->n_actions >= MAX_ACTIONS) fail(c, TOO_MANY_MOVES);
    Action *a = c->actions + c->n_actions++;
    *a = (Action){.type = (u8)type,
                  .from = OFF,
                  .to = OFF,
                  .count = 1,
                  .state = UNDEFINED,
                  .rotation = UNDEFINED,
                  .value = UNDEFINED,
                  .name = -1};
    return a;
}
void move_decide(Ctx *c, Move *m) {
    m->decision = c->n_actions - 1 - m->first;
    c->actions[c->n_actions - 1].decision = 1;
}
void move_then(Ctx *c, Move *m, const Node *then) {
    if (!then) return;
    if (c->n_thens >= MAX_THENS) fail(c, TOO_MANY_MOVES);
    i32 cell = c->n_thens++;
    c->thens[cell] = (Then){then, -1};
    if (m->then < 0) m->then = cell;
    else c->thens[m->last_then].next = cell;
    m->last_then = cell;
}
void absorb(Ctx *c, Move *m, i32 at, i32 start) {
    i32 top = c->n_actions; /* copied behind the others first: two moves may share their actions */
    for (i32 i = start; i < c->n_moves; i++) {
        const Move *e = c->moves + i;
        if (e->n > MAX_ACTIONS - c->n_actions) fail(c, TOO_MANY_MOVES);
        memcpy(c->actions + c->n_actions, c->actions + e->first, sizeof(Action) * (size_t)e->n);
        c->n_actions += e->n;
        if (e->then < 0) continue;
        if (m->then < 0) m->then = e->then;
        else c->thens[m->last_then].next = e->then;
        m->last_then = e->last_then;
    }
    i32 n = c->n_actions - top;
    memmove(c->actions + at, c->actions + top, sizeof(Action) * (size_t)n);
    for (i32 k = 0; k < n; k++) c->actions[at + k].decision = 0;
    c->n_actions = at + n, c->n_moves = start;
}
void move_effects(Ctx *c, Move *m, const Node *effects) {
    if (!effects) return;
    i32 first = c->n_actions;
    absorb(c, m, first, collect(c, effects));
}
/* arrives there: what dies elsewhere is not threatened */
static i32 move_hits(Ctx *c, const Move *m) { return is_site(c, m->to) && region_has(c->target, m->to); }
void move_end(Ctx *c, Move *m) {
    m->n = c->n_actions - m->first;
    if (c->probe && (!c->target || move_hits(c, m))) longjmp(*c->probe, 1);
    if (m->decision < 0 && m->n) m->decision = 0; /* of an effect: not marked as a decision */
}
static i32 collect_as(Ctx *c, const Node *n, i32 hits_only) {
    jmp_buf *probe = c->probe;
    i32 start = c->n_moves, outer = c->hits_only;
    c->probe = NULL, c->hits_only = hits_only;
    moves_of(c, n);
    c->probe = probe, c->hits_only = outer;
    return start;
}
i32 collect(Ctx *c, const Node *n) { return collect_as(c, n, 0); }
i32 collect_asked(Ctx *c, const Node *n) { return collect_as(c, n, c->hits_only || (c->probe && c->target)); }
void then_for_all(Ctx *c, i32 start, const Node *then) {
    if (then)
        for (i32 i = start; i < c->n_moves; i++) {
            move_then(c, c->moves + i, then);
            if (c->moves[i].twice) move_then(c, c->moves + i, then);
        }
}
i32 any_move(Ctx *c, const Node *n) { return any_move_to(c, n, NULL); }
i32 any_move_to(Ctx *c, const Node *n, const u64 *target) {
    jmp_buf here;
    const Ctx before = *c; /* iterators, lists and the state's place; only the work done is kept */
    const i32 mover = c->s->mover, next = c->s->next, previous = c->s->previous;
    i32 found = 1;
    if (!setjmp(here)) {
        c->probe = &here, c->target = target, c->hits_only = 0;
        deeper(c);
        moves_of(c, n);
        found = 0; /* but moves that were collected first did not jump */
        for (i32 i = before.n_moves; i < c->n_moves && !found; i++) found = !target || move_hits(c, c->moves + i);
    }
    c->probe = before.probe, c->target = before.target, c->hits_only = before.hits_only;
    if (c->s != before.s) use_state(c, before.s);
    c->s->mover = mover, c->s->next = next, c->s->previous = previous;
    c->from = before.from, c->to = before.to, c->between = before.between, c->site = before.site,
    c->level = before.level;
    c->player = before.player, c->track_site = before.track_site, c->iterated = before.iterated;
    c->direction = before.direction, c->hop = before.hop, c->region = before.region;
    c->n_moves = before.n_moves, c->n_actions = before.n_actions, c->n_thens = before.n_thens;
    c->n_numbers = before.n_numbers, c->n_spare = before.n_spare, c->depth = before.depth;
    c->applied = before.applied, c->n_applied = before.n_applied, c->max_applied = before.max_applied;
    return found;
}

static void remember(Ctx *c, i32 name, i32 value) {
    State *s = c->s;
    if (s->n_remembered == MAX_REMEMBERED) fail(c, TOO_MUCH_MEMORY);
    s->remembered[2 * s->n_remembered] = name;
    s->remembered[2 * s->n_remembered++ + 1] = value;
}
static void forget(Ctx *c, i32 name, i32 value) { /* the first that was remembered */
    State *s = c->s;
    for (i32 i = 0; i < s->n_remembered; i++)
        if (s->remembered[2 * i] == name && s->remembered[2 * i + 1] == value) {
            memmove(s->remembered + 2 * i, s->remembered + 2 * (i + 1), 8 * (size_t)(s->n_remembered - i - 1));
            s->n_remembered--;
            return;
        }
}
static void set_pending(Ctx *c, i32 value) {
    State *s = c->s;
    if (s->n_pending < MAX_PENDING) s->pending[s->n_pending++] = value;
}

static i32 owner_of(Ctx *c, i32 what) { /* of a kind of piece */
    if ((u32)what > (u32)c->g->n_components) fail(c, NOT_THERE);
    return c->g->components[what].owner;
}

static void apply_action(Ctx *c, const Action *a) {
    State *s = c->s;
    i32 counts = (c->g->uses & USES_COUNT) != 0, to = a->to, from = a->from;
    switch ((enum ActionType)a->type) {
    case A_ADD:
        if (!is_site(c, to)) break;
        if (c->what[to] && a->what) {
            if (counts) c->count[to] = clamped((i64)c->count[to] + a->count);
        } else
            put(c, to, a->what, owner_of(c, a->what), counts ? a->count : 1,
                a->state < 0 ? c->state[to] : a->state, a->rotation < 0 ? c->rotation[to] : a->rotation,
                a->value < 0 ? c->value[to] : a->value); /* what was set before stays */
        break;
    case A_MOVE: {
        if (!is_site(c, to) || !is_site(c, from) || !c->what[from] || (from == to && a->count >= c->count[from])) break;
        i32 what = c->what[from], who = c->who[from], state = c->state[from], rotation = c->rotation[from],
            value = c->value[from];
        i32 n = a->count < c->count[from] ? a->count : c->count[from];
        if (n <= 0) break;
        if (c->count[from] > n) c->count[from] -= n;
        else take(c, from);
        if (who == NOBODY) who = owner_of(c, what); /* seeds set by a start rule */
        /* a number of pieces, named in the rules, leaves marks where they are */
        if (a->what) state = c->state[to], rotation = c->rotation[to], value = c->value[to];
        if (a->state >= 0) state = a->state;
        if (a->rotation >= 0) rotation = a->rotation;
        if (c->what[to] == what) {
            if (counts) c->count[to] = clamped((i64)c->count[to] + n);
        } else put(c, to, what, who, n, state, rotation, value);
        break;
    }
    case A_COPY:
        if (is_site(c, to) && is_site(c, from))
            put(c, to, c->what[from], c->who[from], 1, c->state[from], c->rotation[from], c->value[from]);
        break;
    case A_REMOVE:
        if (is_site(c, to)) take(c, to), region_drop(c->to_clear, to);
        break;
    case A_MARK:
        if (is_site(c, to)) region_add(c->to_clear, to);
        break;
    case A_PROMOTE:
        if (is_site(c, to) && c->what[to])
            put(c, to, a->what, a->value > 0 ? a->value : owner_of(c, a->what), c->count[to],
                a->state >= 0 ? a->state : 0, 0, 0);
        break;
    case A_SET_COUNT:
        if (!is_site(c, to)) break;
        if (a->count <= 0) take(c, to);
        else
            put(c, to, a->what, c->what[to] == a->what ? c->who[to] : owner_of(c, a->what), a->count,
                c->state[to], c->rotation[to], c->value[to]);
        break;
    case A_SET_STATE:
        if (is_site(c, to)) c->state[to] = a->state;
        break;
    case A_SET_ROTATION:
        if (is_site(c, to)) c->rotation[to] = a->rotation;
        break;
    case A_SET_VALUE:
        if (is_site(c, to)) c->value[to] = a->value;
        break;
    /* count 1: added */
    case A_SET_SCORE:
        if (a->what >= 0 && a->what <= c->g->n_players)
            s->score[a->what] = clamped((a->count ? (i64)s->score[a->what] : 0) + a->value);
        break;
    case A_SET_NEXT:
        if (a->what < 1 || a->what > c->g->n_players) fail(c, NOT_THERE);
        s->next_player = s->next = a->what;
        break;
    case A_SET_PENDING: set_pending(c, a->value); break;
    case A_SET_VAR:
        if (a->name >= c->g->n_strings) fail(c, NOT_THERE);
        if (a->name >= 0) c->vars[a->name] = a->value;
        else s->temp = a->value;
        break;
    case A_SET_COUNTER: s->counter = a->value; break;
    case A_SET_TEMP: s->temp = a->value; break;
    /* count 1: unique */
    case A_REMEMBER:
        if (a->count) {
            for (i32 i = 0; i < s->n_remembered; i++)
                if (s->remembered[2 * i] == a->name && s->remembered[2 * i + 1] == a->value) return;
        }
        remember(c, a->name, a->value);
        break;
    case A_FORGET: forget(c, a->name, a->value); break;
    case A_SET_PLAYER_VALUE:
        if (a->what >= 0 && a->what <= c->g->n_players) s->player_value[a->what] = a->value;
        break;
    case A_TRIGGER:
        if (a->what >= 0 && a->what <= c->g->n_players) s->triggered[a->what] |= (i32)((u32)1 << (a->name & 31));
        break;
    case A_PROPOSE: s->proposed = a->name; break;
    case A_VOTE: s->votes[s->mover] = a->name; break;
    case A_SWAP: {
        i32 p = a->what, q = a->value, n = c->g->n_players;
        if (p < 1 || q < 1 || p > n || q > n) fail(c, NOT_THERE);
        i32 other = s->agents[p];
        s->agents[p] = s->agents[q];
        s->agents[q] = other;
        break;
    }
    case A_STORE: s->stored = a->count ? position_digest(c, 0) : 0; break;
    case A_SELECT:
    case A_PASS:
    case A_NOTE: break;
    }
}
void apply_actions(Ctx *c, const Move *m) {
    tick(c, m->n);
    for (i32 i = 0; i < m->n; i++) {
        const Action a = c->actions[m->first + i]; /* a copy: the list may grow meanwhile */
        if (c->applied && c->n_applied < c->max_applied) c->applied[c->n_applied++] = a;
        apply_action(c, &a);
        if ((c->g->uses & USES_ARRIVED) && is_site(c, a.to)) region_add(c->arrived, a.to);
        if (a.to >= 0) c->s->after_to = a.to;
        if (a.from >= 0 || a.to >= 0) c->s->after_from = a.from >= 0 ? a.from : a.to;
    }
}
void apply_with_consequences(Ctx *c, const Move *m) {
    const Move move = *m;
    deeper(c);
    apply_actions(c, &move);
    for (i32 t = move.then; t >= 0; t = c->thens[t].next) {
        i32 from = c->from, to = c->to;
        c->from = c->to = OFF;
        run_effects(c, c->thens[t].node);
        c->from = from, c->to = to;
    }
    c->depth--;
}
void run_effects(Ctx *c, const Node *n) {
    i32 moves = c->n_moves, actions = c->n_actions, thens = c->n_thens;
    i32 start = collect(c, n), end = c->n_moves;
    for (i32 i = start; i < end; i++) apply_with_consequences(c, c->moves + i);
    c->n_moves = moves, c->n_actions = actions, c->n_thens = thens;
}

/* ---- a whole ply */
static void phase_changes(Ctx *c) {
    for (i32 p = 1; p <= c->g->n_players; p++) {
        const Phase *phase = &c->g->phases[c->s->phase[p]];
        if (!phase->next) continue;
        i32 before = c->s->phase[p];
        for (i32 i = 0; i < phase->next->n && c->s->phase[p] == before; i++) {
            c->player = p;
            tick(c, 1);
            phase->next->arg[i]->fn.act(c, phase->next->arg[i]);
            c->player = OFF;
        }
    }
}
static void end_rules(Ctx *c, const Node *rules) {
    if (rules)
        for (i32 i = 0; i < rules->n && !c->s->over; i++) {
            tick(c, 1);
            rules->arg[i]->fn.act(c, rules->arg[i]);
        }
}
void player_done(Ctx *c, i32 player, i32 result) {
    State *s = c->s;
    i32 n = c->g->n_players, bit = 1 << player;
    if (s->over || player < 1 || player > n || (!(s->active & bit) && result != resultType_Draw)) return;
    if (result == resultType_Draw || result == resultType_Tie) {
        i32 best = n, worst = 1, taken = 0;
        for (i32 p = 1; p <= n; p++) taken |= s->rank2[p] && !(s->rank2[p] & 1) ? 1 << s->rank2[p] / 2 : 0;
        for (i32 r = 1; r <= n; r++)
            if (!(taken >> r & 1)) best = r < best ? r : best, worst = r > worst ? r : worst;
        for (i32 p = 1; p <= n; p++)
            if (s->active >> p & 1) s->rank2[p] = best + worst;
        s->active = 0, s->over = 1;
        return;
    }
    /* Abandon, Crash; alone one loses to nobody */
    if ((result != resultType_Win && result != resultType_Loss) || (n == 1 && result == resultType_Loss)) {
        s->active = 0, s->over = 1;
        return;
    }
    i32 taken = 0, rank = result == resultType_Win ? 1 : n;
    for (i32 p = 1; p <= n; p++)
        if (s->rank2[p]) taken |= 1 << s->rank2[p] / 2;
    while (taken >> rank & 1) rank += result == resultType_Win ? 1 : -1;
    s->rank2[player] = 2 * rank;
    if (rank == 1) s->winner = player;
    s->active &= ~bit;
    if (!(s->active & (s->active - 1))) { /* one is left: takes the rank that is */
        if (s->active) {
            i32 last = __builtin_ctz((u32)s->active), free_rank = 1;
            for (taken |= 1 << rank; taken >> free_rank & 1;) free_rank++;
            s->rank2[last] = 2 * free_rank;
            if (free_rank == 1) s->winner = last;
            s->active = 0;
        }
        s->over = 1;
    }
}
static i32 following_player(const State *s, i32 n, i32 player) {
    for (i32 k = 1; k <= n; k++) {
        i32 p = (player - 1 + k) % n + 1;
        if (s->active >> p & 1) return p;
    }
    return player;
}
static void reset_iterators(Ctx *c) {
    c->from = c->to = c->between = c->site = c->player = c->track_site = c->iterated = c->direction = c->hop = OFF;
    c->level = 0, c->region = NULL, c->target = NULL, c->hits_only = c->threats = c->asks_moves = 0;
}
static void push_history(Ctx *c) {
    if (!(c->g->uses & (USES_NO_REPEAT | USES_HISTORY))) return;
    if (c->s->n_history + 1 >= c->max_history) fail(c, TOO_MUCH_MEMORY);
    c->history[2 * c->s->n_history] = position_digest(c, 0);
    c->history[2 * c->s->n_history++ + 1] = position_digest(c, 1);
}
static i32 is_pass(Ctx *c, const Move *m) {
    return m->n >= 1 && c->actions[m->first + (m->decision < 0 ? 0 : m->decision)].type == A_PASS;
}
/* what is known of the move while its consequences are evaluated */
static void begin_ply(Ctx *c, const Move *m) {
    State *s = c->s;
    s->n_pending = 0, s->next_player = 0;
    if (c->g->uses & USES_ARRIVED) region_clear(c, c->arrived);
    s->n_moves++;
    s->previous_from = s->last_from, s->previous_to = s->last_to;
    s->last_from = m->from, s->last_to = m->to;
    s->after_from = s->after_to = OFF;
    s->last_decision = m->n ? c->actions[m->first + (m->decision < 0 ? 0 : m->decision)].type : A_NOTE;
    s->last_what = is_site(c, m->from) ? c->what[m->from] : 0;
    s->last_pass = is_pass(c, m);
    if (c->g->uses & USES_VISITED) { /* in this turn */
        if (is_site(c, m->from)) region_add(c->visited, m->from);
        if (is_site(c, m->to)) region_add(c->visited, m->to);
    }
}
/* the move and its consequences; the next mover is known then */
static void play_out(Ctx *c, const Move *m) {
    State *s = c->s;
    const Move move = *m;
    begin_ply(c, &move);
    apply_with_consequences(c, &move);
    s = c->s;
    if ((c->g->uses & USES_SEQUENCE_CAPTURE) && s->next_player != s->mover) {
        FOR_SITES (c->to_clear, site) take(c, site);
        region_clear(c, c->to_clear);
    }
}
void apply_move(Ctx *c, const Move *m) {
    State *s = c->s;
    const Move move = *m;
    i32 mover = s->mover;
    reset_iterators(c);
    /* A turn of passes only. A first move of the game does not count against it: Throngs. */
    i32 only = s->moves_in_turn == 0 || (s->passed >> mover & 1) || s->n_moves == 1;
    if (is_pass(c, &move) && only) s->passed |= 1 << mover;
    else s->passed &= ~(1 << mover);
    play_out(c, &move);
    i32 swapped = s->last_decision == A_SWAP;
    const Phase *phase = &c->g->phases[s->phase[mover]];
    end_rules(c, phase->end);
    end_rules(c, c->g->end);
    i32 can_end = phase->end || c->g->end; /* without a rule to end it nothing does: Gala */
    if (!s->over && can_end && !(c->g->uses & USES_PASS_RULES) && s->active && (s->passed & s->active) == s->active)
        player_done(c, mover, resultType_Draw);
    reset_iterators(c);
    if (!s->over) phase_changes(c);
    if (s->counter < INT32_MAX) s->counter++;
    memset(s->triggered, 0, sizeof s->triggered);
    i32 next = s->next_player ? s->next_player : following_player(s, c->g->n_players, mover);
    s->previous = mover;
    if (!s->over) {
        if (next != mover || swapped) s->turn++, s->moves_in_turn = 0;
        else s->moves_in_turn++;
    }
    s->mover = next;
    s->next = following_player(s, c->g->n_players, next);
    push_history(c);
    if (s->moves_in_turn == 0) region_clear(c, c->visited);
    /* the position that the turn began with counts as its own */
    if (s->moves_in_turn == 0) s->turn_start = s->n_history ? s->n_history - 1 : 0;
}
i32 position_repeated(Ctx *c, i32 kind) {
    const State *s = c->s;
    i32 situational = kind == repetitionType_Situational || kind == repetitionType_SituationalInTurn;
    i32 in_turn = kind == repetitionType_PositionalInTurn || kind == repetitionType_SituationalInTurn;
    i32 i = in_turn ? s->turn_start : 0;
    u64 pieces = pieces_on(c);
    tick(c, 1 + (s->n_history - i) / 16);
    while (i < s->n_history && (c->history[2 * i] & 0xffff) != pieces) i++;
    if (i == s->n_history) return 0;
    u64 digest = position_digest(c, situational);
    tick(c, c->g->n_sites / 8);
    for (; i < s->n_history; i++)
        if (c->history[2 * i + situational] == digest) return 1;
    return 0;
}
static i32 repeats(Ctx *c, const Move *m) { /* would the position after m have been seen before? */
    i32 moves = c->n_moves, actions = c->n_actions, thens = c->n_thens;
    State *saved = save_state(c);
    State *s = c->s;
    i32 mover = s->mover, seen = 0;
    Action *applied = c->applied;
    c->applied = NULL;
    play_out(c, m);
    i32 next = s->next_player ? s->next_player : s->next;
    if (next != mover) s->moves_in_turn = 0;
    else s->moves_in_turn++;
    s->mover = next, s->next = following_player(s, c->g->n_players, next);
    seen = position_repeated(c, c->g->repetition);
    c->applied = applied;
    restore_state(c, saved);
    c->n_moves = moves, c->n_actions = actions, c->n_thens = thens;
    return seen;
}
static const Node *play_of(Ctx *c, i32 player) { return c->g->phases[c->s->phase[player]].play; }
i32 legal_moves(Ctx *c) {
    State *s = c->s;
    c->n_moves = c->n_actions = c->n_thens = c->n_numbers = c->n_spare = c->depth = 0;
    c->probe = NULL, c->applied = NULL;
    if (s->over) return 0;
    reset_iterators(c);
    const Node *play = play_of(c, s->mover);
    if (c->g->uses & USES_STUCK) {
        /* the rules may ask for the answer of last time meanwhile */
        i32 bit = 1 << s->mover, can = play && any_move(c, play);
        s->stuck = can ? s->stuck & ~bit : s->stuck | bit;
    }
    if (play) moves_of(c, play);
    if (c->g->uses & USES_NO_REPEAT) {
        i32 kept = 0;
        for (i32 i = 0; i < c->n_moves; i++)
            if (is_pass(c, c->moves + i) || !repeats(c, c->moves + i)) c->moves[kept++] = c->moves[i];
        c->n_moves = kept;
    }
    if ((c->g->uses & USES_SWAP) && s->n_moves == 1 && s->agents[1] == 1) {
        Move *m = move_begin(c);
        Action *a = move_act(c, A_SWAP);
        a->what = (i16)s->mover, a->value = s->previous;
        move_decide(c, m);
        move_act(c, A_SET_NEXT)->what = (i16)s->mover;
        move_end(c, m);
    }
    if (c->n_moves == 0) {
        Move *m = move_begin(c);
        move_act(c, A_PASS)->state = 1; /* forced */
        move_decide(c, m);
        move_end(c, m);
    }
    return c->n_moves;
}
i32 player_has_move(Ctx *c, i32 player) {
    State *s = c->s;
    if (player < 1 || player > c->g->n_players) return 0;
    i32 mover = s->mover, next = s->next, previous = s->previous;
    s->previous = mover, s->mover = player, s->next = following_player(s, c->g->n_players, player);
    const Node *play = play_of(c, player);
    c->asks_moves++;
    i32 found = play ? any_move(c, play) : 0;
    c->asks_moves--;
    s->mover = mover, s->next = next, s->previous = previous;
    return found;
}
