"""The game task: its grammar, the games drawn from it, their cuts, briefs, words and splits, and users' corpora."""

import gzip
import json
import math
import random as python_random
import re
from collections import Counter, defaultdict
from functools import cache, reduce
from importlib.resources import files
from zlib import crc32

import numpy as np
import pytest
from game_texts import LINES, RACE, SOWING, ludemes, rows
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lark import Lark
from lark.exceptions import UnexpectedInput

from formal_envs.envs.token import TokenLayout
from formal_envs.errors import ConfigError
from formal_envs.languages.weighted import ONCE
from formal_envs.ludii import GameError, check_game, compile_game
from formal_envs.ludii.language.signatures import SIGNATURES
from formal_envs.ludii.language.typed_grammar import START, typed_grammar
from formal_envs.ludii.play.report import evaluate_program
from formal_envs.ludii.writing.briefs import MAX_BRIEF_LENGTH, PARTS, brief
from formal_envs.tasks.game import task as game_task
from formal_envs.tasks.game.corpus import CorpusWarning, canonical, held_out, own_games, read_corpus, structure
from formal_envs.tasks.game.cuts import MAX_CUT_TOKENS, cuts, expressions
from formal_envs.tasks.game.recomposed import recompose
from formal_envs.tasks.game.reward import GameReward
from formal_envs.tasks.game.task import MAX_GAME_LENGTH, MAX_GAME_TOKENS, GameTask
from formal_envs.tasks.game.words import CHARSET, vocabulary
from formal_envs.tasks.game.writer import NUMBER_BITS, games
from formal_envs.tasks.streams import integers, problem_keys, seeded_stream
from formal_envs.tokenizers import VocabularyTokenizer

law = settings(deadline=None, max_examples=60)
COUNT = 20_000
NAME = re.compile(r"[A-Z][a-z]+")


def keys(seed, count):
    return problem_keys(seeded_stream(seed), np.arange(count))


@pytest.fixture(scope="module")
def tokenizer():
    return VocabularyTokenizer(vocabulary())


@pytest.fixture(scope="module")
def grammar():
    return Lark(files("grammars").joinpath("games.lark").read_text(encoding="utf-8"), parser="earley")


class Draw:
    """A game of a number, decoded here as the head of the grammar's file says, with the alternatives that it chose.

    Attributes:
        strings: of the grammar, in their order.
        chosen: the alternatives, as pairs of a rule's name and a place.
    """

    def __init__(self, reading, number):
        self.strings, self.chosen = [], set()
        once = {}

        def expand(name):
            nonlocal number
            if name in reading.texts:
                self.strings.append(reading.texts[name])
                return
            if name not in once:
                number, choice = divmod(number, reading.weights[name][-1])
                place = next(n for n, bound in enumerate(reading.weights[name]) if choice < bound)
            else:
                place = once[name]
            if name.startswith(ONCE):
                once[name] = place
            self.chosen.add((name, place))
            for part in reading.alternatives[name][place]:
                expand(part)

        expand("start")

    @property
    def text(self):
        """The strings with the blanks that go between them."""
        text, opened = "", True
        for string in self.strings:
            closing = re.match(r'\d*"', string)
            tight = opened or closing or string[0] in ")}" or text.endswith(("(", "{", ":"))
            text += string if tight else f" {string}"
            opened = string[closing.end() if closing else 0 :].count('"') % 2 == 1
        return text


class Reading:
    """The grammar's file as a generator reads it.

    Attributes:
        texts: by terminal, its string.
        alternatives: by rule, the symbols of each.
        weights: by rule, the sums of the weights up to each alternative, it included.
    """

    def __init__(self, grammar):
        self.texts = {terminal.name: terminal.pattern.value for terminal in grammar.terminals}
        priorities = {rule.origin.name: rule.options.priority or 1 for rule in grammar.rules}
        found = defaultdict(list)
        for rule in grammar.rules:
            found[rule.origin.name].append((rule.order, [symbol.name for symbol in rule.expansion]))
        self.alternatives = {name: [names for _, names in sorted(pairs)] for name, pairs in found.items()}
        self.weights = {
            name: np.cumsum([priorities.get(names[0], 1) if names else 1 for names in alternatives]).tolist()
            for name, alternatives in self.alternatives.items()
        }

    def count(self):
        """How many texts there are, if no two ways to make one are the same."""

        @cache
        def ways(name):  # by the rules that are chosen once among those that are used
            if name in self.texts:
                return {frozenset(): 1}
            if name.startswith(ONCE):
                return {frozenset([name]): 1}
            total = Counter()
            for names in self.alternatives[name]:
                for used, number in reduce(product, map(ways, names), {frozenset(): 1}).items():
                    total[used] += number
            return total

        def product(one, other):
            total = Counter()
            for a, m in one.items():
                for b, n in other.items():
                    total[a | b] += m * n
            return total

        return sum(n * math.prod(len(self.alternatives[name]) for name in used) for used, n in ways("start").items())

    def bits(self, name):
        """The most that a text of a rule takes from the number that it is decoded from."""
        if name in self.texts:
            return 0.0
        return math.log2(self.weights[name][-1]) + max(sum(map(self.bits, names)) for names in self.alternatives[name])


@pytest.fixture(scope="module")
def reading(grammar):
    return Reading(grammar)


@pytest.fixture(scope="module")
def numbers():
    rng = python_random.Random(1)
    return [rng.getrandbits(NUMBER_BITS) for _ in range(COUNT)]


@pytest.fixture(scope="module")
def written(numbers):
    """Texts of the grammar, none of them checked."""
    return [games().write(number) for number in numbers]


# ---- The grammar


def test_a_game_is_decoded_from_its_number_as_the_file_says(reading, numbers, written):
    for number, text in zip(numbers[:2000], written, strict=False):
        assert Draw(reading, number).text == text


def test_a_game_is_decoded_from_its_number_by_hand():
    assert games().write(0) == (
        '(game "Amber Rows" (players 2) (equipment {(board (square 3)) (piece "Ball" Each)}) '
        "(rules (play (move Add (to (sites Empty)))) (end (if (is Line 3) (result Mover Win)))))"
    )


def test_the_number_of_a_game_has_bits_to_spare(reading):
    assert reading.bits("start") < NUMBER_BITS - 45  # a choice is uneven by 2^-45 at most


def test_every_text_is_in_its_one_form(written):
    for text in written[:1500]:
        assert canonical(text) == text


def test_the_typed_grammar_accepts_the_texts(written):
    typed = Lark(typed_grammar(), start=START, parser="earley", lexer="basic")
    for text in written[:12]:
        assert typed.parse(text)


def test_the_grammar_parses_its_texts_and_refuses_others(grammar, written):
    short = sorted([text for text in written[:200] if "(players 2)" in text], key=len)[:8]
    for text in short:
        assert grammar.parse(text)
    for text in (LINES, SOWING, short[0] + ")", short[0][:-1], short[0].replace("(players 2)", "(players 9)"), ""):
        with pytest.raises(UnexpectedInput):
            grammar.parse(text)


def test_every_alternative_gives_games_that_play(reading, numbers):
    """Of each alternative of each rule some game is compiled and played; and nearly all games that are tried play."""
    pending = {(name, n) for name, alternatives in reading.alternatives.items() for n in range(len(alternatives))}
    names = {name for name, words in reading.alternatives.items() if all(is_name(reading, word) for word in words)}
    pending = {(name, n) for name, n in pending if name not in names}
    tried = failed = 0
    for number in numbers:
        draw = Draw(reading, number)
        if draw.chosen & pending:
            tried += 1
            if evaluate_program(compile_game(draw.text), 4).playable:
                pending -= draw.chosen
            else:
                failed += 1
    assert not pending
    assert tried > 200
    assert failed <= 0.05 * tried


def is_name(reading, alternative):
    return len(alternative) == 1 and NAME.fullmatch(reading.texts.get(alternative[0], ""))


def test_families_are_as_frequent_as_the_priorities_say(reading, numbers):
    """Within five deviations of a count."""
    drawn = [Draw(reading, number).chosen for number in numbers[:4000]]
    shares = {"placing_game": 9 / 27, "moving_game": 11 / 27, "other_game": 7 / 27}
    shares |= {"racing": 11 / 27 * 7 / 33, "sowing": 7 / 27 * 5 / 18, "erasing": 9 / 27 * 2 / 29}
    for rule, share in shares.items():
        seen = sum(any(name == rule for name, _ in chosen) for chosen in drawn)
        assert abs(seen - 4000 * share) < 5 * math.sqrt(4000 * share), rule


def test_hardly_any_two_texts_are_alike(reading, written):
    """n draws of N equally likely structures hold n^2 / 2N equal pairs."""
    assert reading.count() > 10**10
    assert len(set(written)) > COUNT - 20
    assert len({without_names(text) for text in written}) > 0.7 * COUNT
    counts = Counter(map(structure, written))
    assert len(counts) > 10_000
    pairs = sum(n * (n - 1) // 2 for n in counts.values())
    assert COUNT**2 / (2 * pairs) > 3_000


def without_names(text):
    return re.sub(r'"[A-Za-z ]*(\d*)"', r'"\1"', text)


def test_nearly_all_texts_play_and_most_are_sensible_games(written):
    reports = []
    for text in written[2000:2400]:
        report = evaluate_program(compile_game(text), 20)
        if report.playable:
            reports.append(report)
    assert len(reports) >= 0.98 * 400
    sensible = [min(report.completion, report.balance) > 0.5 for report in reports]
    assert sum(sensible) > 0.85 * len(reports)
    assert 10 < np.median([report.mean_turns for report in reports]) < 60


def test_texts_have_sixty_to_two_hundred_and_fifty_tokens(written, tokenizer):
    lengths = np.array([len(tokenizer.encode(text)) for text in written[:5000]])
    assert 95 <= np.median(lengths) <= 125
    assert ((lengths >= 55) & (lengths <= 250)).mean() > 0.93
    assert lengths.max() <= MAX_GAME_TOKENS
    assert max(map(len, written)) <= MAX_GAME_LENGTH


# ---- Cuts


def test_expressions_by_hand():
    assert expressions('(a "(" (b 1) {(c (d))})') == [(0, 23), (7, 12), (14, 21), (17, 20)]


def test_cuts_by_hand(tokenizer):
    """The other parts are shorter than a fifth of what would be left."""
    head, things = '(game "Three-Balls" (players 2)', '(board (square 3)) (piece "Ball" Each) (hand Each)'
    equipment = f'(equipment {{{things} (regions "Home" P1 (sites Bottom))}})'
    start, play = '(start (place "Ball" "Hand" count:3))', "(play (move Add (to (sites Empty))))"
    rules = f"(rules {start} {play} (end (if (is Line 3) (result Mover Win))))"
    assert canonical(LINES) == f"{head} {equipment} {rules})"
    assert cuts(canonical(LINES), tokenizer) == [
        (f"### PRE: {head} ### SUF: {rules}) ### MID:", f" {equipment}"),
        (f"### PRE: {head} {equipment} ### SUF: ) ### MID:", f" {rules}"),
    ]


def problems_of(task, some):
    problems = task.sample(np.array(some, np.uint64))
    return list(zip(problems.prompts, problems.solutions, problems.games, strict=True))


@pytest.fixture(scope="module", params=["train", "test", "all"])
def infill(request):
    return GameTask(split=request.param), GameTask(split=request.param).sample(keys(3, 400))


def test_a_cut_is_an_expression_of_a_fifth_of_the_prompt_or_more(infill, tokenizer):
    task, problems = infill
    for prompt, solution, game in zip(problems.prompts, problems.solutions, problems.games, strict=True):
        match = re.fullmatch(r"### PRE: (\(game .*) ### SUF: (.*\)) ### MID:", prompt)
        prefix, suffix = match.groups()
        assert re.sub(" ", "", prefix + solution + suffix) == re.sub(" ", "", game)
        assert recompose(prompt, solution).text == game
        assert solution[:2] == " ("
        assert expressions(solution[1:])[0] == (0, len(solution) - 1)
        assert 5 * (len(solution) - 1) >= len(prompt)
        assert solution[1:] != game
        assert len(tokenizer.encode(solution)) <= MAX_CUT_TOKENS == task.max_solution_tokens
        assert len(tokenizer.encode(prompt)) <= task.max_prompt_tokens
        assert len(prompt) <= task.max_prompt_length
        assert len(solution) <= task.max_solution_length
        assert set(prompt + solution) <= set(task.charset)


def test_every_game_of_a_problem_plays(infill):
    _, problems = infill
    scores = GameReward(playouts=20).score_batch(problems.prompts[:150], problems.solutions[:150])
    assert {score.parts["plays"] for score in scores} == {1.0}
    assert {score.failure for score in scores} == {None}


def test_what_does_not_play_is_drawn_again(monkeypatch):
    before = set(GameTask(split="all").sample(keys(5, 60)).games) - set(own_games())
    plays = game_task._plays
    monkeypatch.setattr(game_task, "_plays", lambda number: plays(number) and games().write(number) not in before)
    after = set(GameTask(split="all").sample(keys(5, 60)).games) - set(own_games())
    assert len(after) == len(before)
    assert not after & before


@pytest.mark.parametrize(
    ("text", "playable"),
    [
        (LINES.replace("(hand Each)", "").replace('(start (place "Ball" "Hand" count:3))', ""), True),
        (LINES.replace("(is Line 3)", "(is Lin 3)"), False),
        (LINES.replace("(is Line 3)", "(is Solved)"), False),
        (LINES.replace("(is Line 3)", "(is Occupied (last To))"), False),  # over after a turn
    ],
)
def test_what_plays_by_hand(monkeypatch, text, playable):
    class One:
        def write(self, number):
            return text

    monkeypatch.setattr(game_task, "games", One)
    assert game_task._plays.__wrapped__(0) == playable


def test_most_problems_are_of_the_grammar_and_some_of_our_own(infill):
    task, problems = infill
    own = sum(game in own_games() for game in problems.games)
    assert own < 12 if task.split == "train" else 20 < own < 85  # one in eight of 400, mixed for training
    assert len(set(problems.games) - set(own_games())) > 300


def test_cuts_of_one_game_are_equally_frequent(tmp_path, tokenizer):
    (tmp_path / "lines.lud").write_text(LINES)
    task = GameTask(corpus=str(tmp_path), split="all")
    expected = [cut.solution for cut in cuts(canonical(LINES), tokenizer)]
    counts = Counter(task.sample(keys(4, 3000)).solutions)
    assert set(counts) == set(expected)
    for solution in expected:
        assert abs(counts[solution] - 3000 / len(expected)) < 5 * math.sqrt(3000 / len(expected))


# ---- Problems


def test_problems_are_the_same_for_ever():
    """On every platform, with every version of Lark: a hash of Python's or an order of a set would change them.

    So may a ludeme that gets another meaning, where one of these games is not played any more.
    """
    head = '(game "Simple Beams" (players 4) (equipment {(board (rectangle 8 9)) (piece "Token" Each)})'
    assert problems_of(GameTask(), keys(2026, 8))[7] == (
        f"### PRE: {head} (rules (play (move Add (to (sites Empty)))) (end ### SUF: ))) ### MID:",
        " (if (is Line 3) (result Mover Win))",
        f"{head} (rules (play (move Add (to (sites Empty)))) (end (if (is Line 3) (result Mover Win)))))",
    )
    for mode, expected in (("infill", 3569345751), ("compose", 2970627881)):
        written = integers(keys(2026, 40), 0, 8) > 0  # not from the corpus, which may grow
        problems = problems_of(GameTask(mode=mode), keys(2026, 40))
        drawn = [problem for problem, from_grammar in zip(problems, written, strict=True) if from_grammar]
        assert crc32(repr(drawn).encode()) == expected


@settings(deadline=None, max_examples=25)
@given(
    st.sampled_from([{}, {"split": "test"}, {"mode": "compose"}, {"mode": "compose", "brief": "full", "split": "all"}]),
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
@example({}, [0, 1, 2, 2**64 - 1], python_random.Random(1))
def test_a_problem_depends_on_its_key_alone(options, drawn, random):
    task = GameTask(**options)
    whole = problems_of(task, drawn)
    order = random.sample(range(len(drawn)), len(drawn))
    assert problems_of(GameTask(**options), [drawn[n] for n in order]) == [whole[n] for n in order]
    assert problems_of(task, drawn[:1]) == whole[:1]
    assert problems_of(task, drawn + drawn) == whole + whole


@pytest.mark.parametrize("mode", ["infill", "compose"])
def test_an_empty_batch_has_no_problems(mode):
    problems = GameTask(mode=mode).sample(np.array([], np.uint64))
    assert (problems.prompts, problems.solutions, problems.games) == ([], [], [])


@pytest.mark.parametrize("options", [{}, {"mode": "compose"}, {"mode": "compose", "brief": "empty"}], ids=str)
def test_prompt_and_completion_fit_a_context_of_512(options):
    assert TokenLayout(GameTask(**options), "word").window <= 512


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "infil"}, "unknown mode 'infil'; did you mean 'infill'"),
        ({"brief": "mixd", "mode": "compose"}, "unknown brief 'mixd'; did you mean 'mixed'"),
        ({"split": "tset"}, "unknown split 'tset'; did you mean 'test'"),
        ({"brief": "full"}, "brief='full' is for mode='compose'"),
        ({"corpus": None}, "corpus must be a folder or a file, or '' for the generator, got None"),
        ({"corpus": "/no/such/folder"}, r"no game in '/no/such/folder'; expected a folder with \.lud files"),
    ],
)
def test_options_that_have_no_meaning_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        GameTask(**options)


# ---- Splits


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["infill", "compose"])
def test_no_two_games_of_different_splits_differ_in_names_and_numbers_alone(mode):
    found = {}
    for split, seeds in (("train", (10, 11)), ("test", (12, 13)), ("all", (14, 15))):
        found[split] = {
            structure(game) for s in seeds for game in GameTask(mode=mode, split=split).sample(keys(s, 700)).games
        }
    assert not found["train"] & found["test"]
    assert found["train"] & found["all"]
    assert found["test"] & found["all"]


def test_a_tenth_of_the_structures_are_held_out(written):
    structures = {structure(text): held_out(text) for text in written}
    assert sum(structures.values()) / len(structures) == pytest.approx(0.1, abs=0.015)


def test_a_structure_by_hand():
    text = canonical(RACE)
    assert structure(text).startswith(
        '(game "" (players {(player N) (player S)}) (equipment {(board (hex Diamond (+ 0 0))'
    )
    assert structure('(a "x (1" 12 {3 -4} b:0.5 P1 T488 (- 1 2))') == '(a "" 0 {0 0} b:0 P1 T488 (- 0 0))'


@law
@given(st.integers(0, 2**64), st.integers(0, 9), st.text("abc ABC", max_size=8))
def test_names_and_numbers_do_not_move_a_game_to_the_other_split(number, digit, name):
    text = games().write(number)
    renamed = re.sub(r'"[^"]*"', f'"{name}"', re.sub(r"(?<=[ {])\d+(?=[ )}])", str(digit), text))
    assert structure(renamed) == structure(text)
    assert held_out(renamed) == held_out(text)


# ---- Words


def test_the_vocabulary_has_every_printable_character_and_no_word_twice(tokenizer):
    assert set(CHARSET) == {"\n", *map(chr, range(32, 127))}
    assert set(CHARSET) <= set(vocabulary())
    assert len(set(vocabulary())) == len(vocabulary())
    assert 1_000 <= len(vocabulary()) <= 1_900
    assert tokenizer.vocab_size == len(vocabulary()) + 3


@law
@given(st.text(CHARSET, max_size=80) | st.lists(st.sampled_from(vocabulary()), max_size=30).map("".join))
@example('### PRE:(game "A1" -12 0.5 {{F F} if:(is Line 3)\n')
def test_any_text_in_ascii_is_encoded_and_comes_back(text):
    tokenizer = VocabularyTokenizer(vocabulary())
    assert tokenizer.decode(tokenizer.encode(text)) == text


LUDEMES = {signature.name for signature in SIGNATURES.values()}
WORD = re.compile(
    r" ?\((\S+?)(?: ([A-Z]\w*))?(?=[ )])"  # a bracket, the name of a ludeme, and perhaps its kind
    r'| ?"(?:0,E,N,W|[A-Za-z]+)|\d*"'  # a name, or a track's path, with its opening quote; what closes it
    r"| ?[A-Za-z]\w*:| ?-?\w+| ?\{|[)}]"
)


def words_of(text):
    """The words of a game, cut here by an expression of its own."""
    found, place = [], 0
    while place < len(text):
        match = WORD.match(text, place)
        end = match.end(1) if match[2] and f"{match[1]} {match[2]}" not in LUDEMES else match.end()
        found.append(text[place:end])
        place = end
    return found


def test_games_of_the_grammar_are_cut_into_whole_words(written, tokenizer):
    for text in written[:1500]:
        if "rotate" not in text:  # its angle has a fraction
            assert [vocabulary()[n] for n in tokenizer.encode(text)] == words_of(text)


def test_our_own_games_are_cut_into_whole_words_but_for_their_names(tokenizer):
    for game in own_games():
        body = game[game.index('" ') + 1 :]
        found = [vocabulary()[n] for n in tokenizer.encode(body)]
        assert not [word for word in found if len(word) == 1 and word.islower()], game
        assert len(tokenizer.encode(game)) <= MAX_GAME_TOKENS


# ---- Briefs


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LINES, 'board: square 3; players: 2; pieces: "Ball"; goal: a line of 3'),
        (
            RACE,
            'board: hex diamond on points; players: 2; pieces: "Runner"; goal: a piece in "Goal", '
            "or the most pieces at no enemy move",
        ),
        (
            SOWING,
            'board: mancala 2 by 6 without stores; players: 2; pieces: "Seed" Shared; goal: the most points at sites',
        ),
    ],
)
def test_briefs_by_hand(text, said):
    assert brief(check_game(text)) == said


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("(if (is Line 4 Diagonal exact:True) (result Mover Win))", "a diagonal line of exactly 4"),
        ("(if (is Line 4) (result Mover Loss))", "avoid a line of 4"),
        ("(if (no Moves Next) (result Mover Win))", "no enemy move"),
        ("(if (no Moves Next) (result Next Win))", "no own move"),
        ('(if (no Pieces Next "Ball") (result Mover Win))', 'no enemy "Ball" left'),
        ("(if (< (count Pieces Next) 2) (result Mover Win))", "fewer than 2 enemy pieces"),
        ("(if (= 1 (count Pieces Next)) (result Mover Win))", "exactly 1 enemy piece"),
        ("(if (<= 7 (score Mover)) (result Mover Win))", "at least 7 own points"),
        ("(if (= (last To) (ahead (last To) N)) (result Mover Win))", "a piece on the far side"),
        ("(if (is In (last To) (sites Top)) (result P1 Win))", "win of P1 by a piece at the top"),
        ("(if (or (is Loop) (is Pattern {F R F})) (result Mover Win))", "a loop or a shape of 3"),
        ("(if (is Connected 3 Sides) (result Mover Win))", "a chain of 3 sides"),
        ("(if (is Full) (byScore misere:True))", "the fewest points on a full board"),
        ("(if (is Full) (byScore {(score P1 (max (sizes Group P1)))}))", "the largest group on a full board"),
        ("(if (not (is Line 3)) (result Mover Draw))", "draw of Mover by no line of 3"),
        ("(if (is Cycle) (result Mover Win))", "cycle"),
        (
            "{(if (is Cycle) (result Mover Win)) (if (is Full) (result Mover Draw))}",
            "cycle, or draw of Mover by a full board",
        ),
    ],
)
def test_goals_by_hand(end, said):
    text = LINES.replace("(if (is Line 3) (result Mover Win))", end)
    assert brief(check_game(text), ["goal"]) == f"goal: {said}"


@pytest.mark.parametrize(
    ("board", "said"),
    [
        ("(rectangle 5 6)", "rectangle 5 6"),
        ("(square 5 diagonals:Alternating) use:Vertex", "square 5 with alternating diagonals on points"),
        ("(concentric Square rings:3 joinCorners:True) use:Vertex", "concentric square rings 3 join corners on points"),
        ("(rotate 45 (tiling T488 4))", "tiling T488 4 rotated 45"),
        ("(merge (shift 2 0 (rectangle 7 3)) (wedge 3))", "merge of rectangle 7 3 and wedge 3"),
        ("(concentric {1 6}) use:Edge", "concentric 1 6 on lines"),
    ],
)
def test_boards_by_hand(board, said):
    assert brief(check_game(LINES.replace("(square 3)", board, 1)), ["board"]) == f"board: {said}"


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(ludemes("game", 4))
def test_every_tree_has_a_brief(tree):
    said = brief(tree)
    assert len(said) <= MAX_BRIEF_LENGTH
    assert "\n" not in said


def test_briefs_of_the_grammar_are_of_whole_words_and_within_their_bound(tokenizer):
    problems = GameTask(mode="compose", brief="full", split="all").sample(keys(6, 400))
    cut_up = 0
    for prompt, solution, game in zip(problems.prompts, problems.solutions, problems.games, strict=True):
        assert solution == game
        assert prompt == brief(check_game(game)) + "\n"
        assert [part.split(":")[0] for part in prompt.split("; ")] == list(PARTS)
        letters = [n for n in tokenizer.encode(prompt) if re.fullmatch("[a-z]", vocabulary()[n])]
        cut_up += bool(letters) and game not in own_games()
    assert cut_up == 0


@pytest.mark.slow
def test_mixed_briefs_leave_out_parts_and_a_quarter_say_nothing():
    problems = GameTask(mode="compose").sample(keys(7, 1200))
    assert set(GameTask(mode="compose", brief="empty").sample(keys(7, 20)).prompts) == {"\n"}
    parts = [tuple(re.findall(r"(?:^|; )(\w+):", prompt)) for prompt in problems.prompts]
    counts = Counter(parts)
    assert len(counts) == 16
    assert counts[()] / 1200 == pytest.approx(1 / 4 + 3 / 4 / 16, abs=0.06)
    for part in PARTS:
        assert sum(part in said for said in parts) / 1200 == pytest.approx(3 / 8, abs=0.07)
    for prompt, game in zip(problems.prompts[:100], problems.games, strict=False):
        kept = re.findall(r"(?:^|; )(\w+):", prompt)
        assert prompt == (brief(check_game(game), kept) if kept else "") + "\n"


# ---- Corpora


def test_our_own_games_can_all_be_asked_for(tokenizer):
    assert len(own_games()) > 140
    for game in own_games():
        assert canonical(game) == game
        assert cuts(game, tokenizer)
        assert len(game) <= MAX_GAME_LENGTH
        compile_game(game)


def test_a_corpus_replaces_the_generator(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "lines.lud").write_text("// A comment.\n" + LINES)
    (tmp_path / "race.lud").write_text(RACE.replace("Runners", "Läufer"), encoding="utf-8")
    (tmp_path / "broken.lud").write_text("(game")
    (tmp_path / "unsupported.lud").write_text(LINES.replace("(is Line 3)", "(is Solved)"))
    (tmp_path / "again.lud").write_text(LINES)
    expected = {canonical(LINES), canonical(RACE).replace("Runners", "Laufer")}
    assert set(read_corpus(str(tmp_path)).games) == expected
    for mode in ("infill", "compose"):
        with pytest.warns(CorpusWarning, match=r"3 of 5 texts in .* are games that can be played, 1 of them equal"):
            problems = GameTask(mode=mode, corpus=str(tmp_path), split="all").sample(keys(8, 60))
        assert set(problems.games) == expected
        assert all(recompose(p, s).text == g for p, s, g in zip(*vars(problems).values(), strict=True))


@pytest.mark.parametrize("field", ["text", "lud"])
@pytest.mark.parametrize("name", ["games.jsonl.gz", "some.jsonl"])
def test_a_corpus_is_read_from_records(tmp_path, field, name):
    lines = "\n".join(json.dumps({"name": "x", field: text}) for text in (LINES, RACE, "(game"))
    (tmp_path / name).write_bytes(gzip.compress(lines.encode()) if name.endswith("gz") else lines.encode())
    source = tmp_path if name == "games.jsonl.gz" else tmp_path / name
    assert read_corpus(str(source)).games == (canonical(LINES), canonical(RACE))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "x.lud",
            b"(game",
            r"none of the 1 texts in .* is a game that can be played; the first error, in .*x\.lud: syntax",
        ),
        ("x.lud", b"\xff\xfe", r"none of the 1 texts .*x\.lud: 'utf-8' codec can't decode"),
        ("x.txt", b"(game", r"there is no game in .*; expected a folder with \.lud files"),
        ("games.jsonl.gz", b"no gzip", r"cannot read .*games\.jsonl\.gz"),
        (
            "games.jsonl.gz",
            gzip.compress(b'{"text": "x"}\n[1]\n', mtime=0),
            r"line 2 of .* is not an object with the field 'text' or 'lud'",
        ),
        ("games.jsonl.gz", gzip.compress(b'{"name": "x"}', mtime=0), r"line 1 of .* is not an object"),
        ("games.jsonl.gz", gzip.compress(b"not json", mtime=0), r"line 1 of .* is not an object"),
    ],
)
def test_a_corpus_that_cannot_be_used_says_why(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        GameTask(corpus=str(tmp_path))


def test_games_that_are_too_long_and_other_splits_are_left_out(tmp_path):
    long = LINES.replace("(hand Each)", "(hand Each) " + " ".join(f'(regions "R{n}" {{{n % 9}}})' for n in range(60)))
    (tmp_path / "long.lud").write_text(long)
    with pytest.raises(ConfigError, match="1 have more than 330 tokens or 1600 characters"):
        GameTask(corpus=str(tmp_path), split="all")
    (tmp_path / "short.lud").write_text(LINES)
    with pytest.warns(
        CorpusWarning, match="1 games are asked for: the others are of the other split, have more than 330"
    ):
        task = GameTask(corpus=str(tmp_path), split="all")
    assert set(task.sample(keys(9, 9)).games) == {canonical(LINES)}
    other = "train" if held_out(canonical(LINES)) else "test"
    with pytest.raises(ConfigError, match=f"can be asked for in split '{other}'"):
        GameTask(corpus=str(tmp_path), split=other)


def test_names_in_other_letters_are_written_in_printable_ascii(tmp_path):
    text = LINES.replace("Three-Balls", "Ça\tva\nbien").replace('"Ball"', '"Böllé"')
    assert canonical(text) == canonical(LINES).replace("Three-Balls", "Ca va bien").replace('"Ball"', '"Bolle"')
    (tmp_path / "x.lud").write_text(text, encoding="utf-8")
    assert GameTask(corpus=str(tmp_path), split="all").sample(keys(9, 1)).games == [canonical(text)]


def test_a_text_of_no_game_has_no_form():
    with pytest.raises(GameError, match="types error"):
        canonical(LINES.replace("Line", "Lin"))


def test_published_games_can_be_asked_for(tmp_path):
    texts = [row["text"] for row in rows("games")[::20]]
    (tmp_path / "games.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts))
    task = GameTask(corpus=str(tmp_path / "games.jsonl"), split="all")
    problems = task.sample(keys(10, 50))
    for prompt, solution, game in zip(problems.prompts, problems.solutions, problems.games, strict=True):
        assert recompose(prompt, solution).text == game
