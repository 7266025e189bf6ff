/* The tree of rules, and how a ludeme gets its meaning.
 *
 * A game is a tree of nodes over a flat state, walked once a ply. Each node holds a pointer to the C function that gives
 * its ludeme a meaning and the nodes of its arguments, one slot a parameter of its signature (NULL where absent). A
 * function of a kind is written with that kind's macro and the slug of the signature:
 *
 *     BOOL(is_even) { return int_of(c, ARG(is_even, int)) % 2 == 0; }
 *
 * Kinds:  INT, BOOL  return a number;  REGION  fills a set of sites;  MOVES  appends legal moves or effects;
 *         RULE  acts on the state (start, end and phase rules);  ARRAY  appends integers;  PLAIN  holds arguments for the
 *         ludeme around it, which reads its slots: (to ...), (from ...), (range ...).
 * A function whose value depends on its arguments and the board alone is marked STATIC, as in REGION(sites_top, STATIC):
 * it is evaluated once, when the game is loaded.
 */
#ifndef TREE_H
#define TREE_H
#include <assert.h>
#include "interface.h"
#include "ludemes.h"

typedef struct Node Node;
typedef struct Shift Shift;

typedef struct DirSet { /* a radial matches by direction or by relation */
    u64 directions; /* bit absoluteDirection_<name> */
    u32 relations; /* bits REL_<relation> */
} DirSet;
struct Node {
    union {
        i32 (*value)(Ctx *, const Node *);
        void (*region)(Ctx *, const Node *, u64 *);
        void (*act)(Ctx *, const Node *); /* MOVES, RULE, ARRAY */
    } fn;
    i32 op; /* the signature: OP_<slug>; -1 for constants and lists */
    u8 kind; /* enum Kind; a folded node keeps its kind */
    u8 folded; /* value holds the node's value */
    u8 pure, open; /* depends on the board alone; but for (site), which a ludeme around binds */
    i16 type; /* constants: TYPE_<type>, which says what value means */
    u8 asked_of; /* conditions: bits ASKED_* of places of which where_holds answers at once */
    u8 steps; /* moves: steps alone, which keep_stepping counts at once */
    u8 counts; /* moves: candidates that can be counted */
    i32 value; /* constants: the integer, boolean, enum position or string id */
    u64 *bits; /* folded regions */
    const Shift *shift; /* of (ahead ..) in a known direction, or NULL */
    i32 n; /* number of slots, or of items of a list */
    const Node *arg[];
};
typedef struct Ludeme { /* what is known of a signature: a row for each OP_<slug> */
    const char *slug;
    u8 kind, is_static, n_slots;
    union {
        i32 (*value)(Ctx *, const Node *);
        void (*region)(Ctx *, const Node *, u64 *);
        void (*act)(Ctx *, const Node *);
    } fn;
} Ludeme;
extern const Ludeme LUDEMES[N_LUDEMES];
extern const i16 N_KEYWORDS[N_TYPES]; /* of each type; 0 for numbers */

#define INT(slug, ...) i32 ludeme_##slug(Ctx *c, const Node *n)
#define BOOL(slug, ...) i32 ludeme_##slug(Ctx *c, const Node *n)
#define REGION(slug, ...) void ludeme_##slug(Ctx *c, const Node *n, u64 *out)
#define MOVES(slug, ...) void ludeme_##slug(Ctx *c, const Node *n)
#define RULE(slug, ...) void ludeme_##slug(Ctx *c, const Node *n)
#define ARRAY(slug, ...) void ludeme_##slug(Ctx *c, const Node *n)
#define PLAIN(slug)
#define ARG(slug, name) (n->arg[slug##__##name])
#define SLOT(node, slug, name) ((node)->arg[slug##__##name])
#define UNUSED (void)c, (void)n
#endif
