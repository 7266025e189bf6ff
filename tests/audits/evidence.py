"""How well what no record confirms foretells a difference: ``python -m tests.audits.evidence --data DIR [--data DIR]``.

Games are compared with their records. Then, tenth by tenth, a game counts as new where it writes a ludeme as none of
the other nine tenths' games that agree does, or has a ludeme that none of them has. Prints, by group, how many games
agree and differ that are new and that are not.
``--results FILE`` keeps the comparison, or reads it back where the file is there.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import Counter
from pathlib import Path

from formal_envs.ludii.conformance import conformance
from formal_envs.ludii.engine.library import library
from formal_envs.ludii.language.checker import check
from formal_envs.ludii.language.evidence import shapes
from formal_envs.ludii.language.tree import calls

FOLDS = 10


def written_as(text: str) -> set[tuple[str, str]]:
    """How a game writes its ludemes: each with its shapes, and each alone."""
    game = list(calls(check(text)))
    return {(call.signature.slug, shape) for call in game for shape in (*shapes(call), "")}


def main() -> None:
    """Compare, then count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    data = conformance.Data.load(*options.data)
    if options.results and options.results.exists():
        verdicts = json.loads(options.results.read_text())
    else:
        library()
        verdicts = {r.id: r.verdict for r in conformance.compare_games(data, data.games, jobs=options.jobs)}
        if options.results:
            options.results.write_text(json.dumps(verdicts))
    played = [game for game in data.games if verdicts[game["id"]] in ("agrees", "differs")]
    parts = {game["id"]: written_as(game["text"]) for game in played}
    counts: dict[tuple[str, str], Counter[tuple[bool, bool]]] = {}
    for fold in range(FOLDS):
        known = set[tuple[str, str]]()
        own = {game["id"] for game in played if zlib.crc32(game["id"].encode()) % FOLDS == fold}
        for game in played:
            if game["id"] not in own and verdicts[game["id"]] == "agrees":
                known |= parts[game["id"]]
        for game in played:
            if game["id"] in own:
                new = parts[game["id"]] - known
                agrees = verdicts[game["id"]] == "agrees"
                counts.setdefault((game["group"], "shape"), Counter())[bool(new), agrees] += 1
                counts.setdefault((game["group"], "ludeme"), Counter())[any(not s for _, s in new), agrees] += 1
    print(f"{'group':14} {'new':8} {'new: agree':>11} {'differ':>7} {'known: agree':>13} {'differ':>7}")
    for (group, kind), count in sorted(counts.items()):
        row = count[True, True], count[True, False], count[False, True], count[False, False]
        print(f"{group:14} {kind:8} {row[0]:11} {row[1]:7} {row[2]:13} {row[3]:7}")


if __name__ == "__main__":
    main()
