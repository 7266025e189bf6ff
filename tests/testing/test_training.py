"""What a reward teaches: intervals, the scoreboard, and what is said of it, by hand."""

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formal_envs.score import Score
from formal_envs.testing import same_value
from formal_envs.testing.bench import NotChecked
from formal_envs.testing.forms import right_forms
from formal_envs.testing.scoreboard import try_strategies
from formal_envs.testing.sections import Rate, rate, student, wilson
from formal_envs.testing.training import training

SUMS = {"6+8=": "14", "1+1=": "2", "40+2=": "42", "7+8=": "15", "900+99=": "999"}
TAGS = {prompt: f"<answer>{answer}</answer>" for prompt, answer in SUMS.items()}


# ---- Intervals


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_intervals_are_those_that_were_published(hits, of, low, high):
    """Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), table I."""
    assert rate(hits, of) == Rate(hits, of, hits / of, pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_wilsons_ends_are_where_the_share_is_just_not_rejected(counts):
    hits, of = counts
    share, (low, high) = hits / of, wilson(hits / of, of)
    assert 0 <= low <= share <= high <= 1
    assert wilson(1 - share, of) == pytest.approx((1 - high, 1 - low))
    for end in {low, high} - {0.0, 1.0}:
        error = math.sqrt(end * (1 - end) / of)
        assert abs(share - end) == pytest.approx(NormalDist().inv_cdf(0.975) * error, rel=1e-5, abs=1e-12)


def test_nothing_is_known_of_no_trials():
    assert str(rate(0, 0)) == "-"
    assert wilson(0.0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("number", "quantile"), [(8, 2.3646), (11, 2.2281), (31, 2.0423), (121, 1.9799)])
def test_students_quantiles_are_those_of_the_tables(number, quantile):
    """Values 0 and 2 in equal numbers, with a 1 where that leaves one: mean 1, known deviation."""
    values = [0.0, 2.0] * (number // 2) + [1.0] * (number % 2)
    deviation = math.sqrt(2 * (number // 2) / (number - 1))
    low, high = student(values)
    assert high - 1 == pytest.approx(quantile * deviation / math.sqrt(number), rel=5e-4)
    assert low == pytest.approx(2 - high)


def test_one_value_has_no_interval():
    assert student([0.3]) == (0.3, 0.3)


# ---- The scoreboard


def exact(completion, solution):
    return float(completion.strip() == solution)


def test_the_answers_to_a_prompt_by_hand(bench_of):
    with bench_of(exact, TAGS) as bench:
        tried = {one.strategy: one for one in try_strategies(bench, 60)}  # a quarter of it is one prompt's
    texts = {name: one.case.completion for name, one in tried.items()}
    assert {name: text for name, text in texts.items() if "reasoning" not in name} == {
        "right": "<answer>14</answer>",
        "right without its format": "14",
        "near": "<answer>15</answer>",
        "another prompt's answer": "<answer>2</answer>",
        "several answers": "<answer>15 or 14 or 2 or 42 or 15</answer>",
        "several formatted answers": "\n".join(f"<answer>{n}</answer>" for n in (15, 14, 2, 42, 15)),
        "the format alone": "<answer></answer>",
        "the prompt": "6+8=",
        "junk": "lorem ipsum dolor 7 sit amet",
        "I don't know": "I don't know.",
        "nothing": "",
    }
    assert {one.case.prompt for one in tried.values()} == {"6+8="}
    assert tried["right"].right is True
    assert tried["right without its format"].right is None  # the judge is strict, and wrong it is not
    assert tried["near"].right is False


def half_for_any_number(completion, solution):
    return 1.0 if completion.strip() == solution else 0.5 * completion.strip().isdigit()


def checked(bench_of, reward, asked=SUMS, most=None, forms=False, **options):
    with bench_of(reward, asked, **options) as bench:
        if forms:
            right_forms(bench, 2000, None)
        findings = training(bench, 2000, most)
        return bench.training, findings


def test_the_scoreboard_by_hand(bench_of):
    found, findings = checked(bench_of, half_for_any_number)
    assert not findings
    board = {one.name: one for one in found.strategies}
    assert [one.mean for one in found.strategies] == sorted((one.mean for one in found.strategies), reverse=True)
    assert {name: one.mean for name, one in board.items() if one.mean} == {
        "right": 1.0,
        "near": 0.5,
        "another prompt's answer": 0.5,
    }
    assert board["near"].size == 0.5
    assert board["near"].prompts == 5
    assert (found.least, found.most) == (0.0, 1.0)
    assert (found.telling.hits, found.telling.of) == (5, 5)
    assert found.flat.hits == found.left_out.hits == 0
    assert (found.false_positives.hits, found.false_positives.of) == (0, 5 * 10)


def even_sums(completion, solution):
    return float(completion.strip() == solution and int(solution) % 2 == 0)


def test_a_mean_over_prompts_has_wilsons_interval_where_rewards_are_zero_or_one(bench_of):
    found, _ = checked(bench_of, even_sums)
    right = next(one for one in found.strategies if one.name == "right")
    assert right.mean == 3 / 5  # 14, 2, 42
    assert (right.low, right.high) == wilson(3 / 5, 5)
    assert (found.telling.hits, found.flat.hits) == (3, 2)


def test_rates_against_the_judge(bench_of):
    """same_value takes 14.0 for right, and neither 14. nor words; the forms are counted, the scoreboard's texts not."""
    found, _ = checked(bench_of, exact, forms=True, correct=same_value)
    # gold, blanks behind, newline, decimal: of each of five
    assert (found.false_negatives.hits, found.false_negatives.of) == (5, 20)


class Parts:
    """Format pays 0.2, the answer 0.8."""

    range = (0.0, 1.0)

    def score(self, prompt, completion):
        tagged = completion.startswith("<answer>") and completion.endswith("</answer>")
        right = completion == TAGS[prompt]
        return Score(0.2 * tagged + 0.8 * right, {"format": float(tagged), "exact": float(right)})


def test_parts_by_what_they_are_in_wrong_answers(bench_of):
    found, _ = checked(bench_of, Parts(), TAGS)
    form, exact = found.parts
    assert (form.name, form.right, form.share) == ("format", 1.0, pytest.approx(1.0))
    assert form.wrong == pytest.approx(5 / 11)  # five of eleven ways to be wrong are tagged
    assert (exact.name, exact.wrong, exact.share) == ("exact", 0.0, pytest.approx(0.0, abs=1e-9))


def test_parts_that_the_value_is_no_sum_of_have_no_share(bench_of):
    class Squares:
        range = (0.0, 1.0)

        def score(self, prompt, completion):
            return Score(1 / (1 + len(completion)) ** 2, {"length": float(len(completion))})

    found, _ = checked(bench_of, Squares(), TAGS)
    assert [part.share for part in found.parts] == [None]


# ---- What is said of it


def constant(completion, solution):
    return 0.5


def never(completions, answer, **columns):
    return [None for _ in completions]


def none_for_right(completions, answer, **columns):
    return [None if text == one else 0.0 for text, one in zip(completions, answer, strict=True)]


def any_of_several(completion, solution):
    return float(solution in completion.split())


def keywords(completion, solution):
    return float(completion.strip() == solution) + 0.1 * completion.count("check")


def format_pays(completion, solution):
    return float(completion == solution) if completion != "<answer></answer>" else 0.6


def bare_is_better(completion, solution):
    return 1.0 if f"<answer>{completion}</answer>" == solution else 0.7 * (completion == solution)


def tiny(completion, solution):
    return 1e-6 * exact(completion, solution)


def strict_and_long_is_worse(completion, solution):
    return 1.0 if completion.strip() == solution else -1.0 - min(1.0, len(completion) / 1000)


def abstaining_is_free(completion, solution):
    return 1.0 if completion.strip() == solution else 0.0 if "know" in completion or not completion.strip() else -1.0


@pytest.mark.parametrize(
    ("reward", "asked", "severity", "said"),
    [
        (constant, SUMS, "error", "all earn the same, 0.5: there is nothing to learn"),
        (never, SUMS, "error", "None for all of 5 right answers"),
        (none_for_right, SUMS, "error", "None for all of 5 right answers"),
        (any_of_several, SUMS, "error", "several answers earns 1 on average, right answers 1"),
        (keywords, SUMS, "error", "long reasoning without an answer earns 2 on average, right answers 1"),
        (format_pays, TAGS, "note", "the format alone earns 0.6, 60% of what right answers do; max_partial="),
        (bare_is_better, TAGS, "note", "'right without its format' earns 1 on average, 'right' 0.7"),
        (tiny, SUMS, "note", "rewards differ by 1e-06 at most"),
        (exact, SUMS, None, ""),
        (half_for_any_number, SUMS, None, ""),
        (strict_and_long_is_worse, SUMS, None, ""),
        (abstaining_is_free, SUMS, None, ""),
    ],
)
def test_what_is_said_of_a_reward(bench_of, reward, asked, severity, said):
    _, findings = checked(bench_of, reward, asked)
    assert [finding.severity for finding in findings] == ([severity] if severity else []), findings
    for finding in findings:
        assert said in finding.message
        names = {"reward": reward}
        exec(finding.code, names)
        with pytest.raises(AssertionError):
            names["test_what_it_teaches"]()


def test_the_format_alone_may_earn_what_max_partial_allows(bench_of):
    for most, severities in ((0.7, []), (0.5, ["error"])):
        _, findings = checked(bench_of, format_pays, TAGS, most)
        assert [finding.severity for finding in findings] == severities


def test_a_long_text_that_is_paid_is_shown_short(bench_of):
    _, (finding,) = checked(bench_of, keywords)
    assert finding.texts[0].count("check") == 10  # of twenty
    assert len(finding.texts[0]) < 1000  # of 2,919


def test_of_a_reward_without_right_answers_the_board_alone_is_shown(bench_of):
    found, findings = checked(bench_of, lambda completion: float("<think>" in completion), {"Write.": None})
    assert not findings
    assert found.strategies[0].name == "the format alone"
    assert found.false_positives.of == found.false_negatives.of == found.telling.of == 0


def test_a_reward_that_scores_nothing_is_not_checked(bench_of):
    def raises(completion, solution):
        raise ValueError("no")

    with pytest.raises(NotChecked, match="no answer is scored"):
        checked(bench_of, raises)


@given(st.lists(st.sampled_from([0.0, 0.25, 1.0]), min_size=11, max_size=11))
def test_an_error_is_a_wrong_way_that_earns_as_much_as_right_answers(values):
    """Of any board: wrong ways pay what is drawn, right answers 1; the error is there where one is paid 1."""
    from formal_envs.testing.cases import Case, Outcome, Problem
    from formal_envs.testing.scoreboard import Tried
    from formal_envs.testing.training import _without_merit

    class Board:
        right = None
        slack, lowest = 1e-6, 0.0

        class scorer:
            value_code = staticmethod(lambda case: "reward()")

    problem = Problem("?", "1", "1")
    tried = [Tried("right", Case(problem, "1"), True, Outcome("scored", 1.0))]
    tried += [Tried(str(n), Case(problem, "x"), False, Outcome("scored", value)) for n, value in enumerate(values)]
    assert bool(_without_merit(Board, tried)) is (max(values) == 1.0)
