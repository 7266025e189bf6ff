"""The arithmetic task: random expressions, and the chains that reduce them one pair at a time.

Problems are made in batches of arrays, a column per problem. A statement is its operands and the operators
between them; see expressions.py beside this file. A rendered text is a sequence of symbols; see symbols.py.

A problem with fewer operands than the task allows starts late: it is left alone until its turn comes, so that every
statement that is rendered together has the same number of operands.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from formal_envs.errors import ConfigError, check_choice, check_integer
from formal_envs.languages.mask_grammar import Continuation
from formal_envs.score import Reward
from formal_envs.tasks.arithmetic.answers import ArithmeticAnswers
from formal_envs.tasks.arithmetic.difficulty import difficulty
from formal_envs.tasks.arithmetic.encoder import SymbolEncoder, symbol_ids
from formal_envs.tasks.arithmetic.expressions import (
    ABSENT_CODE,
    PAPER_LENGTH,
    Expressions,
    bracket_depths,
    cut_to_paper_length,
    merge,
)
from formal_envs.tasks.arithmetic.grammar import continuation
from formal_envs.tasks.arithmetic.problems import ArithmeticProblems
from formal_envs.tasks.arithmetic.reward import MAX_DIGITS, MAX_STATEMENT, ArithmeticReward
from formal_envs.tasks.arithmetic.symbols import ABSENT, SYMBOLS, Integers
from formal_envs.tasks.protocol import RewardCheck
from formal_envs.tasks.splits import TEST_SHARE
from formal_envs.tasks.streams import Keys, integers, mix64
from formal_envs.tokenizers import Tokenizer

PAPER_LIMIT = 100
"""The paper rejects values of 100 or more; its vocabulary holds 0 to 99."""
WORDS = (*map(str, range(PAPER_LIMIT)), *"+*=")
"""The paper's vocabulary: 0 to 99, whose places are their values, and symbols."""

_EQUALS = -1 - SYMBOLS.index("=")
_MINUS = -1 - SYMBOLS.index("-")
_OPEN = -1 - SYMBOLS.index("(")
_CLOSE = -1 - SYMBOLS.index(")")


class ArithmeticTask:
    """Reduce an expression to a number.

    Args:
        terms: number of operands, 2 to 24. None is the paper's generator: append a random operand and operator until
            there are 10 characters, cut there, drop a trailing operator, reject numbers of 100 or more.
        max_operand: operands are uniform in 0..max_operand.
        operators: characters of ``+-*()`` to use, at least one of ``+-*``; both brackets or none.
        answer: "number" prompts with the chain up to its last ``=``; "chain" with the expression and ``=``, and the
            whole reduction is the answer.
        split: "train", "test" (a tenth, chosen by a hash of the expression alone, whatever the seed or the other
            options) or "all".

    Raises:
        ConfigError: an option is out of range, or no problem fits them all.
    """

    problems_ahead = 4096

    def __init__(
        self,
        *,
        terms: int | None = None,
        max_operand: int = 10,
        operators: str = "+",
        answer: Literal["number", "chain"] = "number",
        split: Literal["train", "test", "all"] = "train",
    ):
        self.terms = None if terms is None else check_integer("terms", terms, 2, 24)
        self.max_operand = check_integer("max_operand", max_operand, 1, 10**6)
        self.answer = check_choice("answer", answer, ("number", "chain"))
        self.split = check_choice("split", split, ("train", "test", "all"))
        if not isinstance(operators, str) or not set(operators) <= set("+-*()") or not set(operators) & set("+-*"):
            raise ConfigError(f"operators must be characters of '+-*()' with at least one of '+-*', got {operators!r}")
        if ("(" in operators) != (")" in operators):
            raise ConfigError(f"operators must hold both brackets or none, got {operators!r}")
        self.operators = "".join(c for c in "+-*()" if c in operators)
        self._codes = np.array(["+-*".index(c) for c in self.operators if c in "+-*"], np.int8)
        self._signed = "-" in operators
        self._bracketed = "(" in operators
        self._operands = PAPER_LENGTH // 2 if terms is None else terms
        self._limit = PAPER_LIMIT if terms is None else 10**MAX_DIGITS
        products = max(self.max_operand, 2) ** self._operands  # no sum of operands outgrows their product, but for ones
        self._bound = products if "*" in operators else self.max_operand * self._operands
        # The smallest types that hold every value, and every symbol, of a problem: passes over them are memory-bound.
        self._value_type = np.int16 if "*" not in operators and self._bound < 2**15 else np.int64
        self._symbol_type = np.int8 if self.max_number < 2**7 else np.int64
        self._require_problems()

    @property
    def charset(self) -> str:
        """The characters of prompts and solutions."""
        moved = "+" if self._signed and self._bracketed and "+" not in self.operators else ""  # 2-(1-3)=2+2=4
        return "0123456789=" + moved + self.operators

    @cached_property
    def max_number(self) -> int:
        """No number in a prompt or solution is larger."""
        return min(self._limit - 1, self._bound)

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """The paper's vocabulary and the other characters of the task; empty where numbers are larger than it has."""
        if self.max_number >= PAPER_LIMIT:
            return ()
        return (*WORDS, *(c for c in self.charset if c not in WORDS))

    @property
    def max_terms(self) -> int:
        """The most operands of an expression."""
        return self._operands

    @property
    def max_prompt_length(self) -> int:
        """No prompt has more characters."""
        return self.max_prompt_symbols * self.max_digits

    @property
    def max_solution_length(self) -> int:
        """No solution has more characters."""
        return self.max_solution_symbols * self.max_digits

    @property
    def max_prompt_tokens(self) -> int:
        """No prompt has more tokens of the vocabulary; 0 where there is none."""
        return self.max_prompt_symbols if self.vocabulary else 0

    @property
    def max_solution_tokens(self) -> int:
        """No solution has more tokens of the vocabulary; 0 where there is none."""
        return self.max_solution_symbols if self.vocabulary else 0

    @property
    def max_prompt_symbols(self) -> int:
        """The most numbers and other symbols that a prompt holds."""
        return sum(self._widths if self.answer == "number" else self._widths[:1])

    @property
    def max_solution_symbols(self) -> int:
        """The most numbers and other symbols that a solution holds."""
        return 1 + self._signed + (0 if self.answer == "number" else sum(self._widths[1:]))

    @property
    def max_digits(self) -> int:
        """The most digits that a number holds."""
        return len(str(self.max_number))

    def sample(self, keys: Keys) -> ArithmeticProblems:
        """Make the problem of each key: a pure function of the key and the options.

        Args: keys (n,), 64-bit integers.
        """
        draft = self._draft(keys)
        redo = np.flatnonzero(~draft.fits)
        keys = draft.keys[redo]
        while len(redo):
            fresh = self._draft(_next_keys(keys))
            for part, new in zip(draft, fresh, strict=True):
                part[..., redo] = new
            keys, redo = fresh.keys[~fresh.fits], redo[~fresh.fits]
        return ArithmeticProblems(draft.prompts.T, draft.solutions.T, draft.values, draft.terms)

    def difficulty(self, problems: ArithmeticProblems) -> NDArray[np.float64]:
        """Operators of each expression, products and pairs of brackets twice, and carries of its numbers' sum."""
        return difficulty(problems)

    def continuation(self, prompt: str) -> Continuation:
        """The reductions of a prompt's last statement that are right in form, whatever their values."""
        return continuation(prompt, self.charset, self.max_digits)

    def encoder(self, tokenizer: Tokenizer) -> SymbolEncoder | None:
        """What gives prompts as tokens without their texts; None where a symbol is not one token."""
        ids = symbol_ids(tokenizer, self.max_number, self.charset)
        return None if ids is None else SymbolEncoder(ids, self.max_prompt_symbols, self.max_solution_symbols)

    def answer_table(self, reward: Reward, tokenizer: Tokenizer) -> ArithmeticAnswers | None:
        """The scores of one-token answers; None for other rewards, for chains, and where a symbol is not one token."""
        if self.answer != "number" or type(reward) is not ArithmeticReward or self.encoder(tokenizer) is None:
            return None
        return ArithmeticAnswers(reward, tokenizer, self.max_terms, self.max_number)

    def reward_check(self, reward: Reward) -> RewardCheck:
        """Right is what has the solution's value, however it is written."""
        return RewardCheck(correct="formal_envs.testing:same_value")

    @cached_property
    def _widths(self) -> list[int]:
        """Columns of symbols of the statement with n operands, for n from the first statement's down to 2."""
        slots = 2 + self._signed + (4 if self._bracketed else 0)
        return [slots * n for n in range(self._operands, 1, -1)]

    def _require_problems(self) -> None:
        keys = mix64(np.arange(4096, dtype=np.uint64))
        expressions = self._expressions(keys)
        if not self._in_split(expressions).any():
            raise ConfigError(f"split {self.split!r} is empty here: use more terms or a larger max_operand")
        if self._solve(keys, expressions).fits.mean() < 0.02:  # fewer would make drawing slow
            raise ConfigError(f"hardly any numbers stay below {self._limit}: use a smaller max_operand or fewer terms")

    def _draft(self, keys: Keys) -> _Draft:
        """One attempt at a problem for each key, of an expression that is in the split."""
        expressions = self._expressions(keys)
        redo = np.flatnonzero(~self._in_split(expressions))
        keys = keys.copy()
        while len(redo):
            keys[redo] = _next_keys(keys[redo])
            fresh = self._expressions(keys[redo])
            for part, new in zip(expressions, fresh, strict=True):
                part[:, redo] = new
            redo = redo[~self._in_split(fresh)]
        return self._solve(keys, expressions)

    def _expressions(self, keys: Keys) -> Expressions:
        count = self._operands
        operands = np.empty((count, len(keys)), self._value_type)
        codes = np.full((count - 1, len(keys)), self._codes[0])
        for column in range(count):
            operands[column] = integers(keys, column, self.max_operand + 1)
        if len(self._codes) > 1:
            for column in range(count - 1):
                codes[column] = self._codes[integers(keys, count + column, len(self._codes))]
        if self.terms is None:
            cut_to_paper_length(operands, codes)
        if self._bracketed:
            codes += 4 * bracket_depths(codes, keys, 2 * count)
        return Expressions(operands, codes)

    def _in_split(self, expressions: Expressions) -> NDArray[np.bool_]:
        operands, codes = expressions
        if self.split == "all":
            return np.ones(operands.shape[1], bool)
        odd = mix64(np.arange(1, 2 * self._operands, dtype=np.uint64)) | np.uint64(1)
        digest = (operands[0] + 1).astype(np.uint64) * odd[0]
        for column in range(1, self._operands):
            present = (codes[column - 1] - ABSENT_CODE).astype(np.uint64)  # 0 past the end: padding does not count
            digest += present * odd[2 * column - 1]
            digest += ((operands[column] + 1) * (present > 0)).astype(np.uint64) * odd[2 * column]
        held_out: NDArray[np.bool_] = mix64(digest) < np.uint64(2**64 // TEST_SHARE)
        return held_out if self.split == "test" else ~held_out

    def _solve(self, keys: Keys, expressions: Expressions) -> _Draft:
        """Reduce each expression and render its statements."""
        operands, codes = expressions
        size = len(keys)
        terms = 1 + np.count_nonzero(codes >= 0, axis=0)  # (n,)
        symbols = np.empty((sum(self._widths) + 1 + self._signed, size), self._symbol_type)
        fits = np.ones(size, bool)
        begin = 0
        reducing = mix64(~keys)
        for count, width in zip(range(self._operands, 1, -1), self._widths, strict=True):
            if self._bound >= self._limit:
                fits &= (np.abs(operands) < self._limit).all(axis=0)
            active = terms >= count  # all statements have ``count`` operands by now
            statement = symbols[begin : begin + width]
            self._render(operands, codes, active, statement)
            if self.answer == "chain" and begin:  # the first statement is the prompt, also where it starts late
                late = np.flatnonzero(terms == count)
                symbols[:width, late] = statement[:, late]
                statement[:, late] = ABSENT
            begin += width
            operands, codes = self._reduce(operands, codes, active, reducing)
        values = operands[0].astype(np.int64)
        fits &= np.abs(values) < self._limit
        if self._signed:
            symbols[-2] = np.where(values < 0, _MINUS, ABSENT)
        symbols[-1] = np.abs(values)
        cut = begin if self.answer == "number" else self._widths[0]
        return _Draft(symbols[:cut], symbols[cut:], values, terms, keys, fits)

    def _render(self, operands: Integers, codes: Integers, active: NDArray[np.bool_], symbols: Integers) -> None:
        """Write the symbols of the active statements, ending in ``=``, into ``symbols`` (slots, n)."""
        slots = symbols.reshape(len(operands), len(symbols) // len(operands), -1)  # (count, slots of an operand, n)
        opens = 2 if self._bracketed else 0  # before a sign, the number, closing brackets, the operator
        slots[:, opens + self._signed] = np.abs(operands) if self._signed else operands
        slots[:-1, -1] = ~(codes & 3)  # -1 - code
        slots[-1, -1] = _EQUALS
        if self._signed:
            slots[:, opens] = np.where(operands < 0, _MINUS, ABSENT)
        if self._bracketed:
            rises = np.diff(codes >> 2, axis=0, prepend=0, append=0)  # (count, n), from before each operand to after it
            for deep in (1, 2):
                slots[:, 2 - deep] = np.where(rises >= deep, _OPEN, ABSENT)
                slots[:, -1 - deep] = np.where(rises <= -deep, _CLOSE, ABSENT)
        if not active.all():
            np.copyto(symbols, ABSENT, where=~active)

    def _reduce(self, operands: Integers, codes: Integers, active: NDArray[np.bool_], keys: Keys) -> Expressions:
        """Replace one random adjacent pair of each active statement by its value.

        Deepest brackets and products come first. In ``a-b+c`` the pair ``b+c`` reduces to ``a-(b-c)``, with the sign in
        the operator: ``2-3+1=2-2``.
        """
        pairs = len(codes)
        if len(self._codes) == 1 and not self._bracketed:
            picks: Integers = integers(keys, pairs, pairs).astype(np.int8)
            if not active.all():
                picks[~active] = pairs
            if self.operators == "+":
                columns = np.arange(pairs, dtype=np.int8)[:, None]
                return Expressions(operands[:-1] * (columns <= picks) + operands[1:] * (columns >= picks), codes[:-1])
        else:
            ranks = (codes >> 2) * 2 + (codes & 3 == 2)  # (pairs, n), how tightly each operator binds
            reducible = ranks == ranks.max(axis=0)
            reached = np.cumsum(reducible, axis=0)
            chosen = integers(keys, pairs, reached[-1])
            picks = np.where(active, (reached <= chosen).sum(axis=0), pairs)
        return merge(operands, codes, picks)


class _Draft(NamedTuple):
    """Problems, the keys that they came from, and whether their numbers fit; n columns each."""

    prompts: Integers
    solutions: Integers
    values: Integers
    terms: Integers
    keys: Keys
    fits: NDArray[np.bool_]


def _next_keys(keys: Keys) -> Keys:
    return mix64(keys + np.uint64(1))


assert MAX_STATEMENT >= 24 * (MAX_DIGITS + 1 + 1 + 4)  # every statement of a task can be scored
