"""What a GPU makes of the agent: tests, speed, memory and two trainings, each in a process of its own.

    python tests/audits/gpu --out runs/gpu

Nothing is downloaded: models and tokenizers are made on the spot. ``results.json`` in the folder has all that was
measured, each part with its status, and ``*.log`` what it printed. Where torch finds no GPU the same parts run at sizes
that one core manages in a minute, which shows that they work and says nothing of speed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

TOTAL = 470
"""Seconds that all parts may take together."""
SHARES = {"tests": 0.25, "speed": 0.22, "memory": 0.1, "sentiment": 0.3, "arithmetic": 0.13}
"""Of them, what each part may count on, in the order in which they run; what one leaves is the next one's."""
LEAST = 20
"""Seconds without which no part is begun."""


def main() -> int:
    """Run the parts that are asked for; 1 where one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/gpu"), help="folder of the results [runs/gpu]")
    parser.add_argument("--parts", nargs="+", choices=SHARES, default=list(SHARES), help="some parts alone")
    parser.add_argument("--seconds", type=float, default=TOTAL, help=f"for all parts together [{TOTAL}]")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="gpu-"))  # models and checkpoints of gigabytes, which nobody wants to keep
    began, parts = time.monotonic(), {}
    try:
        for name in given.parts:
            later = sum(SHARES[other] for other in given.parts[given.parts.index(name) + 1 :])
            limit = given.seconds * (1 - later) - (time.monotonic() - began)
            parts[name] = run(name, limit, given.out, work)
            results = {"seconds": round(time.monotonic() - began, 1), "parts": parts}
            (given.out / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
            print("\n".join(shown(name, parts[name])), flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    failed = [name for name, part in parts.items() if part["status"] not in ("passed", "left out")]
    print(f"{results['seconds']:.0f} s, {'failed: ' + ', '.join(failed) if failed else 'all passed'}; see {given.out}")
    return 1 if failed else 0


def run(name: str, limit: float, out: Path, work: Path) -> dict[str, Any]:
    """What became of a part: its status, seconds, figures and error."""
    if limit < LEAST:
        return {"status": "left out", "seconds": 0.0, "error": "no time was left"}
    figures, log = work / f"{name}.json", out / f"{name}.log"
    command = [sys.executable, str(HERE / "part.py"), name, str(figures), str(work), f"{limit:.0f}"]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    environment = {**os.environ, "PYTHONPATH": path, "HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1"}
    began = time.monotonic()
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            status = "passed" if process.wait(limit) == 0 else "failed"
        except subprocess.TimeoutExpired:
            status = "out of time"
        finally:
            end(process)
    part = {"status": status, "seconds": round(time.monotonic() - began, 1)}
    if figures.exists():
        part |= json.loads(figures.read_text(encoding="utf-8"))
    if status != "passed":
        part.setdefault("error", log.read_text(encoding="utf-8", errors="replace")[-2000:])
    return part


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a part and what it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def shown(name: str, part: Mapping[str, Any]) -> list[str]:
    """A part as lines of a table."""
    lines = [f"== {name}: {part['status']}, {part['seconds']:.0f} s"]
    for key, value in part.items():
        if key not in ("status", "seconds", "error"):
            lines += rows(key, value)
    if "error" in part:
        lines.append("   " + str(part["error"]).strip().replace("\n", "\n   "))
    return lines


def rows(name: str, value: Any) -> list[str]:
    """A figure, or figures by name, as lines; lists are for results.json alone."""
    if isinstance(value, Mapping):
        value = {key: item for key, item in value.items() if item is not None}
        inner = [line for key, item in value.items() for line in rows(f"{name} {key}", item)]
        flat = {key: item for key, item in value.items() if not isinstance(item, (Mapping, list))}
        if len(flat) == len(value) and flat:
            return [f"   {name}: " + ", ".join(f"{key} {number(item)}" for key, item in flat.items())]
        return inner
    return [] if isinstance(value, list) else [f"   {name}: {number(value)}"]


def number(value: Any) -> str:
    """A value as it is read easily."""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


if __name__ == "__main__":
    sys.exit(main())
