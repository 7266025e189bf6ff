"""The application: its routes, and what others add to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from formal_envs.errors import ConfigError
from formal_envs.score import Unscored, to_json
from formal_envs.serving.bounds import Bounds
from formal_envs.serving.gate import LOOPBACK, Gate, json_response, refusal
from formal_envs.serving.intake import Intake
from formal_envs.serving.requests import read_json, read_rows
from formal_envs.serving.scoring import Scorer
from formal_envs.serving.served import Served

Endpoint: TypeAlias = "Callable[[Request], Awaitable[Response]]"


def create_app(
    scorer: Scorer,
    *,
    token: str | None = None,
    bounds: Bounds = Bounds(),  # noqa: B008  # frozen
    mounts: Sequence[BaseRoute] = (),
    hosts: Collection[str] = LOOPBACK,
    public: Collection[str] = (),
) -> Starlette:
    """The application of a server: ``POST /score``, ``GET /health``, ``GET /environments``, and what is mounted.

    Its lifespan opens and closes the scorer. All errors are ``{"error": "..."}``.

    Args:
        scorer: what is served, and the processes that score it.
        token: what requests have to send as ``Authorization: Bearer``; without one, requests by another name of the
            host than ``hosts``, and those from other sites' pages, are refused.
        bounds: of requests.
        mounts: further routes, behind the same gate; a ``starlette.routing.Mount`` has an application of its own.
        hosts: names of the server.
        public: further paths that need no token, as ``/health`` does not.
    """

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(scorer.open)
        try:
            yield
        finally:
            await run_in_threadpool(scorer.close)

    routes = [
        Route("/score", _score(scorer, bounds), methods=["POST"]),
        Route("/health", _always({"status": "ok"}), methods=["GET"]),
        Route("/environments", _environments(scorer.served, bounds), methods=["GET"]),
        *mounts,
    ]
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(Intake, bounds=bounds),  # first: whoever tries tokens has a rate, too
            Middleware(Gate, token=token, hosts=hosts, public={"/health", *public}),
        ],
        exception_handlers={HTTPException: _refused, Exception: _failed},
        lifespan=lifespan,
    )


def _score(scorer: Scorer, bounds: Bounds) -> Endpoint:
    async def score(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return refusal("send JSON, with Content-Type: application/json", 415)
        try:
            values = read_json(await request.body())
        except ValueError as error:
            return refusal(str(error), 400)
        try:
            scores = await scorer.score(*read_rows(values, scorer.served, bounds))
        except ConfigError as error:
            return refusal(str(error), 422)
        except Unscored as error:
            return refusal(str(error), 503, {"Retry-After": "1"})
        except asyncio.CancelledError:  # uvicorn has waited long enough for the last answers
            return refusal("the server is ending; no score could be given", 503, {"Retry-After": "1"})
        return json_response({"scores": list(map(to_json, scores))})

    return score


def _environments(served: Served, bounds: Bounds) -> Endpoint:
    environments = [
        {"env": env, "options": dict(options), "range": list(served.make(env)[1].range)}
        for env, options in served.options.items()
    ]
    asked = {"rows": bounds.rows, "characters": bounds.characters, "body": bounds.body}
    return _always({"environments": environments, "bounds": asked})


def _always(values: Any) -> Endpoint:
    async def answer(_: Request) -> Response:
        return json_response(values)

    return answer


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = {404: "there is nothing here; see GET /environments", 405: "this path has another method"}
    is_plain = error.detail == HTTPStatus(error.status_code).phrase
    message = said.get(error.status_code, error.detail) if is_plain else error.detail
    return refusal(message, error.status_code, error.headers)


def _failed(_: Request, error: Exception) -> Response:
    return refusal("the server has failed; its log says why", 500)
