"""What a text that compiles says and cannot mean, and where."""

import pytest

from formal_envs.ludii import GameError, compile_game, evaluate_game
from formal_envs.ludii.lint import lint
from tests.ludii.test_ludemes import game

ADD = "(move Add (to (sites Empty)))"
HAND = "(move Add (to (handSite {})))"
#: What is written, the rule, and the words that it is about.
DOUBTS = [
    (game("(move Add (to (sites {0 9})))"), "no-place", "9"),
    (game('(move Add (to (coord "D4")))'), "no-place", '"D4"'),
    (game('(move Add (to (sites {"A1" "A9"})))'), "no-place", '"A9"'),
    (game(HAND.format("Mover")), "no-hand", "(handSite Mover)"),
    (game(HAND.format("P2"), items="(hand P1)"), "no-hand", "(handSite P2)"),
    (game(ADD, end="(if (is Full) (result P3 Win))"), "nobody", "P3"),
    (game('(move Add (piece "A") (to (sites Empty)))'), "no-piece", '"A"'),
    (game(moves='(move Step (to if:(= (what at:(to)) (id "B1"))))'), "no-piece", '"B1"'),
    (game(ADD, end="(if (is Connected Mover) (result Mover Win))"), "no-regions", "(is Connected Mover)"),
    (
        game(ADD, end="(if (is Connected P2) (result P2 Win))", items="(regions P1 (sites Top))"),
        "no-regions",
        "(is Connected P2)",
    ),
    (game(ADD, end="(if (is Cycle) (result Mover Win))"), "never", "(is Cycle)"),
    (game(ADD, end='(if (is Triggered "X" Mover) (result Mover Win))'), "never", '(is Triggered "X" Mover)'),
    (game("(move Add (to (sites Empty)) (then (set Score Each 1)))"), "never", "(set Score Each 1)"),
    (game(rules=f'phases:{{(phase "One" (play {ADD}) (nextPhase (is Full) "OneMore"))}}'), "no-phase", '"OneMore"'),
]


@pytest.mark.parametrize(("text", "rule", "words"), DOUBTS, ids=[case[2] for case in DOUBTS])
def test_doubts(text, rule, words):
    doubts = compile_game(text).bytecode.doubts
    assert [(doubt.rule, text[doubt.start : doubt.end]) for doubt in doubts] == [(rule, words)]
    assert rule in {finding.rule for finding in lint(text)}


@pytest.mark.parametrize(
    "text",
    [
        game("(move Add (to (sites {0 8})))"),
        game(HAND.format("P1"), items="(hand Each)"),
        game(
            ADD,
            end="(if (is Connected Mover) (result Mover Win))",
            items="(regions P1 (sites Top)) (regions P2 (sites Left))",
        ),
        game('(move Add (piece "A1") (to (sites Empty)))'),
        game(
            '(move Add (to (sites Empty)) (then (trigger "X" Mover)))',
            end='(if (is Triggered "X" Mover) (result Mover Win))',
        ),
        game("(move Add (to (sites Empty)) (then (set Score Mover 1)))"),
    ],
)
def test_what_is_meant_is_no_doubt(text):
    assert not compile_game(text).bytecode.doubts


def test_reports_have_them_with_their_lines():
    text = game(ADD, end="(if (is Full) (result P3 Win))").replace("(end", "\n(end")
    column = text.split("\n")[1].index("P3") + 1
    assert evaluate_game(text, playouts=1).warnings == (f"line 2, column {column}: the last player is P2, got P3",)


@pytest.mark.parametrize(
    ("start", "place", "said"),
    [
        ('(place "A" 0)', '"A" 0', "'A1' or 'A2'"),
        ('(place "A1" 99)', "99", "the places are 0 to 8, got 99"),
        ('(place "A1" coord:"Z9")', '"Z9"', "no place 'Z9'"),
        ('{(place "A1" 0) (place "A2" 77)}', "77", "got 77"),
    ],
)
def test_a_start_that_fails_says_which_piece_or_place_is_not_there(start, place, said):
    text = game(ADD).replace("(rules ", f"(rules (start {start}) ")
    with pytest.raises(GameError, match=said) as caught:
        compile_game(text)
    assert (caught.value.stage, caught.value.position) == ("play", text.index(place, text.index("(start")))
