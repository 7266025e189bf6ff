"""Whether a completion is right, told without the reward."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from formal_envs.testing.calls import as_scorer
from formal_envs.testing.cases import Case, Problem, aliases, spellings
from formal_envs.testing.formats import Written

_LONGEST = 10_000
_TOKEN = re.compile(r"\s*([0-9]{1,99}(?:\.[0-9]{1,99})?|[-+*/()])")
_APPLY = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "keep": 3, "negate": 3}
_BEFORE_OPERAND = {"+": "keep", "-": "negate", "(": "("}


def judgement(
    correct: Callable[..., bool] | None, written: Written, problems: Sequence[Problem]
) -> Callable[[Case], bool] | None:
    """What tells a right case: the user's function, the solution, or nothing.

    A completion is right where it is the gold, where ``correct`` says so, or where it says so of the one answer that
    the completion gives in the format that the reward wants. Where a problem has neither solution nor gold and
    ``correct`` wants one, nothing is wrong.
    """
    known = any(problem.solution is not None or problem.gold is not None for problem in problems)
    if correct is None and not known:
        return None
    columns = list(dict.fromkeys(name for problem in problems for name in problem.columns))
    told = as_scorer(correct or exact_match, with_solutions=known, columns=columns)
    needs = "solution" in told.roles

    def right(case: Case) -> bool:
        problem = case.problem
        if problem.gold is not None and case.completion.strip() == problem.gold.strip():
            return True
        if problem.solution is None and needs:
            return problem.gold is None
        if told.score(case):
            return True
        content = written.format.content(case.completion)
        if correct is None and _is_alias(written, problem, case.completion if content is None else content):
            return True
        return content is not None and bool(told.score(case._replace(completion=content)))

    return right


def _is_alias(written: Written, problem: Problem, text: str) -> bool:
    """Whether a text is one of the answers that a solution lists, of a reward that wants one of them."""
    listed = aliases(problem.solution)
    return bool(listed) and problem.gold == written.format.wrap(listed[0]) and text.strip() in listed


def exact_match(completion: str, solution: Any) -> bool:
    """Whether a completion is the solution, but for the white space around it; of a number or a list, a spelling."""
    return completion.strip() in [spelling.strip() for spelling in spellings(solution)]


def same_value(completion: str, solution: str | float) -> bool:
    """Whether a completion has the value of the solution: ``14``, ``(14)`` and ``6+8`` are the same.

    Both are expressions of decimal numbers, ``+ - * /`` and brackets, or chains of them joined by ``=``, all of whose
    members have to be equal. What cannot be read, or is longer than 10,000 characters, is not right.
    """
    if len(completion) > _LONGEST:
        return False
    values = {_value(part) for part in f"{completion}={solution}".split("=")}
    return len(values) == 1 and None not in values


def _value(text: str) -> Fraction | None:
    """The value of an expression, by two stacks; None where it is none."""
    values: list[Fraction] = []
    operators: list[str] = []
    place, operand_next = 0, True
    text = text.rstrip()
    try:
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                return None
            token, place = match[1], match.end()
            if operand_next and token in _BEFORE_OPERAND:
                operators.append(_BEFORE_OPERAND[token])
            elif operand_next != token[0].isdigit() or token == "(":
                return None
            elif operand_next:
                values.append(Fraction(token))
                operand_next = False
            elif token == ")":
                _reduce(values, operators, 0)
                operators.pop()
            else:
                _reduce(values, operators, _BINDS[token])
                operators.append(token)
                operand_next = True
        _reduce(values, operators, 0)
    except (IndexError, ZeroDivisionError):
        return None
    return values[0] if len(values) == 1 and not operators and not operand_next else None


def _reduce(values: list[Fraction], operators: list[str], least: int) -> None:
    """Apply the operators on the stack that bind as strongly as ``least``, down to a bracket."""
    while operators and operators[-1] != "(" and _BINDS[operators[-1]] >= least:
        symbol = operators.pop()
        right = values.pop()
        if _BINDS[symbol] == 3:
            values.append(-right if symbol == "negate" else right)
        else:
            values.append(_APPLY[symbol](values.pop(), right))
