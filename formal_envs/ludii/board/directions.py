"""Absolute directions: the sixteen points of the compass, up and down, and around a centre."""

from __future__ import annotations

import math

COMPASS = ("E", "ENE", "NE", "NNE", "N", "NNW", "NW", "WNW", "W", "WSW", "SW", "SSW", "S", "SSE", "SE", "ESE")
ROTATIONAL = ("CW", "CCW", "In", "Out")
_NUMBER = {name: i for i, name in enumerate(COMPASS)}


def compass(dx: float, dy: float) -> str:
    """The point of the compass nearest to a step."""
    return COMPASS[round(math.atan2(dy, dx) / (math.pi / 8)) % 16]


def direction(dx: float, dy: float, dz: float = 0.0) -> str:
    """The name of a step; one that climbs or falls starts with U or D."""
    if abs(dz) < 1e-3:
        return compass(dx, dy)
    prefix = "U" if dz > 0 else "D"
    return prefix if math.hypot(dx, dy) < 1e-3 else prefix + compass(dx, dy)


def opposite(name: str) -> str:
    """The direction that leads back."""
    if name in _NUMBER:
        return COMPASS[(_NUMBER[name] + 8) % 16]
    if name in ROTATIONAL:
        return {"CW": "CCW", "CCW": "CW", "In": "Out", "Out": "In"}[name]
    head, tail = name[:1], name[1:]
    return {"U": "D", "D": "U"}.get(head, head) + (opposite(tail) if tail else "")
