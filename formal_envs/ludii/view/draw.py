"""Positions to look at: as text for the terminal, and as an SVG picture.

Both go by the coordinates of the sites, so any board can be drawn. Pieces are letters: the players' own kinds in their
colours (capital letters for player 1, small ones for player 2 in the terminal), a number for how many stand there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from string import ascii_uppercase
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from formal_envs.ludii.board import Board
    from formal_envs.ludii.compile.bytecode import Image
    from formal_envs.ludii.play.program import State

_LETTER = {"knight": "N"}
_FILL = ("#b9b2a5", "#ffffff", "#2b2b2b", "#c8553d", "#3d7dc8", "#4b9b5f", "#d9a441")
_INK = ("#2b2b2b", "#2b2b2b", "#ffffff", "#ffffff", "#ffffff", "#ffffff", "#2b2b2b")
_CELLS = ("#ecd9b4", "#d9bb86", "#e3caa0")
_STROKE = "#7a5f36"


def letters(image: Image) -> list[str]:
    """A letter for each component; the first entry, nothing, is empty. Kinds of one name share a letter."""
    chosen: dict[str, str] = {}
    for component in image.components:
        if component.base in chosen:
            continue
        first = _LETTER.get(component.base.lower(), "")
        wanted = [*first, *(c.upper() for c in component.base if c.isalpha()), *ascii_uppercase]
        chosen[component.base] = next((c for c in wanted if c not in chosen.values() and len(c) == 1), "?")
    return ["", *(chosen[component.base] for component in image.components)]


def symbols(image: Image) -> list[str]:
    """What stands for each component in the terminal: ``x`` and ``o`` where each player has one kind of piece."""
    owners = [component.owner for component in image.components]
    if sorted(o for o in owners if o) == [1, 2]:
        return [".", *("#xo"[owner] for owner in owners)]
    shown = ["."]
    for letter, owner in zip(letters(image)[1:], owners, strict=True):
        shown.append(
            letter.lower() if owner == 2 else f"{letter}{owner}" if owner > 2 and image.n_players > 2 else letter
        )
    return shown


def _piles(image: Image) -> bool:
    """Whether the board shows numbers alone: one kind of piece, nobody's own."""
    return len(image.components) == 1 and not 1 <= image.components[0].owner <= image.n_players


def _place_texts(state: State, sites: Iterable[int]) -> list[str]:
    image, names = state.program.image, symbols(state.program.image)
    what, count = state.what, state.count
    texts = []
    for site in sites:
        n = int(count[site])
        if _piles(image):
            texts.append(str(n) if n else ".")
        else:
            texts.append(names[what[site]] + (str(n) if n > 1 else ""))
    return texts


def _spacing(points: Sequence[tuple[float, float]]) -> float:
    """The usual distance of a site to the nearest other one."""
    if len(points) < 2:
        return 1.0
    sample = points[:: max(1, len(points) // 64)]
    nearest = sorted(min(d for q in points if (d := math.dist(p, q)) > 1e-6) for p in sample)
    return nearest[len(nearest) // 2]


def board_text(state: State) -> str:
    """The position in lines of text: board with row and column labels where it has them, hands, who is to move."""
    image = state.program.image
    board = image.board
    top = board.topologies[board.site_type]
    texts = _place_texts(state, range(top.n))
    width = max(map(len, texts))
    cell = width + 1 + (width + 1) % 2
    step = _spacing(top.xy)
    left, bottom = (min(v) for v in zip(*top.xy, strict=True))
    rows: dict[int, dict[int, int]] = {}
    for site, (x, y) in sorted(enumerate(top.xy), key=lambda row: row[1]):
        row = rows.setdefault(round((y - bottom) / step * 2), {})
        at = round((x - left) / step * cell)
        if row and at <= (last := max(row)) + width:
            at = last + width + 1
        row[at] = site
    labels = {
        key: _shared(top.label[site].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for site in row.values())
        for key, row in rows.items()
    }
    margin = max(map(len, labels.values())) if all(labels.values()) and len(rows) > 1 else 0
    lines = []
    for key in sorted(rows, reverse=True):
        line = ""
        for at, site in rows[key].items():
            line = line.ljust(at) + texts[site].rjust(width)
        lines.append((labels[key].rjust(margin) + " " if margin else "") + line)
    if margin:
        lines += _column_labels(rows, top.label, width, margin)
    return "\n".join([*lines, *_other_places(state), *_hands(state), status(state)])


def _shared(values: Iterable[str]) -> str:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else ""


def _column_labels(rows: dict[int, dict[int, int]], label: Sequence[str], width: int, margin: int) -> list[str]:
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


def _other_places(state: State) -> Iterator[str]:
    """Pieces on places of the other types."""
    image = state.program.image
    for name, first in image.type_first.items():
        sites = range(first, first + image.board.topologies[name].n)
        if name != image.board.site_type and any(state.what[first : sites.stop]):
            taken = [site for site in sites if state.what[site]]
            texts = _place_texts(state, taken)
            yield f"{name} " + " ".join(f"{site - first}:{t}" for site, t in zip(taken, texts, strict=True))


def _hands(state: State) -> Iterator[str]:
    for container in state.program.image.containers[1:]:
        texts = _place_texts(state, range(container.first, container.first + container.size))
        if any(t != "." for t in texts):
            yield f"{container.name}: {' '.join(texts)}"


def status(state: State) -> str:
    """Who is to move, or how the game ended, and the scores where there are any."""
    n = state.program.n_players
    if state.over:
        told = f"player {state.winner} has won" if state.winner else "a draw" if n > 1 else "lost"
        told = f"over after turn {state.turn}: {told}"
    else:
        told = f"turn {state.turn}, player {state.mover} to move"
    scores = state.score[1 : n + 1]
    return told + (f", score {' : '.join(map(str, scores))}" if any(scores) else "")


# ---- pictures


class _Frame(NamedTuple):
    """From the board's coordinates to the picture's."""

    left: float
    top: float
    scale: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.left) * self.scale, (self.top - y) * self.scale


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _circle(x: float, y: float, radius: float, fill: str, stroke: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}" stroke="{stroke}" stroke-width="1.2"/>'


def _grid(board: Board, frame: _Frame) -> Iterator[str]:
    """Cells, edges and vertices, as far as the game is played on them."""
    points = [frame.at(p[0], p[1]) for p in board.vertices]
    on_cells = board.site_type == "Cell"
    colours = board.topologies["Cell"].phase if on_cells else []
    if max(colours, default=0) > 2:
        colours = [0] * len(colours)  # no pattern that an eye would see
    for i, face in enumerate(board.polygons):
        fill = _CELLS[colours[i] % len(_CELLS)] if on_cells else _CELLS[0]
        edge = f' stroke="{_STROKE}" stroke-width="1.2"' if on_cells else ""
        yield f'<path d="{_path(points[v] for v in face)}Z" fill="{fill}"{edge}/>'
    if on_cells:
        return
    lines = "".join(_path((points[a], points[b])) for a, b in board.edges)
    yield f'<path d="{lines}" stroke="{_STROKE}" stroke-width="1.8" stroke-linecap="round" fill="none"/>'
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{_STROKE}"/>'


def _holes(board: Board, frame: _Frame, radius: float) -> Iterator[str]:
    """A board of holes: a sowing game's."""
    for x, y in board.topologies[board.site_type].xy:
        px, py = frame.at(x, y)
        yield _circle(px, py, radius, _CELLS[1], _STROKE)


def _text(
    x: float, y: float, size: float, text: str, colour: str, weight: str = "normal", anchor: str = "middle"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y + size * 0.35:.1f}" font-size="{size:.1f}" font-family="sans-serif" '
        f'font-weight="{weight}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
    )


def _colours(owner: int, n_players: int) -> tuple[str, str]:
    index = 0 if owner > n_players else owner % len(_FILL)
    return _FILL[index], _INK[index]


def _piece(state: State, site: int, x: float, y: float, radius: float, named: bool) -> Iterator[str]:
    image = state.program.image
    what, n = int(state.what[site]), int(state.count[site])
    if not what:
        return
    fill, ink = _colours(image.components[what - 1].owner, image.n_players)
    if _piles(image):
        yield _text(x, y, radius * 1.1, str(n), _INK[0], "bold")
        return
    yield _circle(x, y, radius, fill, _INK[0])
    label = (letters(image)[what] if named else "") + (str(n) if n > 1 else "")
    if label:
        yield _text(x, y, radius * (1.1 if len(label) < 3 else 0.8), label, ink, "bold")


def _named(image: Image) -> bool:
    """Whether colours alone do not tell the pieces apart."""
    owners = [component.owner for component in image.components]
    return len(set(owners)) < len(owners)


def _board_picture(state: State, frame: _Frame, spacing: float) -> Iterator[str]:
    image = state.program.image
    board, radius = image.board, spacing * frame.scale * 0.38
    named = _named(image)
    if board.name == "mancalaBoard":
        yield from _holes(board, frame, radius * 1.15)
    else:
        yield from _grid(board, frame)
    for name, first in image.type_first.items():
        size = radius if name == board.site_type else radius * 0.6
        for site, (x, y) in enumerate(board.topologies[name].xy):
            yield from _piece(state, first + site, *frame.at(x, y), size, named)


def _hand_picture(state: State, left: float, y: float, width: float) -> Iterator[str]:
    x = left
    for container in state.program.image.containers[1:]:
        taken = [s for s in range(container.first, container.first + container.size) if state.what[s]]
        if not taken:
            continue
        yield _text(x, y, 12, f"{container.name}:", "#2b2b2b", anchor="start")
        x += 8 * len(container.name) + 22
        for site in taken:
            yield from _piece(state, site, x, y, 11, _named(state.program.image))
            x += 28
            if x > left + width - 20:
                x, y = left, y + 28
        x += 16


def board_svg(states: State | Sequence[State], size: int = 320) -> str:
    """An SVG picture of a position, or of several side by side, each about ``size`` units wide.

    Cells are polygons; boards of points show their lines. Pieces are discs in their owners' colours, with a letter
    where a player has several kinds and a number where several stand together.
    """
    shown = [states] if not isinstance(states, Sequence) else list(states)
    if not shown:
        raise ValueError("nothing to draw: expected at least one state")
    board = shown[0].program.image.board
    sites = board.topologies[board.site_type].xy
    spacing = _spacing(sites)
    outline = [(p[0], p[1]) for p in board.vertices] or list(sites)
    margin = spacing * (0.15 if board.site_type == "Cell" else 0.55)
    left, right = min(x for x, _ in outline) - margin, max(x for x, _ in outline) + margin
    bottom, top = min(y for _, y in outline) - margin, max(y for _, y in outline) + margin
    scale = min(size / (right - left), 1.5 * size / (top - bottom), 90 / spacing)
    frame = _Frame(left, top, scale)
    width, height = (right - left) * scale, (top - bottom) * scale
    column = max(width, 200.0)
    hands = 34 if len(shown[0].program.image.containers) > 1 else 0
    parts = []
    for index, state in enumerate(shown):
        parts.append(f'<g transform="translate({16 + index * (column + 24) + (column - width) / 2:.1f} 12)">')
        parts += _board_picture(state, frame, spacing)
        parts.append("</g>")
        x = 16 + index * (column + 24)
        parts += _hand_picture(state, x, height + 30, column)
        parts.append(_text(x + column / 2, height + hands + 32, 13, status(state), "#2b2b2b"))
    total = 32 + len(shown) * column + (len(shown) - 1) * 24
    down = height + hands + 50
    size_of = f'viewBox="0 0 {total:.0f} {down:.0f}" width="{total:.0f}" height="{down:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size_of}>'
    return "\n".join([head, '<rect width="100%" height="100%" fill="#fbf8f2"/>', *parts, "</svg>", ""])
