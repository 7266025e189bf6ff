"""The reward of game synthesis: what a completion makes of its prompt, laws on any text, numbers by hand, exploits."""

import copy
import math
import multiprocessing
import pickle
import re
import subprocess
import sys
import time
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from game_texts import GAMES as PARSED
from hypothesis import example, given, settings
from hypothesis import strategies as st
from odd_games import ODD, faults
from playable_games import playable_games

from formal_envs.errors import ConfigError
from formal_envs.ludii import GameReport, check_game, compile_game, evaluate_game
from formal_envs.ludii.language.printer import one_line
from formal_envs.ludii.language.tree import calls
from formal_envs.score import Reward, score_batch
from formal_envs.tasks.game import reward as module
from formal_envs.tasks.game.kinds import quality
from formal_envs.tasks.game.novelty import novelty
from formal_envs.tasks.game.recomposed import LEAST_CUT, TOKEN, infill_prompt, recompose
from formal_envs.tasks.game.reward import MAX_TEXT, GameReward, graded, paper
from formal_envs.tasks.game.task import GameTask
from formal_envs.tasks.streams import problem_keys

law = settings(deadline=None)
FOLDER = Path(__file__).parents[1] / "games"
TEXTS = {path.stem: one_line(check_game(path.read_text())) for path in sorted(FOLDER.glob("*.lud"))}
OTHERS = [one_line(check_game(text)) for text in PARSED]
TIC_TAC_TOE = TEXTS["tic_tac_toe"]
MOVE, LINE = "(move Add (to (sites Empty)))", "(is Line 3)"
FIRST_MOVE_WINS = TIC_TAC_TOE.replace(LINE, "(is Line 1)")
ENDLESS = TIC_TAC_TOE.replace(MOVE, "(move Select (from (sites Board)))")
MISSPELT = TIC_TAC_TOE.replace(LINE, "(is Lin 3)")
UNSUPPORTED = TIC_TAC_TOE.replace("(square 3)", "(layers 2 (square 3))")
PARTS = [
    "compiles",
    "supported",
    "plays",
    "balance",
    "completion",
    "drawishness",
    "turns",
    "novelty",
    "position",
    "brief",
]
FEW = 4
GRADED, PAPER = graded(playouts=FEW), paper(playouts=FEW)
BOTH = [GRADED, PAPER]


def hole(text, part):
    """The prompt that asks for a part of a game."""
    return infill_prompt(text, text.index(part), text.index(part) + len(part))


HOLE, BOARD_HOLE = hole(TIC_TAC_TOE, MOVE), hole(TIC_TAC_TOE, "(board (square 3))")
PIECE_HOLE = hole(OTHERS[0], '(piece "Ball" Each)')


# ---- What prompt and completion make together


@cache
def expressions(text):
    """Where each ludeme of a game, save the whole game, begins and ends."""
    return [(call.start, call.end) for call in list(calls(check_game(text)))[1:]]


@st.composite
def cuts(draw):
    """A game, and where a ludeme in it begins and ends."""
    text = draw(st.sampled_from([*TEXTS.values(), *OTHERS]))
    return text, *draw(st.sampled_from(expressions(text)))


blanks = st.text(" \n\t", max_size=3)


@law
@given(cuts(), st.text(max_size=20), blanks, blanks)
def test_what_was_cut_out_gives_the_game_back(cut, rest, space, blank):
    text, begin, end = cut
    found = recompose(space + infill_prompt(text, begin, end) + blank, space + text[begin:end] + rest)
    assert found == (text, begin, end, True, True)


@law
@given(st.sampled_from([*TEXTS.values(), *OTHERS]), st.sampled_from(["", "board: square 8\n", "(game"]), st.text())
def test_after_any_other_prompt_the_completion_is_the_game(text, prompt, rest):
    assert recompose(prompt, f"\n {text}{rest}") == (text, 0, len(text), False, True)


@law
@given(cuts(), st.text() | st.text('(){}" ax:/#\n'))
def test_the_prompts_part_is_never_changed(cut, completion):
    text, begin, end = cut
    found = recompose(infill_prompt(text, begin, end), completion)
    middle = found.text[found.begin : found.end]
    assert middle in completion
    assert found.text.startswith(text[:begin].strip())
    assert found.text.endswith(text[end:].strip())
    spaces = len(found.text) - len(text[:begin].strip()) - len(middle) - len(text[end:].strip())
    assert 0 <= spaces <= 2
    assert found.closed or middle == completion.strip()


@pytest.mark.parametrize(
    ("completion", "kept", "closed"),
    [
        (" (a (b) {c}) (d)", "(a (b) {c})", True),
        ('(a ")" "(") (b)', '(a ")" "(")', True),
        ("(a // ) (\n b) c", "(a // ) (\n b)", True),
        ("// ( a comment )\n(a) b", "// ( a comment )\n(a)", True),
        ("(a b//c) d", "(a b//c)", True),  # no comment: it is within a word
        ("(//) c", "(//)", True),  # no comment: it is a ludeme's name
        ("if:(a) b", "if:(a)", True),
        ("{1 2} 3", "{1 2}", True),
        ("(a {b) c} d", "(a {b) c}", True),
        (") (a)", ")", True),
        ("a b", "a b", False),
        ("(a (b) ", "(a (b)", False),
        ('(a ") b', '(a ") b', False),
        ('(define "A" 1) (option "B" 2) (a) (b)', '(define "A" 1) (option "B" 2) (a)', True),
        ('(a) (option "B" 2)* (option "C" 3) (b)', '(a) (option "B" 2)* (option "C" 3)', True),
        ('(a) b (option "B" 2)', "(a)", True),
        ('(a) (option "B"', "(a)", True),
        ('(define "A" 1)', '(define "A" 1)', False),
        ("", "", False),
        (" \n", "", False),
    ],
)
def test_where_a_completion_is_cut(completion, kept, closed):
    found = recompose("", completion)
    assert found.text == kept
    assert found.closed is closed


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("### PRE: (a ### SUF: ) ### MID:", "(a (x))"),
        ("\n### PRE:(a### SUF:)### MID: ", "(a (x))"),
        ("### PRE: ### SUF: ### MID:", "(x)"),
        ('### PRE: (a " ### SUF: " ### SUF: ) ### MID:', '(a " ### SUF: " (x))'),
        ("### PRE: (a ### SUF: ) ### SUF: ) ### MID:", "(a (x)) ### SUF: )"),
        ("### PRE: (a ### SUF: )", "(x)"),
        ("(a ### SUF: ) ### MID:", "(x)"),
        ("### PRE: (a ### MID:", "(x)"),
        ("### PRE: (a ### SUF: ) ### MID: (", "(x)"),
        ("### PRE:", "(x)"),
        ("### pre: (a ### suf: ) ### mid:", "(x)"),
    ],
)
def test_odd_prompts(prompt, text):
    assert recompose(prompt, "(x) y").text == text


@law
@given(st.integers(0, 10**5), st.sampled_from(["(", ")", '"', "(a", "//", ":", "{", '("', "### SUF:"]))
def test_recomposing_does_not_fail_on_long_texts(count, unit):
    text = unit * (count // len(unit))
    assert len(recompose(f"### PRE: {text} ### SUF: {text} ### MID:", text).text) <= 3 * len(text) + 40


# ---- Laws


def check_score(reward, score):
    """What holds for every score."""
    assert isinstance(score.value, float)
    assert math.isfinite(score.value)
    assert reward.range[0] <= score.value <= reward.range[1]
    parts = score.parts
    assert list(parts) == PARTS
    assert all(type(part) is float and math.isfinite(part) for part in parts.values())
    assert all(0 <= part <= 1 for name, part in parts.items() if name != "turns")
    assert parts["plays"] <= parts["supported"] <= parts["compiles"]
    assert (score.failure is None) == (parts["plays"] == 1)
    assert (parts["position"] == 1) == (parts["compiles"] == 1)
    if not parts["compiles"]:
        assert parts["novelty"] == 0
        assert score.value == (0.05 * parts["position"] if reward.kind == "graded" else 0)
        assert score.value < 0.05
    elif not parts["plays"]:
        assert score.value == 0.05
    else:
        assert score.value >= (1 / 3 if reward.kind == "graded" else 0.05)
    assert score.failure is None or score.failure.isprintable()
    assert score.failed_at is None or not parts["compiles"]


@st.composite
def damaged(draw):
    """A game with some tokens dropped, doubled or replaced."""
    tokens = TOKEN.findall(draw(st.sampled_from([*TEXTS.values(), *OTHERS])))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(tokens) - 1))
        new = draw(st.sampled_from([[], [tokens[place]] * 2, [draw(st.sampled_from(tokens))], [draw(st.text())]]))
        tokens = [*tokens[:place], *new, *tokens[place + 1 :]] or ["(game"]
    return " ".join(tokens[: draw(st.sampled_from([len(tokens), len(tokens), len(tokens) // 2]))])


@law
@given(st.sampled_from(["", HOLE, "### PRE: ( ### SUF: ### MID:"]), st.text() | damaged())
def test_every_score_is_lawful(prompt, completion):
    for reward in BOTH:
        score = reward.score(prompt, completion)
        check_score(reward, score)
        again = GameReward(kind=reward.kind, playouts=FEW)
        assert again.score(prompt, completion) == score == reward.score(prompt, completion)


HOSTILE = {
    "brackets": "(" * 10**5,
    "closing": ")" * 10**5,
    "braces": "{" * (MAX_TEXT - 1),
    "nested": "(and " * 8_000,
    "flat": "(game " + "(a) " * 11_000,
    "words": "(game " + "x " * 20_000,
    "nul": "(game \0" + "\0" * 1_000,
    "surrogates": '(game "\ud800' + "\udfff" * 100 + '"',
    "astral": "\N{GAME DIE}" * 1_000,
    "quotes": '"' * (MAX_TEXT // 2 + 1),
    "blanks": "(" + " " * (MAX_TEXT - 2),
    "comment": "// " * 10_000,
    "a string in a message": '(game "A" (players "\0\ud800\n\u202e"))',
    "right to left": "(game \u202e)",
    "huge numbers": TIC_TAC_TOE.replace("3", "9" * 5_000),
    "digits of other scripts": TIC_TAC_TOE.replace("3", "٣"),
    "huge board": TIC_TAC_TOE.replace("3", "60000"),
    "fence": f"```lud\n{TIC_TAC_TOE}\n```",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts(text):
    for prompt in ("", HOLE, text):
        check_score(GRADED, GRADED.score(prompt, text))


def test_a_text_past_the_bound_earns_nothing():
    name = "x" * (MAX_TEXT - len(TIC_TAC_TOE))
    longest = TIC_TAC_TOE.replace("Tic-Tac-Toe", name + "Tic-Tac-Toe")
    assert len(longest) == MAX_TEXT
    assert GRADED.score("", longest + " and more").parts["plays"] == 1
    for reward in BOTH:
        score = reward.score("", longest.replace("Tic", " Tic"))
        check_score(reward, score)
        assert score.value == 0
        assert str(MAX_TEXT) in score.failure


@law
@given(playable_games())
def test_games_that_play_have_no_failure(text):
    score = GRADED.score("", text)
    check_score(GRADED, score)
    report = evaluate_game(text, FEW)
    assert PAPER.score("", text).value == report.reward
    assert (score.failure is None) == report.playable


def test_the_rewards_are_rewards():
    for reward in BOTH:
        assert isinstance(reward, Reward)
        assert reward.range == (0, 1)
    assert repr(graded()) == "GameReward(kind='graded', playouts=100)"
    assert graded(playouts=7) == GameReward(playouts=7) != paper(playouts=7)
    assert graded() != graded(playouts=7)
    assert len({graded(), graded(), paper()}) == 2
    assert graded() != "graded"


@pytest.mark.parametrize("arguments", [{"kind": "grade"}, {"playouts": 0}, {"playouts": 1.5}, {"playouts": 10**6}])
def test_arguments_are_checked(arguments):
    with pytest.raises(ConfigError, match=next(iter(arguments))):
        GameReward(**arguments)


# ---- Numbers by hand


@pytest.mark.parametrize(
    ("text", "value", "parts", "failure"),
    [
        ("(game", 0, "000", "syntax error: line 1, column 6: the text ends inside '(game'"),
        (MISSPELT, 0, "000", "types error: line 1, column 162: (is ...) has no kind 'Lin'; did you mean 'Line'?"),
        (UNSUPPORTED, 0.05, "100", "unsupported error: line 1, column 45: unsupported: layers"),
        (FIRST_MOVE_WINS, 0.05, "110", "play error: 1.00 turns per game, at least 2 expected"),
        (ENDLESS, 1 / 3, "111", None),
    ],
    ids=["syntax", "types", "unsupported", "short", "endless"],
)
def test_the_papers_ladder(text, value, parts, failure):
    score = paper(playouts=10).score("", text)
    assert score.value == pytest.approx(value)
    assert "".join(f"{score.parts[name]:.0f}" for name in ("compiles", "supported", "plays")) == parts
    assert score.failure is failure or score.failure.startswith(failure)


def test_tic_tac_toe_by_hand():
    report = evaluate_game(TIC_TAC_TOE)
    wins, draws = report.wins, report.draws
    balance, decisive = 1 - abs(wins[0] - wins[1]) / 100, 1 - draws / 100
    score = paper().score("", TIC_TAC_TOE)
    assert score.value == pytest.approx((balance ** (1 / 3) + 2 * decisive ** (1 / 3)) / 3)
    turns = report.mean_turns / 2
    expected = balance * decisive * (1 - 2 ** -((turns - 1) / 3)) * (1 - (turns / 500) ** 2)
    score = graded().score("", TIC_TAC_TOE)
    assert score.value == pytest.approx((1 + 2 * expected) / 3)
    assert score.parts == {
        **{"compiles": 1, "supported": 1, "plays": 1, "balance": balance, "completion": decisive},
        **{
            "drawishness": decisive,
            "turns": report.mean_turns,
            "novelty": novelty(TIC_TAC_TOE),
            "position": 1,
            "brief": 1,
        },
    }
    assert graded().score(HOLE, f" {MOVE}") == score


@pytest.mark.parametrize(
    ("prompt", "completion", "wrong"),
    [
        ("", MISSPELT, "(is Lin "),
        ("", "  " + TIC_TAC_TOE + ")", None),  # cut behind the game
        ("", TIC_TAC_TOE[:-1], ""),  # ends too early
        ("", "[" + TIC_TAC_TOE, "["),
        (HOLE, " (move Add (to (sites Emty)))", "Emty"),
        (HOLE, "(move Add (to (sites Empty))", ""),
        (HOLE, MOVE, None),
        (HOLE, '(move Add (piece "Horse") (to (sites Empty)))', '"Horse"'),
        (PIECE_HOLE, '(piece "Bell" Each)', '"Bell"'),  # what follows it asks for a Ball
        (PIECE_HOLE, "(hand Each)", None),
        (HOLE, "", ""),
    ],
)
def test_where_a_completion_failed(prompt, completion, wrong):
    score = GRADED.score(prompt, completion)
    if wrong is None:
        assert score.failed_at is None
    elif wrong:
        assert completion[score.failed_at :].startswith(wrong.removeprefix("(is "))
    else:
        assert score.failed_at == len(completion)
    assert PAPER.score_batch([prompt], [completion])[0].failed_at == score.failed_at


@given(cuts(), st.integers(0, 80), st.sampled_from([")", "(", "}", '"x"', "9", "(zzz", "Empty"]))
@settings(max_examples=40, deadline=None)
def test_a_completion_that_failed_stays_wrong_whatever_follows_the_place(cut, at, junk):
    game, begin, end = cut
    words = TOKEN.findall(game[begin:end])
    broken = " ".join([*words[:at], junk, *words[at + 1 :]])
    prompt = infill_prompt(game, begin, end)
    place = GRADED.score(prompt, broken).failed_at
    if place is not None and place < len(broken):
        token = TOKEN.match(broken, place)
        again = GRADED.score(prompt, broken[: token.end()])
        assert again.parts["compiles"] == 0
        assert again.failed_at is not None
        assert again.failed_at <= len(broken[: token.end()])


def report(balance=1.0, completion=1.0, drawishness=1.0, turns=60.0):
    return GameReport(True, True, wins=(50, 50), balance=balance, completion=completion, drawishness=drawishness,
                      mean_turns=turns)  # fmt: skip


@pytest.mark.parametrize(
    ("measures", "value"),
    [
        ({"turns": 2.0}, 0),  # one turn each
        ({"turns": 8.0}, 0.5 * (1 - 0.008**2)),
        ({"turns": 14.0}, 0.75 * (1 - 0.014**2)),
        ({"turns": 500.0}, 0.75),
        ({"turns": 1000.0}, 0),
        ({"balance": 0.5, "turns": 500.0}, 0.375),
        ({"completion": 0.5, "turns": 500.0}, 0.375),
        ({"completion": 0.5, "drawishness": 0.25, "turns": 500.0}, 0.1875),
    ],
    ids=str,
)
def test_quality_by_hand(measures, value):
    assert quality(report(**measures)) == pytest.approx(value, abs=1e-12)


def test_a_fair_decisive_game_of_reasonable_length_is_near_one():
    assert min(quality(report(turns=turns)) for turns in range(40, 200)) > 0.95


shares = st.floats(0, 1)


@given(st.tuples(shares, shares, shares), st.tuples(shares, shares, shares), st.floats(2, 1000))
def test_quality_grows_with_each_measure(one, other, turns):
    low, high = zip(*map(sorted, zip(one, other, strict=True)), strict=True)
    assert 0 <= quality(report(*low, turns)) <= quality(report(*high, turns)) <= 1


@pytest.mark.parametrize(
    ("prompt", "completion", "share"),
    [
        ("", MISSPELT, 36 / (47 + 1)),
        ("", MISSPELT[:-1], 36 / (2 * 46 + 1)),  # the last bracket is missing
        ("", "(game", 1 / (2 * 45 + 1)),
        ("", "(foo)", 0),
        ("", '(game "A" (foo))', 2 / (45 + 1)),
        (HOLE, "(move Add (to (sites Empt)))", 4 / (8 + 1)),
        (HOLE, "(move Add (to Empt))", 3 / (0.2 * 39 + 1)),  # 39 tokens around it: no cut has less than a fifth
        (HOLE, '(move Add (to (handSite P1)) (then (add (piece "C") (to 0))))', 10 / (18 + 1)),  # no piece is called so
        (BOARD_HOLE, '(piece "Disc" Each)', 4 / (0.2 * 42 + 1)),  # right in itself, and before it: no board
        (PIECE_HOLE, '(piece "Balls" Each)', 4 / (0.2 * 57 + 1)),  # right in itself, and behind it: no piece "Ball"
    ],
)
def test_positions_by_hand(prompt, completion, share):
    assert GRADED.score(prompt, completion).parts["position"] == pytest.approx(share)


# ---- What a policy may try


def test_copying_the_prompt_or_answering_nothing_earns_nothing():
    for completion in ("", " ", HOLE, "### MID:", "()", "(", ")", "{}", '"', "the"):
        for reward in BOTH:
            assert reward.score(HOLE, completion).value <= 0.001
            assert reward.score("pieces: Disc\n", completion).value <= 0.001


def test_the_prompts_beginning_is_not_paid_for():
    prompt = hole(TIC_TAC_TOE, "(result Mover Win)")
    assert GRADED.score(prompt, "(result Mover Won)").parts["position"] < 0.4  # 2 of 5 tokens, though near the end
    assert GRADED.score(prompt, "(rsult Mover Win)").parts["position"] == 0


@law
@given(cuts(), st.data())
def test_stopping_early_earns_less_than_half_of_a_compiled_game(cut, data):
    text, begin, end = cut
    for prompt, solution in ((infill_prompt(text, begin, end), text[begin:end]), ("", text)):
        ends = [match.end() for match in TOKEN.finditer(solution)][:-1]
        stop = data.draw(st.sampled_from(ends))
        score = GRADED.score(prompt, solution[:stop])
        check_score(GRADED, score)
        assert score.parts["position"] < 0.5


@pytest.mark.parametrize("padding", [" " * 900, "\n" * 900, " // on and on" * 90 + "\n", ' "' + "x" * 900 + '"', ""])
@pytest.mark.parametrize("prompt", ["", HOLE], ids=["compose", "infill"])
def test_padding_before_an_error_earns_nothing(padding, prompt):
    plain = GRADED.score(prompt, "(move (wrong) (piece))").value
    assert GRADED.score(prompt, f"(move{padding} (wrong) (piece))").value <= max(plain, 0.05 * 2 / 10)


@pytest.mark.parametrize("rest", ["", ")", ' "', " //", " )))))", "(", " (()"])
def test_an_error_at_the_end_does_not_hide_the_first_one(rest):
    """Syntax is looked at before types."""
    garbage = "(game " + "lorem (ipsum dolor) " * 30
    assert GRADED.score("", garbage + rest).parts["position"] < 0.02
    assert GRADED.score(HOLE, "(move Add " + "(lorem ipsum) " * 30 + rest).parts["position"] < 0.06


def test_going_on_correctly_earns_more():
    text = TEXTS["breakthrough"]
    tokens = list(TOKEN.finditer(text))
    values = []
    for match in tokens[10::10]:
        wrong = text[: match.start()] + "wrong wrong " + text[match.start() :]
        values.append(GRADED.score("", wrong).value)
    assert values == sorted(values)
    assert values[0] < 0.01
    assert 0.03 < values[-1] < 0.05


def test_degenerate_games_earn_little():
    reward = graded()
    two_moves = TIC_TAC_TOE.replace(LINE, "(>= (count Moves) 2)")
    assert reward.score("", FIRST_MOVE_WINS).value == 0.05
    assert reward.score("", ENDLESS).value == pytest.approx(1 / 3)
    assert paper().score("", ENDLESS).value == pytest.approx(1 / 3)
    assert reward.score("", two_moves).value == pytest.approx(1 / 3)
    assert paper().score("", two_moves).value == pytest.approx(2 / 3)
    assert reward.score("", TIC_TAC_TOE).value > 0.3
    assert reward.score("", TEXTS["hex"]).value > 0.8
    assert reward.score("", TEXTS["breakthrough"]).value > 0.8


def test_renaming_changes_no_score():
    """The random games are the same, so that no name is luckier than another."""
    other = TIC_TAC_TOE.replace("Cross", "A").replace("Tic-Tac-Toe", "Ox")
    assert graded().score("", other) == graded().score("", TIC_TAC_TOE)


# ---- Novelty

CORPUS = sorted(files("formal_envs.tasks.game").joinpath("games").iterdir(), key=lambda file: file.name)
CORPUS = [file.read_text(encoding="utf-8") for file in CORPUS if file.name.endswith(".lud")]


@pytest.mark.parametrize("text", CORPUS[::5])
def test_a_copy_is_not_new(text):
    canonical = one_line(check_game(text))
    renamed = re.sub(r'"[^"]*"', '"Other"', canonical)
    resized = re.sub(r"(?<=[ {])[0-9]+(?=[ )}])", "7", canonical)
    assert novelty(text) == novelty(canonical) == novelty(renamed) == novelty(resized) == 0
    assert novelty(canonical.replace("(is Line", "(is line")) == 0  # a keyword may begin in lower case


def test_novelty_by_hand(monkeypatch):
    from formal_envs.tasks.game import novelty as own

    known = '(game "A" (players 2) (equipment {(board (square 3))}))'  # five words, three 3-grams
    index = own._Index({gram: [0] for gram in own.grams(known)}, own.np.array([3]))
    more = '(game "A" (players 9) (equipment {(board (square 3)) (hand Each)}))'
    monkeypatch.setattr(own, "_index", lambda: index)
    assert own.grams("(a 1 {(b if:C)})") == {("(a", "(b", "if:"), ("(b", "if:", "c")}
    assert own.novelty('(game "A" (players 2) (equipment {(board (hex 3))}))') == pytest.approx(1 - 2 / 4)
    assert own.novelty(more) == pytest.approx(1 - 3 / 5)
    assert own.novelty("(a (b (c)))") == 1
    assert own.novelty("(a)") == 1
    assert own.novelty("") == 1


def test_novelty_is_only_for_games():
    assert GRADED.score("", MISSPELT).parts["novelty"] == 0
    assert GRADED.score("", UNSUPPORTED).parts["novelty"] > 0
    assert GRADED.score("", TIC_TAC_TOE).parts["novelty"] < 0.3
    assert GRADED.score("", OTHERS[2]).parts["novelty"] > GRADED.score("", TIC_TAC_TOE).parts["novelty"]


# ---- Batches

PAIRS = [
    *(("", text) for text in TEXTS.values()),
    *(("", text) for text in (MISSPELT, ENDLESS, UNSUPPORTED, TIC_TAC_TOE, FIRST_MOVE_WINS, "", "(game")),
    *((HOLE, text) for text in (MOVE, "(move Pass)", "(move Add", MOVE + " and more", TIC_TAC_TOE, "")),
]


@settings(deadline=None, max_examples=20)
@given(st.permutations(PAIRS), st.integers(0, len(PAIRS)))
@example(PAIRS, 0)
@example(PAIRS * 5, len(PAIRS) * 5)
def test_a_batch_is_its_scores_one_by_one_in_any_order(pairs, count):
    for reward in (GameReward(kind="graded", playouts=2), GameReward(kind="paper", playouts=2)):
        prompts, completions = [p for p, _ in pairs[:count]], [c for _, c in pairs[:count]]
        batch = score_batch(reward, prompts, completions)
        assert batch == [reward.score(*pair) for pair in pairs[:count]]
        assert len({id(score.parts) for score in batch}) == count


def test_a_text_is_played_once(monkeypatch):
    played = []

    def counted(text):
        played.append(text.text)
        time.sleep(0.01)  # while it runs, another thread may begin the same text
        return compile_game(text)

    monkeypatch.setattr(module, "compile_game", counted)
    monkeypatch.setattr(module, "processors", lambda: 4)
    reward = graded(playouts=1)
    reward.score_batch([HOLE, "", HOLE, ""], [MOVE, MISSPELT, " " + MOVE, TIC_TAC_TOE])
    assert sorted(played) == sorted([TIC_TAC_TOE, MISSPELT])
    reward.score("a brief", TIC_TAC_TOE).parts.clear()
    assert len(reward.score(HOLE, MOVE).parts) == len(PARTS)
    assert len(played) == 2
    assert GameReward(playouts=1).score("", TIC_TAC_TOE).value > 0
    assert len(played) == 3


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "CACHED", 3)
    reward = graded(playouts=1)
    for size in range(3, 9):
        reward.score("", TIC_TAC_TOE.replace("3", str(size)))
    assert reward._judge.cache_info().currsize == 3


@pytest.mark.parametrize("copied", [lambda r: pickle.loads(pickle.dumps(r)), copy.copy, copy.deepcopy])
def test_copies_are_equal_and_remember_nothing(copied):
    reward = GameReward(kind="paper", playouts=3)
    score = reward.score("", TIC_TAC_TOE)
    again = copied(reward)
    assert again == reward
    assert hash(again) == hash(reward)
    assert again._judge.cache_info().currsize == 0
    assert again.score("", TIC_TAC_TOE) == score == pickle.loads(pickle.dumps(score))


def _values(reward, pipe):
    pipe.send([score.value for score in reward.score_batch(*zip(*PAIRS, strict=True))])


@pytest.mark.parametrize("method", sorted({"fork", "spawn"} & set(multiprocessing.get_all_start_methods())))
def test_batches_in_daemonic_processes(method):
    """Workers of vector environments are daemonic: they may have no children. And a fork may follow a batch."""
    values = [score.value for score in GRADED.score_batch(*zip(*PAIRS, strict=True))]
    context = multiprocessing.get_context(method)
    ours, theirs = context.Pipe()
    process = context.Process(target=_values, args=(pickle.loads(pickle.dumps(GRADED)), theirs), daemon=True)
    process.start()
    assert ours.poll(60)
    assert ours.recv() == values
    process.join(60)
    assert process.exitcode == 0


def test_a_script_with_a_batch_ends():
    code = f"""
from formal_envs.tasks.game.reward import graded
scores = graded(playouts=2).score_batch([""] * 8, [{TIC_TAC_TOE!r}.replace("3", str(n)) for n in range(3, 11)])
print(sum(score.parts["plays"] for score in scores))
"""
    done = subprocess.run([sys.executable, "-"], input=code, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout.strip(), done.returncode) == ("8.0", 0), done.stderr


def test_the_shortest_cut_is_a_fifth():
    assert LEAST_CUT == 0.2


# ---- Briefs


@pytest.mark.parametrize(
    ("asked", "met"),
    [
        ("", 1),
        ("write a game", 1),
        ("board: square 3", 1),
        ("board: square 4", 0),
        ("players: 2; goal: a line of 3", 1),
        ("board: square 3; players: 3", 0.5),
        ("board: square 4; players: 2; pieces: none; goal: a line of 3, or", 0.25),  # the goal says less
        ("board: squ; goal: a line", 0.5),  # the last may have been cut
    ],
)
def test_what_a_brief_asks_is_paid(asked, met):
    free, score = (graded().score(prompt, TIC_TAC_TOE) for prompt in ("", asked + "\n"))
    assert score.parts["brief"] == met
    assert score.value == pytest.approx(1 / 3 + met * (free.value - 1 / 3))
    assert paper().score(asked, TIC_TAC_TOE).value == paper().score("", TIC_TAC_TOE).value
    assert graded().score(asked, MISSPELT).parts["brief"] == float(":" not in asked)


def test_the_games_of_briefs_meet_them():
    problems = GameTask(mode="compose").sample(problem_keys(np.uint64(3), np.arange(60)))
    scores = GRADED.score_batch(problems.prompts, problems.solutions)
    assert all(score.parts["brief"] == 1 for score in scores)
    others = GRADED.score_batch(problems.prompts, problems.solutions[1:] + problems.solutions[:1])
    asked = [score.parts["brief"] for score, prompt in zip(others, problems.prompts, strict=True) if prompt.strip()]
    assert sum(asked) / len(asked) < 0.5


# ---- What earns without being a game (see odd_games.py)


@pytest.mark.parametrize("name", ODD)
def test_odd_games_earn_no_more_than_they_are_known_to(name):
    """The bounds are figures of the table: what random play cannot see is paid for, and a change should be noticed."""
    bounds = {"over": (0.05, 0.05), "drawn": (0.34, 0.34), "never": (0.34, 0.34), "the first": (0.34, 0.67)}
    graded_most, paper_most = next((pair for start, pair in bounds.items() if name.startswith(start)), (0.9, 1))
    assert graded().score("", ODD[name]).value <= graded_most
    assert paper().score("", ODD[name]).value <= paper_most
    assert bool(faults(ODD[name])) == (graded_most < 0.9)  # the others look honest at random


@pytest.mark.parametrize("kind", ["paper", "graded"])
@pytest.mark.parametrize("completion", ["", " \n", "// nothing"])
def test_a_part_that_could_be_left_out_is_asked_for_all_the_same(kind, completion):
    given_back = TIC_TAC_TOE.replace("(rules", "(rules (start {})")
    prompt = hole(given_back, "(start {})")
    reward = GameReward(kind=kind, playouts=4)
    score = reward.score(prompt, completion)
    assert score == reward.score_batch([prompt], [completion])[0]
    assert (score.value, score.parts["plays"], score.parts["position"]) == (0.0, 0.0, 0.0)
    assert "empty" in score.failure


def test_a_text_with_macros_is_worth_what_it_expands_to():
    raw = f'(define "Row" (is Line #1))\n{TIC_TAC_TOE}'.replace("if (is Line 3)", 'if ("Row" 3)')
    assert raw.count("Row") == 2
    for reward in (graded(playouts=10), paper(playouts=10)):
        assert reward.score("", raw) == reward.score("", TIC_TAC_TOE)
    wrong = graded(playouts=10).score("", raw.replace("is Line", "is Lin"))
    assert "in the macro 'Row', used at line 2" in wrong.failure
    assert raw[wrong.failed_at :].startswith("Line #1")


def test_macros_that_double_what_they_write_earn_nothing():
    doubled = "".join(f'(define "M{n}" ("M{n - 1}") ("M{n - 1}"))' for n in range(1, 61))
    score = graded(playouts=10).score("", f'(define "M0" (a)) {doubled} (game "G" ("M60"))')
    assert "longer than 50000 characters" in score.failure
    assert score.value < 0.05
