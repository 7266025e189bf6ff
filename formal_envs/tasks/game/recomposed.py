"""The game that a prompt and a completion make together, and how much of it the completion got right.

A prompt for fill-in-the-middle is ``### PRE: prefix ### SUF: suffix ### MID:``, as in arXiv:2410.17126; the completion
is the part that was cut out. After any other prompt the completion is the whole game.
"""

from __future__ import annotations

import re
from collections import Counter
from string import digits
from typing import NamedTuple

from formal_envs.ludii import GameError, check_game, expand_game

MAX_TEXT = 50_000
"""Longest game, in characters, with its macros expanded too; longer text earns nothing. 1,024 tokens are some 5,000."""
PREFIX, SUFFIX, MIDDLE = "### PRE:", "### SUF:", "### MID:"
LEAST_CUT = 0.2
"""A shorter part than this share of what is left of the game is not cut out; it counts as that long."""
LEAST_GAME = 45
"""Tokens of the shortest games; a shorter text counts as that long."""

TOKEN = re.compile(r'//[^\n]*|"[^"]*(?:(?<=\\)"[^"]*)*(?<!\\)"?|\(\s*[^\s(){}":]*|[^\s(){}":]+:?|\S')
"""The tokens of grammars/ludii.lark, comments among them; a string that is not closed takes all that follows."""
_AROUND = ("define", "option", "rulesets")  # forms that may stand around a game
_SUFFIX = re.compile(rf'"[^"]*(?:(?<=\\)"[^"]*)*(?<!\\)"|{SUFFIX}')


class Recomposed(NamedTuple):
    """A game's text.

    Attributes:
        text: all of it.
        begin, end: the completion is ``text[begin:end]``.
        infill: the rest of the text is the prompt's.
        closed: the completion's brackets close.
    """

    text: str
    begin: int
    end: int
    infill: bool
    closed: bool


def infill_prompt(game: str, begin: int, end: int) -> str:
    """The prompt that asks for ``game[begin:end]``."""
    return f"{PREFIX} {game[:begin].strip()} {SUFFIX} {game[end:].strip()} {MIDDLE}"


def recompose(prompt: str, completion: str) -> Recomposed:
    """The game that a completion makes of its prompt.

    The completion is stripped, and cut behind the first bracket that leaves none open, not counting macros and options
    around a game; one whose brackets do not close is used whole. Brackets in strings and comments do not count. The
    markers of a prompt for fill-in-the-middle stand at its very beginning and end, and between them outside strings;
    text with some of them is a prompt like any other.
    Takes time linear in the length.
    """
    middle = completion.strip()
    end = _closing(middle)
    middle = middle[:end]
    parts = around(prompt)
    if parts is None:
        return Recomposed(middle, 0, len(middle), False, end is not None)
    head, tail = parts
    text = _joined(head, middle)
    return Recomposed(_joined(text, tail), len(text) - len(middle), len(text), True, end is not None)


def says_nothing(game: Recomposed) -> bool:
    """Whether the completion has no token; many a part that is cut out could be left out as well."""
    return _tokens(game.text[game.begin : game.end]) == 0


def _closing(text: str) -> int | None:
    """Where the first bracket that leaves none open ends, and the options that stand behind it.

    Macros and options before it do not count.
    """
    depth, around, end = 0, False, None
    for match in TOKEN.finditer(text):
        first = text[match.start()]
        if first in "({":
            if depth == 0:
                around = match[0][1:].strip() in _AROUND
                if end is not None and not around:
                    break
            depth += 1
        elif first in ")}":
            depth -= 1
            if depth < 0 and end is not None:
                break
            if depth <= 0:
                if end is not None or not around:
                    end = match.end()
                depth = 0
        elif depth == 0 and end is not None and match[0] != "*":
            break
    return end


def around(prompt: str) -> tuple[str, str] | None:
    """What stands before and behind the completion in a prompt for fill-in-the-middle."""
    prompt = prompt.strip()
    if prompt.startswith(PREFIX) and prompt.endswith(MIDDLE):
        inner = prompt[len(PREFIX) : -len(MIDDLE)]
        for match in _SUFFIX.finditer(inner):
            if match[0] == SUFFIX:
                return inner[: match.start()].strip(), inner[match.end() :].strip()
    return None


def _joined(left: str, right: str) -> str:
    """Two parts with a blank between them where a game on one line has it."""
    blank = left and right and not left.endswith(("{", ":")) and not right.startswith((")", "}"))
    return f"{left} {right}" if blank else left + right


def offset(completion: str, game: Recomposed, place: int) -> int | None:
    """Where in a completion the first error at ``place`` of its game stands; None where it is not in the completion.

    A completion whose brackets do not close is wrong at its end, if not before.
    """
    if place >= game.end and not game.closed:
        place = game.end
    elif not game.begin <= place < game.end:
        return None
    return len(completion) - len(completion.lstrip()) + place - game.begin


def lonely_name(completion: str, game: Recomposed) -> int | None:
    """Where the first name stands in a completion that nothing else in its game says; None where there is none.

    It stands in the place of the name that the rest of the game asks for. Numbers behind names are their players'.
    """
    said = [
        (match.start(), match[0].strip('"').rstrip(digits)) for match in TOKEN.finditer(game.text) if match[0][0] == '"'
    ]
    times = Counter(name for _, name in said)
    places = (place for place, name in said if game.begin <= place < game.end and times[name] == 1)
    return next((offset(completion, game, place) for place in places), None)


def position(game: Recomposed, stage: str, place: int) -> float:
    """Share of the completion that stands before the first error, at ``place`` of the game, in [0, 1).

    Counted in tokens, so that white space, comments and long names earn nothing. Nothing is gained by stopping early: a
    completion shorter than any that is asked for (``LEAST_GAME``, ``LEAST_CUT``) counts as that long, and one whose
    brackets do not close as twice as long as it is. Where the error lies behind the completion, all of the completion
    stands before it; also where what the prompt gave is not right with it, such as a name that it does not define.
    """
    if place < game.begin and stage in ("names", "board"):
        place = game.end
    middle = game.text[game.begin : game.end]
    before = middle[: max(place - game.begin, 0)]
    least = float(LEAST_GAME)
    if game.infill:
        least = LEAST_CUT * (_tokens(game.text[: game.begin]) + _tokens(game.text[game.end :]))
    length = max(least, _tokens(middle)) * (1 if game.closed else 2)
    return _tokens(before) / (length + 1)


def first_error(error: GameError) -> int:
    """The place of the first error in a text that ``error`` refused.

    Syntax is looked at first, all through the text, and its brackets before the rest of it. So where it is wrong, what
    stands before may have other errors: it is looked at with its brackets closed.
    """
    place, stage = error.position, error.stage
    for _ in ("brackets", "the rest of syntax", "types"):
        if stage != "syntax":
            break
        before = error.text[:place]
        try:
            closed = f"{before}\n{_closing_brackets(before)}"  # it may end in a comment
            check_game(expand_game(closed, limit=MAX_TEXT))
        except GameError as earlier:
            if earlier.position >= place or earlier.stage not in ("syntax", "types"):
                break
            place, stage = earlier.position, earlier.stage
        else:
            break
    return place


def _closing_brackets(text: str) -> str:
    """What closes the brackets that a text leaves open."""
    still_open: list[str] = []
    for match in TOKEN.finditer(text):
        first = match[0][0]
        if first in "({":
            still_open.append(")" if first == "(" else "}")
        elif first in ")}" and still_open:
            still_open.pop()
    return "".join(reversed(still_open))


def _tokens(text: str) -> int:
    return sum(not match[0].startswith("//") for match in TOKEN.finditer(text))
