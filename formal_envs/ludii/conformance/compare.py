"""A game compared with another engine's record of it: board, start, moves, positions, results, counts.

The record is a line of the conformance data (see its README): snapshots as run-length lists, digests, and for each ply
the key of the move played. A comparison ends in differences, each with the section where it struck and a message that
says what was expected and what came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from formal_envs.ludii.conformance.equipment import check_board, check_equipment
from formal_envs.ludii.conformance.moves import check_perft, explain_keys
from formal_envs.ludii.conformance.replay import Difference, replay
from formal_envs.ludii.conformance.snapshots import Record, compare_snapshots, snapshot, start_of
from formal_envs.ludii.errors import GameError
from formal_envs.ludii.play.program import Program, State, compile_game, legal_moves


@dataclass
class Comparison:
    """What came of comparing one game."""

    id: str
    name: str = ""
    verdict: str = "agrees"  # agrees, differs, unsupported, rejected, crashed, timeout, failed
    differences: list[Difference] = field(default_factory=list)
    traces: int = 0
    traces_replayed: int = 0
    plies: int = 0
    perft: int = 0
    perft_equal: int = 0
    context: str = ""  # the place in the text, or the position before the first ply that differs

    @property
    def cause(self) -> str:
        """The section of the first difference; for a game that does not compile, the ludeme or stage."""
        return self.differences[0].section if self.differences else self.verdict


def _checks(record: Record, program: Program, result: Comparison, quick: bool) -> Iterator[Difference | None]:
    def section(name: str, message: str | None) -> Difference | None:
        return Difference(name, message) if message else None

    state = start_of(program, record["start"])
    yield section("board", check_board(record, program))
    yield section("equipment", check_equipment(record, program))
    if bool(state.over) != record["start_over"]:
        yield Difference("start", f"over is {bool(state.over)}, expected {record['start_over']}")
    yield section("start", compare_snapshots(record["start"], snapshot(state, "score" in record["flags"])))
    if listed := record.get("start_legal"):
        ours = {move.key for move in legal_moves(state)}
        if ours != set(listed.split("|")):
            yield Difference("moves", "at the start: " + explain_keys(ours, set(listed.split("|"))))
    traces = record.get("traces", [])[: 1 if quick else None]
    states: dict[int, State] = {}
    for trace in traces:
        result.traces += 1
        reached = states if trace["seed"] == 1 else {}
        difference = replay(record, program, trace, reached)
        if difference and not result.context:
            result.context = str(reached[-1])
        result.traces_replayed += difference is None
        result.plies += len(trace["plies"]) if difference is None else difference.ply or 0
        yield difference
    limit = 2_000 if quick else 1 << 60
    if "perft" in record:
        result.perft += 1
        failed = check_perft("from the start", state, record["perft"], record.get("perft_u"), limit)
        for name, counts in record.get("mid", {}).items():
            if not failed and not name.endswith("u") and int(name) in states:
                where = f"after {name} plies of trace 1"
                failed = check_perft(where, states[int(name)], counts, record["mid"].get(f"{name}u"), limit)
        result.perft_equal += failed is None
        yield section("perft", failed)


def _goes_on(program: Program, failed: str) -> Difference | None:
    """The difference where we have moves at the start and the other engine fails there."""
    try:
        moves = legal_moves(program.initial())
    except GameError:
        return None
    return Difference("start", f"{len(moves)} moves, expected none: {failed}")


def compare(game: Record, record: Record | None, quick: bool = False) -> Comparison:
    """Compiles a game and compares it with its record; ``quick``: the first trace and small counts only."""
    result = Comparison(game["id"], game.get("name", ""))
    if record:
        result.traces, result.perft = len(record.get("traces", [])), int("perft" in record)
    try:
        program = compile_game(game["text"])
    except GameError as error:
        if error.stage == "play" and game.get("failed"):  # both stop before the first move
            return result
        result.verdict = "unsupported" if error.stage == "unsupported" else "rejected"
        result.differences.append(Difference(error.stage, error.message))
        result.context = error.caret()
        return result
    if game.get("failed"):
        if difference := _goes_on(program, game["failed"]):
            result.verdict = "differs"
            result.differences.append(difference)
        return result
    if record is None:
        return result
    result.traces = result.perft = 0
    try:
        result.differences += [d for d in _checks(record, program, result, quick) if d]
    except GameError as error:
        result.differences.append(Difference("play", error.message))
        result.traces, result.perft = len(record.get("traces", [])), int("perft" in record)
    if result.differences:
        result.verdict = "differs"
    return result
