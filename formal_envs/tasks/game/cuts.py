"""Fill in the middle: one expression is cut out of a game, and asked for (arXiv:2410.17126, section on games)."""

from __future__ import annotations

from typing import NamedTuple

from formal_envs.tasks.game.recomposed import LEAST_CUT, infill_prompt
from formal_envs.tokenizers import Tokenizer

MAX_PROMPT_TOKENS, MAX_CUT_TOKENS = 288, 128
"""Of the task's words."""
MAX_PROMPT_LENGTH, MAX_CUT_LENGTH = 1_360, 800
"""In characters; a cut's with the blank before it."""


class Cut(NamedTuple):
    """A problem: a game without one of its expressions, and that expression with a blank before it."""

    prompt: str
    solution: str


def expressions(game: str) -> list[tuple[int, int]]:
    """Where each expression in round brackets starts and ends, the outermost first; strings may hold brackets."""
    found, opened = [], []
    quoted = False
    for place, character in enumerate(game):
        if character == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif character == "(":
            opened.append(place)
        elif character == ")":
            found.append((opened.pop(), place + 1))
    return sorted(found)


def cuts(game: str, tokenizer: Tokenizer) -> list[Cut]:
    """Every cut of a game in its one form that is long enough for its prompt, and within the bounds above.

    The whole game is never cut out.
    """
    found = []
    shortest = LEAST_CUT / (1 + LEAST_CUT) * len(infill_prompt(game, 0, 0)) - 3  # a cut may take three blanks with it
    for start, end in expressions(game)[1:]:
        if shortest <= end - start < MAX_CUT_LENGTH:  # few are: what follows is slow
            cut = Cut(infill_prompt(game, start, end), " " + game[start:end])
            if (
                end - start >= LEAST_CUT * len(cut.prompt)
                and len(cut.prompt) <= MAX_PROMPT_LENGTH
                and len(tokenizer.encode(cut.solution)) <= MAX_CUT_TOKENS
                and len(tokenizer.encode(cut.prompt)) <= MAX_PROMPT_TOKENS
            ):
                found.append(cut)
    return found
