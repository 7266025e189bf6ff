"""Any grammar as a task: its sentences, its problems and its reward, held to numbers worked by hand and to laws."""

import math
import pickle
import re
from collections import Counter
from itertools import product
from pathlib import Path
from random import Random

import numpy as np
import pytest
from case_names import case_name
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lark import Lark, Tree
from lark.exceptions import UnexpectedInput

from formal_envs.errors import ConfigError, ParseFailure
from formal_envs.languages.language import Language, read
from formal_envs.languages.patterns import Pattern
from formal_envs.languages.sentences import Sentences, _ways
from formal_envs.references import Function
from formal_envs.score import score_batch
from formal_envs.tasks import make_task
from formal_envs.tasks.grammar.reward import PARTIAL, GrammarReward
from formal_envs.tasks.streams import problem_keys, seeded_stream
from formal_envs.testing import check_reward

law = settings(deadline=None, max_examples=60)
LISTS = 'start: "[" [item ("," item)*] "]"\n?item: NUMBER | start\nNUMBER: /[0-9]+/\n%ignore " "'
WORDS = 'start: WORD+ "."\nWORD: "ab" | "b" | "cat"\n%ignore " "'
SUMS = 'start: start "+" start | "1"'  # ambiguous: for Earley alone
LETTERS = "start: /[a-z]/+"
LOGICAL = {"prompt": "table", "evaluator": "agreement"}
LOGIC = str(Path(__file__).parents[2] / "examples" / "logic.lark")


def depth(prompt, tree):
    """An evaluator: how deep the tree is, of ten levels, and whether the prompt asks for it."""
    levels = 1 + max((depth(prompt, child) for child in tree.children if isinstance(child, Tree)), default=0) * 10
    return min(levels / 10, 1)


def half(prompt, tree):
    return 0.5


def numbers(tree):
    return f"numbers {' '.join(tree.scan_values(bool))}: "


def keys(seed, count):
    return problem_keys(seeded_stream(seed), np.arange(count))


def make(**options):
    return make_task("Grammar", **options)


# ---- The reward


@pytest.mark.parametrize(
    ("completion", "value", "failure"),
    [
        ("[]", 1.0, None),
        ("[1, [22], 3]", 1.0, None),
        ("", 0.0, "expected '[', got the end at column 1"),
        ("1", 0.0, "expected '[', got '1' at column 1"),
        ("[1,", PARTIAL * 3 / 4, "expected '[' or NUMBER, got the end at column 4"),
        ("[1 2]", PARTIAL * 2 / 5, "expected ',' or ']', got '2' at column 4"),
        (" " * 50, 0.0, "expected '[', got the end at column 51"),
        ("[1]]", PARTIAL * 3 / 5, "expected the end, got ']' at column 4"),
        ("[1];", PARTIAL * 3 / 5, "expected the end, got character ';' at column 4"),
        ("[1;2]", PARTIAL * 2 / 6, "expected ',' or ']', got character ';' at column 3"),
    ],
)
@pytest.mark.parametrize("parser", ["lalr", "earley"])
def test_the_reward_by_hand(parser, completion, value, failure):
    language = Language(LISTS, parser=parser)
    score = GrammarReward(language).score("anything", completion)
    assert score.value == pytest.approx(value)
    assert score.parts["sentence"] == score.parts["exact"] == (failure is None)
    assert score.parts["position"] == pytest.approx(1.0 if failure is None else value / PARTIAL)
    exact = GrammarReward(language, kind="exact").score("anything", completion)
    assert exact.value == (failure is None)
    if parser == "lalr":
        assert score.failure == exact.failure == failure
    else:  # scans characters, not tokens
        assert (score.failure is None) == (failure is None)
        assert str(score.failure).split(" at column")[-1] == str(failure).split(" at column")[-1]


def test_where_the_prompt_is_the_beginning_its_characters_do_not_count():
    reward = GrammarReward(Language(LISTS), continues=True)
    assert reward.score("[1,", "2]").value == 1
    assert reward.score("[1,", "2").parts["position"] == 1 / 2
    assert reward.score("[1,", "x").value == reward.score("[1", ";").value == 0
    assert reward.score("x", "]").value == 0  # the prompt's own error


def test_an_evaluator_multiplies_what_a_sentence_earns_and_nothing_else():
    plain, graded = (GrammarReward(Language(LISTS), evaluator=evaluator) for evaluator in (None, half))
    assert graded.score("", "[1]").value == 0.5
    assert graded.score("", "[1]").failure == "the evaluator gives 0.5"
    assert graded.score("", "[1").value == plain.score("", "[1").value
    assert graded.score("", "[1]").parts == {"sentence": 1.0, "position": 1.0, "exact": 0.0, "evaluator": 0.5}
    assert graded.score("", "[1").parts.keys() == graded.score("", "[1]").parts.keys()


@pytest.mark.parametrize("value", [1.5, -0.1, math.nan, np.float32("nan"), math.inf, "1", 1j, None, [1]])
def test_an_evaluator_that_gives_no_share_is_a_bug_that_shows(value):
    reward = GrammarReward(Language(LISTS), evaluator=lambda prompt, tree: value)
    with pytest.raises(ConfigError, match="evaluator must give a number in"):
        reward.score("", "[]")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.float16(1), 1.0),
        (np.int64(1), 1.0),
        (np.True_, 1.0),
        (True, 1.0),
        (-0.0, 0.0),
        (np.float64(-0.0), 0.0),
    ],
    ids=repr,
)
def test_an_evaluator_may_give_any_kind_of_number(value, expected):
    score = GrammarReward(Language(LISTS), evaluator=lambda prompt, tree: value).score("", "[]")
    for each in (score.value, score.parts["evaluator"]):
        assert type(each) is float
        assert math.copysign(1, each) == 1
        assert each == expected
    assert (score.failure is None) == (expected == 1) == (score.parts["exact"] == 1)


def test_an_evaluator_sees_the_prompt_and_lark_s_tree_and_may_recurse():
    seen = []
    GrammarReward(Language(LISTS), evaluator=lambda *given: seen.append(given) or 1).score("ask", "[1,[2]]")
    ((prompt, tree),) = seen
    assert (prompt, tree.data, [type(child).__name__ for child in tree.children]) == ("ask", "start", ["Token", "Tree"])
    reward = GrammarReward(Language(LISTS), evaluator=depth)
    assert reward.score("", "[" * 199 + "]" * 199).value == 1
    deep = reward.score("", "[" * 3000 + "]" * 3000)
    assert (deep.value, deep.parts["sentence"]) == (0, 1)
    assert "too deep" in deep.failure


hostile = st.text(max_size=60) | st.text("[],12 ", max_size=60)


@law
@given(hostile, hostile, st.sampled_from(["lalr", "earley"]))
@example("", "[" * 40_000, "lalr")
@example("", "[" * 40_000 + "]" * 40_000, "lalr")
@example("", "1" * 100_001, "lalr")
@example("", "[" * 256 + "]" * 256, "earley")
@example("", "\ud800\0٣", "lalr")
@example("", "[٣]", "earley")
def test_any_text_is_scored(prompt, completion, parser):
    for continues, evaluator in product((False, True), (None, depth)):
        reward = GrammarReward(Language(LISTS, parser=parser), continues=continues, evaluator=evaluator)
        score = reward.score(prompt, completion)
        assert 0 <= score.value <= 1
        assert all(map(math.isfinite, score.parts.values()))
        assert (score.failure is None) == (score.value == 1) == (score.parts["exact"] == 1)
        assert score.parts["sentence"] or score.value <= PARTIAL
        assert 0 <= score.parts["position"] <= 1
        assert (score.parts["position"] == 1) == bool(score.parts["sentence"])
        assert score == pickle.loads(pickle.dumps(reward)).score(prompt, completion)


@law
@given(st.text("[],1", max_size=12), st.text("[],1", max_size=12))
def test_a_longer_right_beginning_earns_more_of_a_text_of_the_same_length(one, other):
    reward = GrammarReward(Language(LISTS))
    scores = [reward.score("", text) for text in (one.ljust(12, "!"), other.ljust(12, "!"))]
    places = [int(score.failure.split()[-1]) for score in scores]
    assert (places[0] < places[1]) == (scores[0].value < scores[1].value)


@pytest.mark.parametrize(
    ("options", "floor"),
    [
        ({"grammar": LISTS, "prompt": "list: "}, 0.0),
        ({"grammar": LISTS, "prompt": "list: ", "reward": "exact"}, 0.0),
        ({"grammar": LISTS}, PARTIAL),  # some beginnings of sentences go on with themselves
        ({"grammar": LOGIC, **{name: f"{LOGIC[:-5]}_grammar.py:{made}" for name, made in LOGICAL.items()}}, PARTIAL),
    ],
    ids=case_name,
)
def test_the_reward_passes_the_kit_that_finds_what_is_wrong_with_rewards(options, floor):
    task, reward = make(size=30, **options)
    problems = task.sample(keys(6, 20))

    def correct(prompt, completion):
        return reward.score(prompt, completion).parts["exact"] == 1

    report = check_reward(
        reward, prompts=problems.prompts, solutions=problems.solutions, correct=correct, floor=floor, budget=100
    )
    assert report.ok, str(report)


def test_texts_past_the_limit_earn_nothing():
    assert GrammarReward(Language(LISTS)).score("", "[" + "1," * 60_000).value == 0
    failure = GrammarReward(Language(SUMS, parser="earley")).score("", "1+" * 300).failure
    assert failure == "text of 600 characters, at most 512 allowed"


@pytest.mark.parametrize(("limit", "place"), [(120, 1), (121, 2), (284, 2), (285, None)])
def test_the_work_of_the_earley_parser_by_hand(monkeypatch, limit, place):
    """Of "aa", with the items of each column: an item that is looked at costs 1, one that waits or advances 40.

    | 0: start: . start start, 0 | "a" is awaited: 40 |
    | 1: start: "a" ., 0 looks at 1 and advances 1, to start: start . start, 0; start: . start start, 1 | 41 + 40 = 81 |
    | 2: start: "a" ., 1 looks at these 3 and advances 2; start: start start ., 0 looks at 1 and advances 1 | 124 + 40 |
    """
    monkeypatch.setattr("formal_envs.languages.earley.MOST_WORK", limit)
    language = Language('start: start start | "a"', parser="earley")
    if place is None:
        assert language.accepts("aa")
    else:
        with pytest.raises(ParseFailure, match=f"the parser gives up at column {place + 1}"):
            language.parse("aa")


@pytest.mark.slow
def test_a_text_with_too_many_readings_earns_by_the_place_where_the_parser_gives_up():
    """Of 512 characters, at the limit as it is: the cube of the length would take minutes."""
    reward = GrammarReward(Language('start: start start | "a"', parser="earley"))
    score = reward.score("", "a" * 512)
    assert 128 < score.failed_at < 256
    assert score.parts == {"sentence": 0.0, "position": score.failed_at / 513, "exact": 0.0}
    assert score.failure == f"too many ways to read the text: the parser gives up at column {score.failed_at + 1}"


@pytest.mark.parametrize(
    "grammar",
    [
        SUMS,
        'start: start start start | "1" start | start "+" | "1" |',
        'start: x* y\nx: "1"* y\ny: "+"* | "1"',
        "start.2: start start | one\none: /[1+]/ | /1[1+]/",
    ],
)
@settings(law, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), text=st.text("1+", max_size=40), limit=st.integers(1_000, 100_000))
def test_the_parser_gives_up_by_the_text_before_and_else_reads_what_it_would(grammar, data, text, limit, monkeypatch):
    language, free = Language(grammar, parser="earley"), Lark(grammar, parser="earley")
    monkeypatch.setattr("formal_envs.languages.earley.MOST_WORK", limit)
    try:
        tree = language.parse(text)
    except ParseFailure as failure:
        if "gives up" not in failure.reason:
            with pytest.raises(UnexpectedInput):
                free.parse(text)
        elif failure.column < len(text) - 1:  # a character further on may be read ahead
            other = text[: failure.column + 1] + data.draw(st.text("1+", max_size=20))
            with pytest.raises(ParseFailure, match=re.escape(str(failure))):
                language.parse(other)
    else:
        assert tree == free.parse(text)


def test_rewards_are_equal_by_what_they_are_made_of():
    made = [
        GrammarReward(Language(grammar, parser=parser), evaluator=evaluator, kind=kind, continues=continues)
        for grammar, parser, evaluator, kind, continues in product(
            (LISTS, WORDS), ("lalr", "earley"), (None, half, depth), ("partial", "exact"), (False, True)
        )
    ]
    assert len(set(made)) == len(made)
    assert [pickle.loads(pickle.dumps(reward)) for reward in made] == made


# ---- Functions by name


def test_functions_are_found_by_the_name_of_their_module_or_file(tmp_path):
    file = tmp_path / "own.py"
    file.write_text("def score(prompt, tree):\n    return 0.25\nvalue = 3\n")
    for name, expected in ((f"{file}:score", 0.25), ("operator:eq", False), ("builtins:str.__eq__", False)):
        function = Function("evaluator", name)
        assert function("a", "b") == pickle.loads(pickle.dumps(function))("a", "b") == expected
    assert make(grammar=LISTS, evaluator=f"{file}:score")[1].score("[", "]").value == 0.25
    for name, message in (
        (f"{file}:scroe", "did you mean 'score'"),
        (f"{file}:score.nothing", "has no attribute 'nothing'"),
        (f"{file}:value", "must be a function, got .*which is 3"),
        (f"{tmp_path}/other.py:score", "No such file"),
        ("no_such_module:score", "No module named"),
        ("score", "'module:name'"),
        (3, "'module:name'"),
    ):
        with pytest.raises(ConfigError, match=message):
            Function("evaluator", name)


# ---- Sentences


def test_numbers_of_trees_by_hand():
    """A sum of n ones has n terminals, n - 1 of '+', n uses of one rule and n - 1 of the other; Catalan many trees."""
    sums = Language(SUMS, parser="earley")
    rules = {"start": [(1, ("start", "PLUS", "start")), (1, ("ONE",))]}
    assert {rule.origin.name for rule in sums.lark.rules} == {"start"}
    counts = _ways(rules, 18)[("start",)]
    assert {size: count for size, count in enumerate(counts) if count} == {2: 1, 6: 1, 10: 2, 14: 5, 18: 14}
    weighted = {"start": [(3, ("start", "PLUS", "start")), (1, ("ONE",))]}
    assert _ways(weighted, 18)[("start",)][18] == 14 * 3**4


def test_rules_that_are_empty_or_go_round_in_circles_have_finitely_many_trees_of_a_size():
    rules = {"start": [(1, ("start",)), (1, ()), (1, ("A", "start"))]}
    assert _ways(rules, 4)[("start",)] == [0, 1, 1, 2, 3]  # of 3: round twice, or A and nothing


def test_trees_of_a_size_are_drawn_equally_often():
    drawn = Sentences(Language('start: "a" start | start "b" | "c"', parser="earley"), 8)
    counts = Counter("".join(drawn.draw(Random(n))) for n in range(4000))
    assert set(map(len, counts)) == {2, 3, 4}  # trees of 4, 6 and 8 nodes
    longest = {text: count for text, count in counts.items() if len(text) == 4}
    expected = {"aaac": 1, "aacb": 3, "acbb": 3, "cbbb": 1}  # by the order in which a's and b's were put around c
    total = sum(longest.values())
    assert longest.keys() == expected.keys()
    assert all(abs(longest[text] / total - share / 8) < 0.05 for text, share in expected.items())


def test_priorities_say_how_often_a_rule_is_drawn():
    sentences = Sentences(Language("start: often | rare\noften.9: /o/\nrare: /r/", parser="earley"), 10)
    counts = Counter("".join(sentences.draw(Random(n))) for n in range(2000))
    assert abs(counts["o"] / 2000 - 0.9) < 0.03


@pytest.mark.parametrize(
    ("grammar", "parser"),
    [(LISTS, "lalr"), (WORDS, "lalr"), (SUMS, "earley"), (read("json"), "lalr"), (read("arithmetic"), "lalr")],
    ids=["lists", "words", "sums", "json", "arithmetic"],
)
def test_what_is_drawn_are_sentences_of_the_asked_size(grammar, parser):
    language = Language(grammar, parser=parser)
    short, long = (Sentences(language, size) for size in (20, 80))
    texts = [["".join(each.draw(Random(n))) for n in range(150)] for each in (short, long)]
    assert all(map(language.accepts, texts[0] + texts[1]))
    assert np.mean(list(map(len, texts[1]))) > 2 * np.mean(list(map(len, texts[0])))
    assert len(set(texts[1])) > (140 if grammar != SUMS else 5)


def test_words_that_follow_each_other_are_parted():
    sentences = Sentences(Language(WORDS), 12)
    assert {" cat", "cat", "."} <= set(sentences.words)
    drawn = [sentences.draw(Random(n)) for n in range(50)]
    assert all(text.startswith(" ") for texts in drawn for text in texts[1:-1])
    assert all(texts[0][0] != " " and texts[-1] == "." for texts in drawn)


@pytest.mark.parametrize(
    "regexp",
    [
        *(r"0|[1-9][0-9]*", r"[^a-z]x?", r"\w+\s\d{2}", r"(?:ab|cd)*?e", r".\.", r"(?i:select)", r"[^\W\d]\w{0,3}"),
        *(
            r"(a|b)(?P<n>c)",
            r"\S\D\W",
            r"[\u4e00-\u9fff]+",
            "[ \t]\n",
            r'"([^"\\\x00-\x1f]|\\(["\\\/bfnrt]|u[0-9a-f]{4}))*"',
        ),
    ],
)
def test_what_is_drawn_from_a_pattern_matches_it(regexp):
    pattern = Pattern(regexp)
    drawn = {pattern.draw(Random(n)) for n in range(200)}
    assert all(re.fullmatch(regexp, text) for text in drawn)
    listed = pattern.texts(64)
    assert not listed or drawn <= set(listed)


def test_texts_of_a_pattern_by_hand():
    assert sorted(Pattern("a(b|cd)?|[xy]").texts(9)) == ["a", "ab", "acd", "x", "y"]
    assert Pattern("[0-9]{2}").texts(99) == []
    assert len(Pattern("[0-9]{2}").texts(100)) == 100
    assert Pattern("a*").texts(9) == ["", "a", "aa", "aaa"]


# ---- The task


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"grammar": LISTS, "size": 40},
        {"grammar": LISTS, "prompt": "a list: "},
        {"grammar": LISTS, "prompt": numbers, "size": 40},
        {"grammar": WORDS, "prompt": "words: ", "parser": "earley"},
        {"grammar": SUMS, "parser": "earley", "prompt": "sum:", "size": 30},
        {"grammar": LOGIC, "size": 30},
        {"grammar": read("json"), "start": "object", "prompt": "object: ", "split": "test"},
    ],
    ids=case_name,
)
def test_every_solution_earns_one_within_the_bounds(options):
    task, reward = make(**options)
    drawn = keys(3, 60)
    problems = task.sample(drawn)
    scores = score_batch(reward, problems.prompts, problems.solutions)
    assert [(score.value, score.failure) for score in scores] == [(1.0, None)] * 60
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        assert 0 < len(prompt) <= task.max_prompt_length
        assert 0 < len(solution) <= task.max_solution_length
        assert set(prompt + solution) <= set(task.charset)
        assert task.language.accepts(prompt + solution if task.continues else solution)
        assert not (task.continues and task.language.accepts(prompt))  # so that nothing is earned for nothing
    again = pickle.loads(pickle.dumps(task)).sample(drawn[::-1])
    assert again.prompts[::-1] == problems.prompts
    assert again.solutions[::-1] == problems.solutions


@pytest.mark.parametrize("options", [{}, {"grammar": LISTS, "prompt": "list: "}, {"grammar": LISTS, "prompt": numbers}])
def test_splits_share_no_problem_but_words_and_bounds(options):
    tasks = [make(split=split, **options)[0] for split in ("train", "test", "all")]
    train, test, both = ([*zip(p.prompts, p.solutions, strict=True)] for p in (t.sample(keys(4, 300)) for t in tasks))
    assert not set(train) & set(test)
    assert set(both) & set(train)
    assert len({(t.vocabulary, t.charset, t.max_prompt_tokens, t.max_solution_tokens) for t in tasks}) == 1


def test_prompts_by_hand():
    problems = make(grammar=LISTS, prompt=numbers, size=40)[0].sample(keys(5, 50))
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        assert prompt == f"numbers {' '.join(re.findall('[0-9]+', solution))}: "
    assert set(make(grammar=LISTS, prompt="list: ")[0].sample(keys(5, 50)).prompts) == {"list: "}


def test_a_grammar_comes_from_a_text_or_a_file_and_survives_the_file(tmp_path):
    (tmp_path / "terms.lark").write_text("NUMBER: /[0-9]/")
    path = tmp_path / "own.lark"
    path.write_text('%import .terms.NUMBER\nstart: "<" NUMBER+ ">"')
    language = Language.open(str(path))
    kept = pickle.dumps(language)
    path.unlink()
    assert pickle.loads(kept) == language
    assert pickle.loads(kept).accepts("<12>")
    assert Language.open(LISTS) == Language(LISTS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grammar": "no/such/file.lark"}, "no grammar can be read from 'no/such/file.lark'"),
        ({"grammar": "start: missing"}, "grammar that was given cannot be used: .*missing"),
        ({"grammar": "start = 3"}, "cannot be used"),
        ({"grammar": "start: /[/"}, "cannot be used"),
        ({"grammar": 'start: a | b\na: "x"\nb: "x"'}, "cannot be used: Reduce/Reduce collision"),
        ({"grammar": LISTS, "start": "list"}, "cannot be used: .*list"),
        ({"grammar": LISTS, "start": ""}, "start must be a text"),
        ({"grammar": 3}, "grammar must be a text"),
        ({"grammar": LISTS, "parser": "lair"}, "unknown parser 'lair'; did you mean 'lalr'"),
        ({"grammar": LISTS, "size": 2}, "no sentence has a tree of 2 nodes or fewer"),
        ({"grammar": LISTS, "size": 0}, "size must be an integer"),
        ({"grammar": LETTERS}, "hardly any sentence of this grammar makes a problem: its beginning is a sentence"),
        ({"grammar": 'start: "a" "b" "c"', "split": "test"}, "split 'test' is empty"),
        ({"prompt": ""}, "None asks for the rest of a sentence"),
        ({"prompt": 3}, "prompt must be an object or its name"),
        ({"prompt": lambda tree: 3}, "must give a text, got 3"),
        ({"evaluator": "nothing"}, "evaluator must be an object or its name"),
        ({"split": "tset"}, "did you mean 'test'"),
        ({"gramar": LISTS}, "did you mean 'grammar'"),
        ({"reward": "exakt"}, "did you mean 'exact'"),
    ],
)
def test_a_bad_option_is_an_error_that_names_what_is_expected(options, message):
    with pytest.raises(ConfigError, match=message):
        make(**options)


def test_failures_show_all_that_could_have_followed():
    language = Language.open(LOGIC)
    for text in ("(p", "p)", "p q"):
        with pytest.raises(ParseFailure) as caught:
            language.parse(text)
        followers = {"'&'", "'|'", "'->'", "')'" if text[0] == "(" else "the end"}
        assert set(re.split(", | or ", caught.value.reason.split(", got ")[0].removeprefix("expected "))) == followers


def test_failures_show_patterns_without_a_name_and_not_every_token():
    with pytest.raises(ParseFailure, match=re.escape("expected /[a-z]/, got character '1'")):
        Language(LETTERS).parse("1")
    alternatives = " | ".join(f'"{letter}"' for letter in "abcdefghijkl")
    with pytest.raises(ParseFailure, match="'h' or 4 others, got"):
        Language(f"start: {alternatives}").parse("z")
