"""Regular expressions: the automata against Python's engine, problems, masks and rewards, by hand and as laws."""

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from formal_envs.errors import ConfigError, ParseFailure
from formal_envs.tasks import make_task
from formal_envs.tasks.regex.expressions import MAX_LENGTH, Expression
from formal_envs.tasks.regex.judge import right
from formal_envs.tasks.regex.reward import PARTIAL, RegexReward, read_prompt
from formal_envs.tasks.streams import problem_keys, seeded_stream

law = settings(deadline=None, max_examples=60)
ASKED = "match ab aab aaab b; not ba a bb bab; at most 5: "
WORDS = ["".join(word) for n in range(6) for word in product("ab", repeat=n)]


def sample(count=200, seed=1, **options):
    task, reward = make_task("Regex", **options)
    return task, reward, task.sample(problem_keys(seeded_stream(seed), np.arange(count)))


letters = st.sampled_from("ab")
expressions = st.recursive(
    letters,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}){pair[1]}"),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]}|{pair[1]}"),
        st.tuples(inner, st.sampled_from("*+?")).map(lambda pair: f"({pair[0]}){pair[1]}"),
        st.tuples(letters, st.sampled_from("*+?"), inner).map("".join),
    ),
    max_leaves=8,
).filter(lambda text: len(text) <= MAX_LENGTH)


@law
@given(expressions)
def test_expressions_match_what_pythons_match(text):
    expression, pattern = Expression(text), re.compile(text)
    assert [word for word in WORDS if expression.matches(word)] == [w for w in WORDS if pattern.fullmatch(w)]


@law
@given(st.text("ab|*+?()", max_size=7))
def test_the_reward_and_pythons_engine_agree_on_any_text(text):
    asked = ASKED.replace("at most 5", "at most 7")
    assert (RegexReward().score(asked, text).value == 1) == right(asked, text)


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("a*b", ["b", "ab", "aab", "aaab"]),
        ("a|b", ["a", "b"]),
        ("(ab)+", ["ab", "abab"]),
        ("a?b?", ["", "a", "b", "ab"]),
        ("(a|b)(a|b)", ["aa", "ab", "ba", "bb"]),
        ("(a*)*b", ["b", "ab", "aab", "aaab", "aaaab"]),
    ],
)
def test_languages_by_hand(text, matched):
    found = {word for word in WORDS if len(word) <= 4 and Expression(text).matches(word)}
    assert found == {word for word in matched if len(word) <= 4}


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", 0, "an expression is missing"),
        ("a|", 2, "an expression is missing"),
        ("|a", 0, "nothing before '|'"),
        ("a||b", 2, "nothing before '|'"),
        ("()", 1, "nothing before ')'"),
        ("(a|)", 3, "nothing before ')'"),
        ("(a", 2, "not closed"),
        ("(", 1, "missing"),
        ("a)", 1, "unexpected ')'"),
        ("*", 0, "nothing to repeat"),
        ("a**", 2, "nothing to repeat by '*'"),
        ("(*a)", 1, "nothing to repeat"),
        ("a.b", 1, "unexpected '.'"),
        ("a b", 1, "unexpected ' '"),
        ("a\n", 1, "unexpected '\\n'"),
        ("e", 0, "unexpected 'e'"),
        ("a" * 65, 64, "65 characters"),
    ],
)
def test_what_is_no_expression_is_told_with_its_place(text, place, said):
    with pytest.raises(ParseFailure, match=re.escape(said)) as failure:
        Expression(text)
    assert failure.value.column == place
    score = RegexReward().score(ASKED, text)
    assert score.value == 0
    assert score.failed_at == min(place, 5)


def test_scores_by_hand():
    graded, exact = RegexReward(), RegexReward("exact")
    everything = {"exact": 1.0, "well_formed": 1.0, "matched": 1.0, "refused": 1.0}
    assert graded.score(ASKED, "a*b") == exact.score(ASKED, "a*b") == (1.0, everything, None, None)
    half = graded.score(ASKED, "a+b")  # misses b alone: 3/4 and 4/4
    assert half.parts == {"exact": 0.0, "well_formed": 1.0, "matched": 0.75, "refused": 1.0}
    assert (half.value, half.failure) == (PARTIAL * 0.5, "does not match b")  # 7/8 is half of the way from 3/4
    both = graded.score(ASKED, "b|ba")  # b is wanted, ba is not: 1/4 and 3/4
    assert (both.value, both.failure) == (0.0, "does not match ab and matches ba")
    assert exact.score(ASKED, "a+b").value == 0
    for all_or_nothing in ("a*b*a*", "(a|b)", "abba"):
        assert graded.score(ASKED.replace("most 5", "most 9"), all_or_nothing).value == 0
    listed = graded.score(ASKED, "ab|aab|aaab|b")
    assert (listed.value, listed.failure, listed.failed_at) == (0.0, "13 characters, at most 5 allowed", 5)
    assert graded.score("6+8=", "14").failure == "the prompt asks for no expression"
    assert read_prompt(ASKED) == (("ab", "aab", "aaab", "b"), ("ba", "a", "bb", "bab"), 5)


@law
@given(
    st.fixed_dictionaries(
        {
            "letters": st.integers(2, 4),
            "examples": st.integers(4, 8),
            "size": st.integers(3, 12),
            "split": st.sampled_from(["train", "test", "all"]),
        }
    ),
    st.integers(0, 2**32),
)
def test_every_solution_is_right_and_a_list_is_too_long(options, seed):
    try:
        task, reward, problems = sample(3, seed, **options)
    except ConfigError:  # of so few languages none may be held out
        reject()
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        assert reward.score(prompt, solution).value == 1
        assert right(prompt, solution)
        asked = read_prompt(prompt)
        assert len({*asked.wanted, *asked.unwanted}) == 2 * options["examples"]
        assert len("|".join(asked.wanted)) >= 2 * asked.longest
        assert reward.score(prompt, "|".join(asked.wanted)).value == 0
        assert asked.longest == len(solution) + 2
        assert set(prompt + solution) <= set(task.charset)
        assert len(prompt) <= task.max_prompt_length
        assert len(solution) <= task.max_solution_length


def test_languages_of_train_and_test_are_apart():
    languages = {}
    for split in ("train", "test"):
        _, _, problems = sample(150, split=split)
        matched = [tuple(map(Expression(solution).matches, WORDS)) for solution in problems.solutions]
        languages[split] = set(matched)
    assert not languages["train"] & languages["test"]


def test_a_problem_depends_on_its_key_alone():
    task, _, problems = sample(20)
    keys = problem_keys(seeded_stream(1), np.arange(20))
    assert task.sample(keys[::-1]).prompts == problems.prompts[::-1]
    assert task.difficulty(problems).tolist() == list(map(len, problems.solutions))


@pytest.mark.parametrize(
    ("options", "said"), [({"letters": 5}, "letters"), ({"examples": 3}, "examples"), ({"size": 2}, "size")]
)
def test_options_without_a_meaning_are_refused(options, said):
    with pytest.raises(ConfigError, match=f"{said} must be"):
        make_task("Regex", **options)


def test_masks_let_solutions_through_and_every_random_text_is_an_expression_that_is_short_enough():
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
        assert reward.score(prompt, tokenizer.decode(written[:-1])).parts["well_formed"]
