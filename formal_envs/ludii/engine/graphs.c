/* Graphs whose edges are the pieces of a player on the board's edges: degrees, trees, paths, crossings; costs of sites. */
#include "directions.h"

typedef struct Edges {
    i32 n_vertices, n; /* of the whole board; edges that count */
    i32 (*ends)[2]; /* each edge's two vertices, numbered from 0 */
    i32 *degree; /* of each vertex */
    i32 *root; /* of each vertex: those that hang together have the same */
    i32 cyclic; /* some of the edges close a cycle */
} Edges;
static i32 edge_ends(Ctx *c, i32 edge, i32 *ends) { /* a number among the edges of the board */
    const Row *rows = c->g->incident[siteType_Edge][siteType_Vertex];
    if (!rows || rows[edge].n != 2) return 0;
    for (i32 i = 0; i < 2; i++) ends[i] = rows[edge].at[i] - c->g->type_first[siteType_Vertex];
    return 1;
}
static i32 root_of(i32 *root, i32 vertex) {
    while (root[vertex] != vertex) vertex = root[vertex] = root[root[vertex]];
    return vertex;
}
static void read_edges(Ctx *c, u32 owners, Edges *e) {
    i32 first = c->g->type_first[siteType_Edge], n = c->g->type_n[siteType_Edge];
    tick(c, n + e->n_vertices);
    for (i32 v = 0; v < e->n_vertices; v++) e->degree[v] = 0, e->root[v] = v;
    for (i32 edge = 0; edge < n; edge++) {
        i32 *ends = e->ends[e->n];
        if (!c->what[first + edge] || !(owners >> c->who[first + edge] & 1) || !edge_ends(c, edge, ends)) continue;
        e->n++, e->degree[ends[0]]++, e->degree[ends[1]]++;
        i32 a = root_of(e->root, ends[0]), b = root_of(e->root, ends[1]);
        e->cyclic |= a == b;
        e->root[a] = b;
    }
}
/* the player's edges, in arrays of the function that asks */
#define EDGES_OF(e, player, role)                                                                                      \
    i32 nv_##e = c->g->type_n[siteType_Vertex], ends_##e[c->g->type_n[siteType_Edge] + 1][2], degree_##e[nv_##e + 1],  \
        root_##e[nv_##e + 1];                                                                                          \
    Edges e = {nv_##e, 0, ends_##e, degree_##e, root_##e, 0};                                                          \
    read_edges(c, edge_owners(c, either(player, role)), &e)
static u32 edge_owners(Ctx *c, const Node *who) {
    u32 owners = players_in(c, who), shared = (u32)2 << c->g->n_players;
    return who->kind == CONSTANT && who->value == roleType_All ? owners | shared | 1 : owners;
}
static i32 all_in_one(Edges *e) {
    for (i32 v = 1; v < e->n_vertices; v++)
        if (root_of(e->root, v) != root_of(e->root, 0)) return 0;
    return 1;
}

//: is_regulargraph: (is RegularGraph <player> | <roleType> [k:<int> | odd:<bool> | even:<bool>]) -> bool
BOOL(is_regulargraph) { /* does every vertex have as many edges as the others? */
    EDGES_OF(e, ARG(is_regulargraph, player), ARG(is_regulargraph, roleType));
    const Node *k = ARG(is_regulargraph, k), *odd = ARG(is_regulargraph, odd), *even = ARG(is_regulargraph, even);
    for (i32 v = 1; v < e.n_vertices; v++)
        if (e.degree[v] != e.degree[0]) return 0;
    if (!e.n_vertices || (k && e.degree[0] != int_of(c, k))) return 0;
    return !(odd && int_of(c, odd) && !(e.degree[0] & 1)) && !(even && int_of(c, even) && e.degree[0] & 1);
}
//: is_tree: (is Tree <player> | <roleType>) -> bool
BOOL(is_tree) { /* without a cycle; several trees are one to Ludii: OddEvenTree */
    EDGES_OF(e, ARG(is_tree, player), ARG(is_tree, roleType));
    return !e.cyclic;
}
//: is_spanningtree: (is SpanningTree <player> | <roleType>) -> bool
BOOL(is_spanningtree) {
    EDGES_OF(e, ARG(is_spanningtree, player), ARG(is_spanningtree, roleType));
    return !e.cyclic && all_in_one(&e);
}

/* ---- crossings */
static i64 side_of(Ctx *c, i32 a, i32 b, i32 p) { /* of the line from a to b on which p lies */
    const i32 *x = c->g->coordinate_x + c->g->type_first[siteType_Vertex],
              *y = c->g->coordinate_y + c->g->type_first[siteType_Vertex];
    return ((i64)x[b] - x[a]) * ((i64)y[p] - y[a]) - ((i64)y[b] - y[a]) * ((i64)x[p] - x[a]);
}
static i32 edges_cross(Ctx *c, i32 one, i32 two) { /* inside both, not in an end */
    i32 a[2], b[2];
    if (!edge_ends(c, one, a) || !edge_ends(c, two, b)) return 0;
    if (a[0] == b[0] || a[0] == b[1] || a[1] == b[0] || a[1] == b[1]) return 0;
    i64 p = side_of(c, a[0], a[1], b[0]), q = side_of(c, a[0], a[1], b[1]), r = side_of(c, b[0], b[1], a[0]),
        s = side_of(c, b[0], b[1], a[1]);
    return ((p > 0) != (q > 0)) && ((r > 0) != (s > 0)) && p && q && r && s;
}
static i32 edge_number(Ctx *c, i32 site) { /* among the board's edges, or OFF */
    i32 first = c->g->type_first[siteType_Edge], n = c->g->type_n[siteType_Edge];
    if (first < 0) return OFF;
    if (site >= first && site < first + n) return site - first;
    return OFF;
}
//: sites_crossing: (sites Crossing at:<int> [<player> | <roleType>]) -> region
REGION(sites_crossing) { /* edges of somebody's that cross the one */
    i32 edge = edge_number(c, int_of(c, ARG(sites_crossing, at))), first = c->g->type_first[siteType_Edge];
    const Node *who = either(ARG(sites_crossing, player), ARG(sites_crossing, roleType));
    u32 owners = who ? edge_owners(c, who) : ~(u32)0;
    region_clear(c, out);
    if (edge < 0) return;
    tick(c, c->g->type_n[siteType_Edge]);
    for (i32 other = 0; other < c->g->type_n[siteType_Edge]; other++)
        if (c->what[first + other] && owners >> c->who[first + other] & 1 && edges_cross(c, edge, other))
            region_add(out, first + other);
}
//: is_crossing: (is Crossing <int a> <int b>) -> bool
BOOL(is_crossing) {
    i32 a = edge_number(c, int_of(c, ARG(is_crossing, a))), b = edge_number(c, int_of(c, ARG(is_crossing, b)));
    return a >= 0 && b >= 0 && edges_cross(c, a, b);
}

/* ---- centres of trees */
/* How far the farthest vertex of its tree lies from one; -1 where the graph round it is no tree. */
static i32 farthest(Ctx *c, const Edges *e, i32 from) {
    i32 distance[e->n_vertices], reached = 1, most = 0;
    for (i32 v = 0; v < e->n_vertices; v++) distance[v] = -1;
    distance[from] = 0;
    for (i32 left = 1; left;) { /* as often as the tree is deep */
        left = 0;
        tick(c, 1 + e->n / 4);
        for (i32 i = 0; i < e->n; i++) {
            i32 a = e->ends[i][0], b = e->ends[i][1];
            if (distance[a] < 0 && distance[b] < 0) continue;
            if (distance[a] >= 0 && distance[b] >= 0) continue;
            i32 next = distance[a] < 0 ? a : b, known = distance[a] < 0 ? b : a;
            if (distance[known] != most) { /* one further on: at the next round */
                left |= distance[known] > most;
                continue;
            }
            distance[next] = most + 1, left = 1, reached++;
        }
        most += left;
    }
    return reached == 1 && !e->degree[from] ? 0 : most;
}
//: is_treecentre: (is TreeCentre <player> | <roleType>) -> bool
BOOL(is_treecentre) { /* does no vertex of its tree lie more in the middle than the last one played? */
    EDGES_OF(e, ARG(is_treecentre, player), ARG(is_treecentre, roleType));
    i32 first = c->g->type_first[siteType_Vertex], vertex = last_move(c)->last_to - first;
    if (first < 0 || vertex < 0 || vertex >= e.n_vertices) return 0;
    i32 here = farthest(c, &e, vertex), mine = root_of(e.root, vertex);
    for (i32 v = 0; v < e.n_vertices; v++)
        if (root_of(e.root, v) == mine && farthest(c, &e, v) < here) return 0;
    return 1;
}

/* ---- paths */
/* Can one come from a place to the target by so many edges, through no vertex twice? */
static i32 way_of_length(Ctx *c, const Edges *e, i32 here, i32 target, i32 low, i32 high, u8 *used) {
    tick(c, 1 + e->n / 8);
    if (here == target) return low <= 0;
    i32 found = 0;
    used[here] = 1;
    for (i32 i = 0; i < e->n && !found && high > 0; i++) {
        const i32 *ends = e->ends[i];
        i32 next = ends[0] == here ? ends[1] : ends[1] == here ? ends[0] : OFF;
        if (next < 0 || used[next]) continue;
        stack_left(c);
        found = way_of_length(c, e, next, target, low - 1, high - 1, used);
    }
    used[here] = 0;
    return found;
}
/* round from the one end of the last edge to the other by others */
static i32 closes_round(Ctx *c, Edges *e, const i32 *last, i32 low, i32 high) {
    u8 used[e->n_vertices];
    memset(used, 0, sizeof used);
    for (i32 i = 0; i < e->n; i++) /* but for itself */
        if (e->ends[i][0] == last[0] && e->ends[i][1] == last[1]) {
            e->ends[i][0] = e->ends[e->n - 1][0], e->ends[i][1] = e->ends[e->n - 1][1];
            e->n--;
            break;
        }
    return way_of_length(c, e, last[0], last[1], low - 1, high - 1, used);
}
//: is_path: (is Path <siteType> [<int index> | <roleType>] length:<range> [closed:<bool>]) -> bool
BOOL(is_path) { /* do the edges that hang together with the last one make a path of such a length, or does it close one? */
    const Node *who = either(ARG(is_path, index), ARG(is_path, roleType));
    i32 edge = edge_number(c, last_move(c)->last_to), ends[2], low, high, length = 0, odd_ends = 0;
    if (edge < 0 || !who || !edge_ends(c, edge, ends)) return 0;
    EDGES_OF(e, who, NULL);
    range_of(c, ARG(is_path, length), &low, &high);
    if (bool_or(c, ARG(is_path, closed), 0)) return closes_round(c, &e, ends, low, high);
    i32 mine = root_of(e.root, ends[0]);
    for (i32 v = 0; v < e.n_vertices; v++) {
        if (root_of(e.root, v) != mine) continue;
        if (e.degree[v] > 2) return 0;
        odd_ends += e.degree[v] == 1;
    }
    for (i32 i = 0; i < e.n; i++) length += root_of(e.root, e.ends[i][0]) == mine;
    return length >= low && length <= high && odd_ends;
}

/* ---- costs */
//: start_set_cost: (set Cost <int cost> [<siteType>] at:<int> | to:<region>) -> startRule
RULE(start_set_cost) { /* of the board: no move changes it */
    i32 cost = int_of(c, ARG(start_set_cost, cost));
    const Node *where = either(ARG(start_set_cost, at), ARG(start_set_cost, to));
    TMP_REGION(region);
    region_of_type(c, ARG(start_set_cost, siteType), where, region);
    FOR_SITES (region, site) c->g->cost[site] = cost;
}
//: cost: (cost [<siteType>] at:<int> | in:<region>) -> int
INT(cost) {
    if (ARG(cost, at)) {
        i32 site = site_at(c, ARG(cost, siteType), ARG(cost, at));
        return is_site(c, site) ? c->g->cost[site] : 0;
    }
    i64 sum = 0;
    TMP_REGION(region);
    region_of(c, ARG(cost, in), region);
    FOR_SITES (region, site) sum += c->g->cost[site];
    return clamped(sum);
}

//: edge_between: (edge <int a> <int b>) -> int
INT(edge_between) { /* the one that joins two vertices */
    const Row *rows = c->g->incident[siteType_Vertex][siteType_Edge];
    i32 first = larger(0, c->g->type_first[siteType_Vertex]), ends[2];
    i32 a = int_of(c, ARG(edge_between, a)), b = int_of(c, ARG(edge_between, b));
    if (!rows || !is_site(c, a) || !is_site(c, b)) return OFF;
    a -= first, b -= first;
    if ((u32)a >= (u32)c->g->type_n[siteType_Vertex]) return OFF;
    tick(c, rows[a].n);
    for (i32 k = 0; k < rows[a].n; k++) {
        i32 edge = rows[a].at[k];
        if (edge_ends(c, edge - larger(0, c->g->type_first[siteType_Edge]), ends) && ends[0] + ends[1] - a == b) return edge;
    }
    return OFF;
}
