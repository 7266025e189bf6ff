"""Ludii's game description language: text -> checked tree -> program -> playouts -> metrics."""

from formal_envs.ludii.errors import GameError
from formal_envs.ludii.language.checker import check as check_game
from formal_envs.ludii.measures.thinking import think
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
from formal_envs.ludii.players.analysis import Analysis, analyse
from formal_envs.ludii.players.match import MatchResult, play_match
from formal_envs.ludii.players.player import Player, choose, read_player
from formal_envs.ludii.players.solver import Solved, solve
from formal_envs.ludii.raw.expansion import Expansion
from formal_envs.ludii.raw.library import expand_game

__all__ = [
    "Analysis",
    "Expansion",
    "GameError",
    "GameReport",
    "MatchResult",
    "Move",
    "Outcome",
    "Player",
    "Program",
    "Solved",
    "State",
    "analyse",
    "apply",
    "check_game",
    "choose",
    "compile_game",
    "evaluate_game",
    "expand_game",
    "legal_moves",
    "perft",
    "play",
    "play_match",
    "read_player",
    "solve",
    "think",
    "with_pieces",
    "with_rolls",
    "with_seed",
]
