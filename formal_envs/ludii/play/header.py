"""The beginning of the engine's State, field by field, as Python reads it."""

from __future__ import annotations

import ctypes
import re

from formal_envs.ludii.language.names import MAX_PLAYERS

MAX_PENDING, MAX_REMEMBERED = 64, 256  # as in engine.h
DIGEST_SIZE = 16  # bytes that a state's history has for a position
_words = re.compile(r"\w+").findall
_i32 = ctypes.c_int32


class Header(ctypes.Structure):
    """The beginning of the engine's State; the fields in the order of engine.h."""

    _fields_ = [
        *((name, _i32) for name in _words("mover previous next turn moves_in_turn counter n_moves over winner")),
        ("rank2", _i32 * (MAX_PLAYERS + 1)),
        *(
            (name, _i32)
            for name in _words(
                "active passed last_from last_to last_what last_pass previous_from previous_to after_from after_to"
            )
        ),
        *((name, _i32) for name in _words("last_decision next_player stuck")),
        ("phase", _i32 * (MAX_PLAYERS + 1)),
        ("score", _i32 * (MAX_PLAYERS + 2)),
        ("player_value", _i32 * (MAX_PLAYERS + 2)),
        ("agents", _i32 * (MAX_PLAYERS + 1)),
        ("temp", _i32),
        ("n_pending", _i32),
        ("pending", _i32 * MAX_PENDING),
        ("proposed", _i32),
        ("decided", _i32),
        ("votes", _i32 * (MAX_PLAYERS + 1)),
        ("triggered", _i32 * (MAX_PLAYERS + 2)),
        ("turn_start", _i32),
        ("n_history", _i32),
        ("stored", ctypes.c_uint64),
        ("n_remembered", _i32),
        ("remembered", _i32 * (2 * MAX_REMEMBERED)),
    ]


#: where the arrays begin: after the last field, at a multiple of 8
ARRAYS_AT = (Header.remembered.offset + Header.remembered.size + 7) // 8 * 8
