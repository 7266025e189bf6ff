/* Contexts: how they begin, and how an evaluation ends before its time. */
#include "context.h"

_Noreturn void fail(Ctx *c, enum Failure why) {
    c->failure = why;
    longjmp(c->escape, 1);
}

void reset_iterators(Ctx *c) {
    c->from = c->to = c->between = c->site = c->player = c->track_site = c->iterated = c->direction = c->hop = c->pips = OFF;
    c->level = 0, c->region = NULL, c->members = 0, c->target = NULL, c->noted = NULL, c->hits_only = c->offers = c->threats = c->asks_moves = 0;
}
