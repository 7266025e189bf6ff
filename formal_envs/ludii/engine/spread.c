/* What spreads over the board step by step: distances, groups, territories. */
#include "groups.h"
#include "leaping.h"

/* ---- steps and distances */
/* One step on from each site of the edge: by a relation, or by the rule of a (step ...). */
static void step_on(Ctx *c, const u64 *edge, i32 relation, const Node *rule, u64 *next) {
    const Node *direction = rule ? SLOT(rule, step_rule, direction) : NULL;
    const Node *to = rule ? SLOT(rule, step_rule, to) : NULL;
    const Node *condition = to ? SLOT(to, to, if_) : NULL;
    i32 from_before = c->from, to_before = c->to;
    region_clear(c, next);
    FOR_SITES (edge, site) {
        tick(c, 3);
        if (!rule) {
            add_neighbours(c, site, relation, NULL, next);
            continue;
        }
        c->from = site;
        DirSet dirs = directions_of(c, direction, site, REL_Adjacent);
        FOR_RADIALS (site, dirs, r) {
            if (region_has(next, r->at[0])) continue;
            c->to = r->at[0];
            if (!condition || int_of(c, condition)) region_add(next, r->at[0]);
        }
    }
    c->from = from_before, c->to = to_before;
}
//: count_steps: (count Steps [<siteType>] [<relationType>] [<stepRule>] [newRotation:<int>] <int site> <int
//:     target> | <region>) -> int
/* to the nearest of the targets; OFF where there is none, infinity where none can be reached */
INT(count_steps) {
    const Node *rule = ARG(count_steps, stepRule), *type = ARG(count_steps, siteType);
    i32 site = site_at(c, type, ARG(count_steps, site));
    i32 relation = enum_or(ARG(count_steps, relationType), relationType_Adjacent);
    TMP_REGION(targets);
    TMP_REGION(reached);
    TMP_REGION(edge);
    TMP_REGION(next);
    region_or_site(c, ARG(count_steps, region), type, ARG(count_steps, target), OFF, targets);
    if (!is_site(c, site) || !region_any(c, targets)) return OFF;
    region_clear(c, edge);
    region_add(edge, site);
    region_copy(c, reached, edge);
    for (i32 steps = 0; region_any(c, edge); steps++) {
        for (i32 w = 0; w < c->g->words; w++)
            if (edge[w] & targets[w]) return steps;
        step_on(c, edge, relation, rule, next);
        region_minus(c, next, reached);
        region_or(c, reached, next);
        region_copy(c, edge, next);
    }
    return INFINITE;
}
//: sites_distance: (sites Distance [<siteType>] [<relationType>] [<stepRule>] [newRotation:<int>] from:<int>
//:     <range>) -> region
REGION(sites_distance) {
    const Node *rule = ARG(sites_distance, stepRule);
    i32 site = site_at(c, ARG(sites_distance, siteType), ARG(sites_distance, from)), low, high;
    i32 relation = enum_or(ARG(sites_distance, relationType), relationType_Adjacent);
    TMP_REGION(reached);
    TMP_REGION(edge);
    TMP_REGION(next);
    range_of(c, ARG(sites_distance, range), &low, &high);
    region_clear(c, out);
    if (!is_site(c, site)) return;
    region_clear(c, edge);
    region_add(edge, site);
    region_copy(c, reached, edge);
    i32 direction = c->direction;
    if (rule) c->direction = facing_of(c, site); /* of all the steps, whoever stands on their way */
    for (i32 steps = 0; steps <= high && region_any(c, edge); steps++) {
        if (steps >= low && (steps || !rule)) region_or(c, out, edge);
        step_on(c, edge, relation, rule, next);
        region_minus(c, next, reached);
        region_or(c, reached, next);
        region_copy(c, edge, next);
    }
    c->direction = direction;
}
//: step_rule: (step [<from>] [<direction>] <to> [stack:<flag>] [<then>]) -> stepRule
PLAIN(step_rule)

/* ---- groups */
/* One step on from all of the edge. */
static void neighbours_of(Ctx *c, const u64 *edge, const Node *direction, u64 *out) {
    i32 relation = relation_index(direction, relationType_Adjacent);
    region_clear(c, out);
    FOR_SITES (edge, site) tick(c, 3), add_neighbours(c, site, relation, direction, out);
}
/* Grows a group from its seeds over sites where the condition holds; without one over those of the seeds' owners. */
static void grow_group(Ctx *c, const Node *direction, const Node *condition, u64 *group) {
    TMP_REGION(edge);
    TMP_REGION(seen);
    TMP_REGION(next);
    if (!condition) {
        region_clear(c, seen);
        FOR_SITES (group, site) region_or(c, seen, c->what[site] ? owned_by(c, c->who[site]) : c->empty);
        flood(c, directions_of(c, direction, OFF, REL_Adjacent), seen, group);
        return;
    }
    region_copy(c, seen, group);
    keep_where(c, group, condition);
    region_copy(c, edge, group);
    while (region_any(c, edge)) {
        neighbours_of(c, edge, direction, next);
        region_minus(c, next, seen);
        region_or(c, seen, next);
        keep_where(c, next, condition);
        region_or(c, group, next);
        region_copy(c, edge, next);
    }
}
//: sites_group: (sites Group [<siteType>] at:<int> | from:<region> [<direction>] [if:<bool>] [isVisible:<bool>])
//:     -> region
REGION(sites_group) {
    region_or_site(c, ARG(sites_group, from), ARG(sites_group, siteType), ARG(sites_group, at), OFF, out);
    grow_group(c, ARG(sites_group, direction), ARG(sites_group, if_), out);
}
//: size_group: (size Group [<siteType>] at:<int> [<direction>] [if:<bool>]) -> int
INT(size_group) {
    TMP_REGION(group);
    region_or_site(c, NULL, ARG(size_group, siteType), ARG(size_group, at), OFF, group);
    grow_group(c, ARG(size_group, direction), ARG(size_group, if_), group);
    return region_size(c, group);
}
//: count_liberties: (count Liberties [<siteType>] [at:<int>] [<direction>] [if:<bool>]) -> int
INT(count_liberties) {
    TMP_REGION(group);
    TMP_REGION(near);
    region_or_site(c, NULL, ARG(count_liberties, siteType), ARG(count_liberties, at), last_move(c)->last_to, group);
    grow_group(c, ARG(count_liberties, direction), ARG(count_liberties, if_), group);
    neighbours_of(c, group, ARG(count_liberties, direction), near);
    region_and(c, near, c->empty);
    return region_size(c, near);
}
/* What groups are made of: pieces, or as the condition says. */
static void group_members(Ctx *c, const Node *type, const Node *condition, u64 *out) {
    board_of_type(c, type, out);
    if (condition) keep_where(c, out, condition);
    else region_and(c, out, c->occupied);
}
//: count_groups: (count Groups [<siteType>] [<direction>] [if:<bool>] [min:<int>] [isVisible:<bool>]) -> int
INT(count_groups) {
    i32 least = int_or(c, ARG(count_groups, min), 1), found = 0;
    DirSet dirs = directions_of(c, ARG(count_groups, direction), OFF, REL_Adjacent);
    TMP_REGION(left);
    TMP_REGION(group);
    group_members(c, ARG(count_groups, siteType), ARG(count_groups, if_), left);
    for (i32 size; (size = next_group(c, dirs, left, group));) found += size >= least;
    return found;
}
//: count_sizebiggestgroup: (count SizeBiggestGroup [<siteType>] [<direction>] [if:<bool>] [isVisible:<bool>]) -> int
INT(count_sizebiggestgroup) {
    i32 biggest = 0;
    DirSet dirs = directions_of(c, ARG(count_sizebiggestgroup, direction), OFF, REL_Adjacent);
    TMP_REGION(left);
    TMP_REGION(group);
    group_members(c, ARG(count_sizebiggestgroup, siteType), ARG(count_sizebiggestgroup, if_), left);
    for (i32 size; (size = next_group(c, dirs, left, group));)
        if (size > biggest) biggest = size;
    return biggest;
}
//: sizes_group: (sizes Group [<siteType>] [<direction>] [<roleType> | of:<int> | if:<bool>] [min:<int>]
//:     [isVisible:<bool>]) -> intArray
ARRAY(sizes_group) {
    const Node *role = either(ARG(sizes_group, roleType), ARG(sizes_group, of));
    i32 least = int_or(c, ARG(sizes_group, min), 0);
    DirSet dirs = directions_of(c, ARG(sizes_group, direction), OFF, REL_Adjacent);
    TMP_REGION(left);
    TMP_REGION(group);
    group_members(c, ARG(sizes_group, siteType), ARG(sizes_group, if_), left);
    if (role) {
        TMP_REGION(theirs);
        owned_by_any(c, players_in(c, role), theirs);
        region_and(c, left, theirs);
    }
    for (i32 size; (size = next_group(c, dirs, left, group));) {
        if (size < least) continue;
        push_number(c, size);
    }
}
//: size_territory: (size Territory [<siteType>] <roleType> | <player> [<absoluteDirection>]) -> int
INT(size_territory) { /* empty sites of areas that only the player's pieces touch */
    const Node *who = either(ARG(size_territory, player), ARG(size_territory, roleType));
    const Node *direction = ARG(size_territory, absoluteDirection);
    i32 total = 0;
    TMP_REGION(theirs);
    TMP_REGION(left);
    TMP_REGION(area);
    TMP_REGION(near);
    owned_by_any(c, players_in(c, who), theirs);
    board_of_type(c, ARG(size_territory, siteType), left);
    region_and(c, left, c->empty);
    for (i32 size; (size = next_group(c, directions_of(c, direction, OFF, REL_Adjacent), left, area));) {
        i32 ours = 0, others = 0;
        neighbours_of(c, area, direction, near);
        region_and(c, near, c->occupied);
        for (i32 w = 0; w < c->g->words; w++) ours |= (near[w] & theirs[w]) != 0, others |= (near[w] & ~theirs[w]) != 0;
        if (ours && !others) total += size;
    }
    return total;
}
//: sites_walk: (sites [<siteType>] [<int site>] {{<stepType walks>}} [rotations:<bool>]) -> region
REGION(sites_walk) { /* where the walks end */
    i32 site = ARG(sites_walk, site) ? site_at(c, ARG(sites_walk, siteType), ARG(sites_walk, site)) : c->from;
    region_clear(c, out);
    if (is_site(c, site)) walk_ends(c, site, ARG(sites_walk, walks), bool_or(c, ARG(sites_walk, rotations), 1), out);
}
