"""Animated games: at each time what is to be seen is the picture of that position."""

import xml.etree.ElementTree as ElementTree
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from formal_envs.errors import ConfigError
from formal_envs.ludii import compile_game
from formal_envs.ludii.play.actions import squares
from formal_envs.ludii.play.report import random_game
from formal_envs.ludii.view.animation import MOST_MOVES, game_svg
from formal_envs.ludii.view.draw import board_svg

GAMES = Path(__file__).parents[2] / "formal_envs" / "tasks" / "game" / "games"
SVG = "{http://www.w3.org/2000/svg}"
NAMES = ["kalah", "lasker_morris", "mu_torere", "small_chinese_checkers_for_three", "spline", "tippy", "yavalath"]
MARK = "#e8a317"


def played(name, most=60):
    program = compile_game((GAMES / f"{name}.lud").read_text(encoding="utf-8"))
    return random_game(program, np.random.default_rng(3), most)


def flat(element):
    """An element without what it holds, and its text."""
    return element.tag, tuple(sorted(element.items())), (element.text or "").strip()


def seen(parent, share):
    """The drawn elements below ``parent`` that are to be seen after a share of the animation's time."""
    for child in parent:
        if child.tag == f"{SVG}g":
            animate = child.find(f"{SVG}animate")
            if animate is None:
                yield from seen(child, share)
                continue
            times, values = (animate.get(key).split(";") for key in ("keyTimes", "values"))
            assert times[0] == "0"
            if [value for time, value in zip(times, values, strict=True) if float(time) <= share][-1] == "visible":
                yield from seen(child, share)
        elif child.tag != f"{SVG}animate":
            yield flat(child)


def shares(picture, n):
    """Of the animation's time, when each of n positions is shown."""
    seconds = {float(animate.get("dur").rstrip("s")) for animate in picture.iter(f"{SVG}animate")}
    assert len(seconds) == 1
    (whole,) = seconds
    each = (whole - 3) / n
    assert 0.24 < each <= 1
    return [(index + 0.5) * each / whole for index in range(n)]


@pytest.mark.parametrize("name", NAMES)
def test_each_position_is_shown_at_its_time(name):
    states, moves = played(name)
    picture = ElementTree.fromstring(game_svg(states, moves))
    board = picture.find(f"{SVG}g")
    for index, share in enumerate(shares(picture, len(states))):
        still = ElementTree.fromstring(board_svg(states[index])).find(f"{SVG}g")
        shown = list(seen(board, share))
        assert [row for row in shown if MARK not in dict(row[1]).values()] == [flat(each) for each in still]
        all_texts = [text for _, _, text in seen(picture, share)]
        bytecode = states[0].program.bytecode
        told = (
            f"{index}. player {states[index - 1].mover}: "
            + (squares(bytecode, moves[index - 1].key) or moves[index - 1].key)
            if index
            else "start"
        )
        assert all_texts.count(told) == 1


def test_the_sites_of_the_last_move_are_marked():
    states, moves = played("four_field_kono")
    picture = ElementTree.fromstring(game_svg(states, moves))
    marks = [
        sum(MARK in dict(row[1]).values() for row in seen(picture, share)) for share in shares(picture, len(states))
    ]
    assert marks == [0, *(len({part for part in move.key.split() if part[0] in "ft"}) for move in moves)]
    assert set(marks) == {0, 2}


@pytest.mark.parametrize("name", [*NAMES, "go_5x5"])
def test_a_picture_grows_with_what_changes(name):
    states, moves = played(name, MOST_MOVES)
    changes = sum(int(((a.what != b.what) | (a.count != b.count)).sum()) for a, b in pairwise(states))
    longer, still = game_svg(states, moves), game_svg(states[:1], [])
    assert len(longer) < len(still) + 600 * changes + 800 * len(moves)


def test_without_an_animation_the_last_position_stands():
    states, moves = played("yavalath")
    picture = ElementTree.fromstring(game_svg(states, moves))
    shown = [
        group.find(f"{SVG}circle")
        for group in picture.find(f"{SVG}g").findall(f"{SVG}g")
        if group.get("visibility") == "visible"
    ]
    pieces = [circle for circle in shown if circle.get("stroke") != MARK]
    assert len(pieces) == (states[-1].what > 0).sum()


def test_names_are_escaped():
    program = compile_game(
        """(game "Cut & <Thrust>" (players 2) (equipment {(board (square 2)) (piece "Disc" Each)})
        (rules (play (move Add (to (sites Empty)))) (end (if (is Full) (result Mover Win)))))"""
    )
    states, moves = random_game(program, np.random.default_rng(0), 9)
    assert ElementTree.fromstring(game_svg(states, moves)).find(f"{SVG}title").text == "Cut & <Thrust>"


def test_what_cannot_be_shown_is_told():
    states, moves = played("yavalath")
    with pytest.raises(ConfigError, match="a move fewer"):
        game_svg(states, moves[1:])
    many = MOST_MOVES + 1
    with pytest.raises(ConfigError, match=f"at most {MOST_MOVES} moves can be shown, got {many}"):
        game_svg([states[0]] * (many + 1), [moves[0]] * many)
