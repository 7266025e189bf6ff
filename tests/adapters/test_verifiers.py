"""Whether a task's ground truth is paid, as a Task of verifiers asks it."""

import asyncio

import pytest

from formal_envs.adapters.verifiers import gold_is_paid
from formal_envs.errors import ConfigError


def exact(completion, solution):
    return float(completion.strip() == str(solution))


async def awaited(completion, solution):
    return exact(completion, solution)


def boxed(completion, solution):
    return float(completion == f"\\boxed{{{solution}}}")


def anything(completion, solution):
    return 1.0


def echoed(prompt, completion, solution):
    return float(completion in (prompt, solution))


@pytest.mark.parametrize(
    ("reward", "solution", "gold", "paid"),
    [
        (exact, "14", None, True),
        (exact, 14, None, True),
        (awaited, "14", None, True),
        (boxed, "14", None, False),
        (boxed, "14", "\\boxed{14}", True),
        (anything, "14", None, False),
        (echoed, "14", None, False),
        (lambda completion, solution: float("nan"), "14", None, False),
    ],
)
def test_the_gold_earns_more_than_no_effort(reward, solution, gold, paid):
    async def validate():  # as in a Task, within a loop that runs
        return await gold_is_paid(reward, "6+8=", solution, gold=gold)

    assert asyncio.run(validate()) is paid


def test_what_is_no_reward_is_named():
    with pytest.raises(ConfigError, match="or a function"):
        asyncio.run(gold_is_paid(3, "6+8=", "14"))


def test_a_task_of_verifiers_validates_by_it():
    vf = pytest.importorskip("verifiers.v1")

    class Sum(vf.Task):
        async def validate(self, runtime):
            return await gold_is_paid(exact, self.data.prompt, "14")

    assert asyncio.run(Sum(vf.TaskData(idx=0, prompt="6+8=")).validate(None)) is True
