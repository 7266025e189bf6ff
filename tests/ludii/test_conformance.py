"""What reads another engine's records, on records of our own; and the other engine's, where they are."""

import copy
import os
from pathlib import Path

import numpy as np
import pytest
from game_records import record_of
from hypothesis import given
from hypothesis import strategies as st

from formal_envs.errors import ConfigError
from formal_envs.ludii import compile_game, legal_moves
from formal_envs.ludii.conformance import conformance
from formal_envs.ludii.conformance.compare import compare
from formal_envs.ludii.conformance.moves import distinct_moves, distinct_perft, explain_keys, guess_keys
from formal_envs.ludii.conformance.random_play import PlayComparison, apart, compare_play, p_values, rewards_of
from formal_envs.ludii.conformance.snapshots import digest, expand, rest_digest, run_lengths, snapshot, start_of

GAMES = Path(__file__).parents[1] / "games"
FOLDER = Path(os.environ.get("FORMAL_ENVS_LUDII", Path(__file__).parents[3] / "shared" / "ludii"))
needs_data = pytest.mark.skipif(
    not (FOLDER / "traces.jsonl.gz").exists(), reason="needs the conformance data: set FORMAL_ENVS_LUDII to its folder"
)


def test_run_lengths():
    assert run_lengths([0, 0, 0, 0, 1, 2, 2]) == "0*4 1 2*2"
    assert expand("0*4 1 -1*2 1.2") == ["0", "0", "0", "0", "1", "-1", "-1", "1.2"]
    assert run_lengths([]) == ""


@given(st.lists(st.integers(-3, 3)))
def test_run_lengths_come_back(values):
    assert expand(run_lengths(values)) == list(map(str, values))


def test_digests():
    assert digest("") == "000000"
    assert digest("123456789") == "f43926"  # of CRC-32's check value cbf43926
    assert rest_digest({"w": "0*9", "m": [1, 0, 2]}) == ""
    assert rest_digest({"w": "1", "x": "0 0", "c": "2", "wEdge": "0 1"}) == digest("c=2;wEdge=0 1;x=0 0")


def test_keys_are_told_apart():
    told = explain_keys({"a", "b"}, {"b", "c"})
    assert "missing: c" in told
    assert "extra: a" in told
    right = {"a", "c"}
    for ours in ({"a", "b", "c"}, {"a"}, {"a", "b"}):
        assert guess_keys(ours, digest("a\nc"), 2, {"c"}) == right
    assert guess_keys({"a"}, digest("x\ny"), 2, {"c"}) is None


@pytest.fixture(scope="module")
def morris():
    text = (GAMES / "nine_mens_morris.lud").read_text()
    return {"id": "own/Nine Men's Morris", "name": "Nine Men's Morris", "text": text}, record_of(text)


def test_a_game_agrees_with_its_own_record(morris):
    result = compare(*morris)
    assert not result.differences
    assert (result.verdict, result.traces_replayed, result.perft_equal) == ("agrees", 1, 1)
    assert result.plies == len(morris[1]["traces"][0]["plies"]) > 40


def _set(path, value):
    def change(record):
        for key in path[:-1]:
            record = record[key]
        record[path[-1]] = value(record[path[-1]]) if callable(value) else value

    return change


@pytest.mark.parametrize(
    ("change", "section", "said"),
    [
        (_set(["n_board"], 25), "board", "24 sites, expected 25"),
        (_set(["orth"], lambda s: "2" + s[1:]), "board", "Orthogonal neighbours of 1 sites; of 0"),
        (_set(["sites", 3, 1], 9.0), "board", "other points"),
        (_set(["components", 0, 1], "Woman1"), "equipment", "Woman1"),
        (_set(["containers", 1, 2], 30), "equipment", "[30, 1, 1]"),
        (_set(["start", "w"], "0*24 1*2"), "start", "w differs at 1 places: 25"),
        (_set(["start_legal"], lambda s: s + "|Pass"), "moves", "missing: Pass"),
        (_set(["traces", 0, "plies", 3, 3], "000000"), "moves", "the digests differ"),
        (_set(["traces", 0, "plies", 3, 0], 1), "mover", "player 2 is to move, expected 1"),
        (_set(["traces", 0, "plies", 3, 6], "000000"), "position", "w differ"),
        (_set(["traces", 0, "plies", 3, 7], "000000"), "position", "rest differ"),
        (_set(["traces", 0, "snaps", "10", "t"], [0, 0, 0, 0]), "position", "turn"),
        (_set(["traces", 0, "end", "winner"], 0), "end", "expected winner 0"),
        (_set(["traces", 0, "end", "turns"], 0), "end", "expected 0"),
        (_set(["perft", "n", 1], 0), "perft", "depth 2: expected 0, got 552"),
        (_set(["perft", "ends", 1], [0, 0, 1]), "perft", "games ended"),
        (_set(["mid", "2", "n", 0], 0), "perft", "after 2 plies of trace 1 depth 1"),
    ],
)
def test_every_difference_is_found(morris, change, section, said):
    game, record = copy.deepcopy(morris)
    change(record)
    result = compare(game, record)
    assert result.verdict == "differs"
    assert [d.section for d in result.differences] == [section]
    assert said in result.differences[0].message
    assert ("player" in result.context) == (result.differences[0].ply is not None)


def test_texts_that_do_not_compile():
    rejected = compare({"id": "a", "text": "(game"}, None)
    assert (rejected.verdict, rejected.differences[0].section) == ("rejected", "syntax")


def test_verdicts():
    texts = [(GAMES / "tic_tac_toe.lud").read_text(), "(game)"]
    rows = [{"text": text, "compiles": True} for text in texts]
    agrees, differs = conformance.compare_verdicts(conformance.labelled(rows, "written"), 1)
    assert agrees.agrees
    assert not differs.agrees
    assert differs.message


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="no conformance data"):
        conformance.Data.load(tmp_path)


def test_rewards_of_counts():
    """Wins of two players, draws, games cut: (1 - 10/100)^(1/3) + 2 (90/100)^(1/3), by three."""
    rewards = rewards_of(np.array([[50, 40, 6, 4], [0, 0, 50, 50], [100, 0, 0, 0]]))
    assert rewards == pytest.approx([0.9655, (1 + 0 + 0) / 3, (0 + 1 + 1) / 3], abs=1e-4)


def test_how_far_samples_lie_apart():
    """Expected are 25 of 50 each: 4 cells of 5 * 5 / 25 for 30 of 50 against 20 of 50."""
    assert apart(np.array([[30, 20, 0]]), np.array([[20, 30, 0]]))[0] == pytest.approx(4)
    assert apart(np.array([[10, 10, 5]]), np.array([[20, 20, 10]]))[0] == pytest.approx(0)


@pytest.mark.parametrize(
    ("ours", "theirs", "reward", "outcomes"),
    [
        ((100, 100, 0, 0), (70, 60, 0, 0), True, True),
        ((150, 50, 0, 0), (33, 97, 0, 0), True, False),  # who wins is exchanged: the reward does not see it
        ((100, 100, 0, 0), (65, 25, 40, 0), False, False),
        ((200, 0, 0, 0), (130, 0, 0, 0), True, True),
    ],
)
def test_what_random_play_tells_apart(ours, theirs, reward, outcomes):
    result = PlayComparison("", p=p_values(ours, theirs, 0))
    assert (result.same("reward", 130), result.same("outcomes", 130)) == (reward, outcomes)


def test_p_values_are_spread_evenly_where_play_is_the_same():
    """Two samples of one distribution: about a tenth of the p-values lie below a tenth."""
    rng = np.random.default_rng(1)
    pairs = [(rng.multinomial(200, [0.5, 0.3, 0.2]), rng.multinomial(130, [0.5, 0.3, 0.2])) for _ in range(100)]
    found = [p_values([*a[:2], a[2], 0], [*b[:2], b[2], 0], 0) for a, b in pairs]
    for test in ("reward", "outcomes"):
        assert 2 <= sum(p[test] < 0.1 for p in found) <= 22  # 10, give or take four standard deviations of 3


@pytest.fixture(scope="module")
def data():
    return conformance.Data.load(FOLDER)


@needs_data
def test_digests_of_the_records(data):
    for record in list(data.traces.values())[::25]:
        for trace in record["traces"]:
            for n, shot in trace["snaps"].items():
                ply = trace["plies"][int(n) - 1]
                assert digest(shot["w"]) == ply[6]
                assert rest_digest(shot) == (ply[7] if len(ply) > 7 else "")


@needs_data
@pytest.mark.parametrize(
    "name",
    [
        "Tic-Tac-Toe",
        "Yavalath",
        "Havannah",
        "Hex",
        "Amazons",
        "Clobber",
        "Breakthrough",
        "Knightthrough",
        "Nine Men's Morris",
        "Fox and Geese",
        "Lines of Action",
        "Tablut",
        "Reversi",
    ],
)
def test_the_classics_agree(data, name):
    found = [game for game in data.games if game["name"] == name]
    if not found:
        pytest.skip(f"{name} is not in this part of the data")
    result = compare(found[0], data.traces[found[0]["id"]])
    assert not result.differences, str(result.differences[0])


@needs_data
def test_random_play_agrees_in_the_mean(data):
    result = compare_play(data.named(["Breakthrough"])[0])
    assert result.agrees(1), result


def test_duplicates_are_counted_or_left_out():
    from formal_envs.ludii import compile_game

    text = (
        (GAMES / "tic_tac_toe.lud")
        .read_text()
        .replace("(move Add (to (sites Empty)))", "(or (move Add (to (sites Empty))) (move Add (to (sites Empty))))")
    )
    state = compile_game(text).initial()
    assert len(legal_moves(state)) == 18
    assert len(distinct_moves(state)) == 9
    assert distinct_perft(state, 3) == (504, [0, 0, 0])


def test_a_start_of_a_number_of_pieces_that_is_drawn_is_the_recorded_one():
    text = '(game "G" (players 1) (equipment {(board (square 3)) (piece "A" Shared)}) (rules (start '
    text += '(place Random {"A"} count:(value Random (range 2 4)))) (play (move Remove (sites Occupied by:Shared))) '
    text += "(end (if (no Moves Mover) (result Mover Win)))))"
    program = compile_game(text)
    for recorded in ("1*2 0*7", "1*3 0*6", "0*5 1*4"):
        assert snapshot(start_of(program, {"w": recorded}), False)["w"] == recorded
    assert snapshot(start_of(program, {"w": "1*5 0*4"}), False)["w"] != "1*5 0*4"  # no seed has five
