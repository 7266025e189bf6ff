"""A server's process."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette

from formal_envs.serving.bounds import Bounds

_LAST_ANSWERS = 5  # seconds for requests that are at work when the server is to end
_IDLE = 15  # seconds that a connection is kept without a request


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
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=bounds.connections,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )
