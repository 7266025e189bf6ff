/* Groups: sites of a kind that hang together. */
#include "groups.h"

static const Row *rows_of(Ctx *c, DirSet dirs) { /* the lists of neighbours, where one relation says it all */
    if (dirs.directions) return NULL;
    switch (dirs.relations) {
    case REL_Orthogonal: return c->g->neighbours[relationType_Orthogonal];
    case REL_Diagonal: return c->g->neighbours[relationType_Diagonal];
    case REL_OffDiagonal: return c->g->neighbours[relationType_OffDiagonal];
    case REL_Adjacent: return c->g->neighbours[relationType_Adjacent];
    case REL_All: return c->g->neighbours[relationType_All];
    default: return NULL;
    }
}
void flood(Ctx *c, DirSet dirs, const u64 *within, u64 *group) {
    i32 todo[c->g->n_sites], n = 0;
    const Row *rows = rows_of(c, dirs);
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
