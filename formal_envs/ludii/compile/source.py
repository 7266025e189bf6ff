"""The game that is compiled, and how it is refused."""

from __future__ import annotations

from dataclasses import dataclass

from formal_envs.ludii.errors import GameError
from formal_envs.ludii.language.typed_tree import Call, Node


@dataclass(frozen=True)
class Source:
    """A checked game and the text that it was written in."""

    game: Call
    text: str

    def error(self, stage: str, message: str, node: Node | None) -> GameError:
        """An error at ``node``, or at the game as a whole."""
        return GameError(stage, message, self.text, (node or self.game).start)

    def limit(self, n: int, most: int, what: str, node: Node | None = None) -> None:
        """Refuse a game with more than ``most`` of something."""
        if n > most:
            message = f"a game has at most {most} {what}, this one would have more"
            raise GameError("board", message, self.text, (node or self.game).start, difference="limit")
