"""Dice: how many there are, and the values of their faces."""

from __future__ import annotations

from collections.abc import Sequence

from formal_envs.ludii.compile.bytecode import Die
from formal_envs.ludii.compile.source import Source
from formal_envs.ludii.engine.interface import MAX_DICE
from formal_envs.ludii.language.tree import items
from formal_envs.ludii.language.typed_tree import Call, Leaf, Node

MAX_FACES = 1000
_FACES = 6  # where nothing is said


def read_dice(source: Source, described: Sequence[Call], n_players: int, first: int) -> list[tuple[Die, Call]]:
    """The dice of a game with the ludeme that describes each; they stand from site ``first`` on.

    Raises:
        GameError: stage "unsupported" (several hands of dice, of one player, biased), "board" (too many, no face).
    """
    if not described:
        return []
    part = described[0]
    if len(described) > 1:
        raise source.error("unsupported", "unsupported: several hands of dice", described[1])
    if part["biased"] is not None:
        raise source.error("unsupported", "unsupported: dice with biased", part["biased"])
    if isinstance(role := part["roleType"], Leaf) and role.value not in ("Shared", "All"):
        raise source.error("unsupported", "unsupported: dice of one player", role)
    n = _int(part["num"], 1)
    if not 1 <= n <= MAX_DICE:
        raise source.error("unsupported", f"unsupported: {n} dice; the engine has 1 to {MAX_DICE}", part)
    faces = _faces(source, part, n)
    return [(Die(first + i, 0, i, n_players + 1, faces[i]), part) for i in range(n)]


def _faces(source: Source, part: Call, n: int) -> list[tuple[int, ...]]:
    """The values of each die: as listed, or as many as ``d:`` says from ``from:`` on."""
    by_die = [_ints(row) for row in items(part["facesByDie"])]
    if by_die and len(by_die) < n:
        raise source.error("board", f"facesByDie: describes {len(by_die)} of {n} dice", part)
    same = _ints(part["faces"])
    if not same:
        count, least = _int(part["d"], _FACES), _int(part["from"], 1)
        source.limit(count, MAX_FACES, "faces on a die", part)
        same = tuple(range(least, least + count))
    found = by_die[:n] or [same] * n
    if not all(found):
        raise source.error("board", "a die has a face or more, got none", part)
    return found


def _ints(node: Node | None) -> tuple[int, ...]:
    return tuple(int(leaf.value) for leaf in items(node) if isinstance(leaf, Leaf))


def _int(node: Node | None, otherwise: int) -> int:
    return int(node.value) if isinstance(node, Leaf) else otherwise
