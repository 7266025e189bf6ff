"""What reads another engine's records, on records of our own; and the other engine's, where they are."""

import copy
import os
from pathlib import Path

import pytest
from game_records import record_of
from hypothesis import given
from hypothesis import strategies as st

from formal_envs.errors import ConfigError
from formal_envs.ludii import legal_moves
from formal_envs.ludii.conformance import conformance
from formal_envs.ludii.conformance.compare import compare
from formal_envs.ludii.conformance.moves import distinct_moves, distinct_perft, explain_keys, guess_keys
from formal_envs.ludii.conformance.snapshots import digest, expand, rest_digest, run_lengths

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


def test_shares():
    assert conformance.two_shares(0.5, 100, 0.5, 100) == 0
    assert conformance.two_shares(0.6, 100, 0.5, 100) == pytest.approx(1.42, abs=0.02)  # 0.1 / sqrt(0.55 * 0.45 / 50)


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
    result = conformance.compare_play(data.named(["Breakthrough"])[0])
    assert result.agrees, result


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
