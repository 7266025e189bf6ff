"""What a request to score holds, read and checked before anything is scored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from formal_envs.adapters.rows import MAX_ID
from formal_envs.adapters.trust import shown
from formal_envs.errors import ConfigError
from formal_envs.serving.bounds import Bounds
from formal_envs.serving.scoring import question
from formal_envs.serving.served import Served

_EXPECTED = '{"env": ..., "prompt": ..., "completion": ...} or {"id": ..., "completion": ...}'


def read_json(body: bytes) -> Any:
    """The JSON value of a body.

    Raises:
        ValueError: it is none; the message says what is wrong.
    """
    try:
        return json.loads(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"the body is not UTF-8: {error.reason} at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"the body is not JSON: {error}") from None
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None
    except ValueError:  # of a number
        raise ValueError("the body holds a number of too many digits") from None


def read_rows(values: Any, served: Served, bounds: Bounds) -> tuple[list[str], list[str]]:
    """The questions and the completions of ``{"rows": [...]}``.

    Raises:
        ConfigError: it is something else, a row asks for what is not served, or there are more or longer ones than the
            bounds allow; the message names the row.
    """
    if not isinstance(values, dict) or values.keys() != {"rows"} or not isinstance(values["rows"], list):
        raise ConfigError(f'expected {{"rows": [...]}}, each row {_EXPECTED}')
    rows = values["rows"]
    if len(rows) > bounds.rows:
        raise ConfigError(f"a request has at most {bounds.rows} rows, got {len(rows)}: send several")
    questions = []
    for place, row in enumerate(rows):
        try:
            questions.append(_question(row, served, bounds))
        except ConfigError as error:
            raise ConfigError(f"row {place}: {error}") from None
    return questions, [row["completion"] for row in rows]


def _question(row: Any, served: Served, bounds: Bounds) -> str:
    if not isinstance(row, Mapping) or row.keys() not in ({"env", "prompt", "completion"}, {"id", "completion"}):
        raise ConfigError(f"expected {_EXPECTED}, got {shown(row)}")
    for name, value in row.items():
        _check_text(name, value, bounds.characters if name in ("prompt", "completion") else MAX_ID)
    if "id" in row:
        served.check_id(row["id"])
        return str(row["id"]).lstrip()
    return question(served.find(row["env"]), row["prompt"])


def _check_text(name: str, value: object, longest: int) -> None:
    if not isinstance(value, str):
        raise ConfigError(f'"{name}" must be a string, got {shown(value)}')
    if len(value) > longest:
        raise ConfigError(f'"{name}" may have at most {longest} characters, got {len(value)}')
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ConfigError(f'"{name}" is no text: half of a character alone at {error.start}') from None
