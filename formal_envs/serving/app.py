"""The application: its routes, and what others add to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from formal_envs.errors import ConfigError
from formal_envs.score import to_json
from formal_envs.serving.bounds import Bounds
from formal_envs.serving.gate import LOOPBACK, Gate, json_response, refusal
from formal_envs.serving.requests import read_json, read_rows
from formal_envs.serving.scoring import Scorer

_RETRY = {"Retry-After": "1"}


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
        Route("/score", ScoreEndpoint(scorer, bounds), methods=["POST"]),
        Route("/health", _health, methods=["GET"]),
        Route("/environments", _environments(scorer, bounds), methods=["GET"]),
        *mounts,
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Gate, token=token, hosts=hosts, public={"/health", *public})],
        exception_handlers={HTTPException: _refused, Exception: _failed},
        lifespan=lifespan,
    )


class ScoreEndpoint:
    """``POST /score``: within bounds of its own, as bodies are read here.

    Args:
        scorer: scores the rows.
        bounds: of requests.
    """

    def __init__(self, scorer: Scorer, bounds: Bounds):
        self._scorer = scorer
        self._bounds = bounds
        self._requests = 0
        self._bodies = 0  # bytes of them

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        if self._requests >= self._bounds.requests:
            await refusal("too many requests at a time; try again", 503, _RETRY)(scope, receive, send)
            return
        self._requests += 1
        held = [0]
        try:
            response = await self._answer(Request(scope, receive), held)
        except ClientDisconnect:
            return
        finally:
            self._requests -= 1
            self._bodies -= held[0]
        with anyio.move_on_after(self._bounds.body_seconds):
            await response(scope, receive, send)

    async def _answer(self, request: Request, held: list[int]) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return refusal("send JSON, with Content-Type: application/json", 415)
        try:
            with anyio.fail_after(self._bounds.body_seconds):
                body = await self._body(request, held)
        except TimeoutError:
            return refusal(
                f"the body did not come within {self._bounds.body_seconds:g} s", 408, {"Connection": "close"}
            )
        if isinstance(body, Response):
            return body
        try:
            questions, completions = read_rows(read_json(body), self._scorer.served, self._bounds)
            scores = await self._scorer.score(questions, completions)
        except ConfigError as error:
            return refusal(str(error), 422)
        except ValueError as error:
            return refusal(str(error), 400)
        return json_response({"scores": list(map(to_json, scores))})

    async def _body(self, request: Request, held: list[int]) -> bytes | Response:
        """The body, or what is answered where it is too large; its bytes are counted in ``held`` as they come."""
        said = request.headers.get("content-length", "")
        if said.isdecimal() and int(said) > self._bounds.body:
            return self._too_large()
        pieces = []
        async for piece in request.stream():
            held[0] += len(piece)
            self._bodies += len(piece)
            if held[0] > self._bounds.body:
                return self._too_large()
            if self._bodies > self._bounds.bodies:
                return refusal("the requests at work are too large together; try again", 503, _RETRY)
            pieces.append(piece)
        return b"".join(pieces)

    def _too_large(self) -> Response:
        close = {"Connection": "close"}  # what is left of it is not read
        return refusal(f"a body has at most {self._bounds.body} bytes: send several requests", 413, close)


def _health(_: Request) -> Response:
    return json_response({"status": "ok"})


def _environments(scorer: Scorer, bounds: Bounds) -> Any:
    served = scorer.served
    environments = [
        {"env": env, "options": dict(options), "range": list(served.make(env)[1].range)}
        for env, options in served.options.items()
    ]
    answer = {
        "environments": environments,
        "bounds": {"rows": bounds.rows, "characters": bounds.characters, "body": bounds.body},
    }
    return lambda _: json_response(answer)


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refusal(error.detail, error.status_code, dict(error.headers or {}))


def _failed(_: Request, error: Exception) -> Response:
    return refusal("the server has failed; its log says why", 500)
