"""Tracks: sequences of sites, written as lists or as walks such as "0,E,N,W"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from formal_envs.ludii.board.args import fail, integers
from formal_envs.ludii.board.directions import COMPASS
from formal_envs.ludii.board.topology import Topology
from formal_envs.ludii.language.typed_tree import Array, Call, Leaf

_PART = re.compile(r"([A-Z]+)([0-9]{0,4})")


class Track(NamedTuple):
    """A named sequence of sites; `owner` is a player's number, 0 for everybody's."""

    name: str
    owner: int
    loop: bool
    sites: tuple[int, ...]


def read_tracks(calls: Sequence[Call], sites: Topology, limit: int) -> tuple[Track, ...]:
    """The tracks that a board's arguments describe, by calls of (track "name" sites loop: owner directed:).

    Args:
        calls: of ``track``.
        sites: of the board's own type, on which walks go.
        limit: above every site that a track may name.
    """
    return tuple(_track(call, sites, limit) for call in calls)


def _track(call: Call, on: Topology, limit: int) -> Track:
    name, owner, loop = "", 0, False
    sites: list[int] | None = None
    for param, arg in zip(call.signature.params, call.args, strict=True):
        if isinstance(arg, Array) or (isinstance(arg, Call) and sites is None):
            sites = [_checked(site, call, on, limit) for site in integers(arg)]
        elif isinstance(arg, Leaf):
            if param.label == "loop":
                loop = arg.value is True
            elif isinstance(arg.value, str) and re.fullmatch("P[0-9]{1,2}", arg.value) and name:
                owner = int(arg.value[1:])
            elif isinstance(arg.value, str) and not name:
                name = arg.value
            elif isinstance(arg.value, str) and sites is None:
                sites = _walk(arg.value, call, on, limit)
    return Track(name, owner, loop, tuple(sites or ()))


def _checked(site: int, call: Call, on: Topology, limit: int) -> int:
    """A site's number, refused if the board has no such site."""
    if not 0 <= site < limit:
        fail(f"the track names site {site}, the board has {on.n}", call)
    return site


def _walk(text: str, call: Call, on: Topology, limit: int) -> list[int]:
    """Expand a walk: numbers are sites, a direction goes on to the edge of the board or so many steps."""
    sites: list[int] = []
    for part in (p.strip() for p in text.split(",")):
        if re.fullmatch("[0-9]{1,6}", part):
            sites.append(_checked(int(part), call, on, limit))
            continue
        match = _PART.fullmatch(part)
        if match is None or match[1] not in COMPASS or not sites:
            if part in ("End", "END"):
                continue
            fail(f"a track is a list of sites and directions, not {part!r}", call)
        ahead = [r for r in on.radials[sites[-1]] if r.direction == match[1] and "Adjacent" in r.relations]
        path = max((r.sites for r in ahead), key=len, default=())
        sites += path[: int(match[2])] if match[2] else path
    return sites
