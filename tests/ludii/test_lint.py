"""The linter: what it says of descriptions with one fault, and that it has nothing to say of good ones."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formal_envs.ludii.lint import lint

FOLDERS = Path(__file__).parents[1] / "games", Path(__file__).parents[2] / "formal_envs" / "tasks" / "game" / "games"
OURS = [path.read_text() for folder in FOLDERS for path in sorted(folder.glob("*.lud"))]
GOOD = """(game "Good" (players 2)
  (equipment {(board (square 3)) (piece "Disc" Each)})
  (rules
    (start (place "Disc1" 4))
    phases:{(phase "A" (play (move Add (to (sites Empty)))))}
    (end (if (is Line 3) (result Mover Win)))))
"""

FAULTS = [
    # (a part of GOOD, what stands there instead, the rule, where it begins to strike, part of the message)
    ('(piece "Disc" Each)', '(piece "Disc" Each) (piece "Lord" Each)', "unused-piece", '(piece "Lord"', "'Lord'"),
    ('(piece "Disc" Each)', '(piece "Disc" Each) (regions "Home" (sites Top))', "unused-region", "(regions", "'Home'"),
    ('(piece "Disc" Each)', '(piece "Disc" Each) (map "To" {(pair 1 2)})', "unused-map", "(map", "'To'"),
    ("(board (square 3))", '(board (square 3) (track "Way" {0 1 2}))', "unused-track", "(track", "'Way'"),
    ("(is Line 3)", "(= (var) 3)", "never-set", "(var)", "sets a variable"),
    ("(is Line 3)", '(and (is Line 3) (= (var "Way") 3))', "never-set", "(var", "the variable 'Way'"),
    ("Empty)))))}", 'Empty))))) (phase "B" (play (forEach Piece)))}', "unreached-phase", '(phase "B"', "'B'"),
    ("(is Line 3)", "True", "constant-condition", "True", "always"),
    ("(move Add (to (sites Empty)))", "(forEach Piece)", "no-moves", "(players", "player 1 has no move"),
    ("(move Add (to (sites Empty)))", "(forEach Piece)", "no-choice", "(rules", "no player"),
    ("(move Add (to (sites Empty)))", "(move Select (from (sites Board)))", "no-end", "(end", "none of"),
    ("(square 3)", "(squar 3)", "types", "(squar", "squar"),
]


def test_a_good_game_has_nothing_to_find():
    assert lint(GOOD) == []


@pytest.mark.parametrize(("part", "instead", "rule", "place", "message"), FAULTS)
def test_a_fault_is_found_where_it_stands(part, instead, rule, place, message):
    assert part in GOOD
    text = GOOD.replace(part, instead)
    found = next(finding for finding in lint(text) if finding.rule == rule)
    lines = text.splitlines()
    assert lines[found.line - 1][found.column - 1 :].startswith(place)
    assert message in found.message
    assert (found.end_line, found.end_column) > (found.line, found.column)


def test_a_place_is_that_of_the_raw_text():
    raw = '(define "Pieces" (piece "Disc" Each) (piece "Lord" Each)) // two\n\n' + GOOD.replace(
        '(piece "Disc" Each)', '("Pieces")'
    )
    (found,) = lint(raw)
    assert found.rule == "unused-piece"
    assert raw.splitlines()[found.line - 1][found.column - 1 :].startswith('(piece "Lord" Each))')
    assert raw.splitlines()[found.end_line - 1][: found.end_column - 1].endswith('(piece "Lord" Each)')


@pytest.mark.parametrize("text", OURS, ids=lambda text: text.split('"')[1])
def test_our_games_define_nothing_in_vain(text):
    assert [finding for finding in lint(text) if finding.rule != "no-end"] == []


@given(st.text())
def test_any_text_is_answered(text):
    assert all(finding.severity == "error" for finding in lint(text))
