"""Rewriting: rules, problems, masks and rewards, by hand and as laws."""

import re

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from formal_envs.errors import ConfigError
from formal_envs.tasks import make_task
from formal_envs.tasks.rewriting.reward import PARTIAL, RewritingReward
from formal_envs.tasks.rewriting.rules import Rule, inversions, normal_form, read_prompt
from formal_envs.tasks.streams import problem_keys, seeded_stream

law = settings(deadline=None, max_examples=60)
ASKED = "ba>ab, aa>; babaa: "


def sample(count=100, seed=1, **options):
    task, reward = make_task("Rewriting", **options)
    return task, reward, task.sample(problem_keys(seeded_stream(seed), np.arange(count)))


@pytest.mark.parametrize(
    ("rules", "word", "normal", "steps"),
    [
        ("ba>ab, aa>", "babaa", "abb", 6),  # abbaa, ababa, aabba, aabab, aaabb, abb
        ("aa>, ba>ab", "babaa", "abb", 2),  # the first rule first: bab, abb
        ("ab>c", "aabb", "acb", 1),
        ("aa>b", "aaaa", "bb", 2),  # at the first place
        ("a>", "aaa", "", 3),
        ("abc>a", "cba", "cba", 0),
    ],
)
def test_normal_forms_by_hand(rules, word, normal, steps):
    made = [Rule(*rule.split(">")) for rule in rules.split(", ")]
    assert normal_form(made, word) == (normal, steps)


def test_rules_without_an_end_are_no_problem():
    assert normal_form([Rule("a", "b"), Rule("b", "a")], "a") is None
    assert normal_form([Rule("a", "aa")], "a") is None
    assert read_prompt("a>b, b>a; ab: ") is None
    assert RewritingReward().score("a>b, b>a; ab: ", "a").failure == "the prompt is none of rewriting"


@pytest.mark.parametrize(
    ("prompt", "text", "value", "place", "failure"),
    [
        (ASKED, "abb", 1, None, None),
        (ASKED, "ab", PARTIAL * 2 / 4, 2, "expected 'b', got the end"),
        (ASKED, "abba", PARTIAL * 3 / 4, 3, "expected the end, got 'a'"),
        (ASKED, "b", 0, 0, "expected 'abb', got 'b'"),
        (ASKED, "", 0, 0, "expected 'abb', got the end"),
        ("sort 12 7 30 7: ", "7 7 12 30", 1, None, None),
        ("sort 12 7 30 7: ", "7 12 7 30", PARTIAL * 2 / 10, 2, "expected '7 12 30', got '12 7 30'"),
        ("sort 2 10: ", "2 10", 1, None, None),  # by value, not by character
        ("6+8=", "14", 0, None, "the prompt is none of rewriting"),
    ],
)
def test_scores_by_hand(prompt, text, value, place, failure):
    score = RewritingReward().score(prompt, text)
    assert score.value == pytest.approx(value)
    assert (score.failed_at, score.failure) == (place, failure)
    assert RewritingReward("exact").score(prompt, text).value == (value == 1)


def test_inversions_by_hand():
    assert inversions([3, 1, 2]) == 2
    assert inversions([1, 1, 2]) == 0
    assert inversions([4, 3, 2, 1]) == 6


@law
@given(
    st.fixed_dictionaries(
        {
            "mode": st.sampled_from(["rules", "sort"]),
            "length": st.integers(3, 16),
            "rules": st.integers(1, 6),
            "letters": st.integers(2, 4),
            "max_number": st.sampled_from([9, 99, 12_345]),
            "split": st.sampled_from(["train", "test", "all"]),
        }
    ),
    st.integers(0, 2**32),
)
def test_every_solution_is_right_and_within_bounds(options, seed):
    try:
        task, reward, problems = sample(3, seed, **options)
    except ConfigError:
        reject()
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        assert reward.score(prompt, solution).value == 1
        assert len(solution) > 1
        assert set(prompt + solution) <= set(task.charset)
        assert len(prompt) <= task.max_prompt_length
        assert len(solution) <= task.max_solution_length
        if options["mode"] == "sort":
            numbers = [*map(int, re.findall("[0-9]+", prompt))]
            assert len(numbers) == options["length"]
            assert solution == " ".join(map(str, sorted(numbers)))
        else:
            rules = prompt.split("; ")[0].split(", ")
            assert len(rules) == options["rules"]
            assert not any(rule.split(">")[0] in solution for rule in rules)
    assert (task.difficulty(problems) >= (2 if options["mode"] == "rules" else 0)).all()


@pytest.mark.parametrize("mode", ["rules", "sort"])
def test_a_problem_depends_on_its_key_alone(mode):
    task, _, problems = sample(20, mode=mode)
    keys = problem_keys(seeded_stream(1), np.arange(20))
    assert task.sample(keys[::-1]).prompts == problems.prompts[::-1]


@pytest.mark.parametrize(
    ("options", "said"), [({"length": 2}, "length"), ({"rules": 7}, "rules"), ({"max_number": 5}, "max_number")]
)
def test_options_without_a_meaning_are_refused(options, said):
    with pytest.raises(ConfigError, match=f"{said} must be"):
        make_task("Rewriting", **options)


@pytest.mark.parametrize("mode", ["rules", "sort"])
def test_masks_let_solutions_through_and_a_random_text_is_an_order_or_a_word(mode):
    pytest.importorskip("llguidance")
    from formal_envs.envs.masks import GrammarMasks
    from formal_envs.tokenizers import char_tokenizer

    task, _, problems = sample(20, mode=mode)
    tokenizer = char_tokenizer(task.charset)
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
        text = tokenizer.decode(written[:-1])
        if mode == "rules":
            assert 1 <= len(text) <= 6
        else:
            assert len(text.split(" ")) == 6
            assert set(text.split(" ")) <= set(re.findall("[0-9]+", prompt))
