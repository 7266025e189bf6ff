"""A position in letters, for the terminal.

It goes by the coordinates of the sites, so any board can be shown. Pieces are letters (capital ones for player 1, small
ones for player 2), with a number for how many stand together; pieces of other players have the player's number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import ascii_uppercase
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from formal_envs.ludii.board import Topology
from formal_envs.ludii.compile.bytecode import Bytecode
from formal_envs.ludii.engine.interface import USES

Integers: TypeAlias = NDArray[np.int32]
Rows: TypeAlias = dict[int, dict[int, int]]  # by height, then by column of the text: the site that is shown there

_LETTER = {"knight": "N"}


def letters(bytecode: Bytecode) -> list[str]:
    """A letter for each component; the first entry, nothing, is empty. Kinds of one name share a letter."""
    chosen: dict[str, str] = {}
    n_dice = len(bytecode.dice)
    for component in (*bytecode.components[n_dice:], *bytecode.components[:n_dice]):
        if component.base in chosen:
            continue
        first = _LETTER.get(component.base.lower(), "")
        wanted = [*first, *(c.upper() for c in component.base if c.isalpha()), *ascii_uppercase]
        chosen[component.base] = next((c for c in wanted if c not in chosen.values() and len(c) == 1), "?")
    return ["", *(chosen[component.base] for component in bytecode.components)]


def symbols(bytecode: Bytecode) -> list[str]:
    """What stands for each component in the terminal: ``x`` and ``o`` where each player has one kind of piece."""
    owners = [component.owner for component in bytecode.components]
    n_dice = len(bytecode.dice)
    if sorted(o for o in owners[n_dice:] if o) == [1, 2]:
        return [".", *"D" * n_dice, *("#xo"[owner] for owner in owners[n_dice:])]
    shown = ["."]
    for letter, owner in zip(letters(bytecode)[1:], owners, strict=True):
        shown.append(
            letter.lower() if owner == 2 else f"{letter}{owner}" if owner > 2 and bytecode.n_players > 2 else letter
        )
    return shown


def piles(bytecode: Bytecode) -> bool:
    """Whether the board shows numbers alone: one kind of piece, nobody's own, of which several may stand together."""
    pieces = bytecode.components[len(bytecode.dice) :]
    nobody_s = len(pieces) == 1 and not 1 <= pieces[0].owner <= bytecode.n_players
    return nobody_s and bool(bytecode.uses & USES["COUNT"])


def _texts(bytecode: Bytecode, what: Integers, count: Integers, sites: Iterable[int]) -> list[str]:
    """What stands on each of the sites."""
    names = symbols(bytecode)
    texts = []
    for site in sites:
        n = int(count[site])
        if what[site] < 0:
            texts.append("?")
        elif piles(bytecode):
            texts.append(str(n) if n else ".")
        else:
            name = names[what[site]]
            times = "*" if name[-1].isdigit() else ""  # six stones of player 3 are S3*6
            texts.append(name + (f"{times}{n}" if n > 1 else ""))
    return texts


def spacing(points: Sequence[tuple[float, float]]) -> float:
    """The usual distance of a site to the nearest other one."""
    if len(points) < 2:
        return 1.0
    sample = points[:: max(1, len(points) // 64)]
    nearest = sorted(min(d for q in points if (d := math.dist(p, q)) > 1e-6) for p in sample)
    return nearest[len(nearest) // 2]


def closest(points: Sequence[tuple[float, float]]) -> float:
    """The least distance of two sites that are not at one place."""
    ordered, least = sorted(points), math.inf
    for i, p in enumerate(ordered):
        for q in ordered[i + 1 :]:
            if q[0] - p[0] >= least:
                break
            least = min(least, d) if (d := math.dist(p, q)) > 1e-6 else least
    return least if least < math.inf else 1.0


def board_lines(bytecode: Bytecode, what: Integers, count: Integers) -> list[str]:
    """The board, with names of rows and columns where it has them, then other places and hands that are not empty.

    Args: what, count, (n_sites,) component and number of pieces at each site, -1 where they are hidden.
    """
    sites = bytecode.board.sites
    texts = _texts(bytecode, what, count, range(sites.n))
    lines: list[str] = []
    for layer in range(max(sites.layer, default=0) + 1):
        if any(sites.layer):
            lines.append(f"layer {layer}")
        lines += _layer_lines(sites, texts, [site for site in range(sites.n) if sites.layer[site] == layer])
    return [*lines, *_other_places(bytecode, what, count), *_hands(bytecode, what, count)]


def _layer_lines(sites: Topology, texts: Sequence[str], shown: Sequence[int]) -> list[str]:
    """The sites of one layer of the board."""
    width = max(map(len, texts))
    label = [name.partition("/")[0] for name in sites.label]
    rows = _rows(sites, width, shown)
    labels = {key: _shared(label[site].lstrip(ascii_uppercase) for site in row.values()) for key, row in rows.items()}
    margin = max(map(len, labels.values())) if all(labels.values()) and len(rows) > 1 else 0
    lines = []
    for key in sorted(rows, reverse=True):
        line = ""
        for at, site in rows[key].items():
            line = line.ljust(at) + texts[site].rjust(width)
        lines.append((labels[key].rjust(margin) + " " if margin else "") + line)
    if margin:
        lines += _column_labels(rows, label, width, margin)
    return lines


def stack_lines(bytecode: Bytecode, stacks: Mapping[int, Sequence[int]]) -> list[str]:
    """Stacks of several kinds of piece, a line each, from the lowest piece to the top: ``B2: x x o``.

    Args: stacks, the components on each site.
    """
    names, label = symbols(bytecode), bytecode.board.sites.label
    hands = {hand.first + k: hand.name for hand in bytecode.containers[1:] for k in range(hand.size)}
    return [
        f"{label[site] if site < len(label) else hands.get(site, site)}: {' '.join(names[what] for what in stack)}"
        for site, stack in stacks.items()
        if len(set(stack)) > 1
    ]


def _rows(sites: Topology, width: int, shown: Sequence[int]) -> Rows:
    """Where some of the sites are shown, each in ``width`` characters."""
    cell = width + 1 + (width + 1) % 2
    step = spacing(sites.xy)
    left, bottom = (min(values) for values in zip(*sites.xy, strict=True))
    rows: Rows = {}
    for site, (x, y) in sorted(((site, sites.xy[site]) for site in shown), key=lambda row: row[1]):
        row = rows.setdefault(round((y - bottom) / step * 2), {})
        at = round((x - left) / step * cell)
        if row and at <= (last := max(row)) + width:
            at = last + width + 1
        row[at] = site
    return rows


def _shared(values: Iterable[str]) -> str:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else ""


def _column_labels(rows: Rows, label: Sequence[str], width: int, margin: int) -> list[str]:
    columns: dict[int, set[str]] = {}
    for row in rows.values():
        for at, site in row.items():
            columns.setdefault(at, set()).add(label[site].rstrip("0123456789"))
    if any(len(names) > 1 for names in columns.values()):
        return []
    line = ""
    for at in sorted(columns):
        name = columns[at].pop()
        if len(name) > width:
            return []
        line = line.ljust(at) + name.rjust(width)
    return [" " * (margin + 1) + line]


def _other_places(bytecode: Bytecode, what: Integers, count: Integers) -> Iterator[str]:
    """Pieces on places of the other types."""
    for name, first in bytecode.type_first.items():
        sites = range(first, first + bytecode.board.topologies[name].n)
        taken = [site for site in sites if what[site]] if name != bytecode.board.site_type else []
        if taken:
            texts = _texts(bytecode, what, count, taken)
            yield f"{name} " + " ".join(f"{site - first}:{t}" for site, t in zip(taken, texts, strict=True))


def _hands(bytecode: Bytecode, what: Integers, count: Integers) -> Iterator[str]:
    for container in bytecode.hands:
        texts = _texts(bytecode, what, count, range(container.first, container.first + container.size))
        if any(text != "." for text in texts):
            yield f"{container.name}: {' '.join(texts)}"
