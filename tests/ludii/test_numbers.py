"""Numbers that a text or a caller chooses: each is checked before it is an index, or it is no index.

Run under sanitizers (``make sanitize``), these tests also show that no access leaves its array.
"""

import dataclasses
from array import array
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_rules import Writer

from formal_envs.errors import ConfigError
from formal_envs.ludii import GameError, apply, compile_game, evaluate_game, legal_moves
from formal_envs.ludii.engine.headers import opcodes
from formal_envs.ludii.engine.interface import MEMORY_AT, NODE, SECTIONS, TYPES, StateHeader
from formal_envs.ludii.language.signatures import ENUMS, SIGNATURES
from formal_envs.ludii.play import report
from formal_envs.ludii.play.program import Program, State, perft
from formal_envs.ludii.play.report import random_games

SLOW = settings(deadline=None)  # under sanitizers, on a busy machine
FAR = st.sampled_from([-(2**31) + 1, -65536, -2, -1, 0, 8, 9, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 32768, 65536])
NUMBERS = FAR | st.integers(-(2**31) + 1, 2**31 - 1)
ROLES = st.sampled_from(
    ["Neutral", "Shared", "All", "Each", "Mover", "Next", "Prev", "NonMover", "Enemy", "Friend", "Ally", "Player"]
    + [f"P{n}" for n in range(1, 17)]
    + ["Team1", "Team16", "TeamMover"]
)


def game(players=2, items='(piece "A" Each)', start="", play="(move Add (to (sites Empty)))", end="", meta=""):
    start = f"(start {{{start}}})" if start else ""
    meta = f"(meta {meta})" if meta else ""
    return (
        f'(game "G" (players {players}) (equipment {{(board (square 3)) {items}}}) (rules {meta} {start} (play {play}) '
        f"(end {{(if (is Full) (result Mover Draw)) {end}}})))"
    )


def plays_or_is_refused(text):
    """Nothing but a GameError refuses a text, and what compiles is played to a report."""
    found = evaluate_game(text, playouts=2, max_turns=8)
    assert found.error is None or isinstance(found.error, GameError)
    return found


@pytest.fixture(autouse=True)
def little_work(monkeypatch):
    monkeypatch.setattr(report, "MAX_WORK", 3_000_000)
    monkeypatch.setattr(report, "MAX_TOTAL_WORK", 3_000_000)


OWNED = {
    "piece": '(piece "D" {})',
    "piece with a number": '(piece "D" {}) (piece "D" Each)',
    "hand": '(piece "A" Each) (hand {})',
}


@SLOW
@given(st.sampled_from(sorted(OWNED)), st.integers(1, 16), st.integers(1, 16))
def test_an_owner_plays(kind, players, owner):
    text = game(players, OWNED[kind].format(f"P{owner}"), play="(move Add (piece (mover)) (to (sites Empty)))")
    if owner <= players:
        assert plays_or_is_refused(text).compiles
        return
    with pytest.raises(GameError) as refusal:
        compile_game(text)
    assert refusal.value.stage == "names"
    assert f"the last player is P{players}, got the owner P{owner}" in refusal.value.message
    assert text[refusal.value.position :].startswith(f"P{owner}")


@SLOW
@given(st.sampled_from(["region", "track", "phase", "result", "score", "side"]), ROLES)
def test_rules_may_speak_of_players_that_are_not_there(kind, role):
    texts = {
        "region": game(items=f'(piece "A" Each) (regions "R" {role} (sites Top))', play='(move Add (to (sites "R")))'),
        "track": game().replace("(square 3)", f'(square 3) (track "T" "0,E,N" {role})'),
        "phase": game().replace("(play (", f'phases:{{(phase "X" {role} (play (').replace(" (end", ")} (end"),
        "result": game(end=f"(if (= 2 (count Moves)) (result {role} Win))"),
        "score": game(start=f"(set Score {role} 5)", end="(if (= 2 (count Moves)) (byScore))"),
        "side": game(play=f"(move Add (to (union (sites Side {role}) (sites Empty))))"),
    }
    found = plays_or_is_refused(texts[kind])
    assert found.error is None or found.error.stage in ("types", "unsupported", "names", "play"), found.error


#: Ludemes whose numbers reach an array of the engine: {n} is any number, {role} any role.
EFFECTS = [
    *("(set NextPlayer (player {n}))", "(set NextPlayer (array {{{n}}}))", "(swap Players {n} {n})"),
    *("(swap Pieces {n} {n})", "(takeControl of:{n} by:{n})", "(takeControl of:{role} by:{role})"),
    *("(promote {n} (piece {n}) {role})", '(promote (last To) (piece "A") (player {n}))', "(remove {n})"),
    *("(set Count at:{n} {n})", "(set State at:{n} {n})", "(set Value at:{n} {n})", "(set Value (player {n}) {n})"),
    *("(set Score {role} {n})", "(addScore (player {n}) {n})", '(trigger "E" {n})', '(trigger "E" {role})'),
    *("(set Pending {n})", '(set Var "V" {n})', "(remember Value {n})", "(fromTo (from {n}) (to {n}) count:{n})"),
    *("(add (piece {n}) (to {n}) count:3)", "(set Rotation (to {n}) {n})", "(push (from {n}) N)", "(flip {n})"),
    *("(sow {n} count:{n} numPerHole:{n})", "(forEach Player (set Score Player {n}))", "(attract (from {n}))"),
    *("(surround (from {n}))", "(enclose (from {n}))", "(custodial (from {n}) (between (max {n})))"),
    *("(forEach Piece (move (from) (to {n})) {role})", "(forEach Value min:{n} max:{n} (set Counter (value)))"),
    *("(addScore {{{n}}} {{{n}}})", "(forEach Direction (from {n}) (move Add (to (to))))", "(random (pass) num:{n})"),
    *("(remove {n} level:{n})", "(set Hidden at:{n} level:{n} to:{role})", "(set Hidden What at:{n} to:(player {n}))"),
    *("(fromTo (from {n} level:{n}) (to {n} level:{n}) stack:True)", "(set State at:{n} level:{n} {n})"),
    *("(forEach Level {n} (remove {n} level:(level)))", "(set Pot {n})", "(bet {role} (range {n} {n}))"),
    *("(take Control of:{role} by:{n} at:{n})", "(add (piece {n}) (to {n} level:{n}) stack:True)"),
]
PLACES = [
    *("(sites Around {n} distance:{n})", "(sites Row {n})", "(sites Phase {n})", "(sites Hand {role})"),
    *("(sites Direction from:{n} N distance:{n})", "(expand origin:{n} steps:{n})", "(sites {{{n} {n}}})"),
    *("(sites Occupied by:(player {n}) container:{n} component:{n})", "(sites Occupied by:{role})", "(sites {role})"),
    *("(sites Between from:{n} to:{n})", "(sites LineOfSight at:{n})", "(sites Group at:{n})", "(sites Side {role})"),
    *(
        "(sites Incident Edge of:Vertex at:{n})",
        "(sites Distance from:{n} (range {n} {n}))",
        "(sites Start (piece {n}))",
    ),
    *("(sites Pattern {{F R F}} from:{n} what:{n})", "(difference (sites Board) {n})", "(sites Edge {n})"),
    *("(sites Crossing at:{n} {role})", "(sites Hidden What to:(player {n}))", "(sites Empty {n})"),
    *("(sites Hidden to:{role})", "(sites Occupied by:{role} top:False)", "(sites Track {role} from:{n} to:{n})"),
]
VALUES = [
    *("(what at:{n})", "(who Edge at:{n})", "(score (player {n}))", "(score {role})", "(value Player {n})"),
    *('(id "A" {n})', '(where "A" {n})', "(where {n})", "(handSite {n} {n})", "(handSite {role} {n})"),
    *("(count Pieces of:{n})", "(count Pieces {role})", "(mapEntry {n})", "(regionSite (sites Board) index:{n})"),
    *("(coord row:{n} column:{n})", "(ahead {n} steps:{n} N)", "(trackSite Move from:{n} {role} steps:{n})"),
    *(
        "(count Steps {n} {n})",
        "(size Group at:{n})",
        "(size Territory (player {n}))",
        "(value Random (range {n} {n}))",
    ),
    *("(/ {n} {n})", "(% {n} {n})", "(^ {n} {n})", "(* {n} {n})", "(- {n} {n})", "(abs {n})"),
    *(
        "(edge {n} {n})",
        "(cost at:{n})",
        "(face {n})",
        "(amount (player {n}))",
        "(amount {role})",
        "(what at:{n} level:{n})",
    ),
    *("(count Stack at:{n})", '(where Level "A" {role} at:{n})', "(where Level {n} at:{n})", "(topLevel at:{n})"),
    *("(size Stack at:{n})", "(arrayValue (array {{{n} {n}}}) index:{n})", "(* (array {{{n} {n} {n}}}))"),
]


def filled(draw, template):
    text = template
    while "{n}" in text:
        text = text.replace("{n}", str(draw(NUMBERS)), 1)
    while "{role}" in text:
        text = text.replace("{role}", draw(ROLES), 1)
    return text.replace("{{", "{").replace("}}", "}")


@st.composite
def games_with_any_number(draw):
    """A game with numbers and roles of every size in its start, its moves, their consequences and its end."""
    players = draw(st.sampled_from([1, 2, 3, 16]))
    effect, where, value = (filled(draw, draw(st.sampled_from(kinds))) for kinds in (EFFECTS, PLACES, VALUES))
    count, state, turn = draw(NUMBERS), draw(NUMBERS), draw(NUMBERS)
    place = f'(place "A1" {draw(NUMBERS)} count:{count} state:{state} rotation:{turn} value:{draw(NUMBERS)})'
    moves = [f"(move Add (to (union (sites Empty) {where})) (then {effect}))", f"(move Add (to {value}))"]
    items = f'(piece "A" Each N (move Step Forward (to))) (hand Each size:{draw(st.integers(-1, 9))})'
    items += f' (map "M" {{(pair {draw(NUMBERS)} {draw(NUMBERS)})}})'
    play = f"(or {{{' '.join(moves)} (forEach Piece)}})"
    if draw(st.booleans()):
        items += f" (dice d:{draw(NUMBERS | st.just(6))} from:{draw(NUMBERS)} num:{draw(st.integers(-1, 9))})"
        play = f"(do (roll) next:(or {play} (forEach Die (if (!= (pips) {draw(NUMBERS)}) (move Add (to (pips)))))))"
    return game(players, items, place, play, f"(if (= {value} 7) (byScore))")


@SLOW
@given(games_with_any_number())
def test_any_number_is_played_or_refused(text):
    found = plays_or_is_refused(text)
    if found.error is None:
        state = compile_game(text).initial()
        assert len(legal_moves(apply(state, legal_moves(state)[0]))) >= 0


@SLOW
@given(st.integers(0, 2**32))
def test_any_ludeme_is_played_or_refused(seed):
    plays_or_is_refused(Writer(Random(seed)).game())


def test_actions_that_moves_share_are_counted_for_each():
    """Such an add is on the list twice; its copies must fit among the actions of one turn."""
    add = "(add (to (sites Board) (apply (set Counter 1))) count:150000)"
    text = game(play=f"(move Add (to (sites Empty) (apply {add})))").replace("(square 3)", "(square 1)")
    found = evaluate_game(text, playouts=1)
    assert found.error is not None
    assert "too many moves" in found.error.message


@pytest.mark.parametrize("inner", ["(do (pass) next:(pass))", "(seq {(pass)})", "(while (= 0 (counter)) (pass))"])
def test_a_look_ahead_within_a_look_ahead_keeps_its_room(inner):
    """What was done by way of trial is noted in room for 512 actions, also after another trial."""
    found = evaluate_game(game(play=f"(seq {{{inner} (add (to 4) count:2000)}})"), playouts=1)
    assert found.error is not None
    assert "too many moves" in found.error.message


NO_REPEAT = game(meta="(no Repeat)", play="(or (move Add (to (sites Empty))) (forEach Piece))").replace(
    '(piece "A" Each)', '(piece "A" Each (move Step (to if:(is Empty (to)))))'
)


@SLOW
@given(st.integers(0, 2**31))
def test_the_last_position_of_random_games_has_its_history(seed):
    program = compile_game(NO_REPEAT)
    _, last, _ = random_games(program, seed, 1, 6, 10**7, 10**7)
    assert last.n_history > 0
    assert len(last._history) == 16 * last.n_history
    if not last.over:
        moves = legal_moves(last)
        assert apply(last, moves[0]).n_history == last.n_history + 1


def test_states_of_other_sizes_are_no_states():
    program, other = compile_game(NO_REPEAT), compile_game(game(3))
    state = program.initial()
    for block, history in (
        (state._block[:-1], state._history),
        (state._block + b"\0", state._history),
        (other.initial()._block, b""),
        (state._block, b""),
        (state._block, state._history + b"\0"),
    ):
        with pytest.raises(ConfigError, match="bytes"):
            State(program, block, history)


@SLOW
@given(
    st.sampled_from(["mover", "next", "previous", "next_player", "active", "n_pending", "n_remembered", "turn_start"]),
    st.integers(257, 2**31 - 1) | st.integers(-(2**31), -1),
)
def test_states_that_no_game_reaches_are_refused(field, value):
    program = compile_game(NO_REPEAT)
    state = program.initial()
    header = StateHeader.from_buffer_copy(state._block)
    setattr(header, field, value)
    broken = State(program, bytes(header) + state._block[len(bytes(header)) :], state._history)
    for ask in (legal_moves, lambda s: perft(s, 2)):
        with pytest.raises(ConfigError, match="not a state of this game"):
            ask(broken)


@SLOW
@given(st.data())
def test_pieces_and_owners_of_a_state_exist(data):
    program = compile_game(NO_REPEAT)
    state = program.initial()
    n = program.bytecode.n_sites
    numbers = array("i", state._block[MEMORY_AT : MEMORY_AT + 8 * n])  # of all sites the piece, then the owner
    numbers[data.draw(st.integers(0, 2 * n - 1))] = data.draw(st.integers(4, 2**31 - 1) | st.integers(-(2**31), -1))
    block = state._block[:MEMORY_AT] + numbers.tobytes() + state._block[MEMORY_AT + 8 * n :]
    with pytest.raises(ConfigError, match="not a state of this game"):
        legal_moves(State(program, block, state._history))


@SLOW
@given(st.data())
def test_bytecode_is_read_within_its_bounds(data):
    """Whatever stands in bytecode but its rules, which the compiler alone writes, it plays or is refused."""
    bytecode = compile_game(NO_REPEAT).bytecode
    changed = array("i", bytecode.data)
    kind = data.draw(st.sampled_from([i for i, name in enumerate(SECTIONS) if name != "NODES"]))
    first, size = changed[1 + 2 * kind], changed[2 + 2 * kind]
    places = [1 + 2 * kind, 2 + 2 * kind, *range(first, first + size)]
    changed[data.draw(st.sampled_from(places))] = data.draw(NUMBERS)
    if data.draw(st.booleans()):
        changed = changed[: data.draw(st.integers(0, len(changed)))]
    try:
        program = Program(dataclasses.replace(bytecode, data=changed), "")
    except GameError:
        return
    random_games(program, 0, 1, 6, 10**6, 10**6)


def nodes_of(data):
    """Where the nodes of bytecode begin."""
    section = 1 + 2 * SECTIONS.index("NODES")
    at, end = data[section] + 1, data[section] + data[section + 1]
    while at < end:
        yield at
        at += len(NODE) + data[at + COLUMNS["n"]]


COLUMNS = {field.name: place for place, field in enumerate(NODE)}
SLOTS = [len(SIGNATURES[slug].params) for slug in opcodes()]
KEYWORDS = {index: ENUMS[name] for name, index in TYPES.items() if name in ENUMS}


@SLOW
@given(st.data())
def test_a_node_has_the_arguments_of_its_ludeme_and_a_keyword_of_its_type(data):
    bytecode = compile_game(NO_REPEAT).bytecode
    changed = array("i", bytecode.data)
    nodes = list(nodes_of(changed))
    if data.draw(st.booleans()):
        at = data.draw(st.sampled_from([at for at in nodes if changed[at + COLUMNS["op"]] >= 0]))
        taken = [op for op, slots in enumerate(SLOTS) if slots != changed[at + COLUMNS["n"]]]
        changed[at + COLUMNS["op"]] = data.draw(st.sampled_from(taken))
    else:
        at = data.draw(st.sampled_from([at for at in nodes if changed[at + COLUMNS["type"]] in KEYWORDS]))
        changed[at + COLUMNS["value"]] = data.draw(st.sampled_from([-1, len(KEYWORDS[changed[at + COLUMNS["type"]]])]))
    with pytest.raises(GameError, match="its bytecode is not one"):
        Program(dataclasses.replace(bytecode, data=changed), "")
