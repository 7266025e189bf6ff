/* Looking at positions aside of the one that is played on. */
#include <stdlib.h>
#include "aside.h"
#include "changes.h"
#include "history.h"
#include "ply.h"
#include "random.h"
#include "undo.h"

static void make_room(Ctx *c) {
    Aside *a = c->aside ? c->aside : calloc(1, sizeof(Aside));
    if (!(c->aside = a)) fail(c, TOO_MUCH_MEMORY);
    size_t size = (size_t)c->g->state_size;
    if (!a->other) a->other = calloc(1, size);
    if (!a->beyond) a->beyond = calloc(1, size);
    if (!a->moves) a->moves = malloc(sizeof(Move) * MAX_LISTED);
    if (!a->actions) a->actions = malloc(sizeof(Action) * MAX_ACTIONS);
    if (!a->thens) a->thens = malloc(sizeof(Then) * MAX_THENS);
    if (!a->order) a->order = malloc(sizeof(i32) * MAX_LISTED);
    if (!a->other || !a->beyond || !a->moves || !a->actions || !a->thens || !a->order) fail(c, TOO_MUCH_MEMORY);
}
void free_aside(Ctx *c) {
    Aside *a = c->aside;
    if (!a) return;
    free(a->other), free(a->beyond), free(a->moves), free(a->actions), free(a->thens), free(a->order), free(a);
}
static void exchange(Ctx *c) { /* the lists */
    Aside *a = c->aside;
    Move *moves = c->moves;
    Action *actions = c->actions;
    Then *thens = c->thens;
    c->moves = a->moves, c->actions = a->actions, c->thens = a->thens;
    a->moves = moves, a->actions = actions, a->thens = thens;
    a->away = !a->away;
}
static void shorten(Ctx *c) { /* to the moves of the position that was left */
    c->n_moves = c->aside->n_moves, c->n_actions = c->aside->n_actions, c->n_thens = c->aside->n_thens;
}
void leave_position(Ctx *c) {
    add_up(c);
    make_room(c);
    Aside *a = c->aside;
    a->left = c->s, a->away = 0;
    a->n_moves = c->n_moves, a->n_actions = c->n_actions, a->n_thens = c->n_thens;
    memcpy(a->chance, c->chance, sizeof(a->chance));
}
void come_back(Ctx *c) {
    Aside *a = c->aside;
    if (a->away) exchange(c);
    shorten(c);
    c->n_numbers = c->depth = 0, c->probe = NULL, c->applied = NULL;
    reset_iterators(c);
    use_state(c, a->left);
    begin_history(c);
    memcpy(c->chance, a->chance, sizeof(a->chance));
}
static void move_to(Ctx *c, State *to, i32 move, u64 rng[4]) {
    tick(c, 16 + c->g->state_size / 128);
    copy_state(c, to, c->s);
    use_state(c, to);
    if (c->g->uses & USES_CHANCE) to->seed = random_bits(rng);
    apply_move(c, c->moves + move);
}
void go_aside(Ctx *c, i32 move, u64 rng[4]) {
    if (c->aside->away) exchange(c);
    shorten(c);
    use_state(c, c->aside->left);
    move_to(c, c->aside->other, move, rng);
    exchange(c);
}
void go_on(Ctx *c, State *to, i32 move, u64 rng[4]) {
    const i32 moves = c->n_moves, actions = c->n_actions, thens = c->n_thens;
    State *from = c->s;
    move_to(c, to, move, rng);
    c->n_moves = moves, c->n_actions = actions, c->n_thens = thens;
    use_state(c, from);
}
