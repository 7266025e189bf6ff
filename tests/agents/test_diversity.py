"""Measures of diversity: numbers worked by hand, and laws."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.evaluation.agent import evaluate
from agents.evaluation.baselines import ConstantAgent, OracleAgent
from agents.evaluation.diversity import distinct_ngrams, diversity
from formal_envs.errors import ConfigError
from formal_envs.score import Score
from formal_envs.tasks import make_task

words = st.text("abc", min_size=1, max_size=2)
texts = st.lists(words, max_size=6).map(" ".join)
batches = st.lists(texts, min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("completions", "distinct_completions", "distinct_2", "self_bleu"),
    [
        # Pairs ab bc ab bd. Each has 2 of 3 words and 1 of 2 pairs of the other, no triple: smoothed to 1/2 of one.
        (["a b c", "a b d"], 1, 3 / 4, (2 / 3 * 1 / 2 * 1 / 2) ** (1 / 3)),
        # No pair is shared: smoothed to 1/2 of one in two, then 1/4 of one.
        (["a b c", "a x c"], 1, 1, (2 / 3 * 1 / 4 * 1 / 4) ** (1 / 3)),
        # Brevity: "a" has 1 word, the reference 2, penalty exp(1 - 2). "a b" has 1 of 2 words, and a smoothed pair.
        (["a", "a b"], 1, 1, (2.718281828459045**-1 + (1 / 2 * 1 / 2) ** (1 / 2)) / 2),
        (["a b", "a  b ", "c d"], 2 / 3, 2 / 3, 2 / 3),
        (["so good " * 3] * 10, 1 / 10, 2 / 50, 1),
        (["a b c", "d e f"], 1, 1, 0),
        (["a"], 1, 0, 0),
        ([""], 1, 0, 0),
        (["", ""], 1 / 2, 0, 1),
        (["", "a"], 1, 0, 0),
        (["a", "a"], 1 / 2, 0, 1),
    ],
)
def test_numbers_worked_by_hand(completions, distinct_completions, distinct_2, self_bleu):
    assert diversity(completions) == pytest.approx(
        {"distinct_completions": distinct_completions, "distinct_2": distinct_2, "self_bleu": self_bleu}
    )


@pytest.mark.parametrize(("n", "share"), [(1, 3 / 6), (2, 3 / 4), (3, 2 / 2), (4, 0)])
def test_distinct_ngrams_worked_by_hand(n, share):
    assert distinct_ngrams(["a b a", "b a c"], n) == share  # words a b c; pairs ab ba ac; triples aba bac


@settings(max_examples=60, deadline=None)
@given(batches)
def test_measures_lie_in_the_unit_interval_and_ignore_the_order(completions):
    measures = diversity(completions)
    assert all(0 <= value <= 1 for value in measures.values())
    assert diversity(completions[::-1]) == pytest.approx(measures)
    assert measures["distinct_completions"] * len(completions) >= 1


@settings(max_examples=60, deadline=None)
@given(batches, words.map(lambda word: word.upper()))
def test_what_nobody_else_says_adds_and_repeating_everything_takes_away(completions, word):
    measures = diversity(completions)
    doubled = diversity(completions * 2)
    assert doubled["self_bleu"] == pytest.approx(1)
    assert doubled["distinct_completions"] == pytest.approx(measures["distinct_completions"] / 2)
    assert doubled["distinct_2"] == pytest.approx(measures["distinct_2"] / 2)
    fresh = diversity([*completions, f"{word} {word}1 {word}2"])
    assert fresh["distinct_completions"] >= measures["distinct_completions"]
    assert fresh["distinct_2"] >= measures["distinct_2"]


def test_self_bleu_of_many_looks_at_an_even_sample():
    unlike = [f"a{n} b{n} c{n}" for n in range(128)]
    assert diversity([text for text in unlike for _ in range(10)])["self_bleu"] == 0  # ten of each: one is looked at
    assert diversity([text for text in unlike for _ in range(10)])["distinct_completions"] == pytest.approx(0.1)
    assert diversity(unlike[:64] * 20)["self_bleu"] == pytest.approx(1)


def test_no_completions_is_an_error():
    with pytest.raises(ConfigError, match="at least one"):
        diversity([])


class Fine:
    """A reward that accepts everything."""

    range = (0.0, 1.0)

    def score(self, prompt, completion):
        return Score(1.0, {"length": float(len(completion))})


def test_evaluate_measures_the_diversity_of_texts_of_several_words():
    task, reward = make_task("Arith")
    praise = evaluate(ConstantAgent("it was so good and so very good"), task, Fine(), episodes=200, seed=0)
    assert praise["distinct_completions"] == 1 / 200
    assert praise["distinct_2"] == pytest.approx(7 / 1400)
    assert praise["self_bleu"] == 1
    assert praise["length"] == 31

    class Fluent:
        def act(self, prompts):
            return [f"{prompt} is what I read" for prompt in prompts]

    assert evaluate(Fluent(), task, Fine(), episodes=200, seed=0)["self_bleu"] < 0.9
    numbers = evaluate(OracleAgent(task, 100, seed=0), task, reward, episodes=100, seed=0)
    assert not {"distinct_completions", "distinct_2", "self_bleu"} & numbers.keys()
