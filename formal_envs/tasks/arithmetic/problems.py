"""Batches of arithmetic problems, as arrays of symbols and as texts."""

from __future__ import annotations

from functools import cached_property

from formal_envs.tasks.arithmetic.symbols import Integers, texts


class ArithmeticProblems:
    """A batch of n problems.

    Attributes:
        prompt_symbols, solution_symbols: (n, s) rows of symbols, with ABSENT between.
        values: (n,) the expressions' values.
        terms: (n,) the expressions' operands, which are as many as the statements of prompt and solution together.
    """

    def __init__(self, prompt_symbols: Integers, solution_symbols: Integers, values: Integers, terms: Integers):
        self.prompt_symbols = prompt_symbols
        self.solution_symbols = solution_symbols
        self.values = values
        self.terms = terms

    @cached_property
    def prompts(self) -> list[str]:
        """The texts to continue."""
        return texts(self.prompt_symbols)

    @cached_property
    def solutions(self) -> list[str]:
        """For each prompt a completion that earns the full reward."""
        return texts(self.solution_symbols)
