/* Groups: sites of a kind that hang together. */
#include "groups.h"

static i32 relation_of(DirSet dirs) { /* where one relation says it all; else -1 */
    if (dirs.directions) return -1;
    switch (dirs.relations) {
    case REL_Orthogonal: return relationType_Orthogonal;
    case REL_Diagonal: return relationType_Diagonal;
    case REL_OffDiagonal: return relationType_OffDiagonal;
    case REL_Adjacent: return relationType_Adjacent;
    case REL_All: return relationType_All;
    default: return -1;
    }
}
static void flood_near(Ctx *c, const u64 *near, const u64 *within, u64 *group) {
    i32 words = c->g->words, w = 0;
    TMP_REGION(todo);
    region_copy(c, todo, group);
    while (w < words) {
        if (!todo[w]) {
            w++;
            continue;
        }
        const u64 *beside = near + (64 * w + __builtin_ctzll(todo[w])) * words;
        todo[w] &= todo[w] - 1;
        tick(c, 4);
        for (i32 k = words - 1; k >= 0; k--) {
            u64 new = beside[k] & within[k] & ~group[k];
            group[k] |= new, todo[k] |= new;
            if (new && k < w) w = k;
        }
    }
}
const u64 *near_sets(Ctx *c, DirSet dirs) {
    i32 relation = relation_of(dirs);
    return relation < 0 ? NULL : c->g->near[relation];
}
void flood(Ctx *c, DirSet dirs, const u64 *within, u64 *group) {
    i32 todo[c->g->n_sites], n = 0, relation = relation_of(dirs);
    const Row *rows = relation < 0 ? NULL : c->g->neighbours[relation];
    if (near_sets(c, dirs)) {
        flood_near(c, near_sets(c, dirs), within, group);
        return;
    }
    FOR_SITES (group, seed) todo[n++] = seed;
    while (n) {
        i32 site = todo[--n];
        tick(c, 4);
        if (rows) {
            const Row *row = rows + site;
            for (i32 k = 0; k < row->n; k++) {
                i32 next = row->at[k];
                if (region_has(within, next) && !region_has(group, next)) region_add(group, next), todo[n++] = next;
            }
        } else
            FOR_RADIALS (site, dirs, r) {
                i32 next = r->n ? r->at[0] : OFF;
                if (next >= 0 && region_has(within, next) && !region_has(group, next))
                    region_add(group, next), todo[n++] = next;
            }
    }
}
i32 next_group(Ctx *c, DirSet dirs, u64 *left, u64 *group) {
    i32 words = c->g->words, w = 0;
    while (w < words && !left[w]) w++;
    if (w == words) return 0;
    region_clear(c, group);
    group[w] = left[w] & -left[w];
    flood(c, dirs, left, group);
    for (w = 0; w < words; w++) left[w] &= ~group[w];
    return region_size(c, group);
}

//: all_groups: (all Groups [<siteType>] [<direction>] [of:<bool>] if:<bool>) -> bool
BOOL(all_groups) { /* (sites) is the group in question */
    const u64 *before = c->region;
    DirSet dirs = directions_of(c, ARG(all_groups, direction), OFF, REL_Adjacent);
    i32 all = 1;
    TMP_REGION(left);
    TMP_REGION(group);
    board_of_type(c, ARG(all_groups, siteType), left);
    if (ARG(all_groups, of)) keep_where(c, left, ARG(all_groups, of));
    else
        for (i32 w = 0; w < c->g->words; w++) left[w] &= owned_by(c, c->s->mover)[w];
    while (all && next_group(c, dirs, left, group)) {
        c->region = group;
        all = int_of(c, ARG(all_groups, if_)) != 0;
    }
    c->region = before;
    return all;
}
