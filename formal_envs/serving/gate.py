"""Who may ask: whoever has the token; without one, what runs on this machine and is no other site's page.

A page from anywhere can have a browser send requests to this machine. By a name that its owner lets point here (DNS
rebinding) it could read the answers, too, so that the host's name is checked; by the address itself it can only send,
and says in ``Origin`` where it comes from. No such page knows a token.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names of this machine, for itself."""
_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:[0-9]+)?")
_POLICY_VIOLATION = 1008  # of a WebSocket


def json_response(values: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer as JSON, in ASCII: texts may hold what UTF-8 cannot.

    Raises:
        ValueError: a number is not finite.
    """
    return Response(json.dumps(values, allow_nan=False), status, headers, media_type="application/json")


def refusal(message: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """The one form of errors: ``{"error": message}``."""
    return json_response({"error": message}, status, headers)


class Gate:
    """An application that only those reach who may.

    Args:
        app: the application.
        token: what ``Authorization: Bearer`` has to say; None where none is needed.
        hosts: names of this server, checked where there is no token.
        public: paths that need no token.
    """

    def __init__(self, app: ASGIApp, *, token: str | None, hosts: Collection[str], public: Collection[str]):
        self._app = app
        self._token = token
        self._hosts = frozenset(hosts)
        self._public = frozenset(public)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._without_token(headers) if self._token is None else self._with_token(headers, scope["path"])
        if refused is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await refused(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})

    def _without_token(self, headers: Headers) -> Response | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if _name(host) not in self._hosts:
            return refusal("this server answers to its own names alone, such as localhost, where it has no token", 403)
        if origin is not None and origin.rpartition("//")[2] != host:
            return refusal("this server takes no requests from pages of other sites", 403)
        return None

    def _with_token(self, headers: Headers, path: str) -> Response | None:
        kind, _, given = headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode(), (self._token or "").encode())
        if path in self._public or (kind.lower() == "bearer" and right):
            return None
        return refusal("send the server's token as Authorization: Bearer TOKEN", 401, {"WWW-Authenticate": "Bearer"})


def _name(host: str) -> str | None:
    """The name in a Host header, without its port."""
    found = _HOST.fullmatch(host)
    return found["name"].strip("[]").lower() if found else None
