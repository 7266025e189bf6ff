"""The games that come with the package: each is described, named as its file is, and plays; no two are alike."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

import formal_envs
from formal_envs.ludii import check_game, evaluate_game
from formal_envs.tasks.game.corpus import canonical, structure

FILES = sorted(Path(formal_envs.__file__).parent.joinpath("tasks", "game", "games").glob("*.lud"))
LEAST = 80  # games
WIDEST = 120  # characters of a description


def name(text):
    return check_game(text).args[0].value


def slug(title):
    """What the file of a game is called: Dots and Boxes is in dots_and_boxes."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower().replace("'", "")).strip("_")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_game_is_described_named_and_plays(file):
    text = file.read_text(encoding="utf-8")
    description, rules = text.split("\n", 1)
    assert re.fullmatch(r"// \S.*[.)]", description), description
    assert len(description) <= WIDEST
    assert "//" not in rules
    assert file.stem == slug(name(text))
    report = evaluate_game(text, playouts=10)
    assert report.error is None
    assert report.compiles
    assert report.supported
    assert report.playable
    assert sum(report.wins) + report.draws > 0, "no game comes to an end"
    assert canonical(canonical(text)) == canonical(text)


@pytest.mark.parametrize(
    "form", [name, canonical, lambda text: structure(canonical(text))], ids=["name", "text", "structure"]
)
def test_no_two_games_are_alike(form):
    alike = defaultdict(list)
    for file in FILES:
        alike[form(file.read_text(encoding="utf-8"))].append(file.name)
    assert len(FILES) >= LEAST
    assert [names for names in alike.values() if len(names) > 1] == []


def test_slugs():
    assert slug("Pong Hau K'i 5x5") == "pong_hau_ki_5x5"


def test_games_in_other_names_and_numbers_have_one_structure():
    text = FILES[0].read_text(encoding="utf-8")
    other = re.sub(r'\(game "[^"]*"', '(game "Other"', text)
    assert structure(canonical(other)) == structure(canonical(text))
    assert canonical(other) != canonical(text)
