/* The number of a decision, and what a number means. */
#include "numbering.h"
#include "sets.h"

/* ---- the number of a decision within its block; -1: none */
static i32 kind_of(Ctx *c, const Numbering *k, i32 which, i32 what) {
    return (u32)what <= (u32)k->g->n_components ? k->kind[which][c->s->mover * (k->g->n_components + 1) + what] : -1;
}
static i32 of_piece(Ctx *c, const Numbering *k, i32 which, const Action *a, i32 place) {
    const i32 kind = kind_of(c, k, which, a->what);
    return kind < 0 ? -1 : kind * (which == ADDED ? k->n_marks : 1) * k->n_places + place;
}
static i32 of_pair(const Numbering *k, i32 from, i32 to) {
    if (from < 0 || to < 0) return -1;
    return k->pair ? k->pair[from * k->n_places + to] : from * k->n_places + to;
}
static i32 place_of(Ctx *c, const Numbering *k, i32 site) { return is_site(c, site) ? k->place[site] : -1; }
/* of an action that needs a place; to: its place */
static i32 of_place(Ctx *c, const Numbering *k, const Action *a, i32 kind) {
    const i32 from = place_of(c, k, a->from), to = place_of(c, k, a->to);
    if (kind == NUMBERED_Move) return of_pair(k, from, to);
    if (kind == NUMBERED_Select) return !k->selects_two ? from : from < 0 || to < 0 ? -1 : from * k->n_places + to;
    if (to < 0) return -1;
    if (kind == NUMBERED_Add) return of_piece(c, k, ADDED, a, to);
    if (kind == NUMBERED_Promote) return of_piece(c, k, PROMOTED, a, to);
    if (kind == NUMBERED_Rotate) return (u32)a->rotation < (u32)k->turns ? to * k->turns + a->rotation : -1;
    return to;
}
static i32 kind_of_action(i32 type) {
    switch (type) {
    case A_PASS: return NUMBERED_Pass;
    case A_SWAP: return NUMBERED_Swap;
    case A_ADD:
    case A_INSERT: return NUMBERED_Add;
    case A_MOVE:
    case A_MOVE_ALL:
    case A_STACK_MOVE:
    case A_COPY: return NUMBERED_Move;
    case A_REMOVE:
    case A_MARK: return NUMBERED_Remove;
    case A_SELECT: return NUMBERED_Select;
    case A_PROMOTE: return NUMBERED_Promote;
    case A_SET_ROTATION: return NUMBERED_Rotate;
    case A_PROPOSE:
    case A_VOTE: return NUMBERED_Say;
    case A_BET: return NUMBERED_Bet;
    case A_SET_NEXT_PLAYER: return NUMBERED_Next;
    default: return NUMBERED_Other;
    }
}
static i32 in_block(Ctx *c, const Numbering *k, const Action *a, i32 kind) {
    switch (kind) {
    case NUMBERED_Pass: return 0;
    case NUMBERED_Swap: return k->block[kind].n == 1 ? 0 : (a->what - 1) * k->g->n_players + a->value - 1;
    case NUMBERED_Say: return (u32)a->name < (u32)k->g->n_strings ? k->word[a->name] : -1;
    case NUMBERED_Bet: return a->value - k->lowest_bet;
    case NUMBERED_Next: return a->what - 1;
    case NUMBERED_Other: return -1;
    default: return of_place(c, k, a, kind);
    }
}
static i32 digest_of(const Action *a) {
    u64 x = (u64)a->type << 48 ^ (u64)(u32)a->what << 32 ^ (u64)(u32)a->to;
    x = x * 0x9ddfea08eb382d69u ^ (u64)(u32)a->from << 32 ^ (u64)(u32)a->value;
    x = (x ^ x >> 31) * 0x9ddfea08eb382d69u ^ (u64)(u32)a->state << 32 ^ (u64)(u32)a->count;
    return (i32)((x ^ x >> 29) * 0x9ddfea08eb382d69u >> 40);
}
static i32 way_of(Ctx *c, const Numbering *k, const Move *m) { /* what follows it comes first of its consequences */
    const Node *then = m->then >= 0 ? c->thens[m->then].node : NULL;
    for (i32 i = 0; i < k->n_ways; i++)
        if (k->way[i] == then) return i;
    for (i32 i = 0; i < k->n_ways; i++)
        if (!k->way[i]) return i;
    return 0;
}
/* The state of a piece that is put down, and how many more come with it. */
static i32 mark_of(Ctx *c, const Move *m, const Action *a) {
    const Action *end = c->actions + m->first + m->n;
    i32 n = larger(a->state, 0);
    for (const Action *next = a + 1; next < end && next->type == a->type && next->to == a->to; next++) n++;
    return n;
}
i32 move_number(Ctx *c, const Numbering *k, const Move *m) {
    if (!m->n) return k->block[NUMBERED_Pass].first;
    const Action *a = c->actions + m->first + larger(m->decision, 0);
    const i32 kind = kind_of_action(a->type);
    i32 at = in_block(c, k, a, kind);
    if (kind == NUMBERED_Select && !k->selects_two && at >= 0) at += way_of(c, k, m) * k->n_places;
    if (kind == NUMBERED_Add && at >= 0) at += mark_of(c, m, a) % k->n_marks * k->n_places;
    if (at >= 0 && at < k->block[kind].n) return k->block[kind].first + at;
    const Block other = k->block[NUMBERED_Other];
    return other.n ? other.first + digest_of(a) % other.n : -1;
}
i32 offer_number(const Numbering *k, Offer offer) {
    if (offer.to < 0) return k->block[NUMBERED_Pass].first;
    const i32 from = offer.from < 0 ? -1 : k->place[offer.from], to = k->place[offer.to];
    const i32 at = k->plain == NUMBERED_Move ? of_pair(k, from, to) : to;
    return at < 0 ? -1 : k->block[k->plain].first + at;
}
i32 numbering_of_moves(Ctx *c, const Numbering *k, i32 *out, i64 n) {
    if (k->g != c->g || n != c->n_moves) return BAD_STATE;
    for (i32 i = 0; i < c->n_moves; i++) out[i] = move_number(c, k, c->moves + i);
    return 0;
}

/* ---- what a number means */
i32 numbering_blocks(const Numbering *k, i32 *out, i64 n) {
    if (n != 2 * N_NUMBERED) return BAD_STATE;
    for (i32 i = 0; i < N_NUMBERED; i++) out[2 * i] = k->block[i].first, out[2 * i + 1] = k->block[i].n;
    return 0;
}
static void pair_at(const Numbering *k, i32 at, i32 *out) {
    i32 pair = at;
    const i32 n = k->n_places;
    for (pair = k->pair ? 0 : at; k->pair && pair < n * n && k->pair[pair] != at;) pair++;
    out[MEANING_from] = k->site[pair / n], out[MEANING_to] = k->site[pair % n];
}
static i32 nth_kind(const Numbering *k, i32 which, i32 mover, i32 nth) { /* 0: he has none */
    const i32 *kind = k->kind[which] + mover * (k->g->n_components + 1);
    for (i32 what = 1; what <= k->g->n_components; what++)
        if (kind[what] == nth) return what;
    return 0;
}
static void place_at(const Numbering *k, i32 kind, i32 at, i32 mover, i32 *out) {
    const i32 n = k->n_places;
    if (kind == NUMBERED_Select && k->selects_two) out[MEANING_from] = k->site[at / n], out[MEANING_to] = k->site[at % n];
    else if (kind == NUMBERED_Rotate) out[MEANING_to] = k->site[at / k->turns], out[MEANING_value] = at % k->turns;
    else out[MEANING_to] = k->site[at % n];
    if (kind == NUMBERED_Select && !k->selects_two) out[MEANING_value] = at / n;
    if (kind == NUMBERED_Add) {
        out[MEANING_what] = nth_kind(k, ADDED, mover, at / n / k->n_marks);
        out[MEANING_value] = at / n % k->n_marks;
    }
    if (kind == NUMBERED_Promote) out[MEANING_what] = nth_kind(k, PROMOTED, mover, at / n);
}
static i32 nth_word(const Numbering *k, i32 nth) {
    i32 i = 0;
    while (i < k->g->n_strings && k->word[i] != nth) i++;
    return i;
}
i32 numbering_meaning(const Numbering *k, i32 number, i32 mover, i32 *out, i64 n) {
    if (n != N_MEANING || number < 0 || number >= k->n || mover < 1 || mover > k->g->n_players) return BAD_MOVE;
    i32 kind = 0;
    while (number >= k->block[kind].first + k->block[kind].n) kind++;
    const i32 at = number - k->block[kind].first;
    out[MEANING_kind] = kind, out[MEANING_from] = out[MEANING_to] = OFF, out[MEANING_what] = 0;
    out[MEANING_value] = kind == NUMBERED_Other ? at : 0;
    switch (kind) {
    case NUMBERED_Swap:
        if (k->block[kind].n > 1) out[MEANING_what] = at / k->g->n_players + 1, out[MEANING_value] = at % k->g->n_players + 1;
        break;
    case NUMBERED_Move: pair_at(k, at, out); break;
    case NUMBERED_Add:
    case NUMBERED_Remove:
    case NUMBERED_Select:
    case NUMBERED_Promote:
    case NUMBERED_Rotate: place_at(k, kind, at, mover, out); break;
    case NUMBERED_Say: out[MEANING_value] = nth_word(k, at); break;
    case NUMBERED_Bet: out[MEANING_value] = at + k->lowest_bet; break;
    case NUMBERED_Next: out[MEANING_value] = at + 1; break;
    default: break;
    }
    return 0;
}
