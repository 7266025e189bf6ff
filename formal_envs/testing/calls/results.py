"""What a reward gave, read as scores."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Mapping
from numbers import Real
from typing import Any

from formal_envs.score import Score


def awaited(result: Any) -> Any:
    """The result of a call, also of an asynchronous one."""
    if not inspect.isawaitable(result):
        return result
    return asyncio.run(_wait(result))


async def _wait(result: Awaitable[Any]) -> Any:
    return await result


def read_scores(result: Any) -> list[Any]:
    """The results of a batch, one by one: of a list, an array, or OpenRLHF's mapping with "rewards"."""
    if isinstance(result, Mapping):
        named = [result[name] for name in ("rewards", "scores") if name in result]
        if not named:
            raise TypeError(f'gave a mapping with {", ".join(map(repr, result))}, expected "rewards" or "scores" in it')
        result = named[0]
    plain = result.tolist() if hasattr(result, "tolist") else result  # numpy's and torch's
    return plain if isinstance(plain, list) else [plain] if isinstance(plain, Real) else list(plain)


def read_score(result: Any) -> Score:
    """What a reward gave for one text, as a Score.

    A number, a Score, a mapping with "score" as verl has it, or a tuple that begins with a number, of which verl's
    default takes that. The other numbers of a mapping are parts.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(result, Score):
        parts = {name: _number(part) for name, part in result.parts.items()}
        return result._replace(value=_number(result.value), parts=parts)
    if isinstance(result, Mapping) and "score" in result:
        parts = {str(name): float(part) for name, part in result.items() if isinstance(part, Real) and name != "score"}
        return Score(_number(result["score"]), parts)
    if isinstance(result, tuple) and result and isinstance(result[0], Real):
        return Score(float(result[0]), {})
    return Score(_number(result), {})


def read_keyed(result: Any) -> Any:
    """A mapping of named numbers, such as verifiers' rewards may give, as the sum with its parts; else the result."""
    if isinstance(result, Mapping) and result and "score" not in result:
        parts = {str(name): _number(part) for name, part in result.items()}
        return Score(sum(parts.values()), parts)
    return result


def _number(result: Any) -> float:
    plain = result.item() if hasattr(result, "item") else result  # numpy's and torch's
    if not isinstance(plain, Real):
        raise TypeError(f"gave {result!r:.60}, expected a number")
    return float(plain)
