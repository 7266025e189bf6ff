/* A position as planes: what play.hidden and the reference page say of them. */
#include "planes.h"
#include "levels.h"
#include "sets.h"

enum { MAX_PLANE_NUMBERS = 1 << 22 }; /* numbers of an observation */
enum { WHOLE_COUNT = 32, WHOLE_MARK = 16, WHOLE_BENEATH = 8 }; /* what is shown as 1, and whatever is more */

static i32 n_of_sort(const Game *g, i32 sort) {
    switch (sort) {
    case PLANE_Veiled: return g->n_players + 2;
    case PLANE_Mover: return g->n_players - 1;
    case PLANE_Score: return g->n_players;
    case PLANE_Phase: return g->n_phases;
    case PLANE_Dice: return g->n_dice;
    default: return 1;
    }
}
static i32 are_below(const i32 *v, i64 n, i32 limit) { /* each is -1 or more */
    i32 sound = 1;
    for (i64 i = 0; i < n; i++) sound &= v[i] >= -1 && v[i] < limit;
    return sound;
}
i32 read_planes(const Game *g, Planes *p, const i32 *layout, i64 length) {
    const i64 kinds = (i64)(g->n_players + 1) * (g->n_components + 1);
    if (length != 2 + N_PLANES + g->n_sites + kinds) return 0;
    p->n = layout[0], p->cells = layout[1];
    if (p->n < 1 || p->cells < 1 || (i64)p->n * p->cells > MAX_PLANE_NUMBERS) return 0;
    p->place = layout + 2 + N_PLANES, p->of_kind = p->place + g->n_sites;
    i32 sound = are_below(p->place, g->n_sites, p->cells) && are_below(p->of_kind, kinds, p->n);
    for (i32 sort = 0; sort < N_PLANES && sound; sort++) {
        const i32 at = p->first[sort] = layout[2 + sort];
        if (sort == PLANE_Beneath) /* how far the plane of what lies beneath is from that of a kind */
            for (i64 i = 0; i < kinds && at >= 0; i++) sound &= at < p->n - p->of_kind[i];
        else sound = at >= -1 && at <= p->n - n_of_sort(g, sort);
    }
    return sound;
}

static inline float share(i32 v, i32 whole) { return v <= 0 ? 0.0f : v >= whole ? 1.0f : (float)v / (float)whole; }
static inline i32 hidden_to(Ctx *c, i32 what, i32 role, i32 site) {
    return (c->g->uses & USES_HIDDEN) && region_has(c->hidden + (what * c->g->n_players + role - 1) * c->g->words, site);
}
typedef struct Look {
    const Planes *p;
    i32 role;
    const i32 *dice;
    float *out;
} Look;
static inline float *plane(const Look *v, i32 sort, i32 nth) { return v->out + (size_t)(v->p->first[sort] + nth) * (size_t)v->p->cells; }
static inline i32 has(const Look *v, i32 sort) { return v->p->first[sort] >= 0; }
static void fill(const Look *v, i32 sort, i32 nth, float x) {
    float *cell = plane(v, sort, nth);
    for (i32 i = 0; i < v->p->cells; i++) cell[i] = x;
}
/* whose turn it is after his: the player himself is 0; behind the players nobody and everybody */
static i32 turns_after(Ctx *c, i32 role, i32 owner) {
    const i32 n = c->g->n_players;
    return owner == 0 ? n : owner > n ? n + 1 : (owner - role + n) % n;
}

/* ---- sites */
static void show_mark(Ctx *c, const Look *v, i32 sort, i32 hidden, i32 site, i32 value, i32 whole) {
    if (has(v, sort) && !hidden_to(c, hidden, v->role, site)) plane(v, sort, 0)[v->p->place[site]] = share(value, whole);
}
static void show_beneath(Ctx *c, const Look *v, i32 site, i32 place) {
    for (i32 k = c->first_level[site]; k < c->first_level[site + 1]; k++) {
        const i32 at = v->p->of_kind[v->role * (c->g->n_components + 1) + c->levels[k].what];
        if (at < 0) continue;
        float *cell = v->out + (size_t)(at + v->p->first[PLANE_Beneath]) * (size_t)v->p->cells + place;
        *cell = *cell + 1.0f / WHOLE_BENEATH > 1.0f ? 1.0f : *cell + 1.0f / WHOLE_BENEATH;
    }
}
static void show_site(Ctx *c, const Look *v, i32 site) { /* it is occupied, and not hidden as a whole */
    const i32 place = v->p->place[site], kind = v->p->of_kind[v->role * (c->g->n_components + 1) + c->what[site]];
    const i32 veiled = hidden_to(c, HIDDEN_What, v->role, site), whose = !hidden_to(c, HIDDEN_Who, v->role, site);
    if (place < 0) return;
    if (!veiled && whose && kind >= 0) v->out[(size_t)kind * (size_t)v->p->cells + (size_t)place] = 1.0f;
    if (veiled && whose && has(v, PLANE_Veiled)) plane(v, PLANE_Veiled, turns_after(c, v->role, c->who[site]))[place] = 1.0f;
    if (c->first_level && has(v, PLANE_Beneath) && !veiled && whose) show_beneath(c, v, site, place);
    const i32 count = c->first_level ? beneath(c, site) + 1 : c->count[site];
    show_mark(c, v, PLANE_Count, HIDDEN_Count, site, count, WHOLE_COUNT);
    show_mark(c, v, PLANE_State, HIDDEN_State, site, c->state[site], WHOLE_MARK);
    show_mark(c, v, PLANE_Rotation, HIDDEN_Rotation, site, c->rotation[site], WHOLE_MARK);
    show_mark(c, v, PLANE_Value, HIDDEN_Value, site, c->value[site], WHOLE_MARK);
}
static i32 shows_kinds_alone(Ctx *c, const Look *v) {
    return !(c->g->uses & (USES_HIDDEN | USES_STACK)) && !has(v, PLANE_Count) && !has(v, PLANE_State) &&
           !has(v, PLANE_Rotation) && !has(v, PLANE_Value);
}
static void show_kinds(Ctx *c, const Look *v) {
    const i32 *kind = v->p->of_kind + v->role * (c->g->n_components + 1), *place = v->p->place, cells = v->p->cells;
    FOR_SITES (c->occupied, site) {
        const i32 at = kind[c->what[site]];
        if (at >= 0 && place[site] >= 0) v->out[(size_t)at * (size_t)cells + (size_t)place[site]] = 1.0f;
    }
}
static void show_sites(Ctx *c, const Look *v) {
    if (shows_kinds_alone(c, v)) show_kinds(c, v);
    else FOR_SITES (c->occupied, site)
        if (!hidden_to(c, HIDDEN_Site, v->role, site)) show_site(c, v, site);
    for (i32 site = 0; site < c->g->n_sites && has(v, PLANE_Unseen); site++)
        if (v->p->place[site] >= 0 && hidden_to(c, HIDDEN_Site, v->role, site))
            plane(v, PLANE_Unseen, 0)[v->p->place[site]] = 1.0f;
    if (has(v, PLANE_Captured))
        FOR_SITES (c->to_clear, site)
            if (v->p->place[site] >= 0) plane(v, PLANE_Captured, 0)[v->p->place[site]] = 1.0f;
}
/* where it went, unless that is hidden: then nothing of the move is shown */
static void show_last_move(Ctx *c, const Look *v) {
    const i32 from = c->s->last_from, to = c->s->last_to;
    if (is_site(c, to) && hidden_to(c, HIDDEN_Site, v->role, to)) return;
    if (is_site(c, from) && hidden_to(c, HIDDEN_Site, v->role, from)) return;
    if (is_site(c, from) && v->p->place[from] >= 0 && has(v, PLANE_From)) plane(v, PLANE_From, 0)[v->p->place[from]] = 1.0f;
    if (is_site(c, to) && v->p->place[to] >= 0 && has(v, PLANE_To)) plane(v, PLANE_To, 0)[v->p->place[to]] = 1.0f;
}

/* ---- the turn and the players */
static void show_players(Ctx *c, const Look *v) {
    const State *s = c->s;
    const i32 n = c->g->n_players, turn = turns_after(c, v->role, s->mover);
    if (has(v, PLANE_Mover) && !s->over && turn < n - 1) fill(v, PLANE_Mover, turn, 1.0f);
    if (has(v, PLANE_Seat)) fill(v, PLANE_Seat, 0, share(v->role - 1, n - 1));
    if (has(v, PLANE_Again) && s->moves_in_turn) fill(v, PLANE_Again, 0, 1.0f);
    for (i32 p = 1; p <= n && has(v, PLANE_Score); p++) {
        const double score = s->score[p], size = score < 0 ? -score : score;
        fill(v, PLANE_Score, turns_after(c, v->role, p), (float)(0.5 + 0.5 * score / (size + WHOLE_MARK)));
    }
    if (has(v, PLANE_Phase)) fill(v, PLANE_Phase, s->phase[s->mover], 1.0f);
    for (i32 i = 0; i < c->g->n_dice && has(v, PLANE_Dice); i++) {
        i32 most = 1;
        for (i32 k = 0; k < c->g->dice[i].faces.n; k++)
            if (c->g->dice[i].faces.at[k] > most) most = c->g->dice[i].faces.at[k];
        fill(v, PLANE_Dice, i, share(v->dice[i], most));
    }
}
void observe(Ctx *c, const Planes *p, i32 person, const i32 *dice, float *out) {
    i32 role = 1;
    while (role < c->g->n_players && c->s->agents[role] != person) role++;
    const Look v = {p, role, dice, out};
    memset(out, 0, sizeof(float) * (size_t)p->n * (size_t)p->cells);
    show_sites(c, &v);
    show_last_move(c, &v);
    show_players(c, &v);
}
