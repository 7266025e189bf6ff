"""A game in a few words: its board, its players, its pieces and its goal, read off the typed tree.

    board: square 8; players: 2; pieces: Disc; goal: a line of 5, or the most pieces on a full board

Goals are what a player wants to have, or to avoid. What has no words here is called by its ludeme's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from formal_envs.ludii.language.tree import calls, child, contents, items
from formal_envs.ludii.language.typed_tree import Array, Call, Leaf, Node

PARTS = ("board", "players", "pieces", "goal")
MAX_BRIEF_LENGTH = 400
"""A longer brief is cut, which none of the grammar is."""
WORDS = """a all alternating an and at avoid blocked board bottom brick by centre chain concentric corner corners
diagonal diagonals diamond edge enemy equal exactly far fewer fewest full group groups hex hexagon in join largest
least left limping line lines loop loss mancala merge more most move mover neutral no not occupied of on or orthogonal
own passing piece pieces points rectangle right rings rotated shape side sides sites solid square star stores than the
threatened tiling top tri triangle union wedge win with without"""
"""The words of briefs; names and numbers are others."""

_PART = re.compile(rf"(?:^|; )({'|'.join(PARTS)}): ")
_MOST_PIECES, _MOST_GOALS, _MOST_NAME = 6, 4, 16
_TRANSPARENT = ("shift", "scale", "skew", "renumber", "recoordinate", "splitCrossings", "makeFaces", "trim")
_SIDES = ("Mover", "Next", "Enemy")
_PLACES = {
    "Top": "at the top", "Bottom": "at the bottom", "Left": "at the left", "Right": "at the right",
    "Outer": "at the edge", "Corners": "in a corner", "Centre": "in the centre",
}  # fmt: skip


def brief(game: Call, parts: Iterable[str] = PARTS) -> str:
    """The brief of a game, a line without a line break; of each of the four ``parts``, or of some."""
    return "; ".join(f"{part}: {_SAID[part](game)}" for part in parts)[:MAX_BRIEF_LENGTH]


def read_brief(line: str) -> dict[str, str]:
    """What a brief says of each of its parts; empty where the line is none."""
    found = _PART.split(line.strip())  # what stands before the first part, then names and texts by turns
    return dict(zip(found[1::2], found[2::2], strict=True)) if not found[0] else {}


def share_met(game: Call, asked: dict[str, str]) -> float:
    """The share of what a brief asks that the brief of a game says too, word for word; 1 where it asks nothing.

    The last part may have been cut for its length.
    """
    if not asked:
        return 1.0
    *others, last = asked
    met = sum(_SAID[part](game) == asked[part] for part in others) + _SAID[last](game).startswith(asked[last])
    return met / len(asked)


# ---- Board, players, pieces


def _board(game: Call) -> str:
    boards = [call for call in calls(child(game, "equipment")) if call.signature.result == "boardItem"]
    board = boards[0] if boards else None
    if board is None:
        return "none"
    head = board.signature.head
    if head == "mancalaBoard":
        rows, columns, *rest = [leaf.value for leaf in board.args if isinstance(leaf, Leaf)]
        return f"mancala {rows} by {columns}" + (" without stores" if "None" in rest else "")
    said = _graph(board.args[0]) if head == "board" else " ".join([_spaced(head), *map(_graph, board.args[:1])])
    use = {"Vertex": " on points", "Edge": " on lines"}
    return said + next((use[str(a.value)] for a in board.args if isinstance(a, Leaf) and a.value in use), "")


def _graph(node: Node | None) -> str:
    """The words of a graph: its name, shape and sizes, and the graphs that it is made of."""
    if not isinstance(node, Call):
        return _literals(node)
    head = node.signature.head
    graphs = [
        part for arg in node.args for part in items(arg) if isinstance(part, Call) and part.signature.result == "graph"
    ]
    if graphs and head in _TRANSPARENT:
        return _graph(graphs[0])
    if head == "rotate":
        return f"{_graph(node.args[1])} rotated {_literals(node.args[0])}"
    if graphs:
        return f"{_spaced(head)} of {' and '.join(map(_graph, graphs))}"
    words = [_spaced(head)]
    for param, arg in zip(node.signature.params, node.args, strict=True):
        said = "" if arg is None or param.type.count("{") > 1 else _literals(arg)
        if said and param.label == "diagonals":
            words.append(f"with {said} diagonals")
        elif said and param.label:
            words.append(_spaced(param.label) + ("" if said == "true" else f" {said}"))
        elif said:
            words.append(said)
    return " ".join(words)


def _literals(node: Node | None) -> str:
    """The keywords and numbers of a literal or a list of them; of ludemes nothing."""
    found = []
    for leaf in items(node):
        if isinstance(leaf, Leaf):
            whole = isinstance(leaf.value, float) and leaf.value.is_integer()
            found.append(_spaced(str(int(leaf.value)) if whole else str(leaf.value)))
    return " ".join(found)


def _players(game: Call) -> str:
    players = child(game, "players")
    first = players.args[0] if players else None
    return str(first.value if isinstance(first, Leaf) else len(items(first)))


def _pieces(game: Call) -> str:
    """Names, and owners where a piece is not each player's."""
    found = []
    for part in contents(child(game, "equipment")):
        if isinstance(part, Call) and part.signature.head in ("piece", "tile"):
            name, *rest = [leaf for leaf in part.args if isinstance(leaf, Leaf)]
            owner = next((str(leaf.value) for leaf in rest if leaf.type == "roleType"), "Each")
            found.append(_name(name) + (f" {owner}" if owner != "Each" else ""))
    return ", ".join(dict.fromkeys(found[:_MOST_PIECES])) or "none"


def _name(leaf: Leaf) -> str:
    return f'"{str(leaf.value)[:_MOST_NAME]}"'


# ---- Goals


def _goal(game: Call) -> str:
    ends = [rule for call in calls(child(game, "rules")) if call.signature.head == "end" for rule in contents(call)]
    goals = [goal for rule in ends if isinstance(rule, Call) for goal in _ends(rule)]
    return ", or ".join(list(dict.fromkeys(goals))[:_MOST_GOALS]) or "none"


def _ends(rule: Call) -> list[str]:
    """What a rule of the end says, in a phrase for each of its outcomes."""
    condition, *rest = [arg for arg in rule.args if arg is not None]
    said = _said(condition)
    found = []
    for outcome in (part for arg in rest for part in items(arg) if isinstance(part, Call)):
        name = outcome.signature.name
        if name == "if":
            found += _ends(outcome)
        elif name == "byScore":
            found.append(f"{_by_score(outcome)} {_when(condition)}")
        elif name == "result":
            who, what = (str(leaf.value) for leaf in outcome.args if isinstance(leaf, Leaf))
            if who in _SIDES and what in ("Win", "Loss"):
                good = (what == "Win") == (who == "Mover")
                found.append(said if good else _turned(said))
            else:
                found.append(f"{what.lower()} of {who} by {said}")
        else:
            found.append(_named(outcome))
    return found


def _turned(said: str) -> str:
    """What the mover does not want: what the enemy wants, or something to avoid."""
    if "enemy " in said or "own " in said:
        return re.sub("enemy |own ", lambda match: "own " if match[0] == "enemy " else "enemy ", said)
    return f"avoid {said}"


def _when(condition: Node) -> str:
    """When the score is counted."""
    said = _said(condition)
    return f"on {said}" if said == "a full board" else f"at {said}"


def _by_score(outcome: Call) -> str:
    least = any(isinstance(arg, Leaf) and arg.value is True for arg in outcome.args)
    scores = [score for score in contents(outcome) if isinstance(score, Call)]
    names = {call.signature.name for score in scores[:1] for call in calls(score.args[1])}
    if "max" in names and "sizes Group" in names:
        return "the least largest group" if least else "the largest group"
    what = "points"
    if "sizes Group" in names:
        what = "groups"
    elif "count Pieces" in names and "score" not in names:
        what = "pieces"
    where = (
        next((place for call in calls(scores[0]) if (place := _PLACES.get(call.signature.selector or ""))), "")
        if scores
        else ""
    )
    return f"the {'fewest' if least else 'most'} {what} {where}".strip()


def _said(node: Node | None) -> str:
    """The words of a condition."""
    if not isinstance(node, Call):
        return _literals(node)
    name = node.signature.name
    if name in ("and", "or"):
        return f" {name} ".join(map(_said, contents(node)))
    if name == "not":
        said = _said(node.args[0])
        return f"no {said.partition(' ')[2]}" if said.startswith(("a ", "an ")) else f"not {said}"
    if name in _COMPARISONS:
        return _comparison(node, name)
    return _PHRASES[name](node) if name in _PHRASES else _named(node)


_COMPARISONS = {"<": "fewer than", "<=": "at most", "=": "exactly", ">=": "at least", ">": "more than", "!=": "not"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _comparison(node: Call, name: str) -> str:
    left, right = node.args[0], node.args[1] if node.args[1] is not None else node.args[-1]
    if isinstance(left, Leaf):
        left, right, name = right, left, _MIRRORED.get(name, name)
    if any(call.signature.head == "ahead" for side in (left, right) for call in calls(side)):
        return "a piece on the far side"
    if isinstance(left, Call) and isinstance(right, Leaf):
        said = _counted(left)
        return f"{_COMPARISONS[name]} {_literals(right)} {said[:-1] if right.value == 1 and said[-1:] == 's' else said}"
    sides = " and ".join(_named(side) if isinstance(side, Call) else _literals(side) for side in (left, right))
    return f"{'other' if name == '!=' else 'equal'} {sides}"


def _counted(node: Call) -> str:
    """What is counted: pieces, points, or what the ludeme's name says."""
    if node.signature.name == "count Pieces":
        return f"{_whose(node)}pieces{_where(node)}"
    if node.signature.name == "score":
        return f"{_whose(node)}points"
    if node.signature.name == "count":
        return f"pieces{_where(node)}"
    return _named(node)


def _whose(node: Call) -> str:
    """Whose pieces or points a ludeme asks of, with a blank behind it."""
    role = next((str(leaf.value) for leaf in node.args if isinstance(leaf, Leaf) and leaf.type == "roleType"), "")
    words = {"Next": "enemy ", "Enemy": "enemy ", "Mover": "own ", "Neutral": "neutral ", "": ""}
    return words.get(role, f"{role} ")


def _where(node: Call) -> str:
    """Where a ludeme looks, with a blank before it."""
    regions = [arg for arg in node.args if isinstance(arg, Call) and arg.signature.result == "region"]
    return " " + _region(regions[0]) if regions else ""


def _region(node: Call) -> str:
    names = [str(leaf.value) for leaf in node.args if isinstance(leaf, Leaf) and leaf.type == "string"]
    if names:
        return f'in "{names[0][:_MOST_NAME]}"'
    found = (_PLACES.get(call.signature.selector or "") for call in calls(node))
    return next((place for place in found if place), f"in {_named(node)}")


def _line(node: Call) -> str:
    length = next((_literals(arg) for arg in node.args if isinstance(arg, Leaf) and arg.type == "int"), "")
    ways = [str(leaf.value) for leaf in node.args if isinstance(leaf, Leaf) and leaf.type == "absoluteDirection"]
    exact = node["exact"] == Leaf("bool", True)
    way = f"{_spaced(ways[0])} " if ways and ways[0] in ("Orthogonal", "Diagonal") else ""
    return f"{'an' if way[:1] == 'o' else 'a'} {way}line of {'exactly ' if exact else ''}{length}".rstrip()


def _connected(node: Call) -> str:
    number = next((_literals(arg) for arg in node.args if isinstance(arg, Leaf) and arg.type == "int"), "")
    corners = any(isinstance(leaf, Leaf) and leaf.value == "Corners" for leaf in node.args)
    return f"a chain of {number or 'the'} {'corners' if corners else 'sides'}"


def _pattern(node: Call) -> str:
    walk = node.args[0]
    steps = (
        [leaf for leaf in walk.items if isinstance(leaf, Leaf) and leaf.value == "F"] if isinstance(walk, Array) else []
    )
    return f"a shape of {len(steps) + 1}"


def _no_pieces(node: Call) -> str:
    names = [_name(leaf) for leaf in node.args if isinstance(leaf, Leaf) and leaf.type == "string"]
    return f"no {_whose(node)}{names[0] if names else 'piece'}{_where(node)} left"


_PHRASES: dict[str, Callable[[Call], str]] = {
    "is Line": _line,
    "is Connected": _connected,
    "is Loop": lambda node: "a loop",
    "is Pattern": _pattern,
    "is Full": lambda node: "a full board",
    "is In": lambda node: f"a piece{_where(node)}",
    "no Moves": lambda node: f"no {_whose(node)}move",
    "no Pieces": _no_pieces,
    "all Passed": lambda node: "passing of all",
}


def _named(node: Call) -> str:
    """A ludeme's name as words: ``(is Threatened ..)`` is "threatened"."""
    return _spaced(node.signature.selector or node.signature.head)


def _spaced(name: str) -> str:
    """A name of the language as words in lower case: "CentreSite" is "centre site"."""
    if name.isupper() or name[:1].isdigit() or re.fullmatch(r"[PT]\d\w*", name):
        return name
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


_SAID: dict[str, Callable[[Call], str]] = {"board": _board, "players": _players, "pieces": _pieces, "goal": _goal}
