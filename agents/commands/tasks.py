"""``formal-envs list``, ``sample`` and ``score``: tasks and their rewards, without an agent."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import IO

import click

from agents.commands.shared import (
    OUTPUT,
    SCORER,
    SETTINGS,
    WORKERS,
    json_rows,
    parse_settings,
    scored_by,
    scored_task,
    writing,
)
from agents.runs.environments import task_name
from formal_envs.errors import ConfigError
from formal_envs.tasks import TASKS, make_task, option_names

_BATCH = 1024
_ATTEMPTS = ["attempts", "attempt_cost"]


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def list_command(as_json: bool) -> None:
    """List the environments with their options and rewards."""
    rows = [
        {"env": f"Formal{name}{form}-v0", "options": option_names(name) + extra, "rewards": list(spec.rewards)}
        | {"difficulty": spec.difficulty}
        for name, spec in TASKS.items()
        for form, extra in (("", _ATTEMPTS), ("Token", [*_ATTEMPTS, "tokenizer", "max_tokens", "mask"]))
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(len(str(row["env"])) for row in rows)
    for row in rows:
        level = f"; difficulty: {row['difficulty']}" if row["difficulty"] else ""
        named = f"options: {', '.join(row['options'])}; rewards: {', '.join(row['rewards'])}"
        click.echo(f"{row['env']:{width}} {named}{level}")


@click.command()
@click.argument("env")
@click.option("--n", default=5, show_default=True, type=click.IntRange(1), help="Number of problems.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Seed of the problems.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@SETTINGS
def sample(env: str, n: int, seed: int, as_json: bool, settings: tuple[str, ...]) -> None:
    """Print problems of ENV, each with a solution; the same as the environment asks after reset(seed)."""
    import numpy as np

    from formal_envs.tasks.streams import new_streams, problem_keys

    task, _ = make_task(task_name(env), **parse_settings(settings))
    stream = new_streams(np.random.default_rng(seed), 1)[0]
    problems = task.sample(problem_keys(stream, np.arange(n)))
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        click.echo(json.dumps({"prompt": prompt, "solution": solution}) if as_json else f"{prompt}  ->  {solution}")


@click.command()
@click.argument("env")
@click.option("--in", "source", required=True, type=click.File("rb"), help="JSON lines; '-' is standard input.")
@click.option("--out", "target", required=True, type=OUTPUT, help="Where the scored lines go; '-' is standard output.")
@WORKERS
@SCORER
@SETTINGS
def score(
    env: str, source: IO[bytes], target: Path, workers: int, scorer: str | None, settings: tuple[str, ...]
) -> None:
    """Score completions with ENV's reward.

    Each input line is a JSON object with "prompt" and "completion"; reward, parts and failure are added to it. Where no
    score could be given, reward is null, and "unscored" says why.
    """
    from tqdm import tqdm

    from formal_envs.score import Unscored, score_batch

    _, reward = scored_task(env, parse_settings(settings), scorer, workers)
    if target.exists() and Path(source.name).exists() and target.samefile(source.name):
        raise ConfigError(f"--out is the file of --in, which would be lost: give {target} another name")
    numbered = iter(tqdm(json_rows(source, ["prompt", "completion"]), unit="row", desc="score", disable=None))
    lost = 0
    with writing(target) as out, scored_by(reward, workers) as scoring:
        while block := [row for _, row in islice(numbered, _BATCH)]:
            scores = score_batch(scoring, [row["prompt"] for row in block], [row["completion"] for row in block])
            for row, result in zip(block, scores, strict=True):
                if isinstance(result, Unscored):
                    row.update(reward=None, unscored=result.reason)
                    lost += 1
                else:
                    row.update(reward=result.value, parts=dict(result.parts), failure=result.failure)
                out.write(json.dumps(row) + "\n")
    if lost:
        click.echo(f'{lost} rows could not be scored: their reward is null, and "unscored" says why', err=True)
