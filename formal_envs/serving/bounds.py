"""How much a server takes, so that nothing in it grows without an end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """What one request, and all of them together, may ask for.

    Attributes:
        rows: of a request.
        characters: of a completion, and of a prompt.
        body: bytes of a request.
        bodies: bytes of all requests that are being read or answered.
        requests: how many are being read or answered at a time.
        body_seconds: until a request has come whole, and until its answer is taken.
        connections: open at a time.
    """

    rows: int = 4096
    characters: int = 100_000
    body: int = 8 * 2**20
    bodies: int = 256 * 2**20
    requests: int = 1024
    body_seconds: float = 30.0
    connections: int = 4096
