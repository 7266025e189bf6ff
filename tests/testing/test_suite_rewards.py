"""Every reward of the suite passes the kit that comes with it."""

from importlib import import_module

import numpy as np
import pytest
from tiny_models import tiny_classifier

from formal_envs.rewards import ClassifierReward, GameReward, VaderReward
from formal_envs.tasks import make_task
from formal_envs.tasks.streams import problem_keys, seeded_stream
from formal_envs.testing import blanks_around, check_reward, same_value, white_space_around

KERNELS = 1e-5
"""What the order of a network's additions may come to."""


def asked(name, n, **options):
    """Problems of a task, and its reward."""
    task, reward = make_task(name, **options)
    problems = task.sample(problem_keys(seeded_stream(0), np.arange(n)))
    return problems.prompts, problems.solutions, reward


@pytest.mark.parametrize(
    "options",
    [{}, {"reward": "exact"}, {"answer": "chain", "operators": "+-*"}, {"reward": "exact", "terms": 2}],
    ids=str,
)
def test_arithmetic(options):
    prompts, solutions, reward = asked("Arith", 512, **options)
    report = check_reward(
        reward, prompts=prompts, solutions=solutions, correct=same_value, invariances=[blanks_around], budget=800
    )
    assert report.ok, str(report)
    if not options:  # the figures of the paper's reward
        sizes = {note.check: note.size for note in report.notes}
        assert sizes["what wrong texts earn"] == pytest.approx(0.95004, abs=1e-5)  # off by one: 2 / (1 + exp(0.1))
        assert sizes["best constant answer"] == pytest.approx(0.747, abs=0.02)


@pytest.mark.parametrize(
    ("name", "options", "partial", "constant"),
    [
        ("Countdown", {}, 0.1, 0.1),
        ("Regex", {}, 0.34, 0.2),  # right about 11 words of 12: 0.333
        ("Satisfaction", {}, 0.1, 0.25),
        ("Rewriting", {}, 0.1, 0.15),
        ("Rewriting", {"mode": "sort"}, 0.1, 0.1),
        ("Programs", {}, 0.18, 0.1),  # nine inputs of ten
    ],
    ids=str,
)
def test_tasks_with_right_answers(name, options, partial, constant):
    """Most that a wrong text earns, and one answer to all prompts: guesses do not pay."""
    prompts, solutions, reward = asked(name, 64, **options)
    check = make_task(name, **options)[0].reward_check(reward)
    correct = check.correct
    if isinstance(correct, str):
        module, _, function = correct.partition(":")
        correct = getattr(import_module(module), function)
    report = check_reward(
        reward,
        prompts=prompts,
        solutions=solutions,
        correct=correct,
        grammar=check.grammar,
        floor=check.floor,
        max_partial=partial,
        max_constant=constant,
        budget=800,
    )
    assert report.ok, str(report)


def test_vader():
    prompts, reviews, _ = asked("Sentiment", 16)
    reward = VaderReward(repetition_penalty=0.5)
    report = check_reward(reward, prompts=prompts, examples=reviews, budget=400)
    assert report.ok, str(report)
    assert report.notes[0].size > 0.9  # praise without sense


def test_classifier(tmp_path):
    folder = tiny_classifier(tmp_path)
    prompts, reviews, _ = asked("Sentiment", 4)
    reward = ClassifierReward(folder, output="logit")
    report = check_reward(reward, prompts=prompts, examples=reviews, tolerance=KERNELS, budget=60, time_limit=30)
    assert report.ok, str(report)


@pytest.mark.parametrize(("kind", "mode"), [("graded", "infill"), ("paper", "compose")])
def test_games(kind, mode):
    prompts, games, _ = asked("Game", 6, mode=mode, playouts=1)
    reward = GameReward(kind=kind, playouts=2)
    report = check_reward(
        reward, prompts=prompts, examples=games, invariances=[white_space_around], budget=200, time_limit=30
    )
    assert report.ok, str(report)
