"""verifiers v1: an environment as a Taskset. It needs verifiers, and Python 3.11 or later.

What ``formal-envs export --format verifiers`` writes is these classes with an environment::

    class FormalTask(ProblemTask):
        environment = Environment.of("FormalArith-v0", {"terms": 3})

    class FormalTaskset(ProblemTaskset, vf.Taskset[FormalTask, ProblemConfig]):
        pass
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import verifiers.v1 as vf
from pydantic import Field

from formal_envs.adapters.exports.environment import Environment
from formal_envs.adapters.verifiers import gold_is_paid


class ProblemData(vf.TaskData):
    """A problem: its ``id`` is that of the row, which is all that scoring needs.

    Attributes:
        solution: a completion that is good.
        difficulty: what the environment counts as such.
    """

    solution: str
    difficulty: float


class ProblemTask(vf.Task[ProblemData]):
    """Pays the last message of the model as the environment does.

    Attributes:
        environment: whose problem it is.
    """

    environment: ClassVar[Environment]

    @vf.reward
    async def reward(self, trace: vf.Trace) -> float:
        """The score; its parts are metrics, and its failure is in the trace's ``info``.

        Raises:
            Unscored: the score could not be given: a TaskError to verifiers, for which it has rules of retries.
        """
        messages = trace.assistant_messages
        text = (messages[-1].content or "") if messages else ""
        score = await asyncio.to_thread(self.environment.score, str(self.data.id), text)
        trace.record_metrics(dict(score.parts))
        trace.info |= {"failure": score.failure, "failed_at": score.failed_at}
        return score.value

    async def validate(self, runtime: Any) -> bool | None:
        """Whether the solution earns more than answers of no effort; None where no answer is right."""
        if not self.environment.has_answers:
            return None
        return await gold_is_paid(self.environment.reward, self.data.prompt_text, self.data.solution)


class ProblemConfig(vf.TasksetConfig):
    """Which problems.

    Attributes:
        split: no problem of ``test`` is one of ``train``.
        seed: decides the problems; None is the package's own.
    """

    split: Literal["train", "test"] = "train"
    seed: int | None = Field(None, ge=0)


class ProblemTaskset(vf.Taskset[ProblemTask, ProblemConfig]):
    """A stream of problems that does not end."""

    INFINITE = True

    def load(self) -> Iterator[ProblemTask]:
        """The problems, made as they are read."""
        task: Any = self.task_type()
        for row in task.environment.rows(split=self.config.split, seed=self.config.seed):
            yield task(ProblemData(**row), self.config.task)
