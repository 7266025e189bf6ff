"""The arithmetic evaluator and the reward for chains such as ``6+0+8=6+8=14``.

The language of one statement is grammars/arithmetic.lark. Plain statements, which are nearly all, take a shorter way
to the same result; tests hold the ways equal.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
from lark import Transformer

from formal_envs.errors import ParseFailure, check_choice
from formal_envs.languages.language import parse
from formal_envs.score import Score, Step

MAX_TEXT = 100_000
"""Longest prompt and completion together, in characters; longer text fails."""
MAX_STATEMENT = 1_000
"""Longest statement, in characters."""
MAX_DIGITS = 12
"""Longest integer literal, in digits."""
MAX_VALUE = 10**15
"""Bound on the magnitude of a statement's value; reaching it fails. What happens on the way to it is exact."""
MAX_ERROR = 500
"""The paper's cap on the error of a chain, and the error of a malformed one."""


class Value(NamedTuple):
    """A statement's integer value, and its number of binary operators."""

    value: int
    operators: int


def evaluate(statement: str) -> Value:
    """Evaluate one statement, in time linear in its length.

    Raises:
        ParseFailure: not in the language of grammars/arithmetic.lark, or past a bound of this module.
    """
    return _evaluate_short(statement) if len(statement) <= _PLAIN_LENGTH else _evaluate_by_grammar(statement)


def _evaluate_by_grammar(statement: str) -> Value:
    if not statement or statement.isspace():
        raise ParseFailure("empty statement", statement, 0)
    if len(statement) > MAX_STATEMENT:
        reason = f"statement of {len(statement)} characters, at most {MAX_STATEMENT} allowed"
        raise ParseFailure(reason, statement, MAX_STATEMENT)
    result: Value = parse("arithmetic", statement, _EVALUATOR)
    if abs(result.value) >= MAX_VALUE:
        raise ParseFailure("value of 10^15 or more", statement, 0)
    return result


class _Evaluator(Transformer[Any, Value]):
    """Computes values while Lark parses, so that no tree is built."""

    def number(self, children: list[Any]) -> Value:
        (token,) = children
        if len(token) > MAX_DIGITS:
            reason = f"integer of {len(token)} digits, at most {MAX_DIGITS} allowed"
            raise ParseFailure(reason, str(token), token.start_pos)
        return Value(int(token), 0)

    def negate(self, children: list[Value]) -> Value:
        return Value(-children[0].value, children[0].operators)

    def add(self, children: list[Value]) -> Value:
        left, right = children
        return Value(left.value + right.value, left.operators + right.operators + 1)

    def subtract(self, children: list[Value]) -> Value:
        left, right = children
        return Value(left.value - right.value, left.operators + right.operators + 1)

    def multiply(self, children: list[Value]) -> Value:
        left, right = children
        return Value(left.value * right.value, left.operators + right.operators + 1)


_EVALUATOR = _Evaluator()

# A product has at most as many digits as its factors together, so that a text this short stays within every bound.
_PLAIN_LENGTH = 15
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]{0,11})(?:[+\-*](?:0|[1-9][0-9]{0,11}))*")


@lru_cache(maxsize=1 << 16)
def _evaluate_short(statement: str) -> Value:
    return _evaluate_plain(statement) if _PLAIN.fullmatch(statement) else _evaluate_by_grammar(statement)


def _evaluate_plain(statement: str) -> Value:
    """Evaluate a statement that matches ``_PLAIN`` (no brackets, one leading sign at most) by splitting it."""
    terms = statement.replace("-", "+-").split("+")
    if not terms[0]:  # a leading sign
        del terms[0]
    if "*" not in statement:
        return Value(sum(map(int, terms)), len(terms) - 1)
    products = [term.split("*") for term in terms]
    value = sum(math.prod(map(int, factors)) for factors in products)
    return Value(value, sum(map(len, products)) - 1)


_PAPER_VALUES = [2 / (1 + math.exp(error / 10)) for error in range(MAX_ERROR + 1)]
_EXACT_VALUES = [1.0] + [0.0] * MAX_ERROR

_new_score = partial(tuple.__new__, Score)  # what Score(...) comes to, in half the time


class ArithmeticReward:
    """Scores a chain of statements: the paper's reward, or 1 for a correct chain and 0 for any other.

    The text is the prompt followed by the completion, split at ``=``. The first statement's value is the solution;
    ``error`` is the sum over the later statements of |solution - value|. The chain is malformed when a statement is
    empty or cannot be evaluated, when one has not exactly one operator fewer than the one before it, or when the last
    one still has an operator. ``kind="paper"`` gives ``2 / (1 + exp(min(error, 500) / 10))``, with an error of 500 for
    a malformed chain; ``kind="exact"`` gives 1 where the error is 0.

    Parts: ``error`` in [0, 500], ``exact`` and ``well_formed`` in {0, 1}.
    Source: arXiv:2410.17126, section on arithmetic; the last condition is ours (nothing pays for stopping early).

    Raises:
        ConfigError: ``kind`` is neither.
    """

    range = (0.0, 1.0)

    def __init__(self, kind: str = "paper"):
        self.kind = check_choice("reward", kind, ("paper", "exact"))
        self._values = _PAPER_VALUES if kind == "paper" else _EXACT_VALUES

    def __repr__(self) -> str:
        return f"ArithmeticReward({self.kind!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ArithmeticReward) and other.kind == self.kind

    def __hash__(self) -> int:
        return hash((ArithmeticReward, self.kind))

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion, in time linear in the text's length."""
        text = prompt + completion
        if len(text) > MAX_TEXT:
            return self._malformed(f"text of {len(text)} characters, at most {MAX_TEXT} allowed")
        statements = text.split("=", MAX_STATEMENT + 1)  # more statements than the first can have operators: malformed
        number, error = 1, 0
        try:
            solution, operators = evaluate(statements[0])
            for statement in statements[1:]:
                number += 1
                value, count = evaluate(statement)
                if count != operators - 1:
                    return self._malformed(f"statement {number}: {count} operators, expected {operators - 1}")
                error += abs(solution - value)
                operators = count
        except ParseFailure as failure:
            return self._malformed(f"statement {number}: {failure}")
        if number == 1:
            return self._malformed("no '=' in the text")
        if operators:
            return self._malformed(f"the chain stops with {operators} operators left")
        return self._well_formed(solution, error)

    def score_batch(self, prompts: Sequence[str], completions: Sequence[str]) -> list[Score]:
        """Score ``completions[i]`` as an answer to ``prompts[i]``; equal to ``score`` on each, and faster."""
        texts = [prompt + completion for prompt, completion in zip(prompts, completions, strict=True)]
        return [
            self._well_formed(solution, error) if ok else self.score(text, "")
            for text, ok, solution, error in zip(texts, *_plain_sums(texts), strict=True)
        ]

    def steps(self, prompt: str, completion: str) -> list[Step]:
        """The statements that end in the completion, each with the value of an error that nothing is added to."""
        steps, error, end = [], 0, -1 - len(prompt)
        if len(prompt) + len(completion) <= MAX_TEXT:
            statements = (prompt + completion).split("=", MAX_STATEMENT + 1)
            solution = 0
            for number, statement in enumerate(statements[:-1]):
                end += 1 + len(statement)
                try:
                    value = evaluate(statement).value
                except ParseFailure:
                    break
                solution = solution if number else value
                error = min(error + abs(solution - value), MAX_ERROR)
                if end > 0:
                    steps.append(Step(end, self._values[error]))
        return [*steps, Step(len(completion), self.score(prompt, completion).value)]

    def _well_formed(self, solution: int, error: int) -> Score:
        if error == 0:
            return _new_score((1.0, {"error": 0.0, "exact": 1.0, "well_formed": 1.0}, None, None))
        capped = error if error < MAX_ERROR else MAX_ERROR
        parts = {"error": float(capped), "exact": 0.0, "well_formed": 1.0}
        return _new_score((self._values[capped], parts, f"off by {error} from the solution {solution}", None))

    def _malformed(self, failure: str) -> Score:
        parts = {"error": float(MAX_ERROR), "exact": 0.0, "well_formed": 0.0}
        return Score(self._values[MAX_ERROR], parts, failure)


def paper() -> ArithmeticReward:
    """The paper's reward: the nearer the chain's numbers, the more."""
    return ArithmeticReward("paper")


def exact() -> ArithmeticReward:
    """1 for a correct chain, 0 for any other."""
    return ArithmeticReward("exact")


def _plain_sums(texts: Sequence[str]) -> tuple[list[bool], list[int], list[int]]:
    """Solution and error of every text that is a well-formed chain of plain sums, all at once.

    Returns: three lists, an entry per text: whether it is such a chain (other texts need ``score``), its solution, its
    error. Bytes are lexed in parallel: a separator is a character but a digit, a number what stands between two.
    """
    if not texts:
        return [], [], []
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)  # past each text's newline
    begins = np.concatenate(([0], ends[:-1]))
    code = np.frombuffer(("\n".join(texts) + "\n").encode("ascii", "replace"), np.uint8)
    digit = code - np.uint8(48)  # wraps: below 10 for digits alone
    separator = digit > 9
    wrong = separator & (code != ord("+")) & (code != ord("="))
    wrong[ends - 1] = False
    wrong[1:] |= separator[1:] & separator[:-1]  # no number between two separators
    wrong[0] |= separator[0]
    wrong[1:-1] |= separator[:-2] & (digit[1:-1] == 0) & ~separator[2:]  # a leading zero
    wrong[0] |= len(code) > 1 and digit[0] == 0 and not separator[1]

    stops = np.flatnonzero(separator)  # (numbers,), the separator after each number
    widths = np.diff(stops, prepend=-1) - 1  # (numbers,), digits of each
    wrong[stops] |= widths > MAX_DIGITS
    values = np.zeros(len(stops), np.int64)
    for place in range(min(int(widths.max()), MAX_DIGITS)):
        values += np.where(place < widths, digit[np.maximum(stops - 1 - place, 0)], 0) * np.int64(10**place)

    is_last = np.zeros(len(code), bool)
    is_last[ends - 1] = True
    closes = is_last[stops] | (code[stops] == ord("="))  # numbers that close a statement
    closing = np.flatnonzero(closes)  # (statements,), index of each statement's last number
    firsts = np.concatenate(([0], closing[:-1] + 1))
    sums = np.add.reduceat(values, firsts)  # (statements,)
    terms = closing - firsts + 1  # (statements,)

    row_close = np.flatnonzero(is_last[stops[closing]])  # (texts,), index of each text's last statement
    row_first = np.concatenate(([0], row_close[:-1] + 1))
    solutions = sums[row_first]
    gaps = np.abs(sums - np.repeat(solutions, row_close - row_first + 1))
    errors = np.add.reduceat(gaps, row_first)
    breaks = np.ones(len(terms), bool)
    breaks[1:] = terms[1:] != terms[:-1] - 1
    breaks[row_first] = False
    broken = np.logical_or.reduceat(breaks, row_first)
    ok = ~np.logical_or.reduceat(wrong, begins) & ~broken
    ok &= (terms[row_close] == 1) & (row_close > row_first) & (ends - begins <= MAX_STATEMENT)
    return ok.tolist(), solutions.tolist(), errors.tolist()
