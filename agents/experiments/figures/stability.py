"""Arithmetic from random weights: which settings solve it, how often and how soon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.experiments.bases import PAPER_PPO
from agents.experiments.curves import at_end, compare, describe, final, find_lines, first_step, last_values, metric
from agents.experiments.plan import Figure, Panel, Plan, Result

_DEFAULT = "README's default"
_PLAIN = {**PAPER_PPO, "prompts": 128, "learning_rate": 1e-3, "schedule": "linear"}
_GROUPS = {"advantage": "group", "entropy_coef": 0.0, "entropy_target": -1.0, "batch_entropy_coef": 0.0}
_VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "plain PPO": _PLAIN,
    "PPO + b_ENT": {**_PLAIN, "entropy_coef": 0.1},
    "PPO + b_BENT": {**_PLAIN, "batch_entropy_coef": 0.3},
    "groups": _GROUPS,
    "groups + b_BENT": {**_GROUPS, "batch_entropy_coef": 0.3},
    _DEFAULT: {},
}
_STEPS = {"gae": 1250, "group": 5000, "centred": 5000}
"""About equal times on one core, five minutes at tiny scale: a step of one completion per prompt has four epochs."""
_SIZES = {"tiny": {}, "paper": {"layers": 12, "width": 768, "heads": 12}}
_EVALUATIONS = 50
_SOLVED, _LEARNED = 0.99, 0.95
_COLLAPSED_ENTROPY, _COLLAPSED_SHARE = 1.0, 0.5
_ENDS = "At the end, each seed"


def figure(scale: str) -> Figure:
    """The figure on stability."""
    lines = {label: _plan(scale, changes) for label, changes in _VARIANTS.items()}
    panels = [
        Panel("Right answers", lines, _over_budget("greedy_exact"), "share, greedy, held out", _BUDGET, (0, 1)),
        Panel("Batch entropy", lines, _over_budget("batch_entropy"), "nats", _BUDGET),
        Panel(_ENDS, lines, final("exact"), "share of right answers, greedy, held out", "", (0, 1)),
    ]
    return Figure("Arithmetic from random weights: stability", panels, 3, _conclude, _table, seeds=5)


_BUDGET = "share of the budget of time"


def _plan(scale: str, changes: Mapping[str, Any]) -> Plan:
    steps = _STEPS[str(changes.get("advantage", "centred"))]
    evaluations = {"evaluate_every": steps // _EVALUATIONS, "validation": 1024}
    settings = {**changes, **_SIZES[scale], "steps": steps, **evaluations}
    return Plan("ppo", "FormalArith-v0", settings, seconds=300 if scale == "tiny" else 20_000)


def _over_budget(name: str) -> Any:
    def curve(result: Result) -> tuple[Sequence[float], Sequence[float]]:
        steps, values = metric(name)(result)
        return [step / len(result.metrics) for step in steps], values

    return curve


def _table(results: Mapping[str, Sequence[Result]]) -> list[dict[str, Any]]:
    return [{"settings": label, **_row(found)} for label, found in results.items()]


def _row(results: Sequence[Result]) -> dict[str, Any]:
    finals = [result.summary["greedy_test"] for result in results]
    reached = {
        level: [first_step(result, "greedy_exact", level) for result in results] for level in (_LEARNED, _SOLVED)
    }
    collapsed = [
        at_end(result, "batch_entropy") < _COLLAPSED_ENTROPY
        or _mode_share(result.summary["greedy_test"]) > _COLLAPSED_SHARE
        for result in results
    ]
    return {
        "seeds": len(results),
        "right at the end": " ".join(f"{test['exact']:.3f}" for test in finals),
        f"solved ({_SOLVED})": f"{sum(test['exact'] >= _SOLVED for test in finals)} of {len(results)}",
        f"learned ({_LEARNED})": f"{sum(test['exact'] >= _LEARNED for test in finals)} of {len(results)}",
        **{f"share of the budget to {level}": _shares(reached[level], results) for level in reached},
        "collapsed": f"{sum(collapsed)} of {len(results)}",
    }


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
    collapsed = ", ".join(f"{row['settings']} {row['collapsed']}" for row in data["table"])
    return (
        f"Right at the end, in equal times on one core, and the seeds at {_LEARNED} and at {_SOLVED}: {parts}. "
        f"b_BENT adds {differences}. Collapsed: {collapsed}."
    )
