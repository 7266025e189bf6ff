"""The problems of a check, read from the arguments of ``check_reward``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from formal_envs.errors import ConfigError
from formal_envs.testing.cases import Problem


def read_problems(
    prompts: Sequence[Any],
    solutions: Sequence[Any] | None,
    golds: Sequence[str | None] | None,
    render: Callable[[Any], str] | None,
    columns: Mapping[str, Sequence[Any]] | None,
) -> list[Problem]:
    """The problems, with the golds that are given; those of the others are found by asking the reward.

    Raises:
        ConfigError: an argument has no meaning, or another length than the prompts.
    """
    prompts = list(prompts) if not isinstance(prompts, str) else []
    if not prompts:
        raise ConfigError("prompts must be texts, at least one")
    if golds is not None and render is not None:
        raise ConfigError("golds= and render= both say what earns the maximum: give one of them")
    if render is not None and solutions is None:
        raise ConfigError("render= writes solutions as completions: give solutions=, one for each prompt")
    answers = _column("a solution", solutions, len(prompts))
    right = _column("a gold", golds, len(prompts))
    for gold in right:
        if not (gold is None or isinstance(gold, str)):
            raise ConfigError(f"golds must be texts, or None where none is known, got {gold!r:.60}")
    if render is not None:
        right = [None if answer is None else _rendered(render, answer) for answer in answers]
    named = {name: _column(f"a value of the column {name!r}", of, len(prompts)) for name, of in (columns or {}).items()}
    return [
        Problem(
            prompt if isinstance(prompt, str) else _asked(prompt),
            answer,
            gold,
            {name: values[place] for name, values in named.items()},
            None if isinstance(prompt, str) else prompt,
        )
        for place, (prompt, answer, gold) in enumerate(zip(prompts, answers, right, strict=True))
    ]


def _asked(messages: Any) -> str:
    """What the last message of the user's says.

    Raises:
        ConfigError: these are no messages.
    """
    try:
        content = [message["content"] for message in messages if message["role"] == "user"][-1]
    except (TypeError, KeyError, IndexError):
        raise ConfigError(
            'prompts must be texts, or lists of messages such as {"role": "user", "content": "6+8="}, '
            f"got {messages!r:.60}"
        ) from None
    return text_of(content)


def text_of(content: Any) -> str:
    """The text of a message's content, which is a text or a list of blocks with "text"."""
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence) and all(isinstance(block, Mapping) for block in content):
        return "".join(str(block["text"]) for block in content if "text" in block)
    raise ConfigError(f"expected a message's content to be a text or a list of blocks, got {content!r:.60}")


def _rendered(render: Callable[[Any], str], answer: Any) -> str:
    try:
        gold = render(answer)
    except Exception as error:  # whatever the user's function raises
        raise ConfigError(f"render= raises {type(error).__name__} for {answer!r:.60}: {error}") from error
    if not isinstance(gold, str):
        raise ConfigError(f"render= must give a text, got {gold!r:.60} for {answer!r:.60}")
    return gold


def _column(said: str, values: Sequence[Any] | None, number: int) -> list[Any]:
    if values is None:
        return [None] * number
    if isinstance(values, (str, Mapping)) or not hasattr(values, "__len__"):
        raise ConfigError(f"expected a list with {said} for each prompt, got {values!r:.60}")
    if len(values) != number:
        raise ConfigError(f"expected {said} for each of {number} prompts, got {len(values)}")
    return list(values)
