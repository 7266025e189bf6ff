/* What start rules put down. */
#include "actions.h"
#include "starting.h"

void start_put(Ctx *c, i32 site, const Placing *p) {
    if (!is_site(c, site) || c->g->container_of[site] < 0 || p->what < 1 || p->what > c->g->n_components)
        fail(c, NOT_THERE);
    if (p->count < 1) return;
    const Action a = {.type = A_ADD,
                      .to = site,
                      .what = (i16)p->what,
                      .count = p->count,
                      .state = p->state,
                      .rotation = p->rotation,
                      .value = p->value};
    apply_action(c, &a);
    /* the last placement is the last move until there is another */
    c->s->last_from = c->s->last_to = c->s->after_from = c->s->after_to = site;
}
i32 first_empty(Ctx *c, const Container *k) {
    for (i32 i = 0; i < k->n; i++)
        if (!c->what[k->first + i]) return k->first + i;
    return k->first;
}
