"""Arithmetic from random weights: which settings solve it, how soon, and how smoothly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from agents.experiments.bases import PAPER_PPO
from agents.experiments.curves import at_end, compare, describe, final, find_lines, first_step, last_values, metric
from agents.experiments.plan import Figure, Panel, Plan, Result

_DEFAULT = "default"
_ADAM = {"optimizer": "adam", "learning_rate": 1e-3, "schedule": "cosine"}
_PLAIN = {**PAPER_PPO, **_ADAM, "prompts": 128, "schedule": "linear"}
_NO_BONUS = {"entropy_target": -1.0, "batch_entropy_coef": 0.0}
_GROUPS = {**_ADAM, **_NO_BONUS, "prompts": 64, "completions": 64, "advantage": "group"}
_PARTS = {"minibatches": 4}
_PAPER: Mapping[str, Mapping[str, Any]] = {
    "plain PPO": _PLAIN,
    "PPO + b_ENT": {**_PLAIN, "entropy_coef": 0.1},
    "PPO + b_BENT": {**_PLAIN, "batch_entropy_coef": 0.3},
    "groups": _GROUPS,
    "groups + b_BENT": {**_GROUPS, "batch_entropy_coef": 0.3},
    _DEFAULT: {},
}
_BESIDE: Mapping[str, Mapping[str, Any]] = {
    _DEFAULT: {},
    "default, mean of weights": {"ema_decay": 0.95},
    "4 mini-batches": _PARTS,
    "4, clip-higher": {**_PARTS, "clip_high": 0.28},
    "4, KL-Cov": {**_PARTS, "kl_cov": 0.02},
    "4, groups filtered": {**_PARTS, "filter_groups": True},
}
_STEPS = {"plain": 450, "groups": 1850, "default": 1200, "parts": 700}
"""Steps that take about equal times on one core, by what is in them."""
_SIZES = {"tiny": {}, "paper": {"layers": 12, "width": 768, "heads": 12}}
_SECONDS = {"tiny": 65, "paper": 20_000}
_EVALUATIONS = 50
_SOLVED, _LEARNED, _STEADY = 0.99, 0.95, 0.9
_COLLAPSED_ENTROPY, _COLLAPSED_SHARE = 1.0, 0.5
_ENDS, _FALLS, _INFORMATION, _ENTROPY = (
    "At the end, each seed",
    f"Largest fall after {_STEADY}, each seed",
    "Mutual information of prompt and token",
    "Entropy",
)
_BUDGET = "share of the budget of time"
_RIGHT = "share, greedy, held out"


def figure(scale: str) -> Figure:
    """The figure on stability."""
    paper, beside = ({label: _plan(scale, each) for label, each in some.items()} for some in (_PAPER, _BESIDE))
    every = {**paper, **beside}
    panels = [
        Panel("Right answers", paper, _over_budget("greedy_exact"), _RIGHT, _BUDGET, (0, 1)),
        Panel("Right answers, beside the default", beside, _over_budget("greedy_exact"), _RIGHT, _BUDGET, (0.8, 1)),
        Panel(_INFORMATION, paper, _over_budget("mutual_information"), "nats", _BUDGET),
        Panel(_ENTROPY, paper, _over_budget("entropy"), "nats", _BUDGET),
        Panel(_ENDS, every, final("exact"), "share of right answers, greedy, held out", "", (0, 1)),
        Panel(_FALLS, every, lambda result: ([0.0], [_fall(result)]), "share of right answers", "", (0, 0.2)),
    ]
    return Figure("Arithmetic from random weights: stability", panels, 2, _conclude, _table, seeds=5)


def _plan(scale: str, changes: Mapping[str, Any]) -> Plan:
    steps = _STEPS[_kind(changes)]
    evaluations = {"evaluate_every": steps // _EVALUATIONS, "validation": 1024}
    weights = {"ema_decay": 0.0}  # those that sample: a mean would hide what the other settings do
    settings = {**weights, **changes, **_SIZES[scale], "steps": steps, **evaluations}
    return Plan("ppo", "FormalArith-v0", settings, seconds=_SECONDS[scale])


def _kind(changes: Mapping[str, Any]) -> str:
    if changes.get("advantage") == "gae":
        return "plain"
    return "groups" if changes.get("advantage") == "group" else "parts" if "minibatches" in changes else "default"


def _over_budget(name: str) -> Any:
    def curve(result: Result) -> tuple[Sequence[float], Sequence[float]]:
        steps, values = metric(name)(result)
        return [step / len(result.metrics) for step in steps], values

    return curve


def _evaluations(result: Result, name: str) -> list[float]:
    """A metric at the evaluations of a run."""
    return [row[name] for row in result.metrics if "greedy_exact" in row]


def _fall(result: Result) -> float:
    """By how much right answers fall at most from the best so far, at evaluations after the first of 0.9 and more."""
    right = np.array(_evaluations(result, "greedy_exact"))
    after = right[np.argmax(right >= _STEADY) :] if (right >= _STEADY).any() else np.zeros(1)
    return float((np.maximum.accumulate(after) - after).max())


def _correlation(result: Result, name: str) -> float:
    """Rank correlation of a metric with right answers, over the evaluations of a run."""
    from scipy.stats import spearmanr

    return float(spearmanr(_evaluations(result, name), _evaluations(result, "greedy_exact")).statistic)


def _table(results: Mapping[str, Sequence[Result]]) -> list[dict[str, Any]]:
    return [{"settings": label, **_row(found)} for label, found in results.items()]


def _row(results: Sequence[Result]) -> dict[str, Any]:
    finals = [result.summary["greedy_test"] for result in results]
    reached = {
        level: [first_step(result, "greedy_exact", level) for result in results] for level in (_LEARNED, _SOLVED)
    }
    steady = [first_step(result, "greedy_exact", _STEADY) is not None for result in results]
    collapsed = [
        at_end(result, "batch_entropy") < _COLLAPSED_ENTROPY
        or _mode_share(result.summary["greedy_test"]) > _COLLAPSED_SHARE
        for result in results
    ]
    falls = [f"{_fall(result):.3f}" if there else "-" for result, there in zip(results, steady, strict=True)]
    return {
        "seeds": len(results),
        "right at the end": " ".join(f"{test['exact']:.3f}" for test in finals),
        f"solved ({_SOLVED})": f"{sum(test['exact'] >= _SOLVED for test in finals)} of {len(results)}",
        f"learned ({_LEARNED})": f"{sum(test['exact'] >= _LEARNED for test in finals)} of {len(results)}",
        **{f"share of the budget to {level}": _shares(reached[level], results) for level in reached},
        f"largest fall after {_STEADY}": " ".join(falls),
        "collapsed": f"{sum(collapsed)} of {len(results)}",
        "rank correlation of right answers with I": _mean_correlation(results, "mutual_information"),
        "with H": _mean_correlation(results, "entropy"),
        "seconds": " ".join(f"{result.metrics[-1]['seconds']:.0f}" for result in results),
    }


def _mean_correlation(results: Sequence[Result], name: str) -> str:
    return f"{np.mean([_correlation(result, name) for result in results]):.2f}"


def _mode_share(test: Mapping[str, float]) -> float:
    return test["mode_share"] if "mode_share" in test else test["commonest"]  # its name in older runs


def _shares(steps: Sequence[float | None], results: Sequence[Result]) -> str:
    pairs = zip(steps, results, strict=True)
    return " ".join("-" if step is None else f"{step / len(result.metrics):.2f}" for step, result in pairs)


def _conclude(data: Mapping[str, Any]) -> str:
    ends = {line["label"]: last_values(line) for line in find_lines(data, _ENDS)}
    parts = "; ".join(
        f"{label} {describe(values, '.3f')}, {sum(values >= _LEARNED)} and {sum(values >= _SOLVED)}"
        for label, values in ends.items()
    )
    differences = " and ".join(
        f"{compare(ends[f'{base} + b_BENT'], ends[without])[0]} to {base}"
        for base, without in (("PPO", "plain PPO"), ("groups", "groups"))
    )
    falls = {line["label"]: max(last_values(line)) for line in find_lines(data, _FALLS)}
    after = ", ".join(f"{label} {fall:.3f}" for label, fall in falls.items() if (ends[label] >= _STEADY).any())
    collapsed = ", ".join(f"{row['settings']} {row['collapsed']}" for row in data["table"])
    return (
        f"Right at the end, in equal times on one core, and the seeds at {_LEARNED} and at {_SOLVED}: {parts}. "
        f"b_BENT adds {differences}. Largest fall of any seed once {_STEADY} was reached: {after}. "
        f"Over the runs of the first panel, the rank correlation of right answers at the end with the mutual "
        f"information is {_correlation_of_ends(data, _INFORMATION)}, with the entropy "
        f"{_correlation_of_ends(data, _ENTROPY)}. Collapsed: {collapsed}."
    )


def _correlation_of_ends(data: Mapping[str, Any], panel: str) -> str:
    """Rank correlation over runs of a panel's ends with right answers at the end."""
    from scipy.stats import spearmanr

    ends = {line["label"]: last_values(line) for line in find_lines(data, _ENDS)}
    lines = find_lines(data, panel)
    found = np.concatenate([last_values(line) for line in lines]), np.concatenate([ends[x["label"]] for x in lines])
    return f"{spearmanr(*found).statistic:.2f}"
