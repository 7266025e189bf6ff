"""The form of a reward, told by its members and by the names of its parameters."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import Any

from formal_envs.errors import ConfigError, unknown
from formal_envs.testing.calls.names import (
    COMPLETION,
    EITHER,
    OTHERS,
    ROLES,
    SOLUTIONS,
    USUAL,
    WAYS,
    roles_of,
    singular,
)
from formal_envs.testing.calls.scorer import SHAPES, Argument, Kind, Scorer
from formal_envs.testing.cases import Case

Roles = Mapping[str, "str | Callable[[Case], Any]"]
_METHODS = ("score", "score_answer", "forward")  # of this package, reasoning-gym, OpenEnv
_ONCE = ("trainer_state", "log")  # given to a function of lists as they are
_FIX = "name them by roles={{{}}}"


def as_scorer(reward: Any, *, with_solutions: bool, roles: Roles | None = None, columns: Iterable[str] = ()) -> Scorer:
    """Recognise the form of a reward.

    Args:
        reward: the user's: a function, or an object with ``score``, ``score_answer`` or ``forward``, or that is called.
        with_solutions: there are solutions to give.
        roles: what parameters are given, for those whose names do not tell or tell wrongly.
        columns: names of the columns that the rows have.

    Raises:
        ConfigError: it is none of the forms, its names do not tell, or it needs what there is not.
    """
    if isinstance(reward, type):
        raise ConfigError(f"expected a reward, got the class {reward.__name__}; make an object of it")
    method = next((name for name in _METHODS if callable(getattr(reward, name, None))), "")
    if method == "forward" and callable(reward):
        method = ""  # whose call is forward with hooks around it
    if not method and not callable(reward):
        raise ConfigError(f"expected an object with score(prompt, completion), or a function, got {reward!r}")
    target = getattr(reward, method) if method else reward
    parameters = _parameters(target)
    scorer = _Reading(reward, method, parameters, dict(roles or {}), tuple(columns), with_solutions).scorer(target)
    if not with_solutions and any(role in ("solution", "entry") for role in scorer.roles):
        raise ConfigError(f"the reward {scorer.name} takes solutions: give solutions=, one for each prompt")
    return scorer


def _parameters(target: Any) -> dict[str, inspect.Parameter]:
    try:
        return dict(inspect.signature(target).parameters)
    except (TypeError, ValueError):
        raise ConfigError(
            f"the parameters of {target!r:.60} cannot be read: wrap it in a function of (completion, solution)"
        ) from None


class _Reading:
    """One reward whose form is being told."""

    def __init__(
        self,
        reward: Any,
        method: str,
        parameters: dict[str, inspect.Parameter],
        roles: dict[str, Any],
        columns: tuple[str, ...],
        with_solutions: bool,
    ):
        self.reward, self.method, self.parameters = reward, method, parameters
        self.roles, self.columns, self.with_solutions = roles, columns, with_solutions
        self.anything = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        self.named = {n: p for n, p in parameters.items() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}
        self.needed = [name for name, p in self.named.items() if p.default is p.empty]
        for name, role in roles.items():
            self._check_role(name, role)

    def _check_role(self, name: str, role: Any) -> None:
        if name not in self.named and not self.anything:
            raise unknown("parameter in roles=", name, self.named)
        if not callable(role) and role not in {*ROLES, *(f"{way}s" for way in WAYS), *self.columns}:
            raise unknown(f"role of {name!r}", str(role), {*ROLES, *self.columns})

    def kind(self) -> Kind:
        """The form."""
        names = set(self.named)
        if self.method == "score":
            return "object"
        if {"solution_str", "solution_strs"} & names:
            return "verl batch" if "solution_strs" in names else "verl"
        if {"completions", "completion_ids"} & names:
            return "trl"
        if "trace" in names:
            return "verifiers"
        if "queries" in names:
            return "OpenRLHF"
        if "entry" in names:
            return "reasoning-gym"
        if {"action", "observation"} <= names:
            return "OpenEnv"
        if any(role in ("completions", "prompts", "solutions") for role in self.roles.values()):
            return "lists"
        plural = [name for name in self.needed if singular(name) != name]
        return "lists" if plural and any(singular(name) in COMPLETION for name in plural) else "function"

    def scorer(self, target: Any) -> Scorer:
        """The reward as it is called."""
        kind = self.kind()
        many = kind in ("trl", "verl batch", "OpenRLHF", "lists")
        told = self._told(kind)
        arguments = [self._argument(name, role, many, kind) for name, role in told.items() if role]
        if kind in ("trl", "lists") and self.anything:
            answered = any(argument.role == "solution" for argument in arguments)
            arguments += self._unnamed(target, {argument.name for argument in arguments}, kind, answered)
        if kind == "trl":
            order = {"prompts": 0, "completions": 1}
            arguments.sort(key=lambda argument: order.get(argument.name, 2))
        return Scorer(self.reward, kind, tuple(arguments), many, self.method, self._shape())

    def _shape(self) -> str:
        """How completions are given: as their annotation says, or as texts until the reward is tried."""
        wanted = [role for role in self.roles.values() if role in SHAPES]
        if wanted:
            return str(wanted[0])
        said = [str(p.annotation) for name, p in self.named.items() if singular(name) in COMPLETION]
        return "messages" if any("dict" in text or "Message" in text for text in said) else "text"

    def _told(self, kind: Kind) -> dict[str, Any]:
        """The role of each parameter that is given something, in their order."""
        fixed = {name: role for name, role in self.roles.items() if name in self.named}
        fixed |= {name: "column" for name in self.named if name in self.columns and name not in fixed}
        given = self._given(kind)
        by_name = self._by_name(kind, [name for name in given if name not in fixed])
        told = {name: fixed.get(name, by_name.get(name)) for name in given}
        taken = {self._plain(role) for role in told.values()}
        open_names = [name for name in self.needed if not told.get(name)]
        for name in open_names:
            if name.startswith("_"):
                told[name] = "nothing"
        open_names = [name for name in open_names if not name.startswith("_")]
        if len(open_names) == 1 and not taken & {"completion", "messages", "blocks", "ids", "query", "trace", "action"}:
            told[open_names.pop()] = "completion"
        if open_names or not told:
            self._refuse(kind, open_names)
        return told

    @staticmethod
    def _plain(role: Any) -> str:
        return role if isinstance(role, str) and role in ROLES else str(role).removesuffix("s")

    def _given(self, kind: Kind) -> list[str]:
        """The parameters that are given something: those without a default, and those that the trainer knows."""
        many = kind in ("trl", "verl batch", "OpenRLHF", "lists", "verl", "verifiers")
        return [
            name
            for name, p in self.named.items()
            if name in self.needed
            or name in self.columns
            or name in self.roles
            or (many and singular(name) in OTHERS)
            or (p.default is None and (singular(name) in SOLUTIONS | {"completion", "prompt"}) and self.with_solutions)
        ]

    def _by_name(self, kind: Kind, names: list[str]) -> dict[str, str]:
        """The roles that names tell in a form."""
        if kind == "trl":  # whose columns are of any name: only those of a solution or a prompt tell
            roles = {name: OTHERS[name] for name in names if name in OTHERS}
            roles |= {"completions": "completion", "prompts": "prompt"}
            known = [name for name in names if name not in roles and singular(name) in SOLUTIONS | {"question"}]
            return roles | {name: "prompt" if name == "question" else "solution" for name in known}
        if kind == "OpenRLHF":
            return {"queries": "query", "prompts": "prompt", "labels": "solution"}
        if kind == "verifiers":
            return roles_of(names) | {"trace": "trace", "task": "task_data", "self": "task_data"}
        if kind == "reasoning-gym":
            return {name: "completion" for name in names if name in EITHER | COMPLETION} | {"entry": "entry"}
        if kind == "OpenEnv":
            return {"action": "action", "observation": "observation"}
        roles = roles_of(names)
        if "state" in roles or "parser" in roles:  # of the older rubrics of verifiers
            roles |= {"task": "task_name"}
        if kind == "object" and not roles and len(self.needed) == 2:
            return dict(zip(self.needed, ("prompt", "completion"), strict=True))
        return roles

    def _argument(self, name: str, role: Any, many: bool, kind: Kind) -> Argument:
        keyword = self.named[name].kind is inspect.Parameter.KEYWORD_ONLY if name in self.named else True
        keyword = keyword or kind in ("trl", "verl", "verl batch", "lists", "verifiers")
        if isinstance(role, str) and role not in ROLES:
            role = "column" if role in self.columns else role.removesuffix("s")
            return Argument(name, role, keyword, self.roles.get(name, name) if role == "column" else "")
        return Argument(name, role, keyword, once=many and role in _ONCE)

    def _unnamed(self, target: Any, given: set[str], kind: Kind, told: bool) -> list[Argument]:
        """What a reward of lists is given besides, for its ``**kwargs``."""
        read = set(_constants(target))
        more = [name for name in self.columns if name not in given]
        arguments = [Argument(name, "column", True, name) for name in more]
        given = given | set(more)
        arguments += [
            Argument(name, "prompt" if name == "prompts" else "completion", True)
            for name in ("prompts", "completions")
            if kind == "trl" and name not in given
        ]
        arguments += [
            Argument(name, OTHERS[name], True, once=OTHERS[name] in _ONCE)
            for name in ("completion_ids", "trainer_state", "log_extra", "log_metric")
            if name in read - given
        ]
        if self.with_solutions and not told:
            unknown_names = () if self.columns else USUAL
            names = sorted(SOLUTIONS & read - given) or [name for name in unknown_names if name not in given]
            arguments += [Argument(name, "solution", True) for name in names]
        return arguments

    def _refuse(self, kind: Kind, names: list[str]) -> None:
        name = getattr(self.reward, "__name__", type(self.reward).__name__)
        call = f"{name}({', '.join(self.parameters)})"
        if kind in ("trl", "verl", "verl batch") and names:
            what = ", ".join(map(repr, names))
            raise ConfigError(
                f"the reward {call} takes {what}: give columns={{{names[0]!r}: [...]}}, a value for each prompt, "
                f"or say what it is: roles={{{names[0]!r}: 'solution'}}"
            )
        if not names:
            raise ConfigError(f"expected a reward that takes a completion, got {call}")
        said = ", ".join(
            f"{one!r}: {way!r}" for one, way in zip(names, ("completion", "solution", "prompt"), strict=False)
        )
        raise ConfigError(
            f"cannot tell which parameters of {call} are prompt, completion and solution: say roles={{{said}}}, "
            "or columns= for what else the rows hold"
        )


def _constants(target: Any) -> list[str]:
    """The texts that a function has in its code, such as the names of the columns that it reads."""
    while isinstance(target, functools.partial):
        target = target.func
    target = inspect.unwrap(target)
    code = getattr(target, "__code__", None) or getattr(getattr(target, "__call__", None), "__code__", None)  # noqa: B004
    found, codes = [], [code]
    while codes:
        code = codes.pop()
        for constant in code.co_consts if isinstance(code, CodeType) else ():
            if isinstance(constant, CodeType):
                codes.append(constant)
            elif isinstance(constant, str):
                found.append(constant)
    return found
