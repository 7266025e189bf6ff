"""A reward of any form, called by cases."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from formal_envs.testing.calls.names import SOLUTIONS
from formal_envs.testing.calls.results import awaited, read_keyed, read_scores
from formal_envs.testing.calls.stand_ins import given
from formal_envs.testing.cases import Case, literal

Kind = Literal[
    "object", "function", "lists", "trl", "verl", "verl batch", "verifiers", "reasoning-gym", "OpenRLHF", "OpenEnv"
]
SHAPES = ("text", "messages", "blocks")
"""How a completion is given: as a text, as a message in a list, or as one whose content is a list of blocks."""


@dataclass(frozen=True)
class Argument:
    """What one parameter of a reward is given.

    Attributes:
        name: the parameter's.
        role: one of ``names.ROLES``; "column" for the row's column ``column``; or a function of the case.
        keyword: given by name.
        once: of a function of lists, given as it is and not as a list.
    """

    name: str
    role: str | Callable[[Case], Any]
    keyword: bool = False
    column: str = ""
    once: bool = False

    def value(self, case: Case, shape: str) -> Any:
        """What is given for a case."""
        if callable(self.role):
            return self.role(case)
        if self.role == "column":
            return case.problem.columns[self.column]
        return given(self.role, case, shape)

    def values(self, cases: Sequence[Case], shape: str) -> Any:
        """What is given for a list of cases."""
        return self.value(cases[0], shape) if self.once else [self.value(case, shape) for case in cases]

    def code(self, cases: Sequence[Case], shape: str, *, many: bool) -> str:
        """What is given for cases, as Python's source; dots where a role's own function takes no case but the rows'."""
        try:
            return _written(self.values(cases, shape) if many else self.value(cases[0], shape))
        except Exception:  # whatever the user's function raises
            return "..."


@dataclass(frozen=True)
class Scorer:
    """A reward, and how it is called.

    Attributes:
        reward: the user's.
        kind: the form, which the names of the parameters tell.
        arguments: what its parameters are given, in their order.
        many: it takes lists and gives a list.
        method: of the reward, which is called; none where the reward itself is.
        shape: how completions, and prompts, are given.
    """

    reward: Any
    kind: Kind
    arguments: tuple[Argument, ...] = ()
    many: bool = False
    method: str = ""
    shape: str = "text"

    @property
    def roles(self) -> tuple[str, ...]:
        """What the reward is given."""
        named = [argument.role for argument in self.arguments if isinstance(argument.role, str)]
        return tuple("solution" if role in ("entry", "state", "trace", "observation") else role for role in named)

    @property
    def has_batch(self) -> bool:
        """Whether a batch is a call of its own."""
        return self.many or (self.kind == "object" and hasattr(self.reward, "score_batch"))

    @property
    def name(self) -> str:
        """How the reward is called in a report."""
        name = getattr(self.reward, "__name__", None) or repr(self.reward)
        return type(self.reward).__name__ if " at 0x" in name else name

    @property
    def shapes(self) -> list[Scorer]:
        """The reward called with completions of each shape; itself first."""
        given = {argument.role for argument in self.arguments}
        others = [shape for shape in SHAPES if shape != self.shape] if "completion" in given else []
        return [self, *(replace(self, shape=shape) for shape in others)]

    def score(self, case: Case) -> Any:
        """What the reward gives for one case."""
        if self.many:
            (result,) = self.score_batch([case])
            return result
        positional = [a.value(case, self.shape) for a in self.arguments if not a.keyword]
        named = {a.name: a.value(case, self.shape) for a in self.arguments if a.keyword}
        result = awaited(self._target(case)(*positional, **named))
        return read_keyed(result) if self.kind == "verifiers" else result

    def score_batch(self, cases: Sequence[Case]) -> list[Any]:
        """What the reward gives for a batch, by its own way where it has one."""
        if self.many:
            positional = [a.values(cases, self.shape) for a in self.arguments if not a.keyword]
            named = {a.name: a.values(cases, self.shape) for a in self.arguments if a.keyword}
            return read_scores(awaited(self._target(cases[0])(*positional, **named)))
        if self.has_batch:
            return list(self.reward.score_batch([case.prompt for case in cases], [case.completion for case in cases]))
        return [self.score(case) for case in cases]

    def _target(self, case: Case) -> Any:
        """What is called: the reward, its method, or that of a copy of a verifiers task which holds the case's data."""
        if self.kind == "verifiers" and hasattr(getattr(self.reward, "__self__", None), "data"):
            task = copy.copy(self.reward.__self__)
            known = {name: case.solution for name in SOLUTIONS if hasattr(task.data, name)}
            held = {name: value for name, value in case.problem.columns.items() if hasattr(task.data, name)}
            task.data = task.data.model_copy(update={"prompt": case.prompt, **known, **held})
            return getattr(task, self.reward.__name__)
        return getattr(self.reward, self.method) if self.method else self.reward

    def code(self, case: Case, name: str = "reward") -> str:
        """The call that scores a case, as Python's source; ``name`` is the reward's in it."""
        if self.many:
            return f"{self.batch_code([case], name)}[0]"
        written = [f"{a.name}=" * a.keyword + a.code([case], self.shape, many=False) for a in self.arguments]
        return f"{name}{f'.{self.method}' * bool(self.method)}({', '.join(written)})"

    def batch_code(self, cases: Sequence[Case], name: str = "reward") -> str:
        """The call that scores a batch, as Python's source."""
        if self.many:
            written = [f"{a.name}=" * a.keyword + a.code(cases, self.shape, many=True) for a in self.arguments]
            return f"{name}{f'.{self.method}' * bool(self.method)}({', '.join(written)})"
        prompts, completions = [case.prompt for case in cases], [case.completion for case in cases]
        return f"{name}.score_batch({_written(prompts)}, {_written(completions)})"

    def value_code(self, case: Case) -> str:
        """The value that a case earns, as Python's source."""
        return self.code(case) + ".value" * (self.kind == "object" and hasattr(self.reward, "range"))


def _written(value: Any) -> str:
    """A value as Python's source."""
    if type(value) is str:
        return literal(value)
    if type(value) is list:
        return f"[{', '.join(map(_written, value))}]"
    if type(value) is dict:
        return "{" + ", ".join(f"{_written(key)}: {_written(of)}" for key, of in value.items()) + "}"
    return "print" if inspect.isfunction(value) else repr(value)
