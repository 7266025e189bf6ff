"""The geometry of boards: from a board's description to sites, neighbours, straight walks, regions and tracks."""

from formal_envs.lang.board.build import Board, build_board
from formal_envs.lang.board.errors import BoardError, UnknownBoard
from formal_envs.lang.board.graph import MAX_SITES
from formal_envs.lang.board.radials import Radial
from formal_envs.lang.board.topology import RELATIONS, Topology
from formal_envs.lang.board.tracks import Track

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
]
