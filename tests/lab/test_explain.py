"""What is said of scores: numbers worked by hand, and laws that hold what is said to what the reward does."""

import json
import math
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formal_envs.errors import ConfigError
from formal_envs.lab.explain import arithmetic, explainer, game, grammar, sentiment
from formal_envs.languages.language import Language
from formal_envs.ludii.play.actions import squares
from formal_envs.ludii.play.move_log import written_move
from formal_envs.ludii.players.game import play_game
from formal_envs.tasks import TASKS, make_task
from formal_envs.tasks.arithmetic.reward import ArithmeticReward
from formal_envs.tasks.sentiment.reward import vader

TEXTS = st.text(st.sampled_from([*"0123456789+-*=() ", "x", "\0", "\N{RIGHT-TO-LEFT OVERRIDE}", "\ud800"]), max_size=40)


def explained(module, reward, prompt, completion, task=None):
    score = reward.score(prompt, completion)
    found = module.explain(task, reward, prompt, completion, score)
    json.dumps(found.as_json(), allow_nan=False)
    return found, score


def test_a_chain_is_told_statement_by_statement():
    found, score = explained(arithmetic, ArithmeticReward(), "6+0+8=", "6+8=13")
    assert found.solution == "14"
    assert [(each.text, each.begin, each.value, each.off, each.operators) for each in found.statements] == [
        ("6+0+8", -6, "14", "0", 2),
        ("6+8", 0, "14", "0", 1),
        ("13", 4, "13", "1", 0),
    ]
    assert (found.total, found.at) == ("1", None)
    assert found.rule == "2 / (1 + exp(1 / 10))"
    assert score.value == pytest.approx(2 / (1 + math.exp(0.1)))


def test_a_chain_that_cannot_be_read_has_its_place():
    found, _ = explained(arithmetic, ArithmeticReward(), "6+0+8=", "6+x=14")
    assert (found.at, found.total) == (2, None)
    assert found.statements[-1].wrong == "unexpected character 'x' at column 3"
    assert found.rule == "2 / (1 + exp(500 / 10))"


def test_a_chain_with_a_wrong_number_of_operators_says_so():
    found, _ = explained(arithmetic, ArithmeticReward("exact"), "6+0+8=", "14")
    assert (found.statements[-1].wrong, found.at) == ("0 operators, expected 1", None)
    assert found.rule == "1 where the error is 0, and else 0"


@given(TEXTS, TEXTS)
def test_what_is_told_of_a_chain_is_what_the_reward_makes_of_it(prompt, completion):
    found, score = explained(arithmetic, ArithmeticReward(), prompt, completion)
    if score.parts["well_formed"]:
        assert min(int(found.total), 500) == score.parts["error"] == min(sum(int(s.off) for s in found.statements), 500)
        assert not any(each.wrong for each in found.statements)
    if found.at is not None:
        assert 0 <= found.at <= len(completion)


def test_weights_of_words_worked_by_hand():
    # good: 1.9 * -0.74, halved before "but"; great: 3.1 * -0.74, half as much again; "!": 0.292 with the sum's sign.
    text = "Not good, but great!"
    found, score = explained(sentiment, vader(), "", text)
    assert [(w.text, text[w.begin : w.end]) for w in found.words] == [("good", "good,"), ("great", "great!")]
    assert [w.lexicon for w in found.words] == [1.9, 3.1]
    assert [w.valued for w in found.words] == pytest.approx([-1.406, -2.294])
    assert [w.counted for w in found.words] == pytest.approx([-0.703, -3.441])
    assert found.total == pytest.approx(-4.144)
    assert found.emphasis == pytest.approx(-0.292)
    assert found.compound == score.value == -0.7533  # -4.436 / sqrt(4.436^2 + 15)


def test_an_emoji_counts_by_its_description_at_its_place():
    found, _ = explained(sentiment, vader(), "It is ", "fine\N{GRINNING FACE}!")
    assert [(w.text, w.begin, w.end) for w in found.words] == [("fine", 0, 4), ("grinning", 4, 6)]


WORDS = [
    "good",
    "GREAT",
    "not",
    "very",
    "but",
    "bad",
    "terrible!",
    "no",
    "least",
    "kind",
    "of",
    "\N{GRINNING FACE}",
    "film",
]
REVIEWS = st.lists(
    st.sampled_from([*WORDS, "??", "!!!", ":)", "so\N{PILE OF POO}so", "\0", "\N{NO-BREAK SPACE}"]), max_size=30
)


@given(REVIEWS, REVIEWS, st.sampled_from(["", " "]), st.sampled_from(["positive", "negative"]))
def test_the_words_sum_up_to_the_reward(before, after, between, target):
    prompt, completion = " ".join(before), between.join(after)
    found, score = explained(sentiment, vader(target=target, repetition_penalty=0.5), prompt, completion)
    assert found.compound == score.parts["vader"]
    assert sum(w.counted for w in found.words) == pytest.approx(found.total)
    assert score.value == pytest.approx(eval(found.rule), abs=1e-4)
    assert [w.begin for w in found.words] == sorted(w.begin for w in found.words)
    for word in found.words:
        piece = found.read[word.begin - found.begin : word.end - found.begin]
        assert word.text in piece or not piece.isascii()


def test_a_long_review_is_read_at_its_end():
    found, score = explained(sentiment, vader(), "bad " * 2000, "good")
    assert score.parts["cut"] == 8004 - len(found.read)
    assert found.read.endswith("bad good")
    assert (found.words[-1].begin, found.words[-1].end) == (0, 4)


NESTED = Language('start: "(" start ")" | X\nX: "x"')


def test_a_tree_stands_in_the_order_of_its_text():
    task = SimpleNamespace(language=NESTED, continues=True)
    found = grammar.explain(task, None, "(", "(x))", None)
    assert [(n.depth, n.name, n.token, n.begin) for n in found.nodes] == [
        (0, "start", None, None),
        (1, "start", None, None),
        (2, "start", None, None),
        (3, "X", "x", 1),
    ]
    assert not found.cut


@pytest.mark.parametrize(
    ("prompt", "completion", "expected", "in_prompt"),
    [("(", "(x)", ["')'"], False), ("(", "x))", ["the end"], False), ("y", "(", ["'('", "'x'"], True)],
)
def test_what_could_have_stood_there(prompt, completion, expected, in_prompt):
    task = SimpleNamespace(language=NESTED, continues=True)
    found = grammar.explain(task, None, prompt, completion, None)
    assert (found.expected, found.in_prompt, found.nodes) == (expected, in_prompt, [])


def test_a_deep_or_a_large_tree_is_cut():
    task = SimpleNamespace(language=NESTED, continues=False)
    deep = grammar.explain(task, None, "", "(" * 40_000 + "x" + ")" * 40_000, None)
    assert deep.cut
    assert max(node.depth for node in deep.nodes) == grammar.MOST_LEVELS - 1
    wide = SimpleNamespace(language=Language('start: X*\nX: "x"'), continues=False)
    found = grammar.explain(wide, None, "", "x" * 50_000, None)
    assert (len(found.nodes), found.cut) == (grammar.MOST_NODES, True)
    json.dumps(found.as_json())


TICTACTOE = (
    '(game "Tic-Tac-Toe" (players 2) (equipment {(board (square 3)) (piece "Disc" P1) (piece "Cross" P2)})'
    " (rules (play (move Add (to (sites Empty)))) (end (if (is Line 3) (result Mover Win)))))"
)


def test_a_game_is_told_with_its_board():
    found, _ = explained(game, make_task("Game")[1], "", TICTACTOE)
    assert (found.name, found.players, found.sites, found.stage) == ("Tic-Tac-Toe", 2, 9, None)
    assert found.pieces == ("Disc1", "Cross2")
    assert found.board.startswith("<svg ")


def test_no_game_has_a_caret_below_what_is_wrong():
    text = TICTACTOE.replace("Empty", "Emptu")
    found, score = explained(game, make_task("Game")[1], "", text)
    line, caret = found.caret.splitlines()
    assert line[caret.index("^") :].startswith("Emptu")
    assert text[score.failed_at :].startswith("Emptu")
    assert found.expected[0] == "Empty"
    assert found.board is None


@pytest.mark.parametrize("player", ["random", "uct:50"])
def test_a_game_is_played_as_players_play_it(player):
    found = game.play("", TICTACTOE, {"players": player, "seed": 3})
    program = game._program(TICTACTOE)[0]
    states, moves = play_game(program, [player] * 2, 3, 100)
    assert [move["text"] for move in found["moves"]] == list(map(written_move, states, moves))
    assert [move["name"] for move in found["moves"]] == [squares(program.bytecode, m.key) or m.key for m in moves]
    assert found["moves"][0]["name"] in {letter + digit for letter in "ABC" for digit in "123"}
    assert [move["player"] for move in found["moves"]][:5] == [1, 2, 1, 2, 1]
    assert len(found["pictures"]) == len(states) == len(moves) + 1
    assert found["status"][-1] == states[-1].status
    assert found["cut"] is None


@pytest.mark.parametrize(
    ("bound", "value", "cut", "moves"),
    [
        ("MOST_MOVES", 3, "cut after 3 moves", 3),
        ("PLAY_SECONDS", 0.0, "cut after 0 seconds of thinking: let them think less", 1),
        ("MOST_CHARACTERS", 100, "its pictures are too large to show more", 0),
        ("CHOICE_WORK", 1, "it cannot go on: too much work in one game", 0),
    ],
)
def test_a_game_is_cut_where_it_is_too_much(monkeypatch, bound, value, cut, moves):
    monkeypatch.setattr(game, bound, value)
    found = game.play("", TICTACTOE, {"players": "uct:50"})
    assert found["cut"] == cut
    assert len(found["moves"]) == moves == len(found["pictures"]) - 1


def test_many_games_are_measured():
    rows = {row["name"]: row["value"] for row in game.measure("", TICTACTOE, {"playouts": 50})["rows"]}
    assert rows["games"] == 50
    wins = [int(won) for won in rows["wins"].split(" : ")]
    assert sum(wins) + rows["draws"] == 50
    assert rows["balance"] == pytest.approx(1 - abs(wins[0] - wins[1]) / 50)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"players": "uct:999999"}, "players"),
        ({"seed": -1}, "seed"),
        ({"seed": True}, "seed"),
        ({"players": 7}, "players"),
    ],
)
def test_a_game_is_played_within_bounds_alone(arguments, says):
    with pytest.raises(ConfigError, match=says):
        game.play("", TICTACTOE, arguments)


def test_no_game_is_not_played():
    with pytest.raises(ConfigError, match="no game"):
        game.play("", "(game", {})
    with pytest.raises(ConfigError, match="no game"):
        game.measure("", "x" * 60_000, {})


@settings(max_examples=5)
@given(st.text(max_size=200))
@pytest.mark.parametrize("name", ["Arith", "Sentiment", "Grammar", "Game"])
def test_any_text_is_explained(name, text):
    task, reward = made(name)
    module = explainer(name)
    for prompt in ("", task.prompt):
        explained(module, reward, prompt, text, task.task)


CACHE = {}


def made(name):
    if name not in CACHE:
        import numpy as np

        task, reward = make_task(name)
        CACHE[name] = SimpleNamespace(task=task, prompt=task.sample(np.array([1], np.uint64)).prompts[0]), reward
    return CACHE[name]


@pytest.mark.parametrize("name", ["Arith", "Sentiment", "Grammar", "Game"])
def test_every_part_of_every_reward_has_a_meaning(name):
    for reward in TASKS[name].rewards:
        if reward != "classifier":  # which needs a model
            parts = make_task(name, reward=reward)[1].score("", "x").parts
            known = explainer(name).PARTS
            assert [part for part in parts if part not in known and not part.startswith("uct_")] == []
