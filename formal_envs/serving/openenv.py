"""OpenEnv's HTTP and WebSocket interface, by its own server, with bounds. It needs ``openenv[core]``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import anyio
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from openenv.core.env_server import create_fastapi_app
from openenv.core.env_server.mcp_types import JsonRpcErrorCode, JsonRpcResponse
from openenv.core.env_server.types import ServerMode
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from formal_envs.adapters.trust import shown
from formal_envs.envs.attempts import Attempts
from formal_envs.errors import ConfigError
from formal_envs.score import Score, Unscored
from formal_envs.serving.gate import json_response, refusal
from formal_envs.serving.openenv_environment import ONE_ATTEMPT, FormalEnvironment, ScoreOne
from formal_envs.serving.openenv_models import FormalAction, FormalObservation, FormalState
from formal_envs.serving.scoring import Scorer

SESSIONS = 256
"""Sessions of an environment at a time."""
IDLE_SECONDS = 600.0
"""How long a session lasts without a message."""
_GOING_AWAY = 1001  # of a WebSocket
_SHOWN_ERRORS = 5
# There are no tools: what makes sessions for them has no end of its own, and fails on odd names of sessions. Pages
# about the interface run scripts from elsewhere, which could ask this server anything.
_LEFT_OUT = frozenset({"/mcp", "/docs", "/docs/oauth2-redirect", "/redoc"})


def mounts(scorer: Scorer) -> list[Mount]:
    """An application of OpenEnv for each environment of a server, at the path of its id.

    Raises:
        ConfigError: an environment cannot be made with its options.
    """

    async def score(row_id: str, completion: str) -> Score | Unscored:
        return (await scorer.score([row_id], [completion]))[0]

    return [
        Mount(f"/{env}", app=environment_app(env, options, score=score, attempts=scorer.served.attempts))
        for env, options in scorer.served.options.items()
    ]


def environment_app(
    env: str,
    options: Mapping[str, Any],
    *,
    name: str | None = None,
    seed: int = 0,
    score: ScoreOne | None = None,
    attempts: Attempts = ONE_ATTEMPT,
    sessions: int = SESSIONS,
    idle_seconds: float = IDLE_SECONDS,
) -> FastAPI:
    """An environment as OpenEnv's application.

    What cannot be asked for is answered 422, and by an error over WebSocket; a score that could not be given 503, and
    by an error, after which the answer can be sent again. Sizes are for who serves it: ``formal_envs.serving.intake``.

    Args:
        env, options, seed, score, attempts: what is served, as ``FormalEnvironment`` has them.
        name: by which the Task API knows it; the id without one.
        sessions: at a time.
        idle_seconds: how long a session lasts without a message.

    Raises:
        ConfigError: the environment cannot be made with these options.
    """
    make = partial(FormalEnvironment, env, options, seed=seed, score=score, attempts=attempts)
    make().check()
    app: FastAPI = create_fastapi_app(
        make,
        FormalAction,
        FormalObservation,
        max_concurrent_envs=sessions,
        env_name=name or env,
        state_cls=FormalState,
        mode=ServerMode.SIMULATION,
    )
    app.router.routes[:] = [route for route in app.router.routes if getattr(route, "path", None) not in _LEFT_OUT]
    app.add_api_route("/mcp", _no_tools, methods=["POST"])
    app.add_middleware(Idle, seconds=idle_seconds)
    app.add_exception_handler(ConfigError, _refused)
    app.add_exception_handler(Unscored, _unscored)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _failed)
    return app


class Idle:
    """An application whose WebSockets end when nothing comes for a time. What waits for an answer is not idle.

    Args:
        app: the application.
        seconds: as above.
    """

    def __init__(self, app: ASGIApp, *, seconds: float):
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""

        async def receive_in_time() -> Message:
            with anyio.move_on_after(self._seconds):
                return await receive()
            return {"type": "websocket.disconnect", "code": _GOING_AWAY, "reason": "idle"}

        await self._app(scope, receive_in_time if scope["type"] == "websocket" else receive, send)


async def _no_tools() -> Response:
    error = JsonRpcResponse.error_response(JsonRpcErrorCode.METHOD_NOT_FOUND, "this environment has no tools")
    return json_response(error.model_dump(mode="json"))


async def _refused(_: Request, error: Exception) -> Response:
    return refusal(str(error), 422)


async def _unscored(_: Request, error: Exception) -> Response:
    return refusal(str(error), 503, {"Retry-After": "1"})


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return refusal(_said(error.errors()), 422)


async def _failed(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, HTTPException):  # what bodies are bounded by, which FastAPI takes for bad JSON
        error = error.__cause__
    message = error.detail if isinstance(error.detail, str) else _said(error.detail)
    return refusal(message, error.status_code, error.headers)


def _said(errors: Any) -> str:
    """Errors of pydantic as a text: what came may be no JSON, and of any size."""
    said = [
        f"{'.'.join(map(str, error['loc']))[:80]!a}: {error['msg']}, got {shown(error['input'])}" for error in errors
    ]
    return "; ".join(said[:_SHOWN_ERRORS])
