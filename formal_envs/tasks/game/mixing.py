"""New games from those that somebody wrote: a part of one is put in the place of a like part of another.

Some hundred games are soon learned by heart; their mixtures are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from formal_envs.ludii import GameError, check_game, compile_game
from formal_envs.ludii.language.tree import calls
from formal_envs.ludii.play.report import evaluate_program
from formal_envs.tasks.game.corpus import canonical
from formal_envs.tasks.streams import integers, problem_keys

CHANGES = 3
"""The greatest number of parts that are exchanged."""
TRIES = 2
"""Attempts at each of them; most are no game."""

_DRAWS, _BITS = 3, 1 << 20
_NAME = re.compile(r'"[^"]*(?:(?<=\\)"[^"]*)*(?<!\\)"')


class Mixer:
    """Mixes games.

    Args:
        games: in their one form.
        playouts: random games that a mixture must stand.
    """

    def __init__(self, games: Sequence[str], playouts: int):
        self._playouts = playouts
        texts: dict[str, dict[str, None]] = {}
        for game in games:
            for kind, start, end in _parts(game):
                texts.setdefault(kind, {})[game[start:end]] = None
        self._likes = {kind: list(found) for kind, found in texts.items()}

    def mix(self, game: str, key: np.uint64) -> str:
        """A game with up to ``CHANGES`` parts of others in it, which compiles and can be played; a function of both.

        Names that a part brings along, and that the game lacks, become names of the game.
        """
        draws = iter(integers(problem_keys(key, np.arange(CHANGES * TRIES * _DRAWS)), 0, _BITS).tolist())
        for _ in range(CHANGES):
            parts = _parts(game)
            for _ in range(TRIES):
                kind, start, end = parts[next(draws) * len(parts) // _BITS]
                likes = self._likes[kind]
                part = likes[next(draws) * len(likes) // _BITS]
                changed = self._game(game, start, end, part, next(draws))
                if changed:
                    game = changed
                    break
        return game

    def _game(self, game: str, start: int, end: int, part: str, draw: int) -> str | None:
        """The game with a part in the place of ``game[start:end]``, if it is one."""
        rest = game[:start] + game[end:]
        known = list(dict.fromkeys(_NAME.findall(rest)))

        def name(match: re.Match[str]) -> str:
            like = [other for other in known if _numbered(other) == _numbered(match[0])]
            return match[0] if match[0] in known or not like else like[draw * len(like) // _BITS]

        try:
            changed = canonical(game[:start] + _NAME.sub(name, part) + game[end:])
            program = compile_game(changed)
        except GameError:
            return None
        return changed if evaluate_program(program, self._playouts).playable else None


def _parts(game: str) -> list[tuple[str, int, int]]:
    """The ludemes of a game but the whole: the type of each, where it starts and where it ends."""
    return [(call.signature.result, call.start, call.end) for call in calls(check_game(game))][1:]


def _numbered(name: str) -> bool:
    """Whether a name in quotes ends in a digit, as those of pieces with an owner do."""
    return name[-2:-1].isdigit()
