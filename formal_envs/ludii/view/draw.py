"""Positions as SVG pictures.

They go by the coordinates of the sites, so any board can be drawn. Pieces are discs in their owners' colours, with a
letter where colours do not tell them apart, and a number for how many stand there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import NamedTuple, TypeAlias
from xml.sax.saxutils import escape

from formal_envs.ludii.board import Board
from formal_envs.ludii.compile.bytecode import Bytecode
from formal_envs.ludii.engine.interface import USES
from formal_envs.ludii.play.hidden import Seen
from formal_envs.ludii.play.program import State
from formal_envs.ludii.view.letters import closest, letters, piles, spacing
from formal_envs.ludii.view.names import Name, line_names

_FILL = ("#b9b2a5", "#ffffff", "#2b2b2b", "#c8553d", "#3d7dc8", "#4b9b5f", "#d9a441")
_INK = ("#2b2b2b", "#2b2b2b", "#ffffff", "#ffffff", "#ffffff", "#ffffff", "#2b2b2b")
_CELLS = ("#ecd9b4", "#d9bb86", "#e3caa0")
_STROKE = "#7a5f36"
TEXT = "#2b2b2b"
_SMALLER = 0.8  # a piece, against one a layer below
_LETTER_WIDTH = 6.8  # of a status, about
_MOST_LEVELS = 8  # pieces of a stack that are drawn, from the top

Position: TypeAlias = State | Seen


class Frame(NamedTuple):
    """From the board's coordinates to the picture's.

    ``step`` is the usual distance of neighbouring sites and ``room`` the least one, in the board's coordinates;
    ``width`` and ``height`` are the board's in the picture.
    """

    left: float
    top: float
    scale: float
    step: float
    room: float
    width: float
    height: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the board in the picture."""
        return (x - self.left) * self.scale, (self.top - y) * self.scale

    @property
    def radius(self) -> float:
        """A piece's, in the picture."""
        return min(0.38 * self.step, 0.48 * self.room) * self.scale

    @property
    def column(self) -> float:
        """The width of what is beneath the board, in the picture."""
        return max(self.width, 200.0)


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _circle(x: float, y: float, radius: float, fill: str, stroke: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}" stroke="{stroke}" stroke-width="1.2"/>'


def _grid(board: Board, frame: Frame) -> Iterator[str]:
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
    layer = board.topologies["Vertex"].layer
    for above, strength in ((False, ""), (True, ' stroke-opacity="0.35"')):
        lines = "".join(_path((points[a], points[b])) for a, b in board.edges if any((layer[a], layer[b])) == above)
        if lines:
            stroke = f'stroke="{_STROKE}" stroke-width="1.8" stroke-linecap="round"{strength}'
            yield f'<path d="{lines}" {stroke} fill="none"/>'
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{_STROKE}"/>'


def _holes(board: Board, frame: Frame, radius: float) -> Iterator[str]:
    """A board of holes: a sowing game's."""
    for x, y in board.topologies[board.site_type].xy:
        px, py = frame.at(x, y)
        yield _circle(px, py, radius, _CELLS[1], _STROKE)


def text_at(
    x: float, y: float, size: float, text: str, colour: str = TEXT, weight: str = "normal", anchor: str = "middle"
) -> str:
    """A line of text, escaped."""
    return (
        f'<text x="{x:.1f}" y="{y + size * 0.35:.1f}" font-size="{size:.1f}" font-family="sans-serif" '
        f'font-weight="{weight}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
    )


def _colours(owner: int, n_players: int) -> tuple[str, str]:
    index = 0 if owner > n_players else owner % len(_FILL)
    return _FILL[index], _INK[index]


def bytecode_of(position: Position) -> Bytecode:
    """The game of a position."""
    return position.bytecode if isinstance(position, Seen) else position.program.bytecode


def _piece(position: Position, site: int, x: float, y: float, radius: float, named: bool) -> Iterator[str]:
    """What stands on a site, a question mark where that is hidden; of a stack the pieces beneath look out below."""
    bytecode = bytecode_of(position)
    what, n = int(position.what[site]), int(position.count[site])
    if not what:
        return
    if what < 0:
        yield _circle(x, y, radius, _FILL[0], _INK[0])
        yield text_at(x, y, radius * 1.1, "?", _INK[0], "bold")
        return
    if piles(bytecode):
        if bytecode.board.name != "mancalaBoard" and bytecode.board.site_type != "Cell":
            yield _circle(x, y, radius, _CELLS[0], _STROKE)
        yield text_at(x, y, radius * 1.1, str(n), _INK[0], "bold")
        return
    beneath: list[int] = []
    if n > 1 and bytecode.uses & USES["STACK"] and isinstance(position, State):
        beneath = [piece.what for piece in position.stack(site)[-_MOST_LEVELS:-1]]
        radius *= 0.85
        shift = radius * min(0.25, 1 / len(beneath))
        y += shift * len(beneath) / 2
        for below in beneath:
            yield _circle(x, y, radius, *_colours(bytecode.components[below - 1].owner, bytecode.n_players))
            y -= shift
    fill, ink = _colours(bytecode.components[what - 1].owner, bytecode.n_players)
    yield _circle(x, y, radius, fill, ink if beneath else _INK[0])
    label = (letters(bytecode)[what] if named else "") + (str(n) if n > 1 else "")
    if not label and (position.value > 1).any():  # strengths, as far as nothing else is told of a piece
        label = str(position.value[site])
    if label:
        yield text_at(x, y, radius * (1.1 if len(label) < 3 else 0.8), label, ink, "bold")


def _named(bytecode: Bytecode) -> bool:
    """Whether colours alone do not tell the pieces apart."""
    owners = [component.owner for component in bytecode.components[len(bytecode.dice) :]]
    return len(set(owners)) < len(owners)


def _names(board: Board, step: float) -> list[Name]:
    sites = board.topologies[board.site_type]
    return line_names(sites.label, sites.xy, [(p[0], p[1]) for p in board.vertices], step)


def background(position: Position, frame: Frame) -> Iterator[str]:
    """The board without pieces, with its coordinates."""
    board = bytecode_of(position).board
    if board.name == "mancalaBoard":
        yield from _holes(board, frame, frame.radius * 1.15)
    else:
        yield from _grid(board, frame)
    yield from _names_picture(board, frame)


class Place(NamedTuple):
    """Where a site's pieces are drawn: its middle in the picture, and a piece's radius there."""

    site: int
    x: float
    y: float
    radius: float


def places(position: Position, frame: Frame) -> list[Place]:
    """The sites of the board in the order in which they are drawn, higher layers last."""
    bytecode = bytecode_of(position)
    found = []
    for name, first in bytecode.type_first.items():
        sites = bytecode.board.topologies[name]
        for site in sorted(range(sites.n), key=sites.layer.__getitem__):
            size = frame.radius * (1.0 if name == bytecode.board.site_type else 0.6) * _SMALLER ** sites.layer[site]
            found.append(Place(first + site, *frame.at(*sites.xy[site]), size))
    return found


def pieces_at(position: Position, place: Place) -> Iterator[str]:
    """What stands at one of ``places``."""
    yield from _piece(position, *place, _named(bytecode_of(position)))


def _names_picture(board: Board, frame: Frame) -> Iterator[str]:
    """Letters and numbers beside the board; on boards without rows and columns the name of each site beside it."""
    unit = frame.step * frame.scale
    if names := _names(board, frame.step):
        for name in names:
            yield text_at(*frame.at(name.x, name.y), min(12.0, 0.4 * unit), name.text, _STROKE)
        return
    sites = board.topologies[board.site_type]
    size = min(10.0, 0.22 * unit)
    if size >= 4 and len(set(sites.xy)) == sites.n:
        for label, (x, y) in zip(sites.label, sites.xy, strict=True):
            px, py = frame.at(x, y)
            away = 0.71 * frame.radius + 0.5 * size  # beside a piece that stands there
            yield text_at(px + away, py + away, size, label, _STROKE)


def _hand_rows(position: Position, width: float) -> Iterator[tuple[float, int, str | int]]:
    """Names of hands and the sites in them that are taken: how far right, in which row, and the name or site."""
    x, row = 0.0, 0
    for container in bytecode_of(position).hands:
        taken = [s for s in range(container.first, container.first + container.size) if position.what[s]]
        if not taken:
            continue
        title = 8 * len(container.name) + 22
        if x and x + title + 12 > width:
            x, row = 0.0, row + 1
        yield x, row, container.name
        x += title
        for site in taken:
            if x + 12 > width:
                x, row = 12.0, row + 1
            yield x, row, site
            x += 28
        x += 4


def hand_rows(position: Position, width: float) -> int:
    """How many rows the hands take."""
    return max((row + 1 for _, row, _ in _hand_rows(position, width)), default=0)


def hands_picture(position: Position, left: float, y: float, width: float) -> Iterator[str]:
    """The hands that are not empty, in rows beneath each other."""
    named = _named(bytecode_of(position))
    for x, row, shown in _hand_rows(position, width):
        if isinstance(shown, str):
            yield text_at(left + x, y + 28 * row, 12, f"{shown}:", anchor="start")
        else:
            yield from _piece(position, shown, left + x, y + 28 * row, 11, named)


def frame_of(board: Board, size: int) -> Frame:
    """From the board to a picture about ``size`` units wide."""
    sites = board.topologies[board.site_type]
    points = sites.xy
    step, room = spacing(points), closest([p for p, layer in zip(points, sites.layer, strict=True) if not layer])
    outline = [(p[0], p[1]) for p in board.vertices] or list(points)
    margin = step * (0.15 if board.site_type == "Cell" else 0.55)
    beside = [(name.x, name.y) for name in _names(board, step)]
    xs = [x + d * margin for x, _ in outline for d in (-1, 1)] + [
        x + d * step * 0.3 for x, _ in beside for d in (-1, 1)
    ]
    ys = [y + d * margin for _, y in outline for d in (-1, 1)] + [
        y + d * step * 0.3 for _, y in beside for d in (-1, 1)
    ]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    scale = min(size / width, 1.5 * size / height, 90 / step)
    return Frame(min(xs), max(ys), scale, step, room, width * scale, height * scale)


def status_lines(position: Position, frame: Frame) -> list[str]:
    """A position's status in lines that fit beneath the board and end at its commas."""
    parts = [part.replace(" ", "\N{NO-BREAK SPACE}") for part in position.status.split(", ")]
    lines = wrap(", ".join(parts), int(frame.column / _LETTER_WIDTH), break_long_words=False)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def board_svg(states: Position | Sequence[Position], size: int = 320) -> str:
    """An SVG picture of a position, or of several side by side, each about ``size`` units wide.

    Cells are polygons; boards of points show their lines; rows and columns have their names beside the board. Pieces
    are discs in their owners' colours, with a letter where a player has several kinds, a number where several stand
    together and else their value where one is more than 1; those of a higher layer are smaller. What ``State.seen_by``
    gives has question marks where it is hidden.
    """
    shown = [states] if not isinstance(states, Sequence) else list(states)
    if not shown:
        raise ValueError("nothing to draw: expected at least one state")
    frame = frame_of(bytecode_of(shown[0]).board, size)
    column = frame.column
    told = [status_lines(position, frame) for position in shown]
    rows = max(hand_rows(position, column) for position in shown)
    down = frame.height + 28 * rows
    parts = []
    for index, position in enumerate(shown):
        x = 16 + index * (column + 24)
        parts.append(f'<g transform="translate({x + (column - frame.width) / 2:.1f} 12)">')
        parts += background(position, frame)
        for place in places(position, frame):
            parts += pieces_at(position, place)
        parts.append("</g>")
        parts += hands_picture(position, x, frame.height + 30, column)
        parts += [text_at(x + column / 2, down + 32 + 17 * i, 13, line) for i, line in enumerate(told[index])]
    total = 32 + len(shown) * column + (len(shown) - 1) * 24
    return whole(total, down + 33 + 17 * max(map(len, told)), parts)


def whole(width: float, height: float, parts: Iterable[str]) -> str:
    """The picture of these parts."""
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    return "\n".join([head, '<rect width="100%" height="100%" fill="#fbf8f2"/>', *parts, "</svg>", ""])
