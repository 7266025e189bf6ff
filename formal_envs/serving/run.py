"""A server's process."""

from __future__ import annotations

import asyncio

import h11
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from formal_envs.serving.bounds import Bounds

_LAST_ANSWERS = 5  # seconds for requests that are at work when the server is to end
_IDLE = 15  # seconds that a connection is kept between requests


def run(app: Starlette, *, host: str, port: int, bounds: Bounds = Bounds()) -> None:  # noqa: B008  # frozen
    """Serve until SIGINT or SIGTERM, with the answers at work given first.

    Args:
        app: what ``create_app`` makes.
        host: address to listen at.
        port: 0 to 65535; 0 is any that is free. The log says which.
        bounds: of connections.
    """
    uvicorn.run(
        app,
        host=host,
        port=port,
        http=_protocol(bounds.head_seconds),
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=bounds.connections,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_LAST_ANSWERS,
        ws_max_size=bounds.body,
    )


def _protocol(seconds: float) -> type[asyncio.Protocol]:
    """uvicorn's, but that a connection is closed that does not say in time what it wants: there it may wait forever."""

    class InTime(H11Protocol):
        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self._stop()

        def _watch(self) -> None:
            if self.conn.their_state is not h11.IDLE:  # there is the whole head of a request
                self._stop()
            elif self._timer is None:
                self._timer = self.loop.call_later(seconds, self.transport.close)

        def _stop(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    return InTime
