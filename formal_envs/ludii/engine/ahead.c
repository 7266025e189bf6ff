/* Moves that are made of several, or chosen by what would come of them. */
#include "ahead.h"
#include "dice.h"
#include "ply.h"
#include "tracks.h"
#include "undo.h"

/* ---- several made one */
static void copy_actions(Ctx *c, const Move *from, i32 as_effects) { /* to the end of the last move begun */
    for (i32 k = 0; k < from->n; k++) {
        Action a = c->actions[from->first + k];
        *move_act(c, A_NOTE) = a;
        if (as_effects) c->actions[c->n_actions - 1].decision = 0;
    }
}
static void copy_thens(Ctx *c, Move *m, i32 then) {
    for (; then >= 0; then = c->thens[then].next) move_then(c, m, c->thens[then].node);
}
static void keep_from(Ctx *c, i32 start, i32 first) { /* forgets the moves of [start, first) */
    memmove(c->moves + start, c->moves + first, sizeof(Move) * (size_t)(c->n_moves - first));
    c->n_moves -= first - start;
}

//: append: (append <effect> [<then>]) -> effect
MOVES(append) { /* one move of them all; the first one's decision is the whole's */
    i32 start = collect(c, ARG(append, effect)), end = c->n_moves;
    if (start == end) return;
    signal_any(c, start);
    Move *m = move_begin(c);
    const Move *first = c->moves + start;
    for (i32 i = start; i < end; i++) copy_actions(c, c->moves + i, i > start);
    m->decision = first->decision, m->from = first->from, m->to = first->to, m->mover = first->mover;
    for (i32 i = start; i < end; i++) copy_thens(c, m, c->moves[i].then);
    move_then(c, m, ARG(append, then));
    move_end(c, m);
    keep_from(c, start, end);
}
//: allcombinations: (allCombinations <moves a> <moves b> [<then>]) -> effect
MOVES(allcombinations) {
    i32 a = collect(c, ARG(allcombinations, a)), b = collect(c, ARG(allcombinations, b)), end = c->n_moves;
    signal_any(c, b > a ? b : end);
    for (i32 i = a; i < b; i++)
        for (i32 k = b; k < end; k++) {
            const Move *x = c->moves + i, *y = c->moves + k;
            Move *m = move_begin(c);
            copy_actions(c, x, 0);
            copy_actions(c, y, 1);
            m->decision = x->decision, m->from = x->from, m->to = x->to, m->mover = x->mover;
            copy_thens(c, m, x->then);
            copy_thens(c, m, y->then);
            move_then(c, m, ARG(allcombinations, then));
            move_end(c, m);
        }
    keep_from(c, a, end);
}

/* ---- looking ahead */
typedef struct Ahead {
    jmp_buf *probe;
    i32 moves, actions, thens, n_applied, max_applied;
    Action *applied;
    i32 reached_from, reached_to;
} Ahead;
static Ahead look_ahead(Ctx *c) {
    save_state(c);
    Ahead a = {c->probe, c->n_moves, c->n_actions, c->n_thens, c->n_applied, c->max_applied, c->applied,
               c->reached_from, c->reached_to};
    c->applied = NULL, c->probe = NULL; /* what is only imagined is not reported, and answers nothing yet */
    return a;
}
static void look_back(Ctx *c, const Ahead *a) {
    restore_state(c);
    c->probe = a->probe;
    c->reached_from = a->reached_from, c->reached_to = a->reached_to;
    c->n_moves = a->moves, c->n_actions = a->actions, c->n_thens = a->thens;
    c->applied = a->applied, c->n_applied = a->n_applied, c->max_applied = a->max_applied;
}
i32 holds_after(Ctx *c, i32 move, const Node *condition) {
    Ahead ahead = look_ahead(c);
    State *s = c->s;
    i32 mover = s->mover, next = s->next, theirs = c->moves[move].mover;
    begin_ply(c, c->moves + move);
    /* found by (forEach Piece Next): its consequences are his */
    i32 differs = theirs != mover && theirs > 0 && theirs <= c->g->n_players; /* Shared plays no turn */
    if (differs) s->mover = theirs; /* the next one stays: Shatranj ar-Rumiya */
    apply_with_consequences(c, c->moves + move);
    consequences_done(c);
    if (differs) s->mover = mover, s->next = next;
    i32 holds = int_of(c, condition);
    look_back(c, &ahead);
    return holds;
}
static void keep_if_afterwards(Ctx *c, i32 start, const Node *condition) {
    i32 kept = start;
    for (i32 i = start; i < c->n_moves; i++) {
        if (c->probe && c->target && !move_hits(c, c->moves + i)) continue; /* nobody asks */
        if (!holds_after(c, i, condition)) continue;
        if (c->probe) longjmp(*c->probe, 1);
        c->moves[kept++] = c->moves[i];
    }
    c->n_moves = kept;
}
enum { MAX_PRIOR = 512 };
static i32 chosen(const Action *actions, i32 n) { /* the first that a player decides; n: none */
    i32 k = 0;
    while (k < n && !actions[k].decision) k++;
    return k;
}
/* what follows is found where the first has been done */
static void do_then_next(Ctx *c, const Node *prior, const Node *next) {
    Action done[MAX_PRIOR];
    i32 start = c->n_moves;
    Ahead ahead = look_ahead(c);
    c->applied = done, c->n_applied = 0, c->max_applied = MAX_PRIOR;
    run_effects(c, prior);
    i32 n_done = c->n_applied, decided = chosen(done, n_done);
    c->applied = NULL;
    if (n_done >= MAX_PRIOR) fail(c, TOO_MANY_MOVES);
    collect(c, next);
    if (c->n_moves == start && c->g->n_dice) { /* one passes, with what was rolled; also as a consequence */
        Move *pass = move_begin(c);
        move_act(c, A_PASS)->state = 1;
        move_decide(c, pass);
        move_end(c, pass);
    }
    i32 end = c->n_moves, actions = c->n_actions, thens = c->n_thens;
    look_back(c, &ahead);
    c->n_moves = end, c->n_actions = actions, c->n_thens = thens;
    for (i32 i = start; i < end; i++) {
        Move *m = move_begin(c);
        const Move *found = c->moves + i;
        for (i32 k = 0; k < n_done; k++) {
            *move_act(c, A_NOTE) = done[k];
            c->actions[c->n_actions - 1].decision = 0;
        }
        copy_actions(c, found, 0);
        m->decision = found->decision < 0 ? -1 : found->decision + n_done;
        m->from = found->from, m->to = found->to, m->mover = found->mover, m->then = found->then,
        m->last_then = found->last_then;
        m->twice = found->twice;
        m->n = c->n_actions - m->first;
        /* mere effects follow: Nodal Chess */
        if (decided < n_done && chosen(c->actions + found->first, found->n) == found->n)
            m->decision = decided, m->from = done[decided].from, m->to = done[decided].to;
    }
    keep_from(c, start, end);
}
//: do: (do <moves> [next:<moves>] [ifAfterwards:<bool>] [<then>]) -> effect
MOVES(do) {
    const Node *condition = ARG(do, ifAfterwards);
    i32 start = c->n_moves;
    if (!condition && !ARG(do, next)) moves_of(c, ARG(do, moves));
    else if (ARG(do, next)) do_then_next(c, ARG(do, moves), ARG(do, next));
    else collect_asked(c, ARG(do, moves));
    if (condition) keep_if_afterwards(c, start, condition);
    signal_any(c, start);
    then_for_all(c, start, ARG(do, then));
}
/* What was done becomes one move, if anything was. */
static void emit_done(Ctx *c, const Ahead *ahead, const Action *done, const Node *then) {
    i32 n_done = c->n_applied;
    look_back(c, ahead);
    if (n_done >= MAX_PRIOR) fail(c, TOO_MANY_MOVES);
    if (!n_done) return;
    Move *m = move_begin(c);
    for (i32 k = 0; k < n_done; k++) *move_act(c, A_NOTE) = done[k];
    m->decision = 0;
    move_then(c, m, then);
    move_end(c, m);
}
void take_up_consequences(Ctx *c, i32 start) {
    i32 end = c->n_moves, some = 0;
    for (i32 i = start; i < end; i++) some |= c->moves[i].then >= 0;
    if (!some) return;
    for (i32 i = start; i < end; i++) {
        const Move found = c->moves[i];
        Action done[MAX_PRIOR];
        Ahead ahead = look_ahead(c);
        c->applied = done, c->n_applied = 0, c->max_applied = MAX_PRIOR;
        c->s->last_from = found.from, c->s->last_to = found.to;
        apply_with_consequences(c, &found);
        emit_done(c, &ahead, done, NULL);
    }
    keep_from(c, start, end);
}
//: moves_seq: (seq {<moves list>}) -> effect
MOVES(moves_seq) { /* one move: each part is found where the parts before it have been done */
    const Node *list = ARG(moves_seq, list);
    Action done[MAX_PRIOR];
    Ahead ahead = look_ahead(c);
    c->applied = done, c->n_applied = 0, c->max_applied = MAX_PRIOR;
    for (i32 i = 0; i < list->n; i++) run_effects(c, list->arg[i]);
    emit_done(c, &ahead, done, NULL);
}
//: while: (while <bool condition> <moves> [<then>]) -> effect
MOVES(while) { /* the same, again and again */
    Action done[MAX_PRIOR];
    Ahead ahead = look_ahead(c);
    c->applied = done, c->n_applied = 0, c->max_applied = MAX_PRIOR;
    while (c->n_applied < MAX_PRIOR && int_of(c, ARG(while, condition))) {
        i32 before = c->n_applied;
        tick(c, 4);
        run_effects(c, ARG(while, moves));
        if (c->n_applied == before) break; /* nothing would ever change */
    }
    emit_done(c, &ahead, done, ARG(while, then));
}

/* ---- the best of the moves */
static void keep_best(Ctx *c, i32 start, const i32 *score) {
    i32 best = 0, kept = start, n = c->n_moves - start;
    for (i32 i = 0; i < n; i++)
        if (i == 0 || score[i] > best) best = score[i];
    for (i32 i = 0; i < n; i++)
        if (score[i] == best) c->moves[kept++] = c->moves[start + i];
    c->n_moves = kept;
}
/* How much the mover can take, or how often he moves, if he begins with this and goes on while it stays his turn. */
static i64 best_line(Ctx *c, i32 move, i32 captures) {
    const Move m = c->moves[move];
    i64 own = captures ? 0 : 1, best = 0;
    for (i32 k = 0; k < m.n && captures; k++) {
        const Action *a = c->actions + m.first + k;
        own += a->type == A_REMOVE || a->type == A_MARK;
    }
    Ahead ahead = look_ahead(c);
    i32 mover = c->s->mover;
    begin_ply(c, &m);
    apply_with_consequences(c, &m);
    consequences_done(c);
    if (c->s->next_player == mover) {
        c->s->previous = mover, c->s->moves_in_turn++;
        c->s->next = following_player(c->s, c->g->n_players, mover);
        const Node *play = play_of(c, mover);
        i32 start = play ? collect(c, play) : c->n_moves, end = c->n_moves;
        for (i32 i = start; i < end; i++) {
            i64 line = best_line(c, i, captures);
            if (line > best) best = line;
        }
    }
    look_back(c, &ahead);
    return own + best;
}
static void keep_best_lines(Ctx *c, const Node *moves, i32 captures, const Node *then) {
    if (c->probe && !c->target) {
        moves_of(c, moves);
        return;
    }
    i32 start = collect(c, moves), n = c->n_moves - start, numbers = c->n_numbers;
    if (n > 1) {
        if (c->n_numbers + n > MAX_NUMBERS) fail(c, TOO_MUCH_MEMORY);
        i32 *score = c->numbers + c->n_numbers;
        c->n_numbers += n;
        for (i32 i = 0; i < n; i++) score[i] = clamped(best_line(c, start + i, captures));
        keep_best(c, start, score);
        c->n_numbers = numbers;
    }
    then_for_all(c, start, then);
}
//: max_moves: (max Moves [withValue:<bool>] <moves> [<then>]) -> effect
MOVES(max_moves) { keep_best_lines(c, ARG(max_moves, moves), 0, ARG(max_moves, then)); }
//: max_captures: (max Captures [withValue:<bool>] <moves> [<then>]) -> effect
MOVES(max_captures) { keep_best_lines(c, ARG(max_captures, moves), 1, ARG(max_captures, then)); }

static i32 place_on(const Track *track, i32 site) {
    for (i32 i = 0; i < track->sites.n; i++)
        if (track->sites.at[i] == site) return i;
    return -1;
}
//: max_distance: (max Distance [<trackName track>] [<roleType>] <moves> [<then>]) -> effect
MOVES(max_distance) {
    i32 start = collect(c, ARG(max_distance, moves)), k = c->n_moves - start, numbers = c->n_numbers;
    const Node *role = ARG(max_distance, roleType), *name = ARG(max_distance, track);
    /* of nobody named only a track that is nobody's own; without one each move will do: Ssang-Ryouk */
    const Track *track = track_for(c, name, role ? role_of(c, role) : NOBODY);
    if (track && !role && track->owner != NOBODY) track = NULL;
    signal_any(c, start);
    if (track && k > 1) {
        if (c->n_numbers + k > MAX_NUMBERS) fail(c, TOO_MUCH_MEMORY);
        i32 *score = c->numbers + c->n_numbers;
        tick(c, (i64)k * track->sites.n / 8);
        for (i32 i = 0; i < k; i++) {
            const Move *m = c->moves + start + i;
            i32 from = place_on(track, m->from), to = place_on(track, m->to);
            score[i] = from < 0 || to < 0 ? 0 : to > from ? to - from : from - to;
        }
        keep_best(c, start, score);
        c->n_numbers = numbers;
    }
    then_for_all(c, start, ARG(max_distance, then));
}
//: firstmoveontrack: (firstMoveOnTrack [<trackName track>] [<roleType>] <moves> [<then>]) -> effect
MOVES(firstmoveontrack) { /* of the first place along the track from where there is a move */
    const Track *track = track_for(c, ARG(firstmoveontrack, track),
                                   ARG(firstmoveontrack, roleType) ? role_of(c, ARG(firstmoveontrack, roleType))
                                                                   : c->s->mover);
    i32 start = c->n_moves, from = c->from;
    for (i32 i = 0; track && i < track->sites.n && c->n_moves == start; i++) {
        c->from = track->sites.at[i];
        if (is_site(c, c->from)) collect_some(c, ARG(firstmoveontrack, moves));
    }
    c->from = from;
    then_for_all(c, start, ARG(firstmoveontrack, then));
}
//: avoidstoredstate: (avoidStoredState <moves> [<then>]) -> effect
MOVES(avoidstoredstate) {
    i32 start = collect(c, ARG(avoidstoredstate, moves)), kept = start;
    const u64 stored = c->s->stored; /* a consequence may store the new position */
    for (i32 i = start; i < c->n_moves; i++) {
        Ahead ahead = look_ahead(c);
        begin_ply(c, c->moves + i);
        apply_with_consequences(c, c->moves + i);
        tick(c, c->g->n_sites / 8);
        i32 same = position_digest(c, 0) == stored;
        look_back(c, &ahead);
        if (!same) c->moves[kept++] = c->moves[i];
    }
    c->n_moves = kept;
    signal_any(c, start);
    then_for_all(c, start, ARG(avoidstoredstate, then));
}
