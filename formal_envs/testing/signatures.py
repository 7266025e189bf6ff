"""Rewards of other forms: plain functions, and those that TRL and verl call."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal

from formal_envs.errors import ConfigError
from formal_envs.score import Score
from formal_envs.testing.cases import Case, literal

Kind = Literal["object", "function", "trl", "verl", "verl batch"]

_PROMPT = {"prompt", "question", "query", "problem"}
_SOLUTION = {"solution", "answer", "gold", "ground_truth", "reference", "target", "label", "expected"}
_TRL = {"prompts", "completions", "completion_ids", "trainer_state", "log_extra", "log_metric"}
_ROLES = ("prompt", "completion", "solution")
_POSITIONS = {1: ["completion"], 2: ["prompt", "completion"], 3: ["prompt", "completion", "solution"]}


@dataclass(frozen=True)
class Scorer:
    """A reward of any of the forms, called by cases.

    Attributes:
        reward: the user's.
        kind: "object" with ``score(prompt, completion)``; "function" of texts; "trl":
            ``fn(prompts=, completions=, **columns) -> list``; "verl":
            ``fn(data_source, solution_str, ground_truth, extra_info)``, and "verl batch" with plural names.
        roles: for each argument of a function, in order, what it is given: "prompt", "completion" or "solution". For
            "trl" the names of the columns that are given the solutions. For "verl" the arguments that are given.
    """

    reward: Any
    kind: Kind
    roles: tuple[str, ...] = ()

    @property
    def has_batch(self) -> bool:
        """Whether a batch is a call of its own."""
        return self.kind in ("trl", "verl batch") or (self.kind == "object" and hasattr(self.reward, "score_batch"))

    @property
    def is_function(self) -> bool:
        """Whether the reward is a function, which may be pickled only where it can be imported."""
        return inspect.isroutine(self.reward)

    @property
    def name(self) -> str:
        """How the reward is called in a report."""
        name = getattr(self.reward, "__name__", None) or repr(self.reward)
        return type(self.reward).__name__ if " at 0x" in name else name

    def score(self, case: Case) -> Any:
        """What the reward gives for one case."""
        if self.kind == "object":
            return self.reward.score(case.prompt, case.completion)
        if self.kind == "function":
            return _awaited(self.reward(*(getattr(case, role) for role in self.roles)))
        if self.kind == "verl":
            given: dict[str, Any] = {"solution_str": case.completion, "ground_truth": case.solution, "extra_info": {}}
            given |= {"data_source": "check_reward"}
            return self.reward(**{role: given[role] for role in self.roles})
        (result,) = self.score_batch([case])
        return result

    def score_batch(self, cases: Sequence[Case]) -> list[Any]:
        """What the reward gives for a batch, by its own way where it has one."""
        prompts, completions = [case.prompt for case in cases], [case.completion for case in cases]
        solutions = [case.solution for case in cases]
        if self.kind == "trl":
            columns = {name: list(solutions) for name in self.roles}
            return list(_awaited(self.reward(prompts=prompts, completions=completions, **columns)))
        if self.kind == "verl batch":
            given = {"solution_strs": completions, "ground_truths": solutions, "extra_infos": [{} for _ in cases]}
            given |= {"data_sources": ["check_reward"] * len(cases)}
            return list(self.reward(**{role: given[role] for role in self.roles}))
        if self.has_batch:
            return list(self.reward.score_batch(prompts, completions))
        return [self.score(case) for case in cases]

    def code(self, case: Case, name: str = "reward") -> str:
        """The call that scores a case, as Python's source; ``name`` is the reward's in it."""
        if self.kind == "object":
            return f"{name}.score({_written(case.prompt)}, {_written(case.completion)})"
        if self.kind == "function":
            return f"{name}({', '.join(_written(getattr(case, role)) for role in self.roles)})"
        if self.kind == "verl":
            return f"{name}({self._verl_code([case])})"
        return f"{self.batch_code([case], name)}[0]"

    def batch_code(self, cases: Sequence[Case], name: str = "reward") -> str:
        """The call that scores a batch, as Python's source."""
        prompts, completions, solutions = (_list([getattr(case, of) for case in cases]) for of in _ROLES)
        if self.kind == "trl":
            columns = "".join(f", {column}={solutions}" for column in self.roles)
            return f"{name}(prompts={prompts}, completions={completions}{columns})"
        if self.kind == "verl batch":
            return f"{name}({self._verl_code(cases)})"
        return f"{name}.score_batch({prompts}, {completions})"

    def _verl_code(self, cases: Sequence[Case]) -> str:
        many = self.kind == "verl batch"
        completions, solutions = [case.completion for case in cases], [case.solution for case in cases]
        given = {"data_source": ["check_reward"] * len(cases), "solution_str": completions, "ground_truth": solutions}
        written = {f"{role}s" if many else role: _list(of) if many else _written(of[0]) for role, of in given.items()}
        return ", ".join(f"{role}={written.get(role, '[{}]' if many else '{}')}" for role in self.roles)

    def value_code(self, case: Case) -> str:
        """The value that a case earns, as Python's source."""
        return self.code(case) + ".value" * (self.kind == "object")


def as_scorer(reward: Any, *, with_solutions: bool) -> Scorer:
    """Recognise the form of a reward, by its members or by the names of its parameters.

    Raises:
        ConfigError: it is none of the forms, or it needs solutions and there are none.
    """
    if isinstance(reward, type):
        raise ConfigError(f"expected a reward, got the class {reward.__name__}; make an object of it")
    if hasattr(reward, "score"):
        return Scorer(reward, "object")
    if not callable(reward):
        raise ConfigError(f"expected an object with score(prompt, completion), or a function, got {reward!r}")
    parameters = inspect.signature(reward).parameters
    scorer = _by_names(reward, parameters)
    needs = {"solution", "ground_truth", "ground_truths"} | (set(scorer.roles) if scorer.kind == "trl" else set())
    explicit = needs & (set(parameters) | set(scorer.roles if scorer.kind == "function" else ()))
    if explicit and not with_solutions:
        raise ConfigError(f"the reward {scorer.name} takes solutions: give solutions=, one for each prompt")
    return scorer


def _by_names(reward: Any, parameters: Mapping[str, inspect.Parameter]) -> Scorer:
    named = {
        name: p for name, p in parameters.items() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.POSITIONAL_ONLY)
    }
    if {"solution_str", "solution_strs"} & set(named):
        kind: Kind = "verl batch" if "solution_strs" in named else "verl"
        ours = {f"{role}{'s' * (kind != 'verl')}" for role in ("data_source", "solution_str", "ground_truth")}
        info = "extra_infos" if kind == "verl batch" else "extra_info"
        given = [name for name, p in named.items() if name in ours | {info} and (p.default is p.empty or name == info)]
        return Scorer(reward, kind, tuple(given))
    if "completions" in named:
        columns = [name for name, p in named.items() if name not in _TRL and p.default is p.empty]
        anything = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        return Scorer(reward, "trl", tuple(columns or (sorted(_SOLUTION) if anything else ())))
    needed = [name for name, p in parameters.items() if p.default is p.empty and p.kind not in (p.VAR_KEYWORD,)]
    roles = ["prompt" if n in _PROMPT else "solution" if n in _SOLUTION else "completion" for n in needed]
    if len(set(roles)) < len(roles) or "completion" not in roles:
        roles = _POSITIONS.get(len(needed), [])
    if not roles:
        raise ConfigError(
            "expected a reward of (completion), (prompt, completion) or (prompt, completion, solution), or with the "
            f"arguments of TRL or verl; got a function of ({', '.join(parameters)})"
        )
    return Scorer(reward, "function", tuple(roles))


def read_score(result: Any) -> Score:
    """What a reward gave, as a Score: a number, a Score, or a mapping with "score" as verl has it.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(result, Score):
        parts = {name: _number(part) for name, part in result.parts.items()}
        return result._replace(value=_number(result.value), parts=parts)
    if isinstance(result, Mapping) and "score" in result:
        parts = {name: float(part) for name, part in result.items() if isinstance(part, Real) and name != "score"}
        return Score(_number(result["score"]), parts)
    return Score(_number(result), {})


def _number(result: Any) -> float:
    plain = result.item() if hasattr(result, "item") else result  # numpy's and torch's
    if not isinstance(plain, Real):
        raise TypeError(f"gave {result!r:.60}, expected a number")
    return float(plain)


def _awaited(result: Any) -> Any:
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def _written(value: Any) -> str:
    return literal(value) if isinstance(value, str) else repr(value)


def _list(values: Sequence[Any]) -> str:
    return f"[{', '.join(map(_written, values))}]"
