"""Answers as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response


def json_response(values: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer as JSON, in ASCII: texts may hold what UTF-8 cannot.

    Raises:
        ValueError: a number is not finite.
    """
    return Response(json.dumps(values, allow_nan=False), status, headers, media_type="application/json")


def refusal(message: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """The one form of errors: ``{"error": message}``."""
    return json_response({"error": message}, status, headers)
