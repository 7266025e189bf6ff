"""Why a start position cannot be set up: what a start rule names and the game does not have, with its place."""

from __future__ import annotations

from formal_envs.ludii.compile.bytecode import Bytecode, Doubt
from formal_envs.ludii.language.tree import calls, child, items
from formal_envs.ludii.language.typed_tree import Call, Leaf

_PLACES = ("site", "sites", "at")


def start_fault(game: Call, bytecode: Bytecode) -> Doubt:
    """The first piece or place in the start rules that is not there; else the start rules as a whole."""
    start = child(child(game, "rules"), "start") or game
    names = {component.name for component in bytecode.components}
    for call in calls(start):
        for param, arg in zip(call.signature.params, call.args, strict=True):
            for leaf in items(arg):
                if isinstance(leaf, Leaf) and (message := _fault(param.slot, param.type, leaf, names, bytecode)):
                    return Doubt("start", message, leaf.start, leaf.end)
    return Doubt("start", "it speaks of a place, a piece or a player that is not there", start.start, start.end)


def _fault(slot: str, type_: str, leaf: Leaf, names: set[str], bytecode: Bytecode) -> str | None:
    kind, name = type_.strip("{}"), str(leaf.value)
    if kind in ("componentName", "pieceName") and name not in names:
        whole = [component.name for component in bytecode.components if component.base == name]
        named = " or ".join(map(repr, whole[:3]))
        return f"no piece is called {name!r}" + (f"; a piece has its owner's number: {named}" if whole else "")
    topology = bytecode.board.topologies[bytecode.board.site_type]
    if kind == "coordinate" and name not in topology.label:
        return f"the board has no place {name!r}"
    if slot in _PLACES and isinstance(leaf.value, int) and not -1 <= leaf.value < bytecode.n_sites:
        return f"the places are 0 to {bytecode.n_sites - 1}, got {leaf.value}"
    return None
