"""Square, hexagonal and triangular boards: cells of a lattice within a shape."""

from __future__ import annotations

import math
from collections.abc import Sequence

from formal_envs.ludii.board.args import MAX_CORNERS, Args, integers
from formal_envs.ludii.board.errors import BoardError
from formal_envs.ludii.board.graph import Graph, check_size
from formal_envs.ludii.board.registry import shape

H = math.sqrt(3) / 2  # height of a triangle with sides of length 1
HEX_SHAPES = ("NoShape", "Square", "Rectangle", "Diamond", "Triangle", "Hexagon", "Star", "Limping", "Prism")
# Steps to the six neighbours in axial coordinates (q to the east, r to the north-east), from east clockwise.
CLOCKWISE = ((1, 0), (1, -1), (0, -1), (-1, 0), (-1, 1), (0, 1))
Axial = tuple[int, int]


def hexagon(n: int) -> list[Axial]:
    """The hexagon with n points per side; its lower left corner is the origin."""
    check_size(3.0 * n * (n - 1) + 1)
    centre = n - 1  # rows r = 0 .. 2n-2
    return [
        (q, r)
        for r in range(2 * n - 1)
        for q in range(-min(r, centre), n + min(r, centre) - r if r <= centre else 2 * n - 1 - r)
    ]


def triangle(n: int) -> list[Axial]:
    """The triangle with n points per side, standing on its base."""
    check_size(n * (n + 1) / 2)
    return [(q, r) for r in range(n) for q in range(n - r)]


def rhombus(rows: int, columns: int) -> list[Axial]:
    """Rows along the east, columns along the north-east."""
    check_size(float(rows) * columns)
    return [(q, r) for r in range(rows) for q in range(columns)]


def staggered(rows: int, columns: int) -> list[Axial]:
    """Rows of `columns` points, every second one shifted by half a step and one point shorter."""
    check_size(float(rows) * columns)
    return [(q - r // 2, r) for r in range(rows) for q in range(columns - r % 2)]


def star(n: int) -> list[Axial]:
    """The six-pointed star with arms of n rows about a hexagon of n+1 points per side; its lowest point is in row 0."""
    check_size(6.0 * n * (n + 1) + 1)
    up = {(q, r) for r in range(-n, 2 * n + 1) for q in range(-n, n - r + 1) if q + r <= n}
    down = {(-q, -r) for q, r in up}
    return sorted(((q, r + 2 * n) for q, r in up | down), key=lambda p: (p[1], p[0]))


def sided(sides: Sequence[int]) -> list[Axial]:
    """The points within a walk: from the origin east, a side of so many points each, turning clockwise by 60 degrees.

    Sides that are missing for a full turn repeat the list; the points on the walk belong to the shape.
    """
    if len(sides) == 1:
        sides = [sides[0]] * 6
    elif len(sides) == 2:
        sides = list(sides) * 3
    if not 3 <= len(sides) <= MAX_CORNERS:
        raise BoardError(f"a shape has 3 to {MAX_CORNERS} sides, got {len(sides)}")
    turns = [1 if side > 0 else -1 for side in sides]
    lengths = [max(abs(side) - 1, 0) for side in sides]
    check_size(sum(lengths))
    corners, heading, q, r = [(0, 0)], 0, 0, 0
    for length, turn in zip(lengths, turns, strict=True):
        dq, dr = CLOCKWISE[heading % 6]
        q, r = q + dq * length, r + dr * length
        corners.append((q, r))
        heading += turn
    low_r, high_r = min(c[1] for c in corners), max(c[1] for c in corners)
    low_q, high_q = min(c[0] for c in corners), max(c[0] for c in corners)
    check_size((high_r - low_r + 1.0) * (high_q - low_q + 1.0) / 2)
    outline = [axial_point(q, r) for q, r in corners]
    return [
        (q, r) for r in range(low_r, high_r + 1) for q in range(low_q, high_q + 1) if inside(axial_point(q, r), outline)
    ]


def axial_point(q: int, r: int) -> tuple[float, float]:
    """Position of a lattice point, neighbours one apart."""
    return (q + r / 2, r * H)


def inside(point: Sequence[float], polygon: Sequence[Sequence[float]], margin: float = 1e-6) -> bool:
    """Whether a point lies within a polygon; its outline, `margin` wide, is in it, or out of it if that is negative."""
    x, y = point[0], point[1]
    within = False
    for i in range(len(polygon)):
        ax, ay, bx, by = *polygon[i - 1][:2], *polygon[i][:2]
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        t = min(1.0, max(0.0, ((x - ax) * dx + (y - ay) * dy) / length)) if length else 0.0
        if math.hypot(x - ax - t * dx, y - ay - t * dy) <= abs(margin):
            return margin > 0
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            within = not within
    return within


def _lattice_points(args: Args, default: str, grow: int) -> tuple[str, list[Axial]]:
    """The points of a hexagonal or triangular board and the name of its shape."""
    polygon = args.polygon()
    sides = args.array()
    if polygon:
        return "Custom", _within(polygon)
    if sides is not None:
        return "Custom", sided([side + grow for side in integers(sides)])
    sizes = args.sizes()
    if not sizes:
        args.fail("a board needs a size")
    n, m = sizes[0] + grow, sizes[min(1, len(sizes) - 1)] + grow
    word = args.word(*HEX_SHAPES)
    kind = word or default
    if word is None and len(sizes) > 1:
        return "Custom", sided([n, m])
    if kind == "Hexagon":
        return kind, hexagon(n) if n == m else sided([n, m])
    if kind == "Triangle":
        return kind, triangle(n)
    if kind in ("Rectangle", "Square"):
        return kind, staggered(n, m)
    if kind == "Limping":
        return kind, sided([n, n + 1])
    if kind == "Star":
        return kind, star(n - grow)
    if kind in ("Diamond", "Prism"):
        return kind, rhombus(n, m)
    args.fail(f"the shape {kind} is not known here")


def _within(polygon: list[list[float]]) -> list[Axial]:
    xs, ys = [p[0] for p in polygon], [p[1] for p in polygon]
    check_size((max(xs) - min(xs) + 3) * (max(ys) - min(ys) + 3))
    low, high = math.floor(min(ys) / H) - 1, math.ceil(max(ys) / H) + 1
    return [
        (q, r)
        for r in range(low, high + 1)
        for q in range(math.floor(min(xs) - r / 2) - 1, math.ceil(max(xs) - r / 2) + 2)
        if inside(axial_point(q, r), polygon)
    ]


#: hex: (hex [<hexShape>] <dim size> [<dim columns>]) -> graph
#: hex_poly: (hex <poly> | {<dim sides>}) -> graph
@shape("hex")
def hex_board(args: Args, use: str) -> Graph:
    """Hexagonal cells that stand on a corner; Diamond and Prism stand on a side."""
    kind, points = _lattice_points(args, "Hexagon", 0)
    check_size(len(points))
    if kind in ("Diamond", "Prism"):  # the acute corner at the bottom: centres (q - r) * 3/2, (q + r) * H
        centres = [((q - r) * 1.5, (q + r) * H) for q, r in points]
        ring = [(1.0, 0.0), (0.5, H), (-0.5, H), (-1.0, 0.0), (-0.5, -H), (0.5, -H)]
    else:
        centres = [((q + r / 2) * 2 * H, r * 1.5) for q, r in points]
        ring = [(H, -0.5), (H, 0.5), (0.0, 1.0), (-H, 0.5), (-H, -0.5), (0.0, -1.0)]
    graph = Graph.of_polygons([[(x + dx, y + dy) for dx, dy in ring] for x, y in centres], "Hexagonal", kind)
    if kind == "Hexagon":
        graph.basis = graph.shape = None
    return graph


#: tri: (tri [<triShape>] <dim size> [<dim columns>]) -> graph
#: tri_poly: (tri <poly> | {<dim sides>}) -> graph
@shape("tri")
def tri_board(args: Args, use: str) -> Graph:
    """Triangular cells; for a board of points the size counts the points of a side."""
    kind, points = _lattice_points(args, "Triangle", 1 if use == "Cell" else 0)
    check_size(2 * len(points))
    there = set(points)
    faces: list[list[tuple[float, float]]] = []
    for q, r in points:
        if (q + 1, r) in there and (q, r + 1) in there:
            faces.append([axial_point(q, r), axial_point(q + 1, r), axial_point(q, r + 1)])
        if (q + 1, r) in there and (q + 1, r - 1) in there:
            faces.append([axial_point(q, r), axial_point(q + 1, r - 1), axial_point(q + 1, r)])
    graph = Graph.of_polygons(faces, "Triangular", kind)
    if not faces:
        graph.points = [(*axial_point(q, r), 0.0) for q, r in points]
        graph.edges = [(0, 1)] if len(points) == 2 else []
    if kind == "Hexagon":
        graph.basis = graph.shape = None
    return graph
