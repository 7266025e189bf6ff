"""Positions as SVG pictures.

They go by the coordinates of the sites, so any board can be drawn. Pieces are discs in their owners' colours, with a
letter where colours do not tell them apart, and a number for how many stand there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from formal_envs.ludii.board import Board
from formal_envs.ludii.compile.bytecode import Bytecode
from formal_envs.ludii.play.program import State
from formal_envs.ludii.view.letters import letters, piles, spacing

_FILL = ("#b9b2a5", "#ffffff", "#2b2b2b", "#c8553d", "#3d7dc8", "#4b9b5f", "#d9a441")
_INK = ("#2b2b2b", "#2b2b2b", "#ffffff", "#ffffff", "#ffffff", "#ffffff", "#2b2b2b")
_CELLS = ("#ecd9b4", "#d9bb86", "#e3caa0")
_STROKE = "#7a5f36"


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
    bytecode = state.program.bytecode
    what, n = int(state.what[site]), int(state.count[site])
    if not what:
        return
    fill, ink = _colours(bytecode.components[what - 1].owner, bytecode.n_players)
    if piles(bytecode):
        yield _text(x, y, radius * 1.1, str(n), _INK[0], "bold")
        return
    yield _circle(x, y, radius, fill, _INK[0])
    label = (letters(bytecode)[what] if named else "") + (str(n) if n > 1 else "")
    if label:
        yield _text(x, y, radius * (1.1 if len(label) < 3 else 0.8), label, ink, "bold")


def _named(bytecode: Bytecode) -> bool:
    """Whether colours alone do not tell the pieces apart."""
    owners = [component.owner for component in bytecode.components]
    return len(set(owners)) < len(owners)


def _board_picture(state: State, frame: _Frame, step: float) -> Iterator[str]:
    bytecode = state.program.bytecode
    board, radius = bytecode.board, step * frame.scale * 0.38
    named = _named(bytecode)
    if board.name == "mancalaBoard":
        yield from _holes(board, frame, radius * 1.15)
    else:
        yield from _grid(board, frame)
    for name, first in bytecode.type_first.items():
        size = radius if name == board.site_type else radius * 0.6
        for site, (x, y) in enumerate(board.topologies[name].xy):
            yield from _piece(state, first + site, *frame.at(x, y), size, named)


def _hand_picture(state: State, left: float, y: float, width: float) -> Iterator[str]:
    x = left
    for container in state.program.bytecode.hands:
        taken = [s for s in range(container.first, container.first + container.size) if state.what[s]]
        if not taken:
            continue
        yield _text(x, y, 12, f"{container.name}:", "#2b2b2b", anchor="start")
        x += 8 * len(container.name) + 22
        for site in taken:
            yield from _piece(state, site, x, y, 11, _named(state.program.bytecode))
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
    board = shown[0].program.bytecode.board
    sites = board.topologies[board.site_type].xy
    step = spacing(sites)
    outline = [(p[0], p[1]) for p in board.vertices] or list(sites)
    margin = step * (0.15 if board.site_type == "Cell" else 0.55)
    left, right = min(x for x, _ in outline) - margin, max(x for x, _ in outline) + margin
    bottom, top = min(y for _, y in outline) - margin, max(y for _, y in outline) + margin
    scale = min(size / (right - left), 1.5 * size / (top - bottom), 90 / step)
    frame = _Frame(left, top, scale)
    width, height = (right - left) * scale, (top - bottom) * scale
    column = max(width, 200.0)
    hands = 34 if shown[0].program.bytecode.hands else 0
    parts = []
    for index, state in enumerate(shown):
        parts.append(f'<g transform="translate({16 + index * (column + 24) + (column - width) / 2:.1f} 12)">')
        parts += _board_picture(state, frame, step)
        parts.append("</g>")
        x = 16 + index * (column + 24)
        parts += _hand_picture(state, x, height + 30, column)
        parts.append(_text(x + column / 2, height + hands + 32, 13, state.status, "#2b2b2b"))
    total = 32 + len(shown) * column + (len(shown) - 1) * 24
    down = height + hands + 50
    size_of = f'viewBox="0 0 {total:.0f} {down:.0f}" width="{total:.0f}" height="{down:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size_of}>'
    return "\n".join([head, '<rect width="100%" height="100%" fill="#fbf8f2"/>', *parts, "</svg>", ""])
