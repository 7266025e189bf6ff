"""Ludii's game description language: text -> checked tree -> program -> playouts -> metrics."""

from formal_envs.ludii.errors import GameError
from formal_envs.ludii.language.checker import check as check_game
from formal_envs.ludii.play.program import (
    Move,
    Program,
    State,
    apply,
    compile_game,
    legal_moves,
    perft,
)
from formal_envs.ludii.play.report import GameReport, Outcome, evaluate_game, play
from formal_envs.ludii.play.told import with_pieces, with_rolls, with_seed
from formal_envs.ludii.raw.expansion import Expansion
from formal_envs.ludii.raw.library import expand_game

__all__ = [
    "Expansion",
    "GameError",
    "GameReport",
    "Move",
    "Outcome",
    "Program",
    "State",
    "apply",
    "check_game",
    "compile_game",
    "evaluate_game",
    "expand_game",
    "legal_moves",
    "perft",
    "play",
    "with_pieces",
    "with_rolls",
    "with_seed",
]
