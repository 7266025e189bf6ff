"""Names in a game that is being written: what is right is never forbidden, and what is forbidden is wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formal_envs.ludii import GameError, check_game
from formal_envs.ludii.writing.open_names import OpenNames
from formal_envs.tasks import make_task
from formal_envs.tasks.game.cuts import expressions
from formal_envs.tasks.game.recomposed import around
from formal_envs.tasks.streams import problem_keys, seeded_stream

BOARD, PIECES = "(board (square 5))", '(piece "Pawn" Each) (piece "Rook" P1)'
RULES = '(rules (start (place "Pawn1" {"A1"})) (play (forEach Piece)) (end (if (no Moves Next) (result Mover Win))))'
GAME = f'(game "A" (players 2) (equipment {{{BOARD} {PIECES}}}) {RULES})'


def pieces_of(text):
    """As small as a name: brackets, blanks, quotes, words and numbers, each a token."""
    token = ""
    for character in text:
        if token and not (character.isalnum() and token[-1].isalnum()):
            yield token
            token = ""
        token += character
    yield token


def forbidden(names, text):
    """The first token of the text that is not allowed; None where all are."""
    for token in pieces_of(text):
        if names.key() is not None and not names.allowed([token])[0]:
            return token
        names.write(token)
    return None


def part(before_and_behind, text):
    return forbidden(OpenNames(*before_and_behind), text)


def cut(game, text):
    before, found, behind = game.partition(text)
    assert found
    return before, behind


@pytest.mark.parametrize(
    ("gone", "text", "wrong"),
    [
        (RULES, RULES, None),
        (RULES, '(rules (start (place "Queen1" {"A1"})))', "Queen1"),
        (RULES, '(rules (start (place "Rook2" {"A1"})))', "Rook2"),  # player 1's alone
        (RULES, '(rules (start (place "Rook1" "Hand1")))', "Hand1"),  # there are no hands
        (RULES, '(rules (start (place Stack "B4" {"A1"})))', "B4"),  # a coordinate is no piece
        (RULES, '(rules (end (if (no Pieces Next "Rook2") (result Mover Win))))', None),  # 2 is a player's number
        (RULES, '(rules (end (if (no Pieces Next "Rook7") (result Mover Win))))', "Rook7"),
        (RULES, '(rules (end (if (no Pieces Next "King") (result Mover Win))))', "King"),
        (RULES, '(rules (play (set Var "King" 1)))', None),  # a variable may be called anything
        (RULES, '(rules (play (move Add (piece {"Rook1" "King"}) (to (sites Empty)))))', "King"),
        (RULES, '(rules (play (move Add (to (sites "Home")))))', "Home"),
        (RULES, '(rules (play (move Add (to (sites {"B4" "C123"})))))', None),
        (RULES, '(rules (play (move Add (to (sites {"B4" "Four"})))))', "Four"),
        ('(piece "Pawn" Each)', '(piece "Pawn" P1)', None),
        ('(piece "Pawn" Each)', '(piece "Pawn1" Shared)', None),
        ('(piece "Pawn" Each)', '(piece "King" Each)', "King"),  # the start needs Pawn1
        ('(piece "Pawn" Each)', '(regions "Home" (sites Top))', "regions"),
        ('(piece "Rook" P1)', '(regions "Home" (sites Top))', None),  # nothing needs a rook
    ],
)
def test_names_that_must_and_may_be_written(gone, text, wrong):
    assert part(cut(GAME, gone), text) == wrong


def test_equipment_does_not_end_before_it_has_what_is_used():
    around_it = cut(GAME, f"(equipment {{{BOARD} {PIECES}}})")
    assert part(around_it, f'(equipment {{{BOARD} (piece "King" Each)}})') == "}"
    assert part(around_it, f'(equipment {{{BOARD} (piece "Pawn" P2)}})') == "}"
    assert part(around_it, f'(equipment {{{BOARD} (piece "King" Each) (piece "Pawn" P1)}})') is None
    assert part(around_it, f"(equipment {{{BOARD} (dice d:6 num:2)}})") is None  # dice are pieces as well


def test_a_whole_game_uses_what_it_has_defined():
    assert forbidden(OpenNames(), GAME) is None
    assert forbidden(OpenNames(), GAME.replace('"Pawn1"', '"Pawn3"')) == "Pawn3"
    nameless = GAME.replace('(piece "Pawn" Each)', '(piece "" Each)').replace('"Pawn1"', '""')
    assert forbidden(OpenNames(), nameless) == '"'  # nothing is called so


def test_a_copy_is_a_text_of_its_own():
    names = OpenNames(*cut(GAME, RULES))
    names.write("(rules (start (place ")
    copy = names.copy()
    copy.write('"Pawn1" {')
    assert names.allowed(['"Rook1"', '"Rook2"']) == [True, False]
    assert forbidden(names, '"Pawn2" {"A1"})') is None


def problems(mode, count, **options):
    task, _ = make_task("Game", mode=mode, split="all", **options)
    return task.sample(problem_keys(seeded_stream(11), np.arange(count)))


def test_no_solution_is_forbidden():
    found = problems("infill", 300)
    for prompt, solution, game in zip(found.prompts, found.solutions, found.games, strict=True):
        assert part(around(prompt), solution) is None
        assert forbidden(OpenNames(), game) is None


GAMES = sorted(set(problems("infill", 120).games))


@given(st.sampled_from(GAMES), st.integers(0, 2**16))
def test_no_part_of_a_game_is_forbidden_in_its_place(game, number):
    places = expressions(game)
    start, end = places[number % len(places)]
    assert part((game[:start], game[end:]), game[start:end]) is None


@given(st.sampled_from(GAMES), st.sampled_from(GAMES), st.integers(0, 2**16), st.integers(0, 2**16))
def test_what_is_forbidden_is_wrong(game, other, here, there):
    """A part of another game in the place of one: if its names are forbidden, the game is refused."""
    start, end = expressions(game)[here % len(expressions(game))]
    begin, stop = expressions(other)[there % len(expressions(other))]
    if part((game[:start], game[end:]), other[begin:stop]) is not None:
        with pytest.raises(GameError):
            check_game(game[:start] + other[begin:stop] + game[end:])
