"""Folders of runs for the lab's tests, written by hand: no training."""

from __future__ import annotations

import json

ENV = "FormalArith-v0"


def write_run(folder, steps=20, group=4, gamed=False, env=ENV, finished=True):
    """A run of so many steps, with two prompts at each; in a gamed one texts grow into lists that are paid."""
    folder.mkdir(parents=True)
    settings = {"env": env, "options": {"terms": 2}, "trainer": "ppo", "agent": {"steps": steps, "seed": 0}}
    (folder / "config.json").write_text(json.dumps(settings))
    metrics, samples = [], []
    for step in range(1, steps + 1):
        share = step / steps
        metrics.append({"step": step, "reward_mean": share, "entropy": 3 - 2 * share, "kl": float("nan")})
        for number, (prompt, answer) in enumerate((("1+2=", "3"), (f"{step}+4=", str(step + 4)))):
            for n in range(group):
                right = n < share * group
                text = (" ".join(map(str, range(step + 9))) if gamed else answer) if right else "seven"
                row = {"step": step, "group": number, "prompt": prompt, "completion": text, "reward": float(right)}
                row |= {"parts": {"exact": float(text == answer)}, "failure": None if right else "not a number at 1"}
                row |= {"failed_at": None if right else 0}
                samples.append(row if n else {**row, "solution": answer})
    write_lines(folder / "metrics.jsonl", metrics)
    write_lines(folder / "samples.jsonl", samples)
    if finished:
        (folder / "summary.json").write_text(json.dumps({"finished": True, "step": steps, "seconds": 1.5}))
    return folder


def write_lines(path, rows):
    """JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def write_rescored(folder, name="exact"):
    """The samples with the part ``exact`` as another reward."""
    (folder / "rescored").mkdir(exist_ok=True)
    rows = [json.loads(line) for line in (folder / "samples.jsonl").read_text().splitlines()]
    for row in rows:
        row["other"] = {"score": row["parts"]["exact"], "parts": {}, "failure": None, "failed_at": None}
        row["gap"] = row["reward"] - row["parts"]["exact"]
    write_lines(folder / "rescored" / f"{name}.jsonl", rows)
