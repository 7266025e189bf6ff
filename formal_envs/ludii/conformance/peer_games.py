"""Games that other engines have too, and what each calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

CORPUS = Path(__file__).parents[2] / "tasks" / "game" / "games"


@dataclass(frozen=True, kw_only=True)
class PeerGame:
    """A game of the corpus, changed to the size and rules that the others have; "" where an engine does not have it."""

    file: str
    changes: Mapping[str, str] = field(default_factory=dict)
    pgx: str = ""
    ludax: str = ""
    open_spiel: str = ""
    longest: int = 10_000
    """Moves at which the others cut a game."""
    closing: int = 0
    """Passes at the end of a game that the others do not play out."""

    def text(self) -> str:
        """The description."""
        text = (CORPUS / f"{self.file}.lud").read_text(encoding="utf-8")
        for old, new in self.changes.items():
            if old not in text:
                raise AssertionError(f"{self.file}: no {old!r}")
            text = text.replace(old, new)
        return text


NO_SWAP = {"(meta (swap))": ""}
FIRST_IN_THE_MIDDLE = {"(to (sites Empty))": "(to (if (= 0 (count Moves)) (sites Centre) (sites Empty)))"}
GAMES = {
    "Tic-Tac-Toe": PeerGame(file="tic_tac_toe", pgx="tic_tac_toe", ludax="tic_tac_toe", open_spiel="tic_tac_toe"),
    "Connect Four": PeerGame(file="connect_four", pgx="connect_four", ludax="connect_four", open_spiel="connect_four"),
    "Reversi": PeerGame(file="reversi", pgx="othello", ludax="reversi", open_spiel="othello", closing=2),
    "Hex 11x11": PeerGame(
        file="hex_7x7",
        changes={"Diamond 7": "Diamond 11", **NO_SWAP},
        ludax="hex",
        open_spiel="hex(board_size=11)",
    ),
    "Hex 11x11 with a swap": PeerGame(file="hex_7x7", changes={"Diamond 7": "Diamond 11"}, pgx="hex"),
    "Go 9x9": PeerGame(
        file="go_5x5",
        changes={"square 5": "square 9"},
        pgx="go_9x9",
        open_spiel="go(board_size=9)",
        longest=162,
    ),
    "Gomoku 15x15": PeerGame(
        file="gomoku_9x9", changes={"square 9": "square 15", " exact:True": ""}, open_spiel="gomoku(size=15)"
    ),
    "Gomoku 15x15, exactly five": PeerGame(file="gomoku_9x9", changes={"square 9": "square 15"}, ludax="gomoku"),
    "Pente 19x19": PeerGame(file="pente_9x9", changes={"square 9": "square 19", **FIRST_IN_THE_MIDDLE}, ludax="pente"),
    "Yavalath": PeerGame(file="yavalath", changes=NO_SWAP, ludax="yavalath"),
    "Breakthrough": PeerGame(file="breakthrough", open_spiel="breakthrough"),
    "Clobber 5x6": PeerGame(file="clobber_5x6", open_spiel="clobber(rows=5,columns=6)"),
    "Havannah 5": PeerGame(file="havannah_5", changes=NO_SWAP, open_spiel="havannah(board_size=5)"),
    "Y 8": PeerGame(file="y", changes=NO_SWAP, open_spiel="y(board_size=8)"),
}
