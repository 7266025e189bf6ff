/* What arguments say: roles and players, names, sites and sets of sites, arrays, ranges. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H
#include "state.h"

/* ---- players */
u32 players_of(Ctx *c, i32 role); /* a role's players as bits */
u32 team(Ctx *c, i32 number); /* its members as bits; each player is a team, where the game has none */
u32 team_of(Ctx *c, i32 player); /* the members of his */
i32 role_of(Ctx *c, const Node *n); /* a role or an int function: a player's number; -1 for roles of several */
i32 player_in(Ctx *c, const Node *n); /* of a role, a number or (player ..): -1 for roles of several */
u32 players_in(Ctx *c, const Node *n); /* the same as bits; 0 is Neutral, n_players + 1 Shared */
i32 player_or(Ctx *c, const Node *player, const Node *role, i32 otherwise);

/* ---- kinds of piece */
i32 component_of(Ctx *c, i32 name, i32 player); /* by string id and owner; 0 if none */
i32 component_owned(Ctx *c, i32 name, i32 player); /* the same of nobody else, of anybody for -1; UNDEFINED if none */
i32 component_named(Ctx *c, const Node *name, i32 player); /* an exact name, or a base name with the player's number */
i32 is_called(Ctx *c, i32 what, i32 name); /* by its whole name or its name without a number */

/* ---- sites. Literals count within their type; any other number is one of all types together already. */
i32 type_offset(Ctx *c, const Node *type); /* where the sites of a type begin; 0 for the default one and for none */
i32 is_literal(const Node *n); /* a number, or a list of them, as the text has it */
/* The number of a site of an explicit type, OFF if that type has none. What is no literal and lies beyond the board is of
 * its type already, or a hand's. */
static inline i32 site_of_type(Ctx *c, const Node *type, i32 site, i32 literal) {
    if (!type || type->value == c->g->site_type || site < 0) return site;
    i32 on_default = site < c->g->n_board, first = c->g->type_first[type->value];
    if ((literal || on_default) && first >= 0 && site < c->g->type_n[type->value]) return first + site;
    return on_default ? OFF : site;
}
static inline i32 site_at(Ctx *c, const Node *type, const Node *site) {
    return type ? site_of_type(c, type, int_of(c, site), is_literal(site)) : int_of(c, site);
}
static inline i32 site_labelled(Ctx *c, const Node *type, const Node *name) { /* a coordinate */
    return type ? c->g->names[name->value].of_type[type->value] : c->g->names[name->value].site;
}

/* ---- sets of sites */
void region_of(Ctx *c, const Node *n, u64 *out); /* a region, an integer (a set of one) or an array of them */
/* The same within an explicit type: numbers count in it, inside of unions, intersections and differences as well. False if
 * some are not there. */
i32 region_of_type(Ctx *c, const Node *type, const Node *n, u64 *out);
const u64 *bits_of(Ctx *c, const Node *n, u64 *room); /* the same, without a copy where they are known */
/* What a region argument or a site argument says, whichever is there; otherwise is the site where neither is. */
void region_or_site(Ctx *c, const Node *region, const Node *type, const Node *site, i32 otherwise, u64 *out);
void board_of_type(Ctx *c, const Node *type, u64 *out); /* all sites of the board of a type; NULL: the default one */
i32 board_sites(Ctx *c, const Node *type, i32 *n); /* where those of a type begin, how many */
void keep_where(Ctx *c, u64 *sites, const Node *condition); /* drops those where it fails, asked for (to) and (site) */
void keep_in_container(Ctx *c, u64 *sites, i32 name); /* drops those elsewhere; "Hand" is all hands */
/* Where the pieces of (count Pieces), (no Pieces) and the like stand; whoever's where neither role nor of is there. */
void pieces_of(Ctx *c, const Node *type, const Node *role, const Node *of, const Node *name, const Node *in, u64 *out);
i32 is_incident(Ctx *c, const Node *n, i32 site); /* in what (sites Incident ..) of any owner says */
static inline void add_site(Ctx *c, u64 *out, i32 site) {
    if (is_site(c, site)) region_add(out, site);
}

/* ---- numbers */
void push_number(Ctx *c, i32 v); /* on the stack of arrays */
i32 array_of(Ctx *c, const Node *n, i32 **values); /* pushes integers; pop them with c->n_numbers -= the result */
void range_of(Ctx *c, const Node *n, i32 *low, i32 *high); /* (range ..), (exact ..), (min ..), (max ..) */
#endif
