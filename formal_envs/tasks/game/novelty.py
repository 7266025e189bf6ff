"""How unlike the games of our own corpus a game is, by its text."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from formal_envs.tasks.game.recomposed import TOKEN

Gram = tuple[str, str, str]


def novelty(text: str) -> float:
    """1 - the largest similarity of a game with one in formal_envs/tasks/game/games, in [0, 1].

    Similarity is Jaccard's index over the sets of 3-grams of the ludemes, keywords and names of arguments, in the order
    of the text. Strings, numbers, comments and brackets are left out: a copy of a game has 0, however it is renamed and
    resized.
    """
    own = grams(text)
    index = _index()
    sharing = list(chain.from_iterable(index.games[gram] for gram in own if gram in index.games))
    shared = np.bincount(sharing, minlength=len(index.sizes))  # (games,)
    return float(1.0 - (shared / (index.sizes + len(own) - shared)).max())


def grams(text: str) -> set[Gram]:
    """The 3-grams of a text's ludemes, keywords and names of arguments, in lower case."""
    words = [match[0].lower() for match in TOKEN.finditer(text)]
    words = [word for word in words if word[:1].isalpha() or (word[0] == "(" and len(word) > 1)]
    return set(zip(words, words[1:], words[2:], strict=False))


class _Index(NamedTuple):
    """The games that each gram occurs in, and how many grams each game has (games,)."""

    games: dict[Gram, list[int]]
    sizes: NDArray[np.int64]


@lru_cache(maxsize=1)
def _index() -> _Index:
    games: dict[Gram, list[int]] = {}
    sizes = []
    folder = files("formal_envs.tasks.game").joinpath("games")
    for number, file in enumerate(file for file in folder.iterdir() if file.name.endswith(".lud")):
        found = grams(file.read_text(encoding="utf-8"))
        sizes.append(len(found))
        for gram in found:
            games.setdefault(gram, []).append(number)
    return _Index(games, np.array(sizes))
