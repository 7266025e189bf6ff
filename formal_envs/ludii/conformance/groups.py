"""What came of a comparison, by group of games; and what the games that agree speak for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from formal_envs.ludii.conformance.compare import Comparison
from formal_envs.ludii.conformance.snapshots import Record
from formal_envs.ludii.language.checker import check
from formal_envs.ludii.language.evidence import written


class Group(NamedTuple):
    """Counts of a group of games. ``played`` are neither refused nor unsupported; ``agree`` agree in everything.

    The others say in how many of those played a part agrees: the board and the pieces, the start, all recorded games,
    all counts of sequences.
    """

    games: int
    played: int
    agree: int
    board: int
    start: int
    traces: int
    perft: int
    unsupported: int
    rejected: int


def by_group(results: Iterable[Comparison], games: Iterable[Record]) -> dict[str, Group]:
    """The counts of each group, in the order in which the groups come."""
    names = {game["id"]: game["group"] for game in games}
    groups: dict[str, list[Comparison]] = {}
    for result in results:
        groups.setdefault(names[result.id], []).append(result)
    return {name: _count(group) for name, group in groups.items()}


def _count(results: list[Comparison]) -> Group:
    refused = ("unsupported", "rejected")
    played = [result for result in results if result.verdict not in refused]

    def without(*sections: str) -> int:
        return sum(not any(d.section in sections for d in result.differences) for result in played)

    return Group(
        games=len(results),
        played=len(played),
        agree=sum(result.verdict == "agrees" for result in played),
        board=without("board", "equipment"),
        start=without("start"),
        traces=sum(result.traces_replayed == result.traces for result in played),
        perft=sum(result.perft_equal == result.perft for result in played),
        unsupported=sum(result.verdict == "unsupported" for result in results),
        rejected=sum(result.verdict == "rejected" for result in results),
    )


def group_table(groups: Mapping[str, Group]) -> str:
    """A line for each group, and the share of those played that agree in everything."""
    lines = [f"{'group':12}" + "".join(f"{name:>12}" for name in Group._fields) + f"{'share':>8}"]
    for name, group in groups.items():
        share = f"{group.agree / group.played:8.3f}" if group.played else ""
        lines.append(f"{name[:12]:12}" + "".join(f"{count:12}" for count in group) + share)
    return "\n".join(lines)


def evidence_of(results: Iterable[Comparison], games: Iterable[Record]) -> str:
    """The text of ``language/evidence.txt``: how ludemes are written in the games that agree in everything."""
    texts = {game["id"]: game["text"] for game in games}
    return written(check(texts[result.id]) for result in results if result.verdict == "agrees")
