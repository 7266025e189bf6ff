"""How much is taken in: of one request, of all together, and from one client."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from formal_envs.serving.bounds import Bounds
from formal_envs.serving.gate import refusal

_RETRY = {"Retry-After": "1"}
_TRY_AGAIN_LATER = 1013  # of a WebSocket
_DIGITS = 18  # of a length that is looked at; a longer one is too large
_CLOSE = {"Connection": "close"}  # what is left of the body is not read


class Intake:
    """An application within bounds, whatever its routes read and send.

    Args:
        app: the application; it handles Starlette's HTTPException.
        bounds: of requests.
    """

    def __init__(self, app: ASGIApp, bounds: Bounds):
        self._app = app
        self._bounds = bounds
        self._rate = bounds.rate and Rate(bounds.rate)
        self._requests = 0
        self.bodies = 0  # bytes of those at work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        client = scope["client"][0] if scope.get("client") else ""
        if scope["type"] == "websocket" and self._rate and self._rate.wait(client):
            await send({"type": "websocket.close", "code": _TRY_AGAIN_LATER})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "")
        if self._rate and (seconds := self._rate.wait(client)):
            refused = refusal("too many requests from here; try again", 429, {"Retry-After": str(math.ceil(seconds))})
        elif self._requests >= self._bounds.requests:
            refused = refusal("too many requests at a time; try again", 503, _RETRY)
        elif said.isdecimal() and (len(said) > _DIGITS or int(said) > self._bounds.body):
            refused = refusal(_too_large(self._bounds), 413, _CLOSE)
        else:
            await self._pass(scope, receive, send)
            return
        await refused(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = _Body(self, self._bounds, receive)

        async def send_in_time(message: Message) -> None:
            with anyio.move_on_after(self._bounds.body_seconds) as limit:
                await send(message)
            if limit.cancelled_caught:  # it reads no further
                raise ClientDisconnect

        self._requests += 1
        try:
            await self._app(scope, body.receive, send_in_time)
        except ClientDisconnect:
            pass
        finally:
            self._requests -= 1
            self.bodies -= body.size


class _Body:
    """The body of a request as it comes: in time, and no larger than it may be."""

    def __init__(self, intake: Intake, bounds: Bounds, receive: Receive):
        self._intake = intake
        self._bounds = bounds
        self._receive = receive
        self._deadline = anyio.current_time() + bounds.body_seconds
        self._whole = False
        self.size = 0

    async def receive(self) -> Message:
        """The next message, as ASGI has it."""
        if self._whole:  # a disconnect comes next, and may take its time
            return await self._receive()
        try:
            with anyio.fail_after(max(0.0, self._deadline - anyio.current_time())):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, f"the body did not come within {self._bounds.body_seconds:g} s", _CLOSE) from None
        self._whole = not message.get("more_body", False)
        size = len(message.get("body", b""))
        self.size += size
        self._intake.bodies += size
        if self.size > self._bounds.body:
            raise HTTPException(413, _too_large(self._bounds), _CLOSE)
        if self._intake.bodies > self._bounds.bodies:
            raise HTTPException(503, "the requests at work are too large together; try again", {**_RETRY, **_CLOSE})
        return message


class Rate:
    """So many requests a second of each client, and no more than a second's at once.

    Each takes up a time of its own; who is more than a second ahead waits. (The "generic cell rate algorithm" of ITU-T
    I.371.) Whoever has not asked for a second is forgotten.

    Args:
        per_second: 1 or more.
        clock: seconds.
    """

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic):
        self._step = 1 / per_second
        self._clock = clock
        self._ahead: OrderedDict[str, float] = (
            OrderedDict()
        )  # until when a client's requests have taken up, oldest first

    def wait(self, client: str) -> float:
        """Seconds for a client to wait before it asks again; 0 where this request may pass."""
        now = self._clock()
        while self._ahead and next(iter(self._ahead.values())) <= now:
            self._ahead.popitem(last=False)
        until = max(now, self._ahead.get(client, now)) + self._step
        if until - now > 1 + 1e-9:
            return max(1.0, until - now)
        self._ahead[client] = until
        self._ahead.move_to_end(client)
        return 0.0


def _too_large(bounds: Bounds) -> str:
    return f"a body has at most {bounds.body} bytes: send several requests"
