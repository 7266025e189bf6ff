"""Whether a program is right, told by the outputs of the solution."""

from __future__ import annotations

from lark import Tree

from formal_envs.tasks.programs.functions import INPUTS
from formal_envs.tasks.programs.interpreter import RunFailure, read_program, run


def right(completion: str, solution: str) -> bool:
    """Whether a program does what the solution does."""
    programs = [read_program(text) for text in (completion, solution)]
    try:
        return all(isinstance(each, Tree) for each in programs) and all(
            len({run(each, x) for each in programs if isinstance(each, Tree)}) == 1 for x in INPUTS
        )
    except RunFailure:
        return False
