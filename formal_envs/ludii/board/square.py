"""Square boards: grids of points or cells, with diagonals or in pyramids."""

from __future__ import annotations

import math
from collections.abc import Sequence

from formal_envs.ludii.board.args import MAX_CORNERS, Args, integers
from formal_envs.ludii.board.errors import BoardError
from formal_envs.ludii.board.graph import Graph, check_size
from formal_envs.ludii.board.lattice import HEX_SHAPES, inside
from formal_envs.ludii.board.registry import shape


#: square: (square [<squareShape>] <dim size> [diagonals:<diagonalsType> | pyramidal:<flag>]) -> graph
#: square_poly: (square <poly> | {<dim sides>} [diagonals:<diagonalsType>]) -> graph
#: rectangle: (rectangle <dim rows> [<dim columns>] [diagonals:<diagonalsType>]) -> graph
@shape("square", "rectangle")
def square_board(args: Args, use: str) -> Graph:
    """Square cells, or points of a square grid; `diagonals:` draws lines across the cells."""
    grow = 1 if use == "Cell" else 0
    polygon, sides = args.polygon(), args.array()
    kind = args.word(*HEX_SHAPES)
    columns = rows = 0
    name = "Rectangle"
    if polygon:
        points, name = _grid_within(polygon, -1e-6), "Custom"
    elif sides is not None:
        points, name = _grid_sides(integers(sides), grow), "Custom"
    else:
        sizes = args.sizes()
        if not sizes:
            args.fail("a board needs a size")
        rows, columns = sizes[0] + grow, sizes[min(1, len(sizes) - 1)] + grow
        check_size(float(rows) * columns, "vertices")
        points = [(x, y) for y in range(rows) for x in range(columns)]
        if kind in ("Diamond", "Limping"):
            n, name = sizes[0], kind
            wide = n if kind == "Diamond" else n + 1
            points = _diamond(n, wide, grow)
    check_size(len(points), "vertices")
    if args.flag("pyramidal"):
        return _pyramid(rows, columns)
    graph = Graph("Square", name)
    index = {p: i for i, p in enumerate(points)}
    graph.points = [(float(x), float(y), 0.0) for x, y in points]
    for (x, y), i in index.items():
        right, up, corner = index.get((x + 1, y)), index.get((x, y + 1)), index.get((x + 1, y + 1))
        if corner is not None and right is not None and up is not None:
            graph.faces.append((i, right, corner, up))
        graph.edges += [(i, j) for j in (right, up) if j is not None]
    diagonals = args.text("diagonals")
    if diagonals == "Concentric":
        args.unsupported("(square ... diagonals:Concentric)")
    if diagonals and diagonals != "Implied":
        draw_diagonals(graph, diagonals, rows, columns)
    graph.reorder(vertices=diagonals == "Solid")
    return graph


def _diamond(n: int, wide: int, grow: int) -> list[tuple[int, int]]:
    """Points of the diamond whose middle row of cells (or of points, if grow is 0) has 2n-1."""
    cells = {(x, y) for y in range(2 * n - 1) for x in range(2 * n - 1) if abs(x - n + 1) + abs(y - n + 1) < n}
    if wide > n:
        cells = {
            (x + dx, y + dy) for x, y in cells for dx in (0, 1) for dy in (0, 1) if abs(x - n + 1) + abs(y - n + 1) < n
        }
    if not grow:
        return sorted(cells, key=lambda p: (p[1], p[0]))
    points = {(x + dx, y + dy) for x, y in cells for dx in (0, 1) for dy in (0, 1)}
    return sorted(points, key=lambda p: (p[1], p[0]))


def _grid_within(polygon: list[list[float]], margin: float = 1e-6) -> list[tuple[int, int]]:
    xs, ys = [p[0] for p in polygon], [p[1] for p in polygon]
    check_size((max(xs) - min(xs) + 1) * (max(ys) - min(ys) + 1), "vertices")
    return [
        (x, y)
        for y in range(math.floor(min(ys)), math.ceil(max(ys)) + 1)
        for x in range(math.floor(min(xs)), math.ceil(max(xs)) + 1)
        if inside((x, y), polygon, margin)
    ]


def _grid_sides(sides: Sequence[int], grow: int) -> list[tuple[int, int]]:
    """Points within a walk of the given sides: north from the origin, then right turns, left after negative ones."""
    if not 3 <= len(sides) <= MAX_CORNERS:
        raise BoardError(f"a shape has 3 to {MAX_CORNERS} sides, got {len(sides)}")
    check_size(sum(abs(side) for side in sides), "vertices")
    x = y = 0
    dx, dy = 0, 1
    outline: list[list[float]] = [[0, 0]]
    for side in sides:
        length = abs(side) - 1 + grow
        x, y = x + dx * length, y + dy * length
        outline.append([x, y])
        dx, dy = (dy, -dx) if side > 0 else (-dy, dx)
    return _grid_within(outline)


def _pyramid(rows: int, columns: int) -> Graph:
    """Layers of points, each a step smaller and lying in the hollows of the one below."""
    graph = Graph("Square", "Rectangle")
    layers = min(rows, columns)
    check_size(layers * float(rows) * columns / 3, "vertices")
    step = math.sqrt(0.5)
    index: dict[tuple[int, int, int], int] = {}
    for z in range(layers):
        for y in range(rows - z):
            for x in range(columns - z):
                index[x, y, z] = len(graph.points)
                graph.points.append((x + z / 2, y + z / 2, z * step))
    for (x, y, z), i in index.items():
        for other in ((x + 1, y, z), (x, y + 1, z)):
            if other in index:
                graph.edges.append((i, index[other]))
        if (x + 1, y + 1, z) in index:
            graph.faces.append((i, index[x + 1, y, z], index[x + 1, y + 1, z], index[x, y + 1, z]))
        if z:
            graph.edges += [(index[x + a, y + b, z - 1], i) for a in (0, 1) for b in (0, 1)]
    graph.reorder()
    return graph


def draw_diagonals(graph: Graph, kind: str, rows: int, columns: int) -> None:
    """Cut the square faces by diagonals: both with a crossing point (Solid), or one of them by the pattern's rule."""
    faces: list[tuple[int, ...]] = []
    extra: list[tuple[int, int]] = []
    middle_x, middle_y = columns // 2, rows // 2
    for face in graph.faces:
        a, b, c, d = face  # from the lower left corner, counter-clockwise
        x, y = int(graph.points[a][0]), int(graph.points[a][1])
        dx, dy = x - middle_x, y - middle_y
        if kind == "Solid":
            centre = len(graph.points)
            check_size(centre + 1, "vertices")
            graph.points.append(graph.centroid(face))
            extra += [(v, centre) for v in face]
            faces += [(a, b, centre), (b, c, centre), (c, d, centre), (d, a, centre)]
        elif kind == "SolidNoSplit":
            extra += [(a, c), (b, d)]
            faces += [(a, b, c), (a, b, d), (a, c, d), (b, c, d)]
        else:
            if kind == "Alternating":
                rising: bool | None = (x + y) % 2 == 0
            elif kind == "Radiating":
                rising = True if dx == dy else False if dx == -dy - 1 else None
            else:  # Concentric: across the rays from the middle
                rising = (2 * x + 1 < columns - 1) != (2 * y + 1 < rows - 1)
            if rising is None:
                faces.append(face)
            elif rising:
                extra.append((a, c))
                faces += [(a, b, c), (a, c, d)]
            else:
                extra.append((b, d))
                faces += [(a, b, d), (b, c, d)]
    graph.faces = faces
    graph.edges += [(min(e), max(e)) for e in extra]


#: brick: (brick [<brickShape>] <dim rows> [<dim columns>] [trim:<flag>]) -> graph
@shape("brick")
def brick_board(args: Args, use: str) -> Graph:
    """Rows of cells two wide, every second row shifted by one."""
    sizes = args.sizes()
    if word := args.word("Spiral", "Limping", "Prism", "Diamond"):
        args.unsupported(f"(brick {word} ...)")
    args.without(trim=False)
    if not sizes:
        args.fail("a board needs a size")
    rows, columns = sizes[0], sizes[min(1, len(sizes) - 1)]
    check_size(float(rows) * columns)
    corners = ((0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (0, 1))
    polygons = [
        [(2.0 * x + y % 2 + dx, float(y + dy)) for dx, dy in corners] for y in range(rows) for x in range(columns)
    ]
    return Graph.of_polygons(polygons, "Brick", "Rectangle" if rows != columns else "Square")
