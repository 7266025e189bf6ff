"""Ludii's game description language: text -> checked tree -> program -> playouts -> metrics."""

from formal_envs.lang.errors import GameError
from formal_envs.lang.program import Move, Program, State, apply, compile_game, legal_moves, perft

__all__ = ["GameError", "Move", "Program", "State", "apply", "compile_game", "legal_moves", "perft"]
