"""Which of a batch's texts wait, are at work, and have scores; and what becomes of those whose worker is gone."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field

from formal_envs.score import Score, Unscored

_CHUNK = 8  # texts that a worker is given at a time, at most
_CHUNKS = 4  # into which each worker's share of what is left is cut, so that all are done at about the same time
_ENDS = 2  # workers that a text may end, given alone, before it is given up


@dataclass
class Batch:
    """The texts of a batch, by their places.

    Parts are cut the same way each time, whoever scores them: what they bring does not depend on who is fast.

    Attributes:
        scored: scores of neighbouring texts, by the place of the first.
        error: what is to be raised, once all texts before it have been scored.
    """

    size: int
    workers: int
    scored: dict[int, list[Score | Unscored]] = field(default_factory=dict)
    error: BaseException | None = None
    _limit: int = 0  # the place of the error, or the end: no part that begins behind it matters
    _next: int = 0  # the first text that nobody was given yet
    _again: list[int] = field(default_factory=list)  # texts whose worker is gone, a heap: each is given alone
    _at_work: set[int] = field(default_factory=set)  # the first text of each part
    _ended: Counter[int] = field(default_factory=Counter)  # workers that a text ended, given alone

    def __post_init__(self) -> None:
        self._limit = self.size

    @property
    def done(self) -> bool:
        """Whether all texts have scores, or those before an error."""
        waiting = [*self._again[:1], *range(self._next, self.size)[:1], *self._at_work]
        return not waiting or min(waiting) >= self._limit

    def take(self) -> range:
        """Neighbouring texts for a worker, none where none wait."""
        if self._again and self._again[0] < self._limit:
            first = heapq.heappop(self._again)
            part = range(first, first + 1)
        elif self._next < self._limit:
            share = (self.size - self._next) // (_CHUNKS * self.workers)
            part = range(self._next, self._next + min(max(share, 1), _CHUNK))
            self._next = part.stop
        else:
            return range(0)
        self._at_work.add(part.start)
        return part

    def answered(self, part: range, scores: list[Score | Unscored]) -> None:
        """Take a part's scores."""
        self._at_work.remove(part.start)
        self.scored[part.start] = scores

    def raised(self, part: range, error: BaseException) -> None:
        """Take what scoring a part has raised: it counts if nothing raises before it."""
        self._at_work.remove(part.start)
        if part.start < self._limit:
            self._limit, self.error = part.start, error

    def lost(self, part: range, fate: str, *, final: bool = False) -> None:
        """Have the texts of a worker that is gone scored again, each alone: one of them may have ended it.

        Args:
            part: the texts that the worker had.
            fate: what became of it.
            final: it would be so again, so that a text that was alone is given up.
        """
        if len(part) == 1:
            self._ended[part.start] += 1
            if final or self._ended[part.start] == _ENDS:
                self.answered(part, [Unscored(fate if final else f"{fate}, {_ENDS} times")])
                return
        self._at_work.remove(part.start)
        for place in part:
            heapq.heappush(self._again, place)

    def scores(self) -> list[Score | Unscored]:
        """The scores of all texts."""
        return [score for _, scores in sorted(self.scored.items()) for score in scores]
