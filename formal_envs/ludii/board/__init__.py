"""The geometry of boards: from a board's description to sites, neighbours, straight walks, regions and tracks."""

from formal_envs.ludii.board.build import Board, build_board
from formal_envs.ludii.board.errors import BoardError, UnknownBoard
from formal_envs.ludii.board.graph import MAX_SITES
from formal_envs.ludii.board.radials import Radial
from formal_envs.ludii.board.topology import RELATIONS, Topology
from formal_envs.ludii.board.tracks import Track, check_tracks

__all__ = [
    "MAX_SITES",
    "RELATIONS",
    "Board",
    "BoardError",
    "Radial",
    "Topology",
    "Track",
    "UnknownBoard",
    "build_board",
    "check_tracks",
]
