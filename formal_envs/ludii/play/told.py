"""Positions that are told instead of played: what is rolled next, what chance is drawn from, what stands where."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from typing import Any

from formal_envs.errors import ConfigError
from formal_envs.ludii.engine.interface import StateHeader
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.play.program import State


def with_rolls(state: State, faces: Sequence[int]) -> State:
    """The same position, where the next roll shows these faces: a number from 0 for each die, in order.

    Whatever the rules roll before the next position is told so; the roll after it is drawn from the state's seed again.

    Raises:
        ConfigError: there are not as many dice, or a die has not as many faces.
    """
    dice = state.program.bytecode.dice
    if len(faces) != len(dice):
        raise ConfigError(f"the game has {len(dice)} dice, got {len(faces)} faces")
    for face, die in zip(faces, dice, strict=True):
        if not 0 <= face < len(die.faces):
            raise ConfigError(f"a die with {len(die.faces)} faces shows 0 to {len(die.faces) - 1}, got {face}")
    return _changed(state, n_told=len(faces), told=[*faces, *state.told[len(faces) :]])


def with_seed(state: State, seed: int) -> State:
    """The same position, where all chance to come is drawn from the seed (any integer)."""
    return _changed(state, seed=seed & (1 << 64) - 1) if state.program.has_chance else state


def _changed(state: State, **fields: Any) -> State:
    block = bytearray(state._block)
    header = StateHeader.from_buffer(block)
    for name, value in fields.items():
        if isinstance(value, list):
            getattr(header, name)[:] = value
        else:
            setattr(header, name, value)
    return State(state.program, bytes(block), state._history)


def with_pieces(state: State, pieces: Mapping[int, Sequence[int]]) -> State:
    """The same position with other pieces on some sites; what the rules remember stays.

    Args:
        state: the position.
        pieces: for each such site the component that stands there, 0 for none, then count, local state, rotation and
            value; what is left out is 1 for the count and 0 otherwise.

    Raises:
        GameError: stage "play": the game has no such site or component.
    """
    context = state.program.context()
    block = ctypes.create_string_buffer(state._block, len(state._block))
    for site, numbers in pieces.items():
        what, count, *marks = [*numbers, *(0, 1, 0, 0, 0)[len(numbers) :]]
        context.check(library().context_place(context.pointer, block, len(block), site, what, count, *marks))
    return State(state.program, block.raw, state._history)
