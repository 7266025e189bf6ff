"""The kit over other people's rewards, and ours: ``python -m examples.audit --out audit.json``.

Every reward is checked in a process of its own, so that one that hangs or dies ends nothing else. A library that is not
installed is skipped with a line. ``--only`` names libraries, or rewards by a part of ``library:name``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from examples.audit.libraries import LIBRARIES, find

_MARK = "\x1eaudit\x1e"  # before the row in a child's output, as libraries print what they like
_SHOWN = 120


def row_of(library: str, name: str, budget: int) -> dict[str, Any]:
    """What the kit says of one reward."""
    from formal_envs.testing import check_reward

    begin = time.process_time()
    row: dict[str, Any] = {"library": library, "name": name, "refused": "", "errors": [], "notes": []}
    try:
        target = find(library, name)
        report = check_reward(target.reward, **{"budget": budget, **target.arguments})
        row["errors"] = [_finding(finding) for finding in report.errors]
        row["notes"] = [_finding(finding) for finding in report.notes]
    except Exception as error:  # of a library, of any kind
        row["refused"] = f"{type(error).__name__}: {error}"[:300]
    return {**row, "cpu_seconds": time.process_time() - begin}


def _finding(finding: Any) -> dict[str, Any]:
    texts = [text[:_SHOWN] for text in map(str, finding.texts)]
    return {"check": finding.check, "message": finding.message, "texts": texts, "size": finding.size}


def in_a_process(library: str, name: str, budget: int, seconds: float) -> dict[str, Any]:
    """The row of one reward from a process that is ended, with all that it started, after ``seconds``."""
    command = [sys.executable, "-W", "ignore", "-m", "examples.audit", "--one", f"{library}:{name}"]
    child = subprocess.Popen(
        [*command, "--budget", str(budget)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    begin, refused = time.monotonic(), ""
    try:
        said, _ = child.communicate(timeout=seconds)
        rows = said.decode(errors="replace").split(_MARK)[1:]
    except subprocess.TimeoutExpired:
        rows, refused = [], f"no report in {seconds:.0f} s"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    row = json.loads(rows[0]) if rows else {"library": library, "name": name, "errors": [], "notes": []}
    row.setdefault("refused", refused or "the process ended without a report")
    return {**row, "seconds": round(time.monotonic() - begin, 1)}


def table(rows: list[dict[str, Any]]) -> str:
    """One line for each library."""
    lines = [
        "| library | rewards | with errors | not checked | errors by check | seconds |",
        "|---|---|---|---|---|---|",
    ]
    for library in dict.fromkeys(row["library"] for row in rows):
        own = [row for row in rows if row["library"] == library]
        checks = Counter(finding["check"] for row in own for finding in row["errors"])
        said = ", ".join(f"{check} {number}" for check, number in checks.most_common())
        counts = [len(own), sum(bool(row["errors"]) for row in own), sum(bool(row["refused"]) for row in own)]
        seconds = f"{sum(row['seconds'] for row in own):.0f}"
        lines.append(f"| {library} | {' | '.join(map(str, counts))} | {said} | {seconds} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.audit", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="libraries, or parts of library:name")
    parser.add_argument("--out", type=Path, help="file for all findings, as JSON")
    parser.add_argument("--budget", type=int, default=1000, help="texts that the search scores")
    parser.add_argument("--seconds", type=float, default=120, help="after which a reward is given up")
    parser.add_argument("--jobs", type=int, default=1, help="rewards at a time")
    parser.add_argument("--list", action="store_true", help="name the rewards, check none")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        library, name = options.one.split(":", 1)
        print(_MARK + json.dumps(row_of(library, name, options.budget)), flush=True)
        os._exit(0)  # whatever threads a library leaves
    versions, asked = chosen(options.only)
    if options.list:
        print("\n".join(f"{library}:{name}" for library, name in asked))
        return
    rows: list[dict[str, Any]] = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for row in pool.map(lambda one: in_a_process(*one, options.budget, options.seconds), asked):
            rows.append(row)
            said = row["refused"] or "; ".join(f"{e['check']}: {e['message']}" for e in row["errors"][:2]) or "ok"
            print(f"{row['library']}:{row['name']}: {said}"[:200], flush=True)
            if options.out:
                options.out.write_text(json.dumps({"versions": versions, "rows": rows}, indent=1), encoding="utf-8")
    if rows:
        print(f"\n{table(rows)}")


def chosen(only: list[str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The versions of the libraries that are installed, and their rewards that are asked for; all, where none is."""
    versions: dict[str, str] = {}
    asked = []
    for library, load in LIBRARIES.items():
        if only and not any(part.startswith(library) or part in library for part in only):
            continue
        try:
            versions[library], targets = load()
        except ImportError as error:
            print(f"{library}: skipped, {error}", flush=True)
            continue
        asked += [(library, name) for name in targets if not only or any(part in f"{library}:{name}" for part in only)]
    return versions, asked


if __name__ == "__main__":
    main()
