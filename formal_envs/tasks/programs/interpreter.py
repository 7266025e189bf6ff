"""The small language of grammars/programs.lark, run by an interpreter that counts its steps."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from lark import Tree

from formal_envs.errors import FormalEnvError, ParseFailure
from formal_envs.languages.language import Language, read

MAX_TEXT = 200
"""Longest program, in characters; no deeper nesting than that can be read."""
MAX_DEPTH = 24
"""Deepest nesting of brackets and loops in a program that is run, in levels of its tree."""
MAX_STEPS = 2_000
"""Steps of one run: values that are read or made, statements, and rounds of loops."""
MAX_VALUE = 10**12
"""Bound on the magnitude of a value; reaching it ends the run."""


class RunFailure(FormalEnvError):
    """A program that does not come to its end within the bounds of this module."""


@cache
def language() -> Language:
    """The language of grammars/programs.lark."""
    return Language(read("programs"))


@lru_cache(1 << 10)
def read_program(text: str) -> Tree[Any] | ParseFailure:
    """The tree of a program, or why there is none."""
    if len(text) > MAX_TEXT:
        return ParseFailure(f"{len(text)} characters, at most {MAX_TEXT} allowed", text, MAX_TEXT)
    try:
        tree = language().parse(text)
    except ParseFailure as failure:
        return failure
    level: list[Any] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for each in level for child in each.children if isinstance(child, Tree)]
        if not level:
            return tree
    return ParseFailure(f"more than {MAX_DEPTH} levels of brackets and loops", text, len(text))


def run(program: Tree[Any], x: int) -> int:
    """What r holds after a program has run on an input.

    Raises:
        RunFailure: it takes more than MAX_STEPS, or a value reaches MAX_VALUE.
    """
    made = _Run(x)
    made.do(program)
    return made.variables["r"]


class _Run:
    """A run: its variables, and the steps that are left."""

    def __init__(self, x: int):
        self.variables = {"r": 0, "s": 0, "x": x}
        self.left = MAX_STEPS

    def do(self, statements: Tree[Any]) -> None:
        for statement in statements.children:
            self._step()
            target, body = statement.children
            if statement.data == "assign":
                self.variables[str(target)] = self._value(body)
                continue
            for _ in range(self._value(target)):
                self._step()
                self.do(body)

    def _value(self, tree: Tree[Any]) -> int:
        self._step()
        if tree.data == "number":
            return int(str(tree.children[0]))
        if tree.data == "name":
            return self.variables[str(tree.children[0])]
        left, right = map(self._value, tree.children)
        value = left * right if tree.data == "multiply" else left + right if tree.data == "add" else left - right
        if abs(value) >= MAX_VALUE:
            raise RunFailure("a value of 10^12 or more")
        return value

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise RunFailure(f"more than {MAX_STEPS:,} steps")
