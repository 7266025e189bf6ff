"""Games: where a text is none, the board at start, a game that is played, and what many games measure."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from formal_envs.errors import ConfigError, check_choice, check_integer
from formal_envs.lab.explain import Explained, part
from formal_envs.ludii import GameError, Program, compile_game, expand_game
from formal_envs.ludii.play.actions import squares
from formal_envs.ludii.play.move_log import written_move
from formal_envs.ludii.play.program import Move, State
from formal_envs.ludii.play.report import evaluate_program, placed
from formal_envs.ludii.players.game import game_steps
from formal_envs.ludii.view.draw import board_svg
from formal_envs.ludii.view.frames import frames
from formal_envs.score import Score
from formal_envs.tasks.game.recomposed import MAX_TEXT, recompose

PARTS = {
    "compiles": part(0, 1, "1 where the text is a game"),
    "supported": part(0, 1, "1 where the engine plays all of its ludemes"),
    "plays": part(0, 1, "1 where random games of it end without an error, after two turns or more"),
    "balance": part(0, 1, "1 less the largest difference of two players' wins"),
    "completion": part(0, 1, "share of games that somebody won"),
    "drawishness": part(0, 1, "1: no game was drawn or cut; 0: all were"),
    "turns": part(0, None, "turns of a game in the mean, all players together"),
    "novelty": part(0, 1, "how unlike the games of the corpus its text is"),
    "position": part(0, 1, "share of the completion before the first error"),
    "brief": part(0, 1, "share of what the prompt asks that the game is"),
    **dict.fromkeys(("choices", "thinking", "open", "fair", "ends", "length"), part(0, 1, "of the reward skill")),
    "fitness": part(0, 1, "of the reward gavel"),
}
PLAYERS = ("random", "one-ply", "uct:50", "uct:200", "uct:1000")
"""Who may play a game of the page."""
MOST_MOVES = 300
"""Moves of a game that is shown."""
MOST_CHARACTERS = 4_000_000
"""Of the pictures of a game."""
PLAY_SECONDS = 8.0
"""Of the processor, for a game; it is cut there."""
CHOICE_WORK = 500_000_000
"""Of one choice, in the engine's units: about two seconds."""
_MOST_SVG = 1_000_000
_MOST_NOTES = 20


@dataclass(frozen=True)
class Game(Explained):
    """What a text is as a game.

    Attributes:
        name, players, sites, pieces: of the game; "" and so on where it is none.
        board: its start as an SVG; None where there is none, or it is too large.
        stage, message: of the error, where there is one.
        caret: the line of the error, with a caret below it; None where it has no place.
        expected: what could stand there, most likely first.
        warnings: what it says and cannot mean.
    """

    name: str = ""
    players: int = 0
    sites: int = 0
    pieces: tuple[str, ...] = ()
    board: str | None = None
    stage: str | None = None
    message: str | None = None
    caret: str | None = None
    expected: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def explain(task: Any, reward: Any, prompt: str, completion: str, score: Score) -> Game:
    """The game that prompt and completion make together, or why they make none."""
    text = recompose(prompt, completion).text
    if len(text) > MAX_TEXT:
        return Game("game", message=f"{len(text):,} characters, at most {MAX_TEXT:,} allowed", stage="syntax")
    try:
        program, warnings = _program(text)
        start = program.initial()
    except GameError as error:
        caret = "\n".join(error.caret(80).splitlines()[:2]) if error.text else None
        return Game("game", stage=error.stage, message=error.message, caret=caret, expected=error.expected)
    board, picture = program.bytecode.board, board_svg(start)
    return Game(
        "game",
        name=program.name,
        players=program.n_players,
        sites=board.topologies[board.site_type].n,
        pieces=tuple(component.name for component in program.bytecode.components),
        board=picture if len(picture) <= _MOST_SVG else None,
        warnings=warnings[:_MOST_NOTES],
    )


def play(prompt: str, completion: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A game from its start, position by position, cut where it is long in moves, pictures or time.

    Args:
        prompt, completion: make the game.
        arguments: ``players``, one of ``PLAYERS`` for all of them, and ``seed``.

    Raises:
        ConfigError: an argument has no meaning, or the text is no game.
    """
    player = check_choice("players", arguments.get("players", "random"), PLAYERS)
    seed = check_integer("seed", arguments.get("seed", 0), 0, 2**53 - 1)
    program = _playable(prompt, completion)
    states, moves, cut = _played(program, player, seed)
    shown = frames(states, moves)
    size, kept = 0, 0
    for picture in shown.pictures:
        size += len(picture)
        if size > MOST_CHARACTERS and kept:
            cut = "its pictures are too large to show more"
            break
        kept += 1
    return {
        "name": program.name,
        "before": shown.before,
        "pictures": shown.pictures[:kept],
        "after": shown.after,
        "moves": [_move(before, move) for before, move in zip(states, moves[: kept - 1], strict=False)],
        "status": [state.status for state in states[:kept]],
        "cut": cut,
    }


def measure(prompt: str, completion: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What ``formal-envs game stats`` says of the game.

    Args:
        prompt, completion: make the game.
        arguments: ``playouts``, 1 to 1,000 random games, and ``seed``.

    Raises:
        ConfigError: an argument has no meaning, or the text is no game.
    """
    playouts = check_integer("playouts", arguments.get("playouts", 100), 1, 1_000)
    seed = check_integer("seed", arguments.get("seed", 0), 0, 2**53 - 1)
    report = evaluate_program(_playable(prompt, completion), playouts, seed=seed)
    if report.error:
        return {"rows": [], "failure": str(report.error)}
    rows: list[tuple[str, float | str, str]] = [
        ("games", report.playouts, "random games that were finished"),
        ("wins", " : ".join(map(str, report.wins)), "by who began as player 1, 2, ..."),
        ("draws", report.draws, "ended without a winner"),
        ("cut", report.timeouts, "by the limit of turns"),
        ("turns", report.mean_turns, f"in the mean, deviation {report.deviation_turns:.2f}"),
        ("moves", report.mean_moves, f"in the mean, deviation {report.deviation_moves:.2f}"),
        ("choices", report.branching_factor, "legal moves, in the mean"),
        ("decisions", report.decision_moves, "share of moves that had another beside them"),
        ("coverage", report.coverage, "share of the board that pieces stood on"),
        ("balance", report.balance, "1 less the largest difference of two players' wins"),
        ("completion", report.completion, "share of games that somebody won"),
        ("drawishness", report.drawishness, "1: no game was drawn or cut; 0: all were"),
    ]
    return {"rows": [{"name": name, "value": value, "about": about} for name, value, about in rows], "failure": None}


ACTS = {"play": play, "measure": measure}


@lru_cache(64)
def _program(text: str) -> tuple[Program, tuple[str, ...]]:
    source = expand_game(text, limit=MAX_TEXT)
    program = compile_game(source)
    return program, placed(source, program.bytecode.doubts)


def _playable(prompt: str, completion: str) -> Program:
    text = recompose(prompt, completion).text
    if len(text) > MAX_TEXT:
        raise ConfigError("the text is no game: it is too long")
    try:
        return _program(text)[0]
    except GameError as error:
        raise ConfigError(f"the text is no game: {error}") from error


def _played(program: Program, player: str, seed: int) -> tuple[list[State], list[Move], str | None]:
    """Positions, moves, and why there are no more; None where the game is over."""
    states, moves = [program.initial(seed)], list[Move]()
    until = time.process_time() + PLAY_SECONDS
    try:
        for move, state in game_steps(program, [player] * program.n_players, seed, work=CHOICE_WORK):
            moves.append(move)
            states.append(state)
            if len(moves) == MOST_MOVES and not state.over:
                return states, moves, f"cut after {MOST_MOVES} moves"
            if time.process_time() > until and not state.over:
                return states, moves, f"cut after {PLAY_SECONDS:g} seconds of thinking: let them think less"
    except GameError as error:
        return states, moves, f"it cannot go on: {error.message}"
    return states, moves, None


def _move(before: State, move: Move) -> dict[str, Any]:
    return {
        "player": before.mover,
        "name": squares(before.program.bytecode, move.key) or move.key,
        "text": written_move(before, move),
    }
