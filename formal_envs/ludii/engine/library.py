"""The engine in C: its sources, and the library made of them, loaded by ctypes.

The functions that give ludemes their meaning lie in ``engine/*.c``, each bound to its signature by its slug. What C and
Python must agree on (slots, enumerations, sections of the image) is written here, into a header, from the signatures.
native_build.py compiles it and native_cache.py keeps it: an edit makes a new library, and no old one is ever used by
mistake.
"""

from __future__ import annotations

import ctypes
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from formal_envs.ludii.engine import cache as native_cache
from formal_envs.ludii.language.signatures import ENUMS, SIGNATURES

_words = re.compile(r"\w+").findall
#: Sections of the image, in order; see compiler.py.
SECTIONS = _words(
    """COUNTS NODES ROOTS SITES RADIALS NEIGHBOURS STATIC_REGIONS SIDES INCIDENT COMPONENTS CONTAINERS TRACKS REGIONS
    PHASES NAMES FACING MAPS TRACK_NAMES"""
)
COUNTS = _words(
    """n_players n_sites n_board site_type uses repetition n_strings n_components n_containers n_tracks n_regions
    n_phases n_maps first_Vertex first_Edge first_Cell n_Vertex n_Edge n_Cell"""
)
STATIC_REGIONS = _words(
    """Top Bottom Left Right Corners ConcaveCorners ConvexCorners Outer Inner Perimeter Centre Major Minor Playable"""
)
RELATIONS = ("Orthogonal", "Diagonal", "OffDiagonal", "Adjacent", "All")
PRIMITIVES = ("int", "float", "bool", "string")
TYPES = {name: index for index, name in enumerate((*PRIMITIVES, *ENUMS))}

_FUNCTION = re.compile(r"^(INT|BOOL|REGION|MOVES|RULE|ARRAY|PLAIN)\((\w+)(, STATIC)?\)", re.MULTILINE)


def _sources() -> dict[str, str]:
    folder = files("formal_envs.ludii.engine")
    return {f.name: f.read_text(encoding="utf-8") for f in folder.iterdir() if f.name.endswith((".c", ".h"))}


@cache
def functions() -> dict[str, tuple[str, bool]]:
    """The ludemes that play: slug -> (kind, whether its value depends on arguments and board alone)."""
    found: dict[str, tuple[str, bool]] = {}
    for name, text in sorted(_sources().items()):
        for kind, slug, static in _FUNCTION.findall(text) if name.endswith(".c") else ():
            if slug not in SIGNATURES:
                raise AssertionError(f"{name}: {slug} has no signature")
            found[slug] = (kind, bool(static))
    return found


@cache
def opcodes() -> dict[str, int]:
    """The number of each ludeme that plays: its row in the table of functions."""
    return {slug: index for index, slug in enumerate(sorted(functions()))}


def _c_enum(names: list[str]) -> str:
    return f"enum {{ {', '.join(names)} }};"


def _header() -> str:
    lines = ["/* Written by native.py from the signatures. */", "#define LUDEME_HEADER"]
    for name, members in ENUMS.items():
        lines.append(_c_enum([*(f"{name}_{member}" for member in members), f"N_{name}"]))
    lines.append(_c_enum([f"TYPE_{name}" for name in TYPES]))
    lines.append(_c_enum([f"SECTION_{name}" for name in SECTIONS]))
    lines.append(_c_enum([f"COUNT_{name}" for name in COUNTS]))
    lines.append(_c_enum([*(f"STATIC_REGION_{name}" for name in STATIC_REGIONS), "N_STATIC_REGIONS"]))
    for slug, signature in SIGNATURES.items():
        if signature.params:
            lines.append(_c_enum([f"{slug}__{param.slot}" for param in signature.params]))
    lines.append(_c_enum([*(f"OP_{slug}" for slug in opcodes()), "N_LUDEMES"]))
    return "\n".join(lines) + "\n"


def _unit() -> str:
    """One translation unit: the header of the engine, every source, the table of ludemes."""
    rows = []
    for slug in opcodes():
        kind, static = functions()[slug]
        if kind == "PLAIN":
            rows.append(f'    {{"{slug}", PLAIN, 0, {{.act = 0}}}},')
            continue
        field = {"INT": "value", "BOOL": "value", "REGION": "region"}.get(kind, "act")
        rows.append(f'    {{"{slug}", {kind}_KIND, {int(static)}, {{.{field} = ludeme_{slug}}}}},')
    declarations = [f"{functions()[slug][0]}({slug});" for slug in opcodes() if functions()[slug][0] != "PLAIN"]
    names = sorted(name for name in _sources() if name.endswith(".c"))
    order = ["core.c", "loader.c", *(name for name in names if name not in ("core.c", "loader.c"))]
    return "\n".join(
        [
            '#include "engine.h"',
            "typedef struct Ludeme { const char *slug; u8 kind, is_static; union { i32 (*value)(Ctx *, const Node *);"
            " void (*region)(Ctx *, const Node *, u64 *); void (*act)(Ctx *, const Node *); } fn; } Ludeme;",
            "extern const Ludeme LUDEMES[];",
            *declarations,
            *(f'#include "{name}"' for name in order),
            f"const Ludeme LUDEMES[{len(rows) + 1}] = {{",
            *rows,
            "};",
        ]
    )


def sources() -> dict[str, str]:
    """All that the compiler needs, by file name: the engine's own files, and those written from the signatures."""
    return {**_sources(), "generated.h": _header(), "unit.c": _unit()}


@cache
def library() -> ctypes.CDLL:
    """The engine: the wheel's, or one that is compiled if this machine has not done so yet.

    Raises:
        ConfigError: there is no C compiler, or no place for what it writes; the message says what to do.
    """
    lib = native_cache.load(sources(), shipped=Path(__file__).parent)
    p, i32, i64, u64 = ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64, ctypes.c_uint64
    for name, result, arguments in (
        ("game_new", p, [p, i64, i64, p]),
        ("game_free", None, [p]),
        ("game_state_size", i32, [p]),
        ("game_initial", i32, [p, p, i64]),
        ("context_new", p, [p]),
        ("context_free", None, [p]),
        ("context_legal", i32, [p, p, i64, p, i64, i64]),
        ("context_apply", i32, [p, i32, i64]),
        ("context_moves", p, [p]),
        ("context_actions", p, [p]),
        ("context_applied", p, [p, p]),
        ("context_history", p, [p]),
        ("context_initial_history", i32, [p, p, i64]),
        ("context_perft", i64, [p, p, i64, p, i64, i32, p, i64, i64]),
        ("context_playouts", i64, [p, u64, i32, i32, i32, i64, i64, p, i64, p, i64]),
    ):
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib
