"""The reward of game synthesis: compile a description, play random games of it, measure them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import Any, NamedTuple

from formal_envs.errors import check_choice, check_integer
from formal_envs.ludii import Expansion, GameError, GameReport, check_game, compile_game, expand_game
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.play.report import UNPLAYABLE, evaluate_program, not_played
from formal_envs.ludii.writing.briefs import read_brief, share_met
from formal_envs.pool import processors
from formal_envs.score import Score
from formal_envs.tasks.game.kinds import KINDS, MAX_TURNS
from formal_envs.tasks.game.novelty import novelty
from formal_envs.tasks.game.recomposed import (
    MAX_TEXT,
    Recomposed,
    first_error,
    lonely_name,
    offset,
    position,
    recompose,
    says_nothing,
)

CACHED = 2048
"""Texts whose scores a reward remembers."""


class GameReward:
    """Scores the description of a game by random games of it.

    The game is what ``recompose`` makes of prompt and completion. It is compiled, and ``playouts`` games of uniformly
    random moves are played, the same in every process. A text is

    - not a game, or one from which a part was cut out and that is given back without it: ``"graded"`` and ``"skill"``
      give 0.05 times ``position``, the others 0.
    - a game that cannot be played, because of an error in play, under two turns per game in the mean or a ludeme that
      the engine lacks: 0.05.
    - a game that plays: ``"paper"`` gives the mean of the cube roots of balance, completion and drawishness; one that
      never ends earns 1/3. ``"graded"`` gives 1/3, and 2/3 of the ``quality`` times ``brief``; the quality is near 1
      for games that are fair, end with a winner, and are neither short nor near the limit of turns. ``"gavel"`` gives
      0.1 to one below a threshold of GAVEL's (arXiv:2407.09388), and else 0.1 and 0.9 of its fitness, for which players
      that search play it too (``formal_envs.ludii.measures.gavel``). ``"skill"`` gives 0.1, and 0.9 of the product of
      its parts times ``brief``: near 1 for games in which thinking pays, no seat is better among equals, there are
      choices, and somebody wins after some turns (``formal_envs.ludii.measures.skill``).

    Parts: ``compiles``, ``supported``, ``plays`` in {0, 1}; ``balance``, ``completion``, ``drawishness`` in [0, 1], as
    in ``GameReport``; ``turns``, the mean of a game, all players together; ``novelty`` in [0, 1], 0 where the text does
    not compile; ``position`` in [0, 1), the share of the completion before the first error, 1 where it compiles;
    ``brief`` in [0, 1], the share of what a prompt asks of board, players, pieces and goal that the game's own brief
    says too, 1 where it asks nothing. ``"gavel"`` adds ``fitness``, 0 below a threshold, and what it is made of, as
    ``uct_balance`` and so on, 0 where no search was played.
    ``"skill"`` adds ``choices``, ``thinking``, ``open``, ``fair``, ``ends`` and ``length`` in [0, 1], 0 where what
    was known before left nothing to ask.
    ``failure`` is None where the game plays, else the stage that refused it, why, and the place in the game; with
    ``"gavel"`` also the threshold that a game which plays falls short of, with ``"skill"`` what it lacks most;
    ``failed_at`` is known where the text does not compile and the completion itself is to blame, not what follows it;
    where what surrounds it asks for a name that is not there, it is the completion's first name that nothing else says.

    Any text is scored, in bounded time: the length of a game and the work that it may ask for are limited, and the work
    is counted, not timed. A batch runs in as many threads as there are processors for this process of
    ``LOCAL_WORLD_SIZE``: the engine plays without Python's lock.

    Args:
        kind: "graded", "paper", "gavel" or "skill".
        playouts: random games that are played of each text, 1 to 10,000.

    Raises:
        ConfigError: an argument has no meaning, or the engine cannot be compiled on this machine.
    """

    range = (0.0, 1.0)

    def __init__(self, *, kind: str = "graded", playouts: int = 100):
        self.kind = check_choice("kind", kind, tuple(KINDS))
        self.playouts = check_integer("playouts", playouts, 1, 10_000)
        library()  # a missing compiler shows here and not in the first score
        self._judge = lru_cache(CACHED)(partial(_judged, kind, playouts))

    def __repr__(self) -> str:
        return f"GameReward(kind={self.kind!r}, playouts={self.playouts!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GameReward):
            return NotImplemented
        return (other.kind, other.playouts) == (self.kind, self.playouts)

    def __hash__(self) -> int:
        return hash((GameReward, self.kind, self.playouts))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self.kind, self.playouts)

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion."""
        game = recompose(prompt, completion)
        return self._score(prompt, completion, game, self._judge(game.text))

    def score_batch(self, prompts: Sequence[str], completions: Sequence[str]) -> list[Score]:
        """Score ``completions[i]`` as an answer to ``prompts[i]``; equal to ``score`` on each, and faster."""
        games = [recompose(prompt, completion) for prompt, completion in zip(prompts, completions, strict=True)]
        texts = list(dict.fromkeys(game.text for game in games))
        workers = min(processors(), len(texts))
        if workers > 1:
            with ThreadPoolExecutor(workers) as pool:  # one for each batch: none is left behind, or broken by a fork
                judged = dict(zip(texts, pool.map(self._judge, texts), strict=True))
        else:
            judged = {text: self._judge(text) for text in texts}
        rows = zip(prompts, completions, games, strict=True)
        return [self._score(prompt, text, game, judged[game.text]) for prompt, text, game in rows]

    def _score(self, prompt: str, completion: str, game: Recomposed, judged: _Judged) -> Score:
        share, value, failed_at = 1.0, judged.value, None
        if game.infill and says_nothing(game):
            judged, failed_at = _refused(self.kind, _NOTHING), len(completion)
        asked = {} if game.infill else read_brief(prompt)
        met = 1.0
        if judged.parts["compiles"]:
            if asked:
                met = share_met(check_game(game.text), asked)
            floor = KINDS[self.kind].floor
            if floor is not None and judged.parts["plays"]:
                value = floor + met * (value - floor)
        else:
            share, met = 0.0, float(not asked)
            if judged.error:
                error = first_error(judged.error)
                share, failed_at = position(game, judged.error.stage, error), offset(completion, game, error)
                if failed_at is None and judged.error.stage == "names":
                    failed_at = lonely_name(completion, game)
            value = 0.0 if KINDS[self.kind].floor is None else UNPLAYABLE * share
        return Score(value, {**judged.parts, "position": share, "brief": met}, judged.failure, failed_at)


def graded(*, playouts: int = 100) -> GameReward:
    """The graded reward, which tells real games apart. Raises ConfigError as ``GameReward`` does."""
    return GameReward(kind="graded", playouts=playouts)


def paper(*, playouts: int = 100) -> GameReward:
    """The reward of arXiv:2410.17126. Raises ConfigError as ``GameReward`` does."""
    return GameReward(kind="paper", playouts=playouts)


def gavel(*, playouts: int = 100) -> GameReward:
    """The reward of GAVEL, arXiv:2407.09388. Raises ConfigError as ``GameReward`` does."""
    return GameReward(kind="gavel", playouts=playouts)


def skill(*, playouts: int = 100) -> GameReward:
    """The reward of games in which thinking pays. Raises ConfigError as ``GameReward`` does."""
    return GameReward(kind="skill", playouts=playouts)


_NOTHING = "the completion is empty: an expression was cut out here"


class _Judged(NamedTuple):
    """What a reward makes of a game's text, wherever the completion stands in it."""

    value: float
    parts: dict[str, float]
    failure: str | None
    error: GameError | None


def _judged(kind: str, playouts: int, text: str) -> _Judged:
    if len(text) > MAX_TEXT:
        return _refused(kind, f"syntax error: {len(text)} characters, at most {MAX_TEXT} allowed")
    try:
        game = expand_game(text, limit=MAX_TEXT)
    except GameError as error:
        return _refused(kind, _said(error), error)
    return _measured(kind, playouts, game)


def _measured(kind: str, playouts: int, game: Expansion) -> _Judged:
    """What a text that is no longer raw is worth."""
    try:
        program = compile_game(game)
    except GameError as error:
        report = not_played(error)
        parts = _parts(kind, report, novelty(game.text) if report.compiles else 0.0)
        return _Judged(report.reward, parts, _said(error), error)
    report = evaluate_program(program, playouts, MAX_TURNS)
    parts, value, failure = _parts(kind, report, novelty(game.text)), report.reward, _failure(report)
    if report.playable:
        value, measured, failure = KINDS[kind].worth(program, report)
        parts.update(measured)
    return _Judged(value, parts, failure, report.error)


def _refused(kind: str, failure: str, error: GameError | None = None) -> _Judged:
    return _Judged(0.0, _parts(kind, GameReport(compiles=False), 0.0), failure, error)


def _parts(kind: str, report: GameReport, novelty: float) -> dict[str, float]:
    return {
        "compiles": float(report.compiles),
        "supported": float(report.compiles and report.supported),
        "plays": float(report.playable),
        "balance": float(report.balance),
        "completion": float(report.completion),
        "drawishness": float(report.drawishness),
        "turns": report.mean_turns,
        "novelty": novelty,
        **dict.fromkeys(KINDS[kind].parts, 0.0),
    }


def _failure(report: GameReport) -> str | None:
    if report.error:
        return _said(report.error)
    return None if report.playable else f"play error: {report.mean_turns:.2f} turns per game, at least 2 expected"


def _said(error: GameError) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(error))


def _rebuilt(kind: str, playouts: int) -> GameReward:
    return GameReward(kind=kind, playouts=playouts)
