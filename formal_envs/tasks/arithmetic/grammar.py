"""What may follow a chain of statements: the statements that are left, each with one operator fewer."""

from __future__ import annotations

from functools import cache

from formal_envs.languages.mask_grammar import OPTIONS, Continuation
from formal_envs.tasks.arithmetic.reward import evaluate


def continuation(prompt: str, charset: str, digits: int) -> Continuation:
    """The statements that reduce the prompt's last one, in ``charset``'s operators and numbers of at most ``digits``.

    Their values do not count: they are what is asked.
    """
    return Continuation(_grammar(evaluate(prompt.split("=")[-2]).operators, charset, digits))


@cache
def _grammar(operators: int, charset: str, digits: int) -> str:
    """The grammar of the chain with ``operators`` - 1, then one fewer, ... and at last no operators."""
    kinds = " | ".join(f'"{each}"' for each in "+-*" if each in charset)
    lines = [OPTIONS, "start: " + ' "=" '.join(f"sum{count}" for count in reversed(range(operators)))]
    lines += [f"NUMBER: /0|[1-9][0-9]{{0,{digits - 1}}}/", f"operator: {kinds}"]
    for count in range(operators):  # sums and factors with so many operators
        factors = ["NUMBER"] * (count == 0) + [f'"(" sum{count} ")"'] * ("(" in charset)
        factors += [f'"-" {factor}' for factor in factors if "-" in charset]
        lefts = range(count) if "(" in charset else range(count)[-1:]
        sums = [f"sum{left} operator factor{count - 1 - left}" for left in lefts]
        if factors:
            lines.append(f"factor{count}: {' | '.join(factors)}")
            sums.append(f"factor{count}")
        lines.append(f"sum{count}: {' | '.join(sums)}")
    return "\n".join(lines)
