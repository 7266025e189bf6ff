/* How a game begins. */
#include "games.h"
#include "history.h"
#include "random.h"
#include "state.h"

void start_rules(Ctx *c) {
    const Node *rules = c->g->start;
    reset_iterators(c);
    for (i32 i = 0; rules && i < rules->n; i++) rules->arg[i]->fn.act(c, rules->arg[i]);
}
void begin_game(Ctx *c, State *s, u64 seed) {
    const Game *g = c->g;
    memcpy(s, g->initial, (size_t)g->state_size);
    use_state(c, s);
    if (g->uses & USES_CHANCE_START) {
        first_state(c);
        seed_random(c->chance, seed);
        start_rules(c);
    }
    if (g->uses & USES_CHANCE) s->seed = mixed(&seed);
    s->n_history = 0;
    begin_history(c);
    push_history(c);
}
