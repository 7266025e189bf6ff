"""Start, phases, end and the rules of the whole game, as instructions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from formal_envs.ludii.compile.equipment import Players
from formal_envs.ludii.compile.instructions import Instructions
from formal_envs.ludii.compile.source import Source
from formal_envs.ludii.engine.interface import USES
from formal_envs.ludii.language.tree import KEYWORD_INDEX, child, contents, items
from formal_envs.ludii.language.typed_tree import Call, Leaf


class Phase(NamedTuple):
    """A phase: its owner (-1 for everybody), and the numbers of its instructions (-1 for none)."""

    name: str
    owner: int
    play: int
    end: int
    changes: int


@dataclass(frozen=True)
class Rules:
    """Numbers of the instructions of start and end (-1 for none), the phases, and what ``(meta ..)`` asks for."""

    start: int
    end: int
    phases: tuple[Phase, ...]
    flags: int
    repetition: int


def write_rules(source: Source, players: Players, instructions: Instructions) -> Rules:
    """Add the rules to the instructions.

    Raises:
        GameError: stage "unsupported", or "names" (there is no phase).
    """
    rules = child(source.game, "rules")
    start = _list_of(child(rules, "start"), instructions)
    end = _list_of(child(rules, "end"), instructions)
    flags, repetition = _meta(source, child(rules, "meta"))
    phases: list[Phase] = []
    if plain := child(rules, "play"):
        phases.append(Phase("", -1, _play(plain, instructions), -1, -1))
    for arg in rules.args if rules else ():
        for phase in items(arg):
            if isinstance(phase, Call) and phase.signature.head == "phase":
                phases.append(_phase(phase, players, instructions))
    if not phases:
        raise source.error("names", "a game has a phase or more, got none", rules)
    return Rules(start, end, tuple(phases), flags, repetition)


def _list_of(call: Call | None, instructions: Instructions) -> int:
    return instructions.list(contents(call)) if call else -1


def _play(play: Call, instructions: Instructions) -> int:
    return instructions.add(next(iter(contents(play)), None))


def _phase(phase: Call, players: Players, instructions: Instructions) -> Phase:
    name = phase.args[0]
    role = next((arg for arg in phase.args if isinstance(arg, Leaf) and arg.type == "roleType"), None)
    everybody = role is None or role.value in ("Shared", "All", "Each")
    parts = [part for arg in phase.args for part in items(arg) if isinstance(part, Call)]
    play = child(phase, "play")
    assert isinstance(name, Leaf)
    assert play is not None
    return Phase(
        name=str(name.value),
        owner=-1 if everybody else players.owners(role)[0],
        play=_play(play, instructions),
        end=_list_of(child(phase, "end"), instructions),
        changes=instructions.list_or_none(part for part in parts if part.signature.head == "nextPhase"),
    )


def _meta(source: Source, meta: Call | None) -> tuple[int, int]:
    """Bits of ``USES``, and which positions must not come again (-1: any may)."""
    flags, repetition = 0, -1
    for rule in contents(meta):
        assert isinstance(rule, Call)
        if rule.signature.head == "swap":
            flags |= USES["SWAP"]
        elif rule.signature.name == "no Repeat":
            flags |= USES["NO_REPEAT"]
            kind = rule.args[0]
            repetition = KEYWORD_INDEX["repetitionType"][str(kind.value) if isinstance(kind, Leaf) else "Positional"]
        elif rule.signature.head != "passEnd":
            raise source.error("unsupported", f"unsupported: {rule.signature.name}", rule)
    return flags, repetition
