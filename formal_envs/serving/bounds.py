"""How much a server takes, so that nothing in it grows without an end."""

from __future__ import annotations

from dataclasses import dataclass

from formal_envs.errors import ConfigError


@dataclass(frozen=True)
class Bounds:
    """What one request, and all of them together, may ask for.

    Attributes:
        rows: of a request to score.
        characters: of a completion, and of a prompt.
        body: bytes of a request, and of a message of a WebSocket.
        bodies: bytes of all requests at work.
        requests: at work at a time.
        body_seconds: in which a body has to come, and each piece of an answer to be taken.
        head_seconds: in which a new connection has to say what it wants.
        connections: open at a time.
        rate: requests per second of each address, 1 or more, and no more than a second's at once; None for no end.

    Raises:
        ConfigError: the rate is below 1.
    """

    rows: int = 4096
    characters: int = 100_000
    body: int = 8 * 2**20
    bodies: int = 128 * 2**20
    requests: int = 1024
    body_seconds: float = 30.0
    head_seconds: float = 10.0
    connections: int = 4096
    rate: float | None = None

    def __post_init__(self) -> None:
        if self.rate is not None and not 1 <= self.rate < float("inf"):
            raise ConfigError(f"rate must be a number of requests per second, 1 or more, got {self.rate!r}")
