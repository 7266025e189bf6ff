"""Tracks: sequences of sites, written as lists or as walks such as "0,E,N,W"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from formal_envs.ludii.board.args import fail, integers
from formal_envs.ludii.board.directions import COMPASS
from formal_envs.ludii.board.errors import BoardError, UnknownBoard
from formal_envs.ludii.board.topology import Topology
from formal_envs.ludii.language.names import MAX_PLAYERS
from formal_envs.ludii.language.typed_tree import Array, Call, Leaf

END = -2  # the place behind a track's last site, where pieces leave the game
MAX_NUMBER = 1 << 16
_PART = re.compile(r"([A-Z]+)([0-9]{0,4})")


class Track(NamedTuple):
    """A named sequence of sites, those of hands included; `owner` is a player's number, 0 for everybody's."""

    name: str
    owner: int
    loop: bool
    sites: tuple[int, ...]


def read_tracks(calls: Sequence[Call], sites: Topology) -> tuple[Track, ...]:
    """The tracks that a board's arguments describe, by calls of (track "name" sites loop: owner directed:).

    Args:
        calls: of ``track``.
        sites: of the board's own type, on which walks go.

    Numbers may lie beyond the board: they are sites of hands, which check_tracks knows.
    """
    return tuple(_track(call, sites) for call in calls)


def check_tracks(tracks: Sequence[Track], n_sites: int) -> None:
    """Refuse a track through a site that neither the board nor a hand has."""
    for track in tracks:
        far = max(track.sites, default=0)
        if far >= n_sites:
            raise BoardError(f"the track {track.name} names site {far}, board and hands have {n_sites}")


def _track(call: Call, on: Topology) -> Track:
    name, owner, loop = "", 0, False
    sites: list[int] | None = None
    for param, arg in zip(call.signature.params, call.args, strict=True):
        if isinstance(arg, Array) and any(isinstance(item, Call) for item in arg.items):
            raise UnknownBoard("unsupported: (track ...) by (trackStep ...)", call.start, call.end)
        if isinstance(arg, Array) or (isinstance(arg, Call) and sites is None):
            sites = [_checked(site, call) for site in integers(arg)]
        elif isinstance(arg, Leaf):
            if param.label == "loop":
                loop = arg.value is True
            elif arg.type == "int":
                owner = int(arg.value)
                if not 0 <= owner <= MAX_PLAYERS:
                    fail(f"a track's owner is a player, 1 to {MAX_PLAYERS}, or 0, got {owner}", arg)
            elif isinstance(arg.value, str) and re.fullmatch("P[0-9]{1,2}", arg.value) and name:
                owner = int(arg.value[1:])
            elif isinstance(arg.value, str) and not name:
                name = arg.value
            elif isinstance(arg.value, str) and sites is None:
                sites = _walk(arg.value, call, on)
    return Track(name, owner, loop, tuple(sites or ()))


def _checked(site: int, call: Call) -> int:
    """A site's number, or that of the end."""
    if site != END and not 0 <= site < MAX_NUMBER:
        fail(f"a track goes through sites from 0 on, got {site}", call)
    return site


def _walk(text: str, call: Call, on: Topology) -> list[int]:
    """Expand a walk: numbers are sites, a direction goes on to the edge of the board or so many steps."""
    sites: list[int] = []
    for part in (p.strip() for p in text.split(",")):
        if re.fullmatch("[0-9]{1,6}", part):
            sites.append(_checked(int(part), call))
        elif part in ("End", "END"):
            sites.append(END)
        elif (match := _PART.fullmatch(part)) and match[1] in COMPASS and sites and 0 <= sites[-1] < on.n:
            ahead = [r for r in on.radials[sites[-1]] if r.direction == match[1] and "Adjacent" in r.relations]
            path = max((r.sites for r in ahead), key=len, default=())
            sites += path[: int(match[2])] if match[2] else path
        elif part:
            fail(f"a track is a list of sites and of directions from sites of the board, not {part!r}", call)
    return sites
