"""Everything that is wrong or suspicious in a text, with places as editors count them."""

from __future__ import annotations

from typing import NamedTuple

from formal_envs.ludii.errors import GameError
from formal_envs.ludii.language.checker import check
from formal_envs.ludii.language.typed_tree import Leaf
from formal_envs.ludii.lint.games import suspicious_games
from formal_envs.ludii.lint.unused import RULES, Names, Suspicion
from formal_envs.ludii.play.program import compile_game
from formal_envs.ludii.raw.expansion import Expansion, expand


class Finding(NamedTuple):
    """An error, which makes the text no game that can be played, or a warning.

    ``rule`` names what struck: a stage of ``GameError``, or a rule of the linter. Lines and columns begin with 1; the
    end lies behind the last character.
    """

    severity: str  # "error" or "warning"
    rule: str
    message: str
    line: int
    column: int
    end_line: int
    end_column: int


def lint(text: str | Expansion) -> list[Finding]:
    """What is wrong with a text, or suspicious in it; in the order of the places. Costs ten short random games.

    The places are those of the raw text: of what a macro wrote, where the macro has it.
    """
    try:
        source = expand(text)
        game = check(source)
        program = compile_game(source)
    except GameError as error:
        return [error_found(error)]
    names = Names(game)
    found = [suspicion for rule in RULES for suspicion in rule(names)]
    found += suspicious_games(game, program)
    found += [
        Suspicion(doubt.rule, Leaf("string", "", doubt.start, doubt.end), doubt.message)
        for doubt in program.bytecode.doubts
    ]
    places = [(s, source.place(s.node.start), source.place(max(s.node.end - 1, 0)) + 1) for s in found]
    findings = {
        _finding("warning", s.rule, s.message, source.raw, start, max(end, start + 1)) for s, start, end in places
    }
    return sorted(findings, key=lambda finding: (finding.line, finding.column, finding.message))


def error_found(error: GameError) -> Finding:
    """An error as a finding."""
    return _finding("error", error.stage, error.message, error.text, error.position, error.position + 1)


def _finding(severity: str, rule: str, message: str, text: str, start: int, end: int) -> Finding:
    first, last = GameError("", "", text, start), GameError("", "", text, end)
    return Finding(severity, rule, message, first.line, first.column, last.line, last.column)
