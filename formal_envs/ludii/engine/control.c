/* Which moves, and in what order: lists, conditions, loops, looking ahead. */
#include "engine.h"

/* ---- consequences and effects */
//: then: (then <effect> [applyAfterAllMoves:<flag>]) -> then
MOVES(then) { moves_of(c, ARG(then, effect)); }
//: apply: (apply <effect>) -> apply
MOVES(apply) { moves_of(c, ARG(apply, effect)); }
//: apply_if: (apply if:<bool> [<effect>]) -> apply
MOVES(apply_if) {
    if (ARG(apply_if, effect) && int_of(c, ARG(apply_if, if_))) moves_of(c, ARG(apply_if, effect));
}

/* ---- lists. A consequence of the whole belongs to each of its moves. */
static void all_of(Ctx *c, const Node *list, const Node *then) {
    i32 start = c->n_moves;
    for (i32 i = 0; i < list->n; i++) moves_of(c, list->arg[i]);
    then_for_all(c, start, then);
}
static void both(Ctx *c, const Node *a, const Node *b, const Node *then) {
    i32 start = c->n_moves;
    moves_of(c, a);
    moves_of(c, b);
    then_for_all(c, start, then);
}
//: moves_or: (or <moves a> <moves b> [<then>]) -> effect
MOVES(moves_or) { both(c, ARG(moves_or, a), ARG(moves_or, b), ARG(moves_or, then)); }
//: moves_or_all: (or {<moves list>} [<then>]) -> effect
MOVES(moves_or_all) { all_of(c, ARG(moves_or_all, list), ARG(moves_or_all, then)); }
//: moves_and: (and <moves a> <moves b> [<then>]) -> effect
MOVES(moves_and) { both(c, ARG(moves_and, a), ARG(moves_and, b), ARG(moves_and, then)); }
//: moves_and_all: (and {<moves list>} [<then>]) -> effect
MOVES(moves_and_all) { all_of(c, ARG(moves_and_all, list), ARG(moves_and_all, then)); }
//: moves_if: (if <bool condition> <moves yes> [<moves no>] [<then>]) -> effect
MOVES(moves_if) {
    i32 start = c->n_moves;
    if (int_of(c, ARG(moves_if, condition))) moves_of(c, ARG(moves_if, yes));
    else if (ARG(moves_if, no)) moves_of(c, ARG(moves_if, no));
    then_for_all(c, start, ARG(moves_if, then));
}
/* adds its moves: were there any? Also those that a question for a target would skip */
static i32 some(Ctx *c, const Node *n) {
    i32 start = c->n_moves;
    if (c->target) collect(c, n);
    else moves_of(c, n);
    return c->n_moves > start;
}
//: priority: (priority {<moves list>} [<then>]) -> effect
MOVES(priority) {
    const Node *list = ARG(priority, list);
    i32 start = c->n_moves, i = 0;
    while (i < list->n && !some(c, list->arg[i])) i++;
    then_for_all(c, start, ARG(priority, then));
}
//: priority_two: (priority <moves a> <moves b> [<then>]) -> effect
MOVES(priority_two) {
    i32 start = c->n_moves;
    if (!some(c, ARG(priority_two, a))) some(c, ARG(priority_two, b));
    then_for_all(c, start, ARG(priority_two, then));
}

/* ---- moves made of several */
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
static void signal_any(Ctx *c, i32 start) {
    if (c->probe && !c->target && c->n_moves > start) longjmp(*c->probe, 1);
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

/* ---- on a copy of the state */
typedef struct Ahead {
    State *saved;
    jmp_buf *probe;
    i32 moves, actions, thens, n_applied, max_applied;
    Action *applied;
} Ahead;
static Ahead look_ahead(Ctx *c) {
    Ahead a = {save_state(c), c->probe,     c->n_moves,     c->n_actions,
               c->n_thens,    c->n_applied, c->max_applied, c->applied};
    c->applied = NULL, c->probe = NULL; /* what is only imagined is not reported, and answers nothing yet */
    return a;
}
static void look_back(Ctx *c, const Ahead *a) {
    restore_state(c, a->saved);
    c->probe = a->probe;
    c->n_moves = a->moves, c->n_actions = a->actions, c->n_thens = a->thens;
    c->applied = a->applied, c->n_applied = a->n_applied, c->max_applied = a->max_applied;
}
static i32 holds_after(Ctx *c, i32 move, const Node *condition) {
    Ahead ahead = look_ahead(c);
    State *s = c->s;
    i32 mover = s->mover, next = s->next, theirs = c->moves[move].mover;
    begin_ply(c, c->moves + move);
    /* found by (forEach Piece Next): its consequences are his */
    i32 differs = theirs != mover && theirs > 0 && theirs <= c->g->n_players; /* Shared plays no turn */
    if (differs) s->mover = theirs, s->next = mover;
    apply_with_consequences(c, c->moves + move);
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
/* What was done on the copy becomes one move, if anything was. */
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
/* How much the mover can take, or how often he moves, if he begins with this move and goes on while it stays his turn. */
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
    if (c->s->next_player == mover) {
        c->s->previous = mover, c->s->moves_in_turn++;
        c->s->next = mover; /* as between two moves of one turn */
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
        if (c->n_numbers + n > MAX_ACTIONS) fail(c, TOO_MUCH_MEMORY);
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

/* of that name, preferably the player's own */
static const Track *track_for(Ctx *c, const Node *name, i32 player) {
    const Track *found = NULL;
    for (i32 t = 0; t < c->g->n_tracks; t++) {
        const Track *track = c->g->tracks + t;
        if (name && track->name != name->value) continue;
        if (track->owner == player) return track;
        if (!found) found = track;
    }
    return found;
}
static i32 place_on(const Track *track, i32 site) {
    for (i32 i = 0; i < track->sites.n; i++)
        if (track->sites.at[i] == site) return i;
    return -1;
}
//: max_distance: (max Distance [<trackName track>] [<roleType>] <moves> [<then>]) -> effect
MOVES(max_distance) {
    i32 start = collect(c, ARG(max_distance, moves)), k = c->n_moves - start, numbers = c->n_numbers;
    const Track *track = track_for(c, ARG(max_distance, track),
                                   ARG(max_distance, roleType) ? role_of(c, ARG(max_distance, roleType)) : c->s->mover);
    signal_any(c, start);
    if (track && k > 1) {
        if (c->n_numbers + k > MAX_ACTIONS) fail(c, TOO_MUCH_MEMORY);
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
        if (is_site(c, c->from)) some(c, ARG(firstmoveontrack, moves));
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
        i32 same = position_digest(c, 0) == stored;
        look_back(c, &ahead);
        if (!same) c->moves[kept++] = c->moves[i];
    }
    c->n_moves = kept;
    signal_any(c, start);
    then_for_all(c, start, ARG(avoidstoredstate, then));
}

/* ---- chance */
//: random: (random {<float weights>} {<moves choices>}) -> effect
MOVES(random) {
    const Node *weights = ARG(random, weights), *choices = ARG(random, choices);
    i64 total = 0, at;
    i32 size = weights->n < choices->n ? weights->n : choices->n;
    for (i32 i = 0; i < size; i++) total += int_of(c, weights->arg[i]) > 0 ? int_of(c, weights->arg[i]) : 0;
    if (total <= 0 || total > INT32_MAX) return;
    at = random_below(c, (i32)total);
    for (i32 i = 0; i < size; i++) {
        i32 weight = int_of(c, weights->arg[i]);
        if (weight > 0 && (at -= weight) < 0) {
            moves_of(c, choices->arg[i]);
            return;
        }
    }
}
//: random_num: (random <moves> num:<int>) -> effect
MOVES(random_num) {
    i32 start = collect(c, ARG(random_num, moves)), found = c->n_moves - start,
        wanted = int_of(c, ARG(random_num, num));
    for (i32 i = 0; i < found && i < wanted; i++) {
        i32 k = i + random_below(c, found - i);
        Move m = c->moves[start + i];
        c->moves[start + i] = c->moves[start + k], c->moves[start + k] = m;
    }
    if (wanted < found) c->n_moves = start + (wanted > 0 ? wanted : 0);
    signal_any(c, start);
}

/* ---- for each ... */
void keep_in_container(Ctx *c, u64 *sites, i32 name) {
    i32 exact = -1;
    for (i32 k = 0; k < c->g->n_containers; k++)
        if (c->g->containers[k].name == name) exact = k;
    i32 known = c->g->names[name].container;
    FOR_SITES (sites, site) {
        i32 in = c->g->container_of[site];
        if (exact >= 0 ? in != exact : known <= 0 ? in != known : in <= 0) region_drop(sites, site);
    }
}
static void pieces_in_container(Ctx *c, const Node *n, u64 *sites) {
    if (ARG(foreach_piece, containerName)) {
        keep_in_container(c, sites, ARG(foreach_piece, containerName)->value);
        return;
    }
    i32 which = int_of(c, ARG(foreach_piece, container));
    FOR_SITES (sites, site)
        if (c->g->container_of[site] != which) region_drop(sites, site);
}
static i32 is_called(Ctx *c, const Node *name, i32 what) {
    const Component *piece = c->g->components + what;
    return piece->name == name->value || piece->base == name->value;
}
static i32 piece_wanted(Ctx *c, const Node *n, i32 what) {
    const Node *one = ARG(foreach_piece, piece), *many = ARG(foreach_piece, pieces);
    if (one) return is_called(c, one, what);
    for (i32 i = 0; many && i < many->n; i++)
        if (is_called(c, many->arg[i], what)) return 1;
    return !many;
}
static void drop_hands(Ctx *c, u64 *sites) {
    for (i32 k = 1; k < c->g->n_containers; k++)
        for (i32 i = 0; i < c->g->containers[k].n; i++) region_drop(sites, c->g->containers[k].first + i);
}
static void pieces_of_player(Ctx *c, const Node *n, i32 player) {
    const Node *own = ARG(foreach_piece, moves), *on = ARG(foreach_piece, on);
    deeper(c); /* a piece's moves may ask for those of pieces */
    for (i32 what = 1; what <= c->g->n_components; what++) {
        const Node *moves = own ? own : c->g->components[what].moves;
        if (!moves || c->g->components[what].owner != player || !piece_wanted(c, n, what)) continue;
        TMP_REGION(sites);
        region_copy(c, sites, of_kind(c, what));
        if (ARG(foreach_piece, container) || ARG(foreach_piece, containerName)) pieces_in_container(c, n, sites);
        else if (!on) drop_hands(c, sites); /* the board's places of every type: Guerrilla Checkers */
        FOR_SITES (sites, site) {
            i32 type = on ? on->value : 0, first = on ? c->g->type_first[type] : 0;
            if (on && (site < first || site >= first + c->g->type_n[type])) continue;
            c->from = site;
            moves_of(c, moves);
        }
    }
    c->depth--;
}
//: foreach_piece: (forEach Piece [on:<siteType>] [<pieceName piece> | {<pieceName pieces>}] [container:<int> |
//:     container:<containerName containerName>] [<moves>] [<player> | <roleType>] [top:<bool>] [<then>]) -> effect
MOVES(foreach_piece) {
    const Node *role = ARG(foreach_piece, player) ? ARG(foreach_piece, player) : ARG(foreach_piece, roleType);
    u32 players = role ? players_in(c, role) : (u32)1 << c->s->mover;
    i32 start = c->n_moves, from = c->from;
    const i32 mover = c->s->mover, next = c->s->next, previous = c->s->previous;
    for (i32 p = 0; p <= c->g->n_players + 1; p++) {
        if (!(players >> p & 1)) continue;
        /* his pieces, his friends */
        if (p >= 1 && p <= c->g->n_players && p != mover) c->s->mover = p, c->s->next = mover, c->s->previous = mover;
        pieces_of_player(c, n, p);
        c->s->mover = mover, c->s->next = next, c->s->previous = previous;
    }
    c->from = from;
    then_for_all(c, start, ARG(foreach_piece, then));
}
//: foreach_site: (forEach Site <region> <moves> [noMoveYet:<moves>] [<then>]) -> effect
MOVES(foreach_site) {
    i32 start = c->n_moves, outer = c->site, to = c->to;
    TMP_REGION(sites);
    region_of(c, ARG(foreach_site, region), sites);
    FOR_SITES (sites, site) {
        c->site = c->to = site; /* both (site) and (to) say it: Lisolo, Obridje */
        if (ARG(foreach_site, noMoveYet)) some(c, ARG(foreach_site, moves));
        else moves_of(c, ARG(foreach_site, moves));
    }
    c->site = outer, c->to = to;
    if (c->n_moves == start && ARG(foreach_site, noMoveYet)) moves_of(c, ARG(foreach_site, noMoveYet));
    then_for_all(c, start, ARG(foreach_site, then));
}
//: foreach_value: (forEach Value min:<int> max:<int> <moves> [<then>]) -> effect
MOVES(foreach_value) {
    i32 start = c->n_moves, outer = c->iterated;
    i64 min = int_of(c, ARG(foreach_value, min)), max = int_of(c, ARG(foreach_value, max));
    for (i64 v = min; v <= max; v++) {
        c->iterated = (i32)v;
        moves_of(c, ARG(foreach_value, moves));
    }
    c->iterated = outer;
    then_for_all(c, start, ARG(foreach_value, then));
}
//: foreach_value_in: (forEach Value <intArray> <moves> [<then>]) -> effect
MOVES(foreach_value_in) {
    i32 start = c->n_moves, outer = c->iterated, *values, size = array_of(c, ARG(foreach_value_in, intArray), &values);
    for (i32 i = 0; i < size; i++) {
        c->iterated = values[i];
        moves_of(c, ARG(foreach_value_in, moves));
    }
    c->n_numbers -= size;
    c->iterated = outer;
    then_for_all(c, start, ARG(foreach_value_in, then));
}
static void for_each_player(Ctx *c, u32 players, const Node *moves, const Node *then) {
    i32 start = c->n_moves, outer = c->player;
    for (i32 p = 1; p <= c->g->n_players; p++) {
        if (!(players >> p & 1)) continue;
        c->player = p;
        moves_of(c, moves);
    }
    c->player = outer;
    then_for_all(c, start, then);
}
//: foreach_player: (forEach Player <moves> [<then>]) -> effect
MOVES(foreach_player) { for_each_player(c, ~(u32)0, ARG(foreach_player, moves), ARG(foreach_player, then)); }
//: foreach_team: (forEach Team <moves> [<then>]) -> effect
MOVES(foreach_team) { for_each_player(c, ~(u32)0, ARG(foreach_team, moves), ARG(foreach_team, then)); }
//: foreach_players: (forEach <intArray players> <moves> [<then>]) -> effect
MOVES(foreach_players) {
    i32 *values, size = array_of(c, ARG(foreach_players, players), &values);
    u32 players = 0;
    for (i32 i = 0; i < size; i++)
        if (values[i] >= 1 && values[i] <= MAX_PLAYERS) players |= (u32)1 << values[i];
    c->n_numbers -= size;
    for_each_player(c, players, ARG(foreach_players, moves), ARG(foreach_players, then));
}
//: foreach_level: (forEach Level [<siteType>] <int site> [<stackDirection>] <moves> [<then>]) -> effect
MOVES(foreach_level) { /* no stacks: one level */
    i32 start = c->n_moves, outer = c->level, site = site_at(c, ARG(foreach_level, siteType), ARG(foreach_level, site));
    if (is_site(c, site) && c->what[site]) {
        c->level = 0;
        moves_of(c, ARG(foreach_level, moves));
    }
    c->level = outer;
    then_for_all(c, start, ARG(foreach_level, then));
}
/* The sites reached from one by steps in the directions, among those that belong. */
static void group_from(Ctx *c, i32 first, const Node *direction, const u64 *members, u64 *group) {
    TMP_REGION(todo);
    region_clear(c, todo);
    region_clear(c, group);
    region_add(todo, first);
    region_add(group, first);
    while (region_any(c, todo))
        FOR_SITES (todo, site) {
            DirSet directions = directions_of(c, direction, site, REL_Adjacent);
            region_drop(todo, site);
            tick(c, 1);
            FOR_RADIALS (site, directions, ray)
                if (ray->n && region_has(members, ray->at[0]) && !region_has(group, ray->at[0]))
                    region_add(group, ray->at[0]), region_add(todo, ray->at[0]);
        }
}
//: foreach_group: (forEach Group [<siteType>] [<direction>] [if:<bool>] <moves> [<then>]) -> effect
MOVES(foreach_group) {
    const Node *condition = ARG(foreach_group, if_), *type = ARG(foreach_group, siteType);
    i32 start = c->n_moves, words = c->g->words, first = type_offset(c, type),
        size = c->g->type_n[type ? type->value : c->g->site_type];
    const u64 *outer = c->region;
    TMP_REGION(left);
    TMP_REGION(members);
    TMP_REGION(group);
    region_copy(c, members, condition ? c->occupied : owned_by(c, c->s->mover));
    FOR_SITES (members, site)
        if (site < first || site >= first + size) region_drop(members, site);
    if (condition) {
        region_clear(c, members);
        for (i32 site = first; site < first + size && is_site(c, site); site++) region_add(members, site);
        keep_where(c, members, condition);
    }
    region_copy(c, left, members);
    for (i32 w = 0; w < words; w++)
        while (left[w]) {
            group_from(c, w * 64 + __builtin_ctzll(left[w]), ARG(foreach_group, direction), members, group);
            for (i32 k = 0; k < words; k++) left[k] &= ~group[k];
            c->region = group;
            moves_of(c, ARG(foreach_group, moves));
            c->region = outer;
        }
    then_for_all(c, start, ARG(foreach_group, then));
}
/* Along each direction from a site: the places between the range's ends, as far as `between` allows. */
static void along(Ctx *c, const Node *n, const Radial *ray, i32 least, i32 most) {
    const Node *between = ARG(foreach_direction, between), *to = ARG(foreach_direction, to);
    const Node *passes = between ? SLOT(between, between, if_) : NULL;
    for (i32 i = 0; i < ray->n && i < most; i++) {
        tick(c, 1);
        c->to = c->between = ray->at[i];
        if (i + 1 >= least) {
            if (to && !bool_or(c, SLOT(to, to, if_), 1)) return;
            const Node *moves = to ? SLOT(to, to, apply) : ARG(foreach_direction, moves);
            if (moves) moves_of(c, moves);
        }
        if (passes && !int_of(c, passes)) return;
    }
}
//: foreach_direction: (forEach Direction [<from>] [<direction>] [<between>] <to> | <moves> [<then>]) -> effect
MOVES(foreach_direction) {
    const Node *from = ARG(foreach_direction, from), *between = ARG(foreach_direction, between);
    i32 start = c->n_moves, outer_from = c->from, outer_to = c->to, outer_between = c->between,
        outer_direction = c->direction;
    i32 site = from && SLOT(from, from, site) ? site_at(c, SLOT(from, from, siteType), SLOT(from, from, site))
                                              : c->from;
    i32 least = 1, most = 1;
    if (between && SLOT(between, between, range)) range_of(c, SLOT(between, between, range), &least, &most);
    if (is_site(c, site)) {
        DirSet directions = directions_of(c, ARG(foreach_direction, direction), site, REL_Adjacent);
        FOR_RADIALS (site, directions, ray) {
            c->direction = ray->direction;
            along(c, n, ray, least, most);
        }
    }
    c->from = outer_from, c->to = outer_to, c->between = outer_between, c->direction = outer_direction;
    then_for_all(c, start, ARG(foreach_direction, then));
}
