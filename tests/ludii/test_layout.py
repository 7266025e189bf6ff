"""Descriptions laid out: nothing but white space changes, and what is laid out once stays."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formal_envs.ludii import GameError
from formal_envs.ludii.language.checker import check
from formal_envs.ludii.language.layout import lay_out, tokens

GAMES = [path.read_text() for path in sorted((Path(__file__).parents[1] / "games").glob("*.lud"))]

_white = st.sampled_from(["", " ", "\n", "\n\n\n", "\t"])


def _bracketed(inner):
    brackets = st.sampled_from(["()", "{}", "[]"])
    return st.builds(lambda pair, parts: pair[0] + "".join(parts) + pair[1], brackets, st.lists(inner, max_size=6))


_plain = st.sampled_from(["game", "to:", "use:Cell", "12", '"Disc"', '"a \\" b"', "<", "A1", "/", "// said\n"])
texts = st.lists(
    st.recursive(
        st.tuples(_plain, _white).map(" ".join), lambda inner: st.tuples(_bracketed(inner), _white).map("".join)
    ),
    max_size=4,
).map("".join)


def words(text):
    return [token.text for token in tokens(text)]


@given(texts, st.integers(20, 120))
def test_the_words_and_comments_stay(text, width):
    assert words(lay_out(text, width)) == words(text)


@given(texts, st.integers(20, 120))
def test_what_is_laid_out_stays(text, width):
    once = lay_out(text, width)
    assert lay_out(once, width) == once


@pytest.mark.parametrize("game", GAMES)
def test_a_game_stays_the_same_game(game):
    assert check(lay_out(game)) == check(game)
    assert max(len(line) for line in lay_out(game).splitlines() if "//" not in line) <= 100


def test_a_game_by_hand():
    text = """(define "Step"   (move Step)) // how a piece moves


    (game "Small" (players 2) (equipment {  (board (square 3)) // nine cells
      // and its pieces
    (piece "Disc" Each "Step")})(rules (play (forEach Piece)) (end (if (no Moves Next) (result Mover Win)))))"""
    assert lay_out(text, 60) == (
        '(define "Step" (move Step))  // how a piece moves\n'
        "\n"
        '(game "Small"\n'
        "  (players 2)\n"
        "  (equipment {\n"
        "    (board (square 3))  // nine cells\n"
        "    // and its pieces\n"
        '    (piece "Disc" Each "Step")\n'
        "  })\n"
        "  (rules\n"
        "    (play (forEach Piece))\n"
        "    (end (if (no Moves Next) (result Mover Win)))\n"
        "  )\n"
        ")\n"
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [("(game", 0), ("(game))", 6), ("(game}", 5), ('(game "Hex)', 6), ("(" * 101, 100), ("a }", 2)],
)
def test_what_does_not_close_is_said_where_it_stands(text, place):
    with pytest.raises(GameError) as caught:
        lay_out(text)
    assert (caught.value.stage, caught.value.position) == ("syntax", place)
