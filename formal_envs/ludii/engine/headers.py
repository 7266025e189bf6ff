"""The parts of the engine's source that are written from tables: ``interface.h``, ``ludemes.h`` and ``unit.c``.

What is compiled is always written anew, so that an edit of a signature or of a table needs no further step. The files
in this folder are for those who read the C; a test says when they are old, and
``python -m formal_envs.ludii.engine`` writes them again.
"""

from __future__ import annotations

import ctypes
import re
import textwrap
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from formal_envs.ludii.engine import interface
from formal_envs.ludii.engine.interface import Field
from formal_envs.ludii.language.signatures import ENUMS, SIGNATURES

WRITTEN = ("interface.h", "ludemes.h", "unit.c")
_FUNCTION = re.compile(r"^(INT|BOOL|REGION|MOVES|RULE|ARRAY|PLAIN)\((\w+)(, STATIC)?\)", re.MULTILINE)
_NOTICE = "Written by headers.py{}: not to be edited. */"
_WIDTH = 120


@cache
def by_hand() -> dict[str, str]:
    """The sources that people write, by name."""
    folder = sorted(files("formal_envs.ludii.engine").iterdir(), key=lambda file: file.name)
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in folder
        if file.name.endswith((".c", ".h")) and file.name not in WRITTEN
    }


@cache
def functions() -> dict[str, tuple[str, bool]]:
    """The ludemes that play: slug -> (kind, whether its value depends on arguments and board alone)."""
    found: dict[str, tuple[str, bool]] = {}
    for name, text in by_hand().items():
        for kind, slug, static in _FUNCTION.findall(text) if name.endswith(".c") else ():
            if slug not in SIGNATURES:
                raise AssertionError(f"{name}: {slug} has no signature")
            found[slug] = (kind, bool(static))
    return found


@cache
def opcodes() -> dict[str, int]:
    """The number of each ludeme that plays: its row in the table of ludemes."""
    return {slug: index for index, slug in enumerate(sorted(functions()))}


def written() -> dict[str, str]:
    """The sources that are written here, by name."""
    return dict(zip(WRITTEN, (_interface(), _ludemes(), _unit()), strict=True))


# ---------------------------------------------------------------- pieces of C
def _comment(text: str) -> str:
    return f" /* {text} */" if text else ""


def _wrapped(text: str, indent: str) -> str:
    """The text, in lines that are wide enough."""
    return textwrap.fill(text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _line(names: Iterable[str], name: str = "") -> str:
    """An enum without comments: as many names on a line as fit."""
    return _wrapped(f"enum {name}{' ' * bool(name)}{{ {', '.join(names)} }};", "    ")


def _enum(name: str, members: Mapping[str, str], values: Mapping[str, int] | None = None) -> str:
    """An enum with a comment for each member."""
    rows = []
    for member, comment in members.items():
        rows.append(f"    {member}{f' = {values[member]}' if values else ''},{_comment(comment)}")
    return "\n".join([f"enum {name}{' ' * bool(name)}{{", *rows, "};"])


def _named(prefix: str, members: Mapping[str, str], count: str) -> dict[str, str]:
    """Members as C calls them, and at the end how many there are."""
    return {**{f"{prefix}_{member}": comment for member, comment in members.items()}, count: ""}


def _struct(name: str, fields: tuple[Field, ...], rest: str = "") -> str:
    rows = [f"    {f.type} {f.name}{f'[{f.count}]' if f.count else ''};{_comment(f.comment)}" for f in fields]
    kind = interface.structure(name, fields)
    places = {f.name: getattr(kind, f.name) for f in fields}
    checks = [f"HAS({name}, {field}, {place.offset}, {place.size});" for field, place in places.items()]
    if not rest:
        checks.append(f'_Static_assert(sizeof({name}) == {ctypes.sizeof(kind)}, "how far apart Python reads them");')
    return "\n".join([f"struct {name} {{", *rows, *[rest] * bool(rest), "};", *checks])


# ---------------------------------------------------------------- interface.h
_TOP = """/* What Python and the engine agree on: the functions that Python calls, and what passes between them.
 * {notice}
#ifndef INTERFACE_H
#define INTERFACE_H
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef double f64;

#define HAS(type, field, at, size) \\
    _Static_assert(offsetof(type, field) == at && sizeof(((type *)0)->field) == size, "where Python reads " #field)

typedef struct Ctx Ctx;
typedef struct Game Game;
typedef struct State State;
typedef struct Level Level;
typedef struct Action Action;
typedef struct Move Move;
typedef struct Player Player;
typedef struct Numbering Numbering;
typedef struct Table Table;
"""


def _function(declaration: str, about: str) -> str:
    lines = [_wrapped(f"/* {about} */", " * ")] if about else []
    return "\n".join([*lines, _wrapped(f"EXPORT {declaration};", "    ")])


def _action_name(word: str) -> str:
    return "A" + re.sub(r"[A-Z]", lambda letter: f"_{letter[0]}", word).upper()


def _interface() -> str:
    i = interface
    limits = {name: value for name, (value, _) in i.LIMITS.items()}
    return "\n".join(
        [
            _TOP.replace("{notice}", _NOTICE.format(" from the tables of interface.py")),
            _enum("", {name: comment for name, (_, comment) in i.LIMITS.items()}, limits),
            "",
            "/* ---- failing */",
            _enum("Failure", i.FAILURES),
            _enum("", dict.fromkeys(i.REFUSALS, "what Python handed over is none of the game"), i.REFUSALS),
            "",
            "/* ---- the state: one block that is copied by memcpy */",
            _struct(
                "State",
                i.STATE,
                "    _Alignas(8) u8 memory[]; /* numbers of sites, variables, sets, levels of stacks */",
            ),
            f'_Static_assert(offsetof(State, memory) == {i.MEMORY_AT}, "where Python reads memory");',
            _enum("SiteNumber", _named("SITE", i.SITE_NUMBERS, "N_SITE_NUMBERS")),
            _enum("Set", _named("SET", i.SETS, "N_SETS")),
            _line([*(f"HIDDEN_{name}" for name in i.HIDDEN), "N_HIDDEN"]),
            _struct("Level", i.LEVEL),
            "",
            "/* ---- actions and moves */",
            _line(map(_action_name, i.ACTIONS), "ActionType"),
            _struct("Action", i.ACTION),
            _struct("Move", i.MOVE),
            _enum("Solved", _named("SOLVED", {f.name: f.comment for f in i.SOLVED}, "N_SOLVED")),
            _enum("Playout", _named("PLAYOUT", {f.name: f.comment for f in i.PLAYOUT}, "N_PLAYOUT")),
            _enum("Match", _named("MATCH", {f.name: f.comment for f in i.MATCH}, "N_MATCH")),
            "",
            "/* ---- players */",
            _enum("PlayerKind", _named("PLAYER", i.PLAYERS, "N_PLAYERS")),
            _struct("Player", i.PLAYER),
            "",
            "/* ---- games for learners */",
            _enum("Numbered", _named("NUMBERED", i.NUMBERED, "N_NUMBERED")),
            _enum("Meaning", _named("MEANING", {f.name: f.comment for f in i.MEANING}, "N_MEANING")),
            _enum("Plane", _named("PLANE", i.PLANES, "N_PLANES")),
            _enum("View", _named("VIEW", {name: about for name, (_, about) in i.VIEWS.items()}, "N_VIEWS")),
            _line(f"{name} = {value}" for name, value in {**i.SEATS, **i.FAULTS}.items()),
            "",
            "/* ---- the bytecode */",
            _line(f"SECTION_{name}" for name in i.SECTIONS),
            _line([*(f"COUNT_{name}" for name in i.COUNTS), "N_COUNTS"]),
            _enum("", _named("NODE", {f.name: f.comment for f in i.NODE}, "N_NODE")),
            _line(i.KINDS, "Kind"),
            _line((f"USES_{name} = {bit}" for name, bit in i.USES.items()), "Uses"),
            _line([*(f"STATIC_REGION_{name}" for name in i.STATIC_REGIONS), "N_STATIC_REGIONS"]),
            _line(f"REL_{name} = {1 << index}" for index, name in enumerate(i.RELATIONS)),
            _line([*(f"TYPE_{name}" for name in i.TYPES), "N_TYPES"]),
            "",
            "/* ---- functions */",
            *(_function(declaration, about) for declaration, about in i.FUNCTIONS.items()),
            "#endif",
            "",
        ]
    )


# ---------------------------------------------------------------- ludemes.h
def _ludemes() -> str:
    lines = [
        "/* The language: its keywords, the slots of each ludeme, the numbers of those that play.",
        f" * {_NOTICE.format(' from the signatures')}",
        "#ifndef LUDEMES_H",
        "#define LUDEMES_H",
        *(_line([*(f"{name}_{word}" for word in words), f"N_{name}"]) for name, words in ENUMS.items()),
        "",
        "/* slots: SLOT(node, slug, name) */",
        *(
            _line(f"{slug}__{param.slot}" for param in SIGNATURES[slug].params)
            for slug in opcodes()
            if SIGNATURES[slug].params
        ),
        "",
        _line([*(f"OP_{slug}" for slug in opcodes()), "N_LUDEMES"]),
        "#endif",
        "",
    ]
    return "\n".join(lines)


# ---------------------------------------------------------------- unit.c
_FIELDS = {"INT": "value", "BOOL": "value", "REGION": "region"}


def _unit() -> str:
    """One translation unit: every source, and the tables of the language."""
    rows = []
    for slug, (kind, static) in sorted(functions().items()):
        play = f"{{.{_FIELDS.get(kind, 'act')} = {'0' if kind == 'PLAIN' else f'ludeme_{slug}'}}}"
        constant = kind if kind == "PLAIN" else f"{kind}_KIND"
        rows.append(f'    {{"{slug}", {constant}, {int(static)}, {len(SIGNATURES[slug].params)}, {play}}},')
    sizes = [f"    [TYPE_{name}] = N_{name}," for name in ENUMS]
    return "\n".join(
        [
            "/* The whole engine, as one unit for the compiler.",
            f" * {_NOTICE.format('')}",
            *(f'#include "{name}"' for name in by_hand() if name.endswith(".c")),
            "const Ludeme LUDEMES[N_LUDEMES] = {",
            *rows,
            "};",
            "const i16 N_KEYWORDS[N_TYPES] = {",
            *sizes,
            "};",
            "",
        ]
    )
