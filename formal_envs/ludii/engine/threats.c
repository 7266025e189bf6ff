/* Threats: could an enemy arrive there? */
#include "ply.h"

static i32 threatened(Ctx *c, u64 *sites, i32 victim, const Node *moves) {
    State *s = c->s;
    i32 mover = s->mover, next = s->next, previous = s->previous, found = 0;
    c->threats++;
    for (i32 enemy = 1; enemy <= c->g->n_players && !found; enemy++) {
        if (enemy == victim) continue;
        s->mover = enemy, s->previous = victim;
        s->next = moves && victim == mover ? enemy : victim; /* the mover's threats, told as (forEach Piece Next) */
        const Node *all = moves ? moves : play_of(c, enemy);
        found = all && any_move_to(c, all, sites);
    }
    c->threats--;
    s->mover = mover, s->next = next, s->previous = previous;
    return found;
}
//: is_threatened: (is Threatened [<int what>] [<siteType>] [<region> | at:<int>] [<moves>]) -> bool
BOOL(is_threatened) {
    const Node *what = ARG(is_threatened, what), *at = ARG(is_threatened, at), *region = ARG(is_threatened, region);
    if (c->threats) return 0; /* asked by a piece while its own threats are looked at */
    i32 kind = what ? int_of(c, what) : 0, victim = c->s->mover;
    if (what && (kind < 1 || kind > c->g->n_components)) return 0;
    if (what) victim = c->g->components[kind].owner;
    if (victim < 1 || victim > c->g->n_players) victim = c->s->mover;
    TMP_REGION(sites);
    if (at) {
        i32 site = site_at(c, ARG(is_threatened, siteType), at);
        if (!is_site(c, site)) return 0;
        region_clear(c, sites);
        region_add(sites, site);
    } else if (region) region_of(c, region, sites);
    else if (what) region_copy(c, sites, of_kind(c, kind));
    else region_copy(c, sites, owned_by(c, victim));
    return region_any(c, sites) && threatened(c, sites, victim, ARG(is_threatened, moves));
}
