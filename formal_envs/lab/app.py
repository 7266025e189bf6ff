"""The lab's application: the page, and what it asks."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from formal_envs.errors import ConfigError
from formal_envs.lab import trying
from formal_envs.lab.bench import Bench, Unanswered
from formal_envs.lab.forms import choose, form_of
from formal_envs.serving.gate import LOOPBACK, Gate, json_response, refusal
from formal_envs.serving.requests import read_json
from formal_envs.serving.served import Served

STATIC = Path(__file__).parent / "static"
MAX_BODY = 2_000_000
"""Bytes of a request: two texts of the longest kind, and what JSON makes of them."""
HEADERS = {
    # Load from this server and nothing else; make no markup and no code of texts.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""Of all answers."""
SECONDS = {"score": 30.0, "following": 30.0, "act": 45.0}
"""Of a question, by the process that answers it; work is bounded long before by what is counted."""
_BENCHES = {"problem": "score", "score": "score", "following": "following", "act": "act"}


class Lab:
    """Answers what the page asks: environments, and the processes in which they are tried.

    Args:
        served: the environments.
        modules: that register a user's own tasks, and are imported where texts are tried.
    """

    def __init__(self, served: Served, modules: Sequence[str] = ()):
        self.served = served
        # Apart, so that a game that is played, or a mask that is made, holds no score up.
        self.benches = {
            name: Bench(trying.answer, seconds=seconds, modules=modules) for name, seconds in SECONDS.items()
        }

    def ask(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a question of the page.

        Raises:
            ConfigError: it asks for what is not here.
            Unanswered: there is no answer in time.
        """
        chosen = choose(self.served, body.get("env"), body.get("options", {}))
        return self.benches[_BENCHES[kind]].ask({**body, "ask": kind, "chosen": chosen})

    def close(self) -> None:
        """End the processes."""
        for bench in self.benches.values():
            bench.close()


def create_app(lab: Lab, *, token: str | None = None, routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The page at "/", its files below "/static", what it asks below "/lab", and others' routes beside them.

    Args:
        lab: answers.
        token: what questions have to send as ``Authorization: Bearer``; the page itself needs none, and takes it from
            its address. Without one, pages of other sites and other names of the host are refused.
        routes: further ones, behind the same gate.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await run_in_threadpool(lab.close)

    files = [f"/static/{file.relative_to(STATIC).as_posix()}" for file in STATIC.rglob("*") if file.is_file()]
    gate = Middleware(Gate, token=token, hosts=LOOPBACK, public={"/", *files})
    return Starlette(
        routes=[
            Route("/", _page, methods=["GET"]),
            Mount("/static", app=StaticFiles(directory=STATIC)),
            Route("/lab/environments", _environments(lab), methods=["GET"]),
            *[Route(f"/lab/{kind}", _asking(lab, kind), methods=["POST"]) for kind in _BENCHES],
            *routes,
        ],
        middleware=[Middleware(_Headers), gate],
        exception_handlers={HTTPException: _refused},
        lifespan=lifespan,
    )


def address(host: str, port: int, token: str | None) -> str:
    """What to open in a browser; the token is behind '#', which no browser sends."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/" + (f"#token={quote(token, safe='')}" if token else "")


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
        ConfigError: it is none, or has more than ``MAX_BODY`` bytes.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise ConfigError(f"a request has at most {MAX_BODY:,} bytes")
    try:
        value = read_json(bytes(body))
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if not isinstance(value, dict):
        raise ConfigError("the request must be a JSON object")
    return value


class _Headers:
    """An application with ``HEADERS`` on all that it answers."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", []), *added]}
            await send(message)

        await self._app(scope, receive, sending)


async def _page(_: Request) -> Response:
    return FileResponse(STATIC / "index.html")


def _environments(lab: Lab) -> Callable[[Request], Awaitable[Response]]:
    async def environments(_: Request) -> Response:
        forms = await run_in_threadpool(lambda: [asdict(form_of(*item)) for item in lab.served.options.items()])
        return json_response({"environments": forms, "longest": trying.MAX_TEXT})

    return environments


def _asking(lab: Lab, kind: str) -> Callable[[Request], Awaitable[Response]]:
    async def asking(request: Request) -> Response:
        try:
            answer = await run_in_threadpool(lab.ask, kind, await read_object(request))
        except ConfigError as error:
            return refusal(str(error), 400)
        except Unanswered as error:
            return refusal(str(error), 503)
        return json_response(answer, 400 if "error" in answer else 200)

    return asking


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refusal(error.detail, error.status_code, dict(error.headers or {}))
