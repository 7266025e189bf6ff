"""From a checked tree to bytecode."""

import pickle

import pytest
from game_texts import LINES, RACE
from golden_games import GAMES

from formal_envs.ludii import check_game, compile_game
from formal_envs.ludii.language.printer import one_line, pretty

TEXTS = [LINES, RACE, *(file.read_text(encoding="utf-8") for file in GAMES[::4])]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[text.index('(game "') :].split('"')[1])
def test_bytecode_is_of_the_tree_alone(text):
    bytecode = compile_game(text).bytecode
    for other in (one_line(check_game(text)), pretty(check_game(text), 40)):
        assert compile_game(other).bytecode.data == bytecode.data
    assert pickle.loads(pickle.dumps(bytecode)).data == bytecode.data


def test_places_of_all_kinds_are_numbered_in_one_row():
    bytecode = compile_game(LINES).bytecode  # nine cells, then the hands
    assert [(c.name, c.first, c.size, c.owner) for c in bytecode.containers] == [
        ("Board", 0, 9, 0),
        ("Hand1", 9, 1, 1),
        ("Hand2", 10, 1, 2),
    ]
    assert (bytecode.n_sites, bytecode.type_first) == (11, {"Cell": 0})
    on_edges = LINES.replace("(sites Empty)", "Edge (sites Empty Edge)")
    bytecode = compile_game(on_edges).bytecode  # and then the 24 edges
    assert (bytecode.n_sites, bytecode.type_first) == (11 + 24, {"Cell": 0, "Edge": 11})


def test_pieces_have_a_component_per_owner():
    components = compile_game(LINES).bytecode.components
    assert [(c.name, c.base, c.owner) for c in components] == [("Ball1", "Ball", 1), ("Ball2", "Ball", 2)]
    shared = compile_game(LINES.replace('"Ball" Each', '"Ball" Shared').replace('"Ball" "Hand"', '"Ball" "Hand1"'))
    assert [(c.name, c.owner) for c in shared.bytecode.components] == [("Ball", 3)]


def test_phases_have_their_names():
    assert compile_game(LINES).bytecode.phases == ("",)
    assert "Sprint" in compile_game(RACE).bytecode.phases
