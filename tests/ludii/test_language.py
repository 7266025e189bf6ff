"""The front-end of the game language: texts to typed trees, trees to text, and errors with their places."""

import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
from game_texts import ERRORS, GAMES, LINES, RACE, ludemes, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from work import measured

from formal_envs.ludii.errors import DIFFERENCES, GameError
from formal_envs.ludii.language.checker import check, check_as
from formal_envs.ludii.language.printer import one_line, pretty
from formal_envs.ludii.language.signatures import SIGNATURES, SignatureError, by_name, parse_signature, parse_signatures
from formal_envs.ludii.language.syntax import MAX_DEPTH, MAX_LENGTH
from formal_envs.ludii.language.typed_tree import Array, Call, Leaf

slow = settings(deadline=None, suppress_health_check=list(HealthCheck))


# ---------------------------------------------------------------- signatures


def test_a_signature_is_read_from_its_line():
    line = "is_odd2: (is Odd [<siteType>] <int a> | {<int many>} [if:<bool>]) -> bool"
    signature = parse_signature(line)
    assert (signature.slug, signature.name, signature.result) == ("is_odd2", "is Odd", "bool")
    assert [(p.slot, p.type, p.label, p.optional, p.position) for p in signature.params] == [
        ("siteType", "siteType", None, True, 0),
        ("a", "int", None, False, 1),
        ("many", "{int}", None, False, 1),
        ("if_", "bool", "if", True, 2),
    ]
    assert signature.positions == ((0,), (1, 2), (3,))
    assert signature.slot == {"siteType": 0, "a": 1, "many": 2, "if_": 3}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["x (site) -> int"], "not a signature"),
        (["x: (site <int) -> int"], "cannot read '<int'"),
        (["x: (site {<int>) -> int"], "braces do not match"),
        (["x: (site <int> <int>) -> int"], "two slots are called 'int_'"),
        (["x: (site <int> Word) -> int"], "the selector 'Word' does not stand first"),
        (["x: (site) -> int", "x: (to) -> int"], "two signatures are called 'x'"),
        (["x: (site <nothing>) -> int"], "nothing has the type 'nothing'"),
    ],
)
def test_a_wrong_line_of_the_description_is_refused(lines, message):
    with pytest.raises(SignatureError, match=re.escape(message)):
        parse_signatures(lines)


def test_signatures_have_the_slots_that_c_can_name():
    for signature in SIGNATURES.values():
        for param in signature.params:
            assert re.fullmatch(r"[A-Za-z]\w*", f"{signature.slug}__{param.slot}")
            assert param.slot not in {"if", "for", "int", "float", "bool", "do", "while"}
    assert {signature.slug for signature in by_name("is")} >= {"is_line", "is_in", "is_empty"}
    assert [signature.slug for signature in by_name("is Line")] == ["is_line"]


def test_a_tree_survives_pickling():
    game = check(RACE)
    again = pickle.loads(pickle.dumps(game))
    assert again == game
    assert again.signature is SIGNATURES["game"]


# ---------------------------------------------------------------- trees


def test_the_tree_of_a_game_has_types_slots_and_offsets():
    game = check(LINES)
    line = game["rules"]["end"]["rule"]["condition"]
    assert isinstance(line, Call)
    assert line.signature is SIGNATURES["is_line"]
    assert line["length"] == Leaf("int", 3)
    assert line["through"] is None
    assert LINES[line.start : line.end] == "(is Line 3)"
    items = game["equipment"]["items"]
    assert isinstance(items, Array)
    assert [item.signature.slug for item in items.items] == ["board", "piece", "hand", "regions"]
    assert game["name"] == Leaf("string", "Three-Balls")


def test_words_numbers_and_constants():
    assert check_as("(is Line 3 orthogonal exact:true)", "bool") == check_as(
        "(is line 3 Orthogonal exact:True)", "bool"
    )
    assert check_as("(= (to) Off)", "bool") == check_as("(= (to) -1)", "bool")
    assert check_as("(rotate 45 (square 3))", "graph")["degrees"] == Leaf("float", 45.0)
    assert check_as("(square 3)", "graph")["size"] == Leaf("int", 3)
    assert check_as("(value Player P2)", "int")["roleType"] == Leaf("roleType", "P2")
    with pytest.raises(GameError, match="too large"):
        check_as("(= (to) 2147483648)", "bool")


@pytest.mark.parametrize("game", GAMES)
def test_what_stands_around_a_game_is_a_fence_a_comment_or_metadata(game):
    tree = check(game)
    assert check(f"```ludii\n{game}\n```") == tree
    assert check(f"// a comment\n{game} // another") == tree
    assert check(f'{game} (metadata (info {{(description "said")}}))') == tree
    assert check(re.sub(r"\s+", "\n\t", re.sub(r"//[^\n]*", "", game))) == tree


@pytest.mark.parametrize("game", GAMES)
def test_a_printed_game_is_the_same_game(game):
    tree = check(game)
    assert check(one_line(tree)) == check(pretty(tree)) == tree
    assert "\n" not in one_line(tree)
    assert max(map(len, pretty(tree, width=60).splitlines())) <= 90


@slow
@given(st.sampled_from(["game", "effect", "decision", "bool", "region", "graph"]).flatmap(ludemes))
def test_a_printed_tree_is_the_same_tree(tree):
    text = one_line(tree)
    again = check_as(text, tree.signature.result)
    assert check_as(one_line(again), tree.signature.result) == again
    assert check_as(pretty(tree), tree.signature.result) == again


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(("part", "instead", "stage", "line", "column", "message", "expected"), ERRORS)
def test_an_error_says_where_and_what(part, instead, stage, line, column, message, expected):
    assert part in LINES
    text = LINES.replace(part, instead, 1)
    with pytest.raises(GameError) as caught:
        check(text)
    error = caught.value
    assert (error.stage, error.line, error.column) == (stage, line, column)
    assert message in error.message
    if expected:
        assert expected in error.expected
    assert 0 <= error.share == error.position / len(text) <= 1
    shown, caret, said, *_ = error.caret().splitlines()
    assert said == error.message
    if error.position < len(text):
        assert shown[caret.index("^")] == text[error.position]


def test_macros_that_are_not_there_are_named():
    with pytest.raises(GameError, match=re.escape('"Line" is not <bool>, and no macro is called so')):
        check(LINES.replace("(is Line 3)", '"Line"'))
    macro = '(define "Line" (is Line 3))'
    with pytest.raises(GameError, match="no game after the macros"):
        check(macro)
    assert check(macro + LINES) == check(LINES)


def test_an_error_with_wrong_arguments_shows_the_signature():
    with pytest.raises(GameError) as caught:
        check(LINES.replace("(result Mover Win)", "(result Mover)"))
    assert caught.value.expected == ("(result <roleType> <resultType>)",)
    assert pickle.loads(pickle.dumps(caught.value)).caret() == caught.value.caret()


@pytest.mark.parametrize(
    ("text", "difference"),
    [
        (f"hello {LINES}", "before"),
        (f"{LINES} (foo)", "after"),
        (f"{LINES} hello", "after"),
        (LINES.replace("count:3", "count:"), "empty"),
        (LINES.replace("(hand Each)", '("Hands")'), "macro"),
        (LINES.replace("(square 3)", "(square 99999999999)"), "limit"),
    ],
)
def test_what_is_refused_against_ludii_is_declared(text, difference):
    with pytest.raises(GameError) as caught:
        check(text)
    assert caught.value.difference == difference
    assert difference in DIFFERENCES


# ---------------------------------------------------------------- any text


def verdict(text):
    """None for a game, the error else; anything but a GameError fails the test."""
    error = None
    try:
        assert isinstance(check(text), Call)
    except GameError as refused:
        error = refused
    assert error is None or (0 <= error.position <= len(text) and error.caret())
    return error


@given(st.text())
def test_any_text_is_a_game_or_an_error(text):
    verdict(text)
    verdict(f"(game {text}")


PIECES = re.findall(r'"[^"]*"|[(){}]|[^\s(){}"]+|\s+', RACE)


@slow
@given(st.lists(st.tuples(st.integers(0, len(PIECES) - 1), st.sampled_from([*PIECES, "", "(", "\0", "9" * 99]))))
def test_any_change_of_a_game_is_a_game_or_an_error(changes):
    pieces = list(PIECES)
    for index, piece in changes:
        pieces[index] = piece
    verdict("".join(pieces))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "(game " * 10_000,
        "{" * 10_000,
        "(game " + "{" * 10_000,
        "(" * 10_000_000,
        "(game) " * 100_000,
        "(game " + "a " * 400_000 + ")",
        "(game " + "9" * 100_000 + ")",
        '(game "' + "x" * 900_000,
        "(game " + "(or " * 90 + "(pass)" + ")" * 90 + ")",
        "\0",
        "(game \ud800)",
        "x" * (MAX_LENGTH + 1),
    ],
    ids=lambda text: f"{text[:8]!r}, {len(text)}",
)
def test_hostile_text_is_refused_after_bounded_work(text):
    refusal, calls = measured(verdict, text)
    assert refusal
    assert calls < 20 * len(text) + 10_000


def test_deep_games_are_read_up_to_the_limit():
    for depth, stage in ((MAX_DEPTH - 5, None), (MAX_DEPTH, "syntax")):
        text = LINES.replace("(is Line 3)", "(not " * depth + "(is Line 3)" + ")" * depth)
        error = verdict(text)
        assert (error and error.stage) == stage


def test_wrong_arguments_deep_inside_cost_no_exponential_time():
    deep = "(or " * 60 + "(pass) (frobnicate)" + ") (pass)" * 59 + ")"
    error = verdict(LINES.replace("(move Add (to (sites Empty)))", deep))
    assert error.message.startswith("unknown ludeme 'frobnicate'")


# ---------------------------------------------------------------- speed, and the data


def test_importing_the_front_end_and_a_first_game_are_little_work():
    code = "import formal_envs, work\ndef first():\n    from formal_envs.ludii.language.checker import check\n"
    code += f"    check({LINES!r})\nprint(work.work(first))"
    support = Path(__file__).parents[1] / "support"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(support), os.environ.get("PYTHONPATH", "")])}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert int(run.stdout) < 300_000  # calls; 128,000 when this was written


def test_every_published_game_is_a_game():
    games = rows("games")
    assert [game["name"] for game in games if verdict(game["text"])] == []
    calls = []
    for game in games:
        tree, made = measured(check, game["text"])
        calls.append(made)
        assert check(one_line(tree)) == tree == check(pretty(tree))
    assert sorted(calls)[len(calls) // 2] < 20_000


@pytest.mark.parametrize(("name", "same", "declared"), [("mutants", 0.95, 0.99), ("written", 0.99, 0.99)])
def test_the_verdict_is_that_of_ludii(name, same, declared):
    tally = {"same": 0, "declared": 0, "other": 0}
    for row in rows(name):
        error = verdict(row["text"])
        if (error is None) == row["compiles"]:
            tally["same"] += 1
        else:
            tally["declared" if error and error.difference else "other"] += 1
            assert row.get("mutation") not in ("identity", "whitespace", "lowercase_symbol")
    total = sum(tally.values())
    assert tally["same"] >= same * total
    assert tally["same"] + tally["declared"] >= declared * total
