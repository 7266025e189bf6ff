/* Regions around a place, along a direction, between two places. */
#include "directions.h"

//: expand: (expand [<int container> | <containerName>] <region> | origin:<int> [steps:<int>]
//:     [<absoluteDirection>] [<siteType>]) -> region
REGION(expand, STATIC) {
    const Node *direction = ARG(expand, absoluteDirection);
    i32 relation = relation_index(direction, relationType_Adjacent), steps = int_or(c, ARG(expand, steps), 1);
    region_or_site(c, ARG(expand, region), ARG(expand, siteType), ARG(expand, origin), OFF, out);
    TMP_REGION(edge);
    TMP_REGION(next);
    region_copy(c, edge, out);
    for (i32 i = 0; i < steps && region_any(c, edge); i++) {
        region_clear(c, next);
        FOR_SITES (edge, site) tick(c, 3), add_neighbours(c, site, relation, direction, next);
        region_minus(c, next, out);
        region_or(c, out, next);
        region_copy(c, edge, next);
    }
}
static void keep_dynamic(Ctx *c, i32 keyword, u64 *out) {
    const u64 *own = owned_by(c, c->s->mover);
    TMP_REGION(enemy);
    switch (keyword) {
    case regionTypeDynamic_Empty: region_and(c, out, c->empty); return;
    case regionTypeDynamic_NotEmpty: region_minus(c, out, c->empty); return;
    case regionTypeDynamic_Own: region_and(c, out, own); return;
    case regionTypeDynamic_NotOwn: region_minus(c, out, own); return;
    }
    owned_by_any(c, players_of(c, roleType_Enemy), enemy);
    if (keyword == regionTypeDynamic_Enemy) region_and(c, out, enemy);
    else region_minus(c, out, enemy);
}
//: sites_around: (sites Around [<siteType>] <int site> | <region> [<regionTypeDynamic>] [distance:<int>]
//:     [<absoluteDirection>] [if:<bool>] [includeSelf:<bool>]) -> region
REGION(sites_around, STATIC) {
    const Node *direction = ARG(sites_around, absoluteDirection);
    i32 relation = relation_index(direction, relationType_Adjacent),
        distance = int_or(c, ARG(sites_around, distance), 1);
    TMP_REGION(origin);
    region_or_site(c, ARG(sites_around, region), ARG(sites_around, siteType), ARG(sites_around, site), OFF, origin);
    region_clear(c, out);
    FOR_SITES (origin, site) {
        tick(c, 1);
        if (distance == 1) {
            add_neighbours(c, site, relation, direction, out);
            continue;
        }
        DirSet dirs = directions_of(c, direction, site, REL_Adjacent);
        FOR_RADIALS (site, dirs, r)
            if (distance > 0 && distance <= r->n) region_add(out, r->at[distance - 1]);
    }
    if (ARG(sites_around, regionTypeDynamic)) keep_dynamic(c, ARG(sites_around, regionTypeDynamic)->value, out);
    if (ARG(sites_around, if_)) keep_where(c, out, ARG(sites_around, if_));
    if (bool_or(c, ARG(sites_around, includeSelf), 0)) region_or(c, out, origin);
    else region_minus(c, out, origin);
}
//: sites_direction: (sites Direction from:<int> | from:<region fromRegion> [<direction>] [included:<bool>]
//:     [stop:<bool>] [stopIncluded:<bool>] [distance:<int>] [<siteType>]) -> region
REGION(sites_direction) {
    const Node *stop = ARG(sites_direction, stop), *origin_region = ARG(sites_direction, fromRegion);
    i32 with_stop = bool_or(c, ARG(sites_direction, stopIncluded), 0), before = c->to, from = c->from;
    i32 distance = int_or(c, ARG(sites_direction, distance), INFINITE);
    TMP_REGION(origin);
    region_or_site(c, origin_region, ARG(sites_direction, siteType), ARG(sites_direction, from), OFF, origin);
    region_clear(c, out);
    if (bool_or(c, ARG(sites_direction, included), 0)) region_or(c, out, origin);
    FOR_SITES (origin, site) {
        DirSet dirs = directions_of(c, ARG(sites_direction, direction), site, REL_Adjacent);
        FOR_RADIALS (site, dirs, r)
            for (i32 i = 0; i < r->n && i < distance; i++) {
                tick(c, 1);
                if (stop) {
                    c->to = r->at[i];
                    if (int_of(c, stop)) {
                        if (with_stop) region_add(out, r->at[i]);
                        break;
                    }
                }
                region_add(out, r->at[i]);
            }
    }
    c->to = before, c->from = from;
}
//: sites_lineofsight: (sites LineOfSight [<lineOfSightType>] [<siteType>] [at:<int>] [<direction>]) -> region
REGION(sites_lineofsight) {
    i32 kind = enum_or(ARG(sites_lineofsight, lineOfSightType), lineOfSightType_Piece);
    const Node *at = ARG(sites_lineofsight, at);
    i32 site = at ? site_at(c, ARG(sites_lineofsight, siteType), at) : last_move(c)->last_to;
    region_clear(c, out);
    if (!is_site(c, site)) return;
    DirSet dirs = directions_of(c, ARG(sites_lineofsight, direction), site, REL_Adjacent);
    FOR_RADIALS (site, dirs, r) {
        i32 i = 0;
        for (; i < r->n && region_has(c->empty, r->at[i]); i++)
            if (kind == lineOfSightType_Empty) region_add(out, r->at[i]);
        tick(c, 1 + i / 4);
        if (kind == lineOfSightType_Farthest && i > 0) region_add(out, r->at[i - 1]);
        if (kind == lineOfSightType_Piece && i < r->n) region_add(out, r->at[i]);
    }
}
//: sites_between: (sites Between [<direction>] [<siteType>] from:<int> [fromIncluded:<bool>] to:<int>
//:     [toIncluded:<bool>] [cond:<bool>]) -> region
REGION(sites_between) {
    const Node *condition = ARG(sites_between, cond);
    i32 from = site_at(c, ARG(sites_between, siteType), ARG(sites_between, from));
    i32 to = site_at(c, ARG(sites_between, siteType), ARG(sites_between, to));
    i32 before = c->between;
    region_clear(c, out);
    if (!is_site(c, from) || !is_site(c, to)) return;
    DirSet dirs = directions_of(c, ARG(sites_between, direction), from, REL_Adjacent);
    FOR_RADIALS (from, dirs, r) {
        i32 last = 0;
        while (last < r->n && r->at[last] != to) last++;
        tick(c, 1 + last);
        if (last == r->n) continue;
        if (bool_or(c, ARG(sites_between, fromIncluded), 0)) region_add(out, from);
        if (bool_or(c, ARG(sites_between, toIncluded), 0)) region_add(out, to);
        for (i32 i = 0; i < last; i++) {
            c->between = r->at[i];
            if (!condition || int_of(c, condition)) region_add(out, r->at[i]);
        }
        break; /* nearest direction that meets it */
    }
    c->between = before;
}
/* The places of a type that a place meets; NULL: none. */
static const Row *incident_to(Ctx *c, const Node *n) {
    i32 of = ARG(sites_incident, of)->value, type = ARG(sites_incident, type)->value;
    i32 place = site_at(c, ARG(sites_incident, of), ARG(sites_incident, at)),
        site = is_site(c, place) ? place - type_offset(c, ARG(sites_incident, of)) : OFF;
    if (site < 0 || site >= c->g->type_n[of]) return NULL;
    if (of == type) return &c->g->neighbours[relationType_Orthogonal][place];
    return c->g->incident[of][type] ? &c->g->incident[of][type][site] : NULL;
}
i32 is_incident(Ctx *c, const Node *n, i32 site) {
    const Row *row = incident_to(c, n);
    tick(c, 2);
    for (i32 i = 0; row && i < row->n; i++)
        if (row->at[i] == site) return 1;
    return 0;
}
//: sites_incident: (sites Incident <siteType type> of:<siteType> at:<int> [owner:<player> | <roleType>]) -> region
REGION(sites_incident) {
    const Node *who = either(ARG(sites_incident, owner), ARG(sites_incident, roleType));
    const Row *row = incident_to(c, n);
    region_clear(c, out);
    for (i32 i = 0; row && i < row->n; i++) region_add(out, row->at[i]);
    if (who) {
        TMP_REGION(theirs);
        owned_by_any(c, players_in(c, who), theirs);
        region_and(c, out, theirs);
    }
}
