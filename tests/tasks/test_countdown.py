"""Countdown: expressions, problems, masks and rewards, by hand and as laws."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from formal_envs.errors import ConfigError, ParseFailure
from formal_envs.languages.unused_numbers import Unused
from formal_envs.tasks import make_task
from formal_envs.tasks.countdown.expressions import evaluate
from formal_envs.tasks.countdown.judge import right
from formal_envs.tasks.countdown.reward import PARTIAL, CountdownReward, read_prompt
from formal_envs.tasks.streams import problem_keys, seeded_stream

law = settings(deadline=None, max_examples=100)
ASKED = "2 3 8 25 -> 9: "


def sample(count=300, seed=1, **options):
    task, reward = make_task("Countdown", **options)
    return task, reward, task.sample(problem_keys(seeded_stream(seed), np.arange(count)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25-8*2", 9),
        ("(25+2)/3", 9),
        (" 3 * ( 8 / 2 ) ", 12),
        ("8/3/2", Fraction(4, 3)),
        ("8/(3/2)", Fraction(16, 3)),
        ("2-3-8", -9),
        ("2-(3-8)", 7),
        ("((25))", 25),
        ("(2-25)/(3-8)", Fraction(23, 5)),
    ],
)
def test_values_by_hand(text, value):
    over, under = evaluate(text, ("2", "3", "8", "25"))
    assert Fraction(over, under) == value


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", 0, "expected a number or '(', got the end"),
        ("25-8*", 5, "got the end"),
        ("25-8*8", 5, "8 is none of the numbers left"),
        ("27-8", 1, "27 is none"),  # 2 could have become 25
        ("025", 0, "025 is none"),
        ("9", 0, "9 is none"),
        ("(25-8", 5, "a bracket is not closed"),
        ("25-8)*2", 4, "a bracket is closed"),
        ("25 8", 3, "expected an operator, got '8'"),
        ("-2", 0, "expected a number"),
        ("2-+3", 2, "expected a number"),
        ("2=", 1, "expected an operator, got '='"),
        ("(2=", 2, "expected an operator or ')', got '='"),
        ("٢", 0, "expected a number"),
        ("()", 1, "expected a number"),
        ("2\n", 1, "expected an operator"),
        ("(" * 1001, 1000, "1001 characters"),
    ],
)
def test_what_is_no_expression_is_told_with_its_place(text, place, said):
    with pytest.raises(ParseFailure, match=re.escape(said)) as failure:
        evaluate(text, ("2", "3", "8", "25"))
    assert failure.value.column == place
    score = CountdownReward().score(ASKED, text)
    assert (score.value, score.failed_at) == (0.0, place)


def test_scores_by_hand():
    partial, exact = CountdownReward(), CountdownReward("exact")
    for text in ("25-8*2", "(25+2)/3"):
        assert partial.score(ASKED, text) == exact.score(ASKED, text) == (1.0, {"exact": 1.0, "legal": 1.0}, None, None)
    near = partial.score(ASKED, "8+3-2/2")  # the second 2 is not there
    assert (near.value, near.failed_at) == (0.0, 6)
    near = partial.score(ASKED, "8+3")
    assert near == (PARTIAL, {"exact": 0.0, "legal": 1.0}, "the value is 11, not 9", None)
    assert exact.score(ASKED, "8+3").value == 0
    assert partial.score(ASKED, "25/8").failure == "the value is 3.125, not 9"
    assert partial.score("3 3 5 -> 2: ", "5/(3-3)") == (
        0.0,
        {"exact": 0.0, "legal": 0.0},
        "something is divided by 0",
        None,
    )
    assert partial.score("6+8=", "14").failure == "the prompt is none of countdown"
    assert read_prompt(ASKED) == (("2", "3", "8", "25"), 9)


OPTIONS = st.fixed_dictionaries(
    {
        "numbers": st.integers(2, 8),
        "max_number": st.sampled_from([5, 20, 150]),
        "max_target": st.sampled_from([50, 100, 2000]),
        "operators": st.sampled_from(["+", "+-", "*", "+-*/", "-/"]),
        "split": st.sampled_from(["train", "test", "all"]),
    }
)


@law
@given(OPTIONS, st.integers(0, 2**32))
def test_every_solution_is_right_and_within_bounds(options, seed):
    try:
        task, reward, problems = sample(8, seed, **options)
    except ConfigError:
        reject()
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        assert reward.score(prompt, solution).value == 1
        assert right(prompt, solution)
        asked = read_prompt(prompt)
        assert str(asked.target) not in asked.given
        assert len(asked.given) == options["numbers"]
        assert max(map(int, asked.given)) <= options["max_number"]
        assert 0 < asked.target <= options["max_target"]
        assert set(re.findall(r"[-+*/]", solution)) <= set(options["operators"])
        assert set(prompt + solution) <= set(task.charset)
        assert len(prompt) <= task.max_prompt_length
        assert len(solution) <= task.max_solution_length
        if task.vocabulary:
            assert len(re.findall(r"\d+|\D", solution)) <= task.max_solution_tokens


@law
@given(st.text("23850 +-*/()", max_size=14))
def test_the_reward_and_the_judge_agree(text):
    assert (CountdownReward().score(ASKED, text).value == 1) == right(ASKED, text)


def test_a_problem_depends_on_its_key_alone():
    task, _, problems = sample(50)
    keys = problem_keys(seeded_stream(1), np.arange(50))
    backwards = task.sample(keys[::-1])
    assert backwards.prompts == problems.prompts[::-1]
    assert backwards.solutions == problems.solutions[::-1]
    assert task.sample(keys[7:8]).prompts == problems.prompts[7:8]


def test_difficulty_by_hand():
    task, _, problems = sample(1)
    made = type(problems)(["2 3 8 25 -> 9: ", "2 3 -> 5: "], ["25-8*2", "2+3"])
    assert task.difficulty(made).tolist() == [4 + 1 + 2, 2 + 1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"numbers": 1}, "numbers must be"),
        ({"operators": "^"}, "at least one, got '\\^'"),
        ({"operators": ""}, "at least one"),
        ({"max_target": 2, "operators": "*", "max_number": 1000}, "hardly any numbers make a target"),
    ],
)
def test_options_without_a_meaning_are_refused(options, said):
    with pytest.raises(ConfigError, match=said):
        make_task("Countdown", **options)


def test_unused_numbers_by_hand():
    unused = Unused(("2", "25", "3"))
    assert unused.allowed(["2", "25", "24", "3", "+", "2+3", "2+2"]) == [True, True, False, True, True, True, True]
    unused.write("25")
    assert unused.allowed(["+", "5", "-25", "-2"]) == [True, False, False, True]
    unused.write("-2*")
    assert unused.left == ("3",)
    assert unused.allowed(["2", "3", "(", "3/3"]) == [False, True, True, False]
    begun = Unused(("17", "3"))
    assert begun.complete()
    begun.write("3+1")
    assert not begun.complete()  # 1 is none of them, and the beginning of one
    begun.write("7")
    assert begun.complete()


@pytest.mark.parametrize("tokens", ["word", "char"])
def test_masks_let_solutions_through_and_random_texts_keep_to_the_numbers(tokens):
    pytest.importorskip("llguidance")
    from formal_envs.envs.masks import GrammarMasks
    from formal_envs.tokenizers import VocabularyTokenizer, char_tokenizer

    task, reward, problems = sample(60)
    tokenizer = VocabularyTokenizer(task.vocabulary) if tokens == "word" else char_tokenizer(task.charset)
    masks, rng = GrammarMasks(task, tokenizer), np.random.default_rng(0)
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        masks.begin(0, prompt)
        for token in (*tokenizer.encode(solution), tokenizer.eos_id):
            assert masks.rows[0, token]
            masks.take(0, token)
        masks.begin(0, prompt)
        written = []
        while not written or written[-1] != tokenizer.eos_id:
            written.append(int(rng.choice(np.flatnonzero(masks.rows[0]))))
            masks.take(0, written[-1])
        score = reward.score(prompt, tokenizer.decode(written[:-1]))
        assert score.parts["legal"] or score.failure == "something is divided by 0"
        assert len(tokenizer.decode(written[:-1])) <= task.max_solution_length
