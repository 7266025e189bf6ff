"""Satisfaction: formulas, problems, masks and rewards, by hand and as laws."""

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formal_envs.errors import ConfigError
from formal_envs.tasks import make_task
from formal_envs.tasks.satisfaction.judge import right
from formal_envs.tasks.satisfaction.reward import PARTIAL, SatisfactionReward, read_prompt
from formal_envs.tasks.streams import problem_keys, seeded_stream

law = settings(deadline=None, max_examples=60)
ASKED = "(a|~b)&(b|c)&(~a|~c): "


def sample(count=100, seed=1, **options):
    task, reward = make_task("Satisfaction", **options)
    return task, reward, task.sample(problem_keys(seeded_stream(seed), np.arange(count)))


@pytest.mark.parametrize(
    ("text", "value", "clauses"),
    [
        ("a b ~c", 1, 1),
        ("~c b a", 1, 1),  # in any order
        ("~a ~b c", 1, 1),
        ("b a", PARTIAL * 0, 2 / 3),  # the last clause has no true literal, and c is not said
        ("a b c", PARTIAL, 2 / 3),
        ("a ~b ~c", PARTIAL, 2 / 3),
    ],
)
def test_values_by_hand(text, value, clauses):
    score = SatisfactionReward().score(ASKED, text)
    assert score.value == value
    assert score.parts["clauses"] == pytest.approx(clauses)
    assert (score.failure is None) == (value == 1)
    assert SatisfactionReward("exact").score(ASKED, text).value == (value == 1)
    assert right(ASKED, text) == (value == 1)


def test_a_part_of_the_values_is_enough_where_it_makes_every_clause_true():
    score = SatisfactionReward().score("(a|b)&(a|~c): ", "a")
    assert score == (1.0, {"exact": 1.0, "complete": 0.0, "clauses": 1.0}, None, None)


def test_what_is_false_is_named():
    assert SatisfactionReward().score(ASKED, "a b c").failure == "(~a|~c) is not true"
    assert SatisfactionReward().score("6+8=", "14").failure == "the prompt is no formula"
    assert read_prompt(ASKED).clauses == ("(a|~b)", "(b|c)", "(~a|~c)")


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", 0, "expected a variable or '~', got the end"),
        ("a ", 2, "got the end"),
        ("a ~", 3, "got the end"),
        ("a b ~a", 5, "a is said before"),
        ("a d", 2, "d is no variable"),
        ("a,b", 1, "expected ' ', got ','"),
        ("ab", 1, "expected ' ', got 'b'"),
        (" a", 0, "expected a variable or '~', got ' '"),
        ("~~a", 1, "got '~'"),
        ("a 1", 2, "got '1'"),
        ("sat", 0, "s is no variable"),
        ("a" * 1001, 1000, "1001 characters"),
    ],
)
def test_what_says_no_values_is_told_with_its_place(text, place, said):
    score = SatisfactionReward().score(ASKED, text)
    assert (score.value, score.failed_at) == (0.0, place)
    assert said in score.failure
    assert not right(ASKED, text)


@law
@given(st.fixed_dictionaries({"variables": st.integers(3, 7), "width": st.integers(2, 3)}), st.integers(0, 2**32))
def test_every_problem_has_one_solution(options, seed):
    task, reward, problems = sample(2, seed, **options)
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        found = []
        for signs in product(("", "~"), repeat=options["variables"]):
            text = " ".join(sign + name for sign, name in zip(signs, "abcdefg", strict=False))
            score = reward.score(prompt, text)
            assert score.value in (1, PARTIAL)
            assert right(prompt, text) == (score.value == 1)
            found += [text] if score.value == 1 else []
        assert found == [solution]
        clauses = prompt[:-2].split("&")
        assert len(set(clauses)) == len(clauses)
        assert all(len(set(re.findall("[a-j]", clause))) == options["width"] for clause in clauses)
        assert set(prompt + solution) <= set(task.charset)
        assert len(prompt) <= task.max_prompt_length
        assert len(solution) <= task.max_solution_length


@law
@given(st.text("abc~ ", max_size=9))
def test_the_reward_and_the_judge_agree(text):
    assert (SatisfactionReward().score(ASKED, text).value == 1) == right(ASKED, text)


def test_a_problem_depends_on_its_key_alone():
    task, _, problems = sample(20)
    keys = problem_keys(seeded_stream(1), np.arange(20))
    assert task.sample(keys[::-1]).prompts == problems.prompts[::-1]
    assert task.difficulty(type(problems)([ASKED], ["a b ~c"])).tolist() == [6]


@pytest.mark.parametrize(("options", "said"), [({"variables": 2}, "variables"), ({"width": 4}, "width")])
def test_options_without_a_meaning_are_refused(options, said):
    with pytest.raises(ConfigError, match=f"{said} must be"):
        make_task("Satisfaction", **options)


def test_masks_let_the_solution_through_and_every_text_says_all_values():
    pytest.importorskip("llguidance")
    from formal_envs.envs.masks import GrammarMasks
    from formal_envs.tokenizers import VocabularyTokenizer

    task, reward, problems = sample(20)
    tokenizer = VocabularyTokenizer(task.vocabulary)
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
        assert reward.score(prompt, tokenizer.decode(written[:-1])).parts["complete"]
