"""Realistic answers to every prompt, right and wrong, and what they earn: the section of a report for training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from formal_envs.testing.answers import Answer, near, read_answer
from formal_envs.testing.bench import Bench
from formal_envs.testing.cases import Case, Outcome, Problem
from formal_envs.testing.forms import PAID
from formal_envs.testing.sections import Part, Strategy, Training, rate, student, wilson
from formal_envs.testing.usual import usual_forms

RIGHT, UNFORMATTED, NEAR, FORMAT = "right", "right without its format", "near", "the format alone"
SENTENCE, JUNK = "right in a sentence", "junk"
"""Names of strategies that findings compare."""
_SHARE = 4  # of the budget, in parts
_MOST = 32  # prompts
_PLACES = 12  # decimals of a reward, so that 1e-22 is the 0 that it was meant to be
_FITS = 1e-6  # error of a sum of parts
_STEPS = (
    "First, I read the question. Second, I think step by step. Wait, let me check this again. "
    "Therefore, the reasoning is correct. Finally, I am done."
)
_LOREM = "lorem ipsum dolor 7 sit amet"
_FORMATS = "<think>\n\n</think>\n<answer>\n\n</answer>\n\\boxed{}\n#### "


@dataclass
class Tried:
    """An answer by a strategy; ``right`` is None where that is not known."""

    strategy: str
    case: Case
    right: bool | None
    outcome: Outcome


def try_strategies(bench: Bench, budget: int) -> list[Tried]:
    """Every strategy's answers to as many prompts as the budget allows, with their outcomes."""
    asked = bench.asked[:_MOST]
    golds = {case.problem: read_answer(case.gold, case.problem.answer) for case in asked if case.gold is not None}
    tried: list[Tried] = []
    left = budget // _SHARE
    for place, case in enumerate(asked):
        others = [*golds.values()][place + 1 :] + [*golds.values()][:place]
        example = bench.known[place % len(bench.known)] if bench.known else None
        texts = _answers(case, golds.get(case.problem), others, example)
        left -= len(texts)
        if tried and left < 0:
            break
        for strategy, text in texts.items():
            of = case._replace(completion=text)
            told = bench.right is not None and bench.right(of)
            if strategy.startswith(RIGHT):  # a strict judge does not take it for right, and it is not wrong
                tried.append(Tried(strategy, of, strategy == RIGHT or told or None, Outcome("not asked")))
            elif not told:  # what happens to be right is no answer of this strategy
                tried.append(Tried(strategy, of, False if golds else None, Outcome("not asked")))
    for one, outcome in zip(tried, bench.single([one.case for one in tried]), strict=True):
        one.outcome = outcome._replace(value=round(outcome.value, _PLACES))
    return tried


def _answers(case: Case, answer: Answer | None, others: Sequence[Answer], example: str | None) -> dict[str, str]:
    """Answers to a prompt by the names of their strategies, the best first."""
    ways: dict[str, str | None] = {}
    if answer is not None:
        wrong = [near(answer.bare, answer.kind), *(one.bare for one in others if one.bare != answer.bare)]
        several = [wrong[0], answer.bare, *wrong[1:3], wrong[0]]  # neither first nor last, which some rewards read
        other = next((one.gold for one in others if one.gold != answer.gold), None)
        ways |= {
            RIGHT: answer.gold,
            UNFORMATTED: answer.bare if answer.formatted else None,
            SENTENCE: None if answer.formatted else usual_forms(answer).get("sentence"),
            NEAR: answer.with_bare(wrong[0]),
            "another prompt's answer": other,
            "several answers": answer.with_bare(" or ".join(several)),
            "several formatted answers": "\n".join(map(answer.with_bare, several)) if answer.formatted else None,
            FORMAT: answer.with_bare("") if answer.formatted else _FORMATS,
        }
    else:
        ways |= {"an example": example, FORMAT: _FORMATS}
    ways |= {
        "reasoning without an answer": _STEPS,
        "long reasoning without an answer": "\n".join([_STEPS] * 20),
        "the prompt": case.prompt,
        JUNK: _LOREM,
        "I don't know": "I don't know.",
        "nothing": "",
    }
    return {name: text for name, text in ways.items() if text is not None}


# ---- The section


def section(bench: Bench, tried: Sequence[Tried]) -> Training:
    """What the answers earned, as a section of the report."""
    known = [one for one in tried if one.outcome.state == "scored" and math.isfinite(one.outcome.value)]
    values = [one.outcome.value for one in known] or [0.0]
    by_prompt = [[one for one in known if one.case.problem is problem] for problem in problems_of(known)]
    telling = [_spread(of) for of in by_prompt if {True, False} <= {one.right for one in of}]
    flat = sum(len({one.outcome.value for one in of}) == 1 for of in by_prompt)
    wrong = [one for one in known if one.right is False]
    forms = bench.forms.rows if bench.forms else ()
    return Training(
        strategies=tuple(sorted(_strategies(bench, known), key=lambda one: -one.mean)),
        telling=rate(sum(spread > bench.slack for spread in telling), len(telling)),
        flat=rate(flat, len(by_prompt)),
        left_out=rate(sum(one.outcome.state == "left out" for one in tried), len(tried)),
        least=min(values),
        most=max(values),
        false_positives=rate(sum(_paid(bench, one, known) for one in wrong), len(wrong)),
        false_negatives=rate(sum(row.missed.hits for row in forms), sum(row.missed.of for row in forms)),
        parts=_parts(bench, known),
    )


def problems_of(tried: Sequence[Tried]) -> list[Problem]:
    """The problems that were answered, in order."""
    return list(dict.fromkeys(one.case.problem for one in tried))


def _spread(tried: Sequence[Tried]) -> float:
    """How much more the best right answer to a prompt earns than the best wrong one."""
    right = max(one.outcome.value for one in tried if one.right)
    return right - max(one.outcome.value for one in tried if one.right is False)


def _paid(bench: Bench, one: Tried, known: Sequence[Tried]) -> bool:
    """Whether an answer earns about what the gold of its prompt does, or what it should."""
    gold = [other for other in known if other.case.problem is one.case.problem and other.strategy == RIGHT]
    most = gold[0].outcome.value if gold and gold[0].outcome.value > bench.lowest + bench.slack else bench.top
    return one.outcome.value >= bench.lowest + PAID * (most - bench.lowest) > bench.lowest


def _strategies(bench: Bench, known: Sequence[Tried]) -> list[Strategy]:
    seen = [one.outcome.value for one in known]
    rows = []
    for name in dict.fromkeys(one.strategy for one in known):
        of = [one for one in known if one.strategy == name]
        values = [one.outcome.value for one in of]
        mean = sum(values) / len(values)
        size = (mean - bench.lowest) / (bench.top - bench.lowest) if bench.top > bench.lowest else 0.0
        rows.append(Strategy(name, mean, *_interval(values, seen), size, len(of), of[0].case.completion))
    return rows


def _interval(values: Sequence[float], seen: Sequence[float]) -> tuple[float, float]:
    """The ends of an interval of 95 % for a mean: Wilson's where the reward has two values, else Student's."""
    low, high = min(seen), max(seen)
    if len(set(seen)) == 2:
        ends = wilson((sum(values) / len(values) - low) / (high - low), len(values))
        return low + ends[0] * (high - low), low + ends[1] * (high - low)
    return student(values)


def _parts(bench: Bench, known: Sequence[Tried]) -> tuple[Part, ...]:
    """The parts of right and of wrong answers, and what they come to where the value is a weighted sum of them."""
    names = sorted({name for one in known for name in one.outcome.parts})
    right, wrong = ([one for one in known if one.right is is_right] for is_right in (True, False))
    if not names or not right or not wrong:
        return ()
    means = {
        name: [sum(one.outcome.parts.get(name, 0.0) for one in of) / len(of) for of in (right, wrong)] for name in names
    }
    weights = _weights(known, names, bench.lowest)
    earned = sum(one.outcome.value for one in wrong) / len(wrong) - bench.lowest
    shares = {
        name: weights[name] * means[name][1] / earned if weights and earned > bench.slack else None for name in names
    }
    rows = [Part(name, means[name][0], means[name][1], shares[name]) for name in names]
    return tuple(sorted(rows, key=lambda part: (-(part.share or 0.0), part.name)))


def _weights(known: Sequence[Tried], names: Sequence[str], lowest: float) -> Mapping[str, float]:
    """The weights of the parts in the value, above the lowest; none where it is no such sum, or several are."""
    rows = np.array([[one.outcome.parts.get(name, 0.0) for name in names] for one in known])
    values = np.array([one.outcome.value - lowest for one in known])
    if not np.isfinite(rows).all():
        return {}
    weights, _, rank, _ = np.linalg.lstsq(rows, values, rcond=None)
    fits = rank == len(names) and np.abs(rows @ weights - values).max() <= _FITS * max(1.0, np.abs(values).max())
    return dict(zip(names, weights.tolist(), strict=True)) if fits else {}
