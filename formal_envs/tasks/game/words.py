"""The words that games and their briefs are made of: the vocabulary of the game task.

Names of ludemes carry their opening bracket and their kind, ``(is Line``; a word carries the blank before it where one
stands there. Every printable ASCII character is a word of its own too, so that any text in ASCII can be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from formal_envs.ludii.language.parameter_types import CONSTANTS
from formal_envs.ludii.language.signatures import LANGUAGE, SIGNATURES
from formal_envs.ludii.language.typed_tree import Param
from formal_envs.ludii.view.ludemes import supported
from formal_envs.ludii.writing.briefs import PARTS, WORDS
from formal_envs.tasks.game.corpus import own_games
from formal_envs.tasks.game.recomposed import MIDDLE, PREFIX, SUFFIX
from formal_envs.tasks.game.writer import games

CHARSET = "\n" + "".join(map(chr, range(32, 127)))
"""The characters of games in their one form, and of prompts."""

_NUMBERS, _FIRST_NUMBERS, _NEGATIVE = 100, 31, 10
"""There are words for the numbers below these: with a blank before them, without one, and with a minus sign."""
_COORDINATES, _OWNERS = "ABCDEFGHIJ", 21  # "A12", "Man1"
_LISTED = ("the_piece", "the_cross", "the_nought")  # the grammar's rules of names that stand in lists
# Roles of more players than games of our own have, and directions on boards in three dimensions.
_RARE = re.compile(r"Team\d+|P[5-9]|P\d\d|[DU][NESW]{,2}")
_NAME = re.compile(r'( ?)"([^"]+?)\d*"')
_TITLE = re.compile(r'^\(game "[^"]*(?:(?<=\\)"[^"]*)*(?<!\\)"')


@cache
def vocabulary() -> tuple[str, ...]:
    """The words; a word's id is its place."""
    briefs = _spaced(WORDS.split()) | _both(f"{part}:" for part in PARTS)
    marks = _both(("{", "(", '"')) | _spaced((")", "}", SUFFIX, MIDDLE)) | {PREFIX}
    return tuple(sorted(set(CHARSET) | marks | _language() | _numbers() | _names() | briefs))


def _spaced(words: Iterable[str]) -> set[str]:
    return {f" {word}" for word in words}


def _both(words: Iterable[str]) -> set[str]:
    """Words as they stand in a text, and as they begin a list or follow a label, where no blank is before them."""
    words = set(words)
    return words | _spaced(words)


def _language() -> set[str]:
    """Ludemes that the engine plays, with their brackets, and the keywords and names of arguments that they take."""
    played = [signature for signature in SIGNATURES.values() if supported(signature)]
    params = [param for signature in played for param in signature.params]
    taken = {atom for param in params for atom in _atoms(param)}
    first = {atom for param in params if param.label or param.type.startswith("{") for atom in _atoms(param)}
    keywords = {**LANGUAGE.enums, "flag": ("True", "False"), "integer": tuple(CONSTANTS)}
    typed = [(f"({signature.name}", signature.result) for signature in played]
    typed += [(word, name) for name in taken & keywords.keys() for word in keywords[name] if not _RARE.fullmatch(word)]
    labels = {f"{param.label}:" for param in params if param.label}
    return (
        {"(game"} | _both(word for word, name in typed if name in first) | _spaced(labels | {word for word, _ in typed})
    )


def _atoms(param: Param) -> frozenset[str]:
    """The types of an argument, or of the items of a list of them."""
    return LANGUAGE.atoms(param.type.strip("{}"))


def _numbers() -> set[str]:
    return _spaced(map(str, range(1 - _NEGATIVE, _NUMBERS))) | set(map(str, range(_FIRST_NUMBERS)))


def _names() -> set[str]:
    """The words of names, the first with its opening quote, and what closes them; our own games' names are left out."""
    found = {f'{number}"' for number in range(_OWNERS)} | _both(f'"{letter}' for letter in _COORDINATES)
    for game in own_games():
        for blank, name in _NAME.findall(_TITLE.sub("", game)):
            opening, *rest = name.split(" ")
            found |= {f'{blank}"{opening}'} | _spaced(rest)
    for rule, words in games().names().items():
        opened = [f'"{word}' for word in words]
        found |= _spaced(words if rule.endswith("_word") else opened) | set(opened if rule in _LISTED else ())
    return found
