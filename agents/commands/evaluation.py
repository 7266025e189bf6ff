"""``formal-envs eval``: agents on held-out problems."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from agents.commands.shared import (
    OUTPUT,
    SCORER,
    SETTINGS,
    WORKERS,
    explained,
    load_own,
    needs_torch,
    parse_settings,
    scored_by,
    scored_task,
    writing,
)
from agents.runs.environments import task_name
from agents.runs.files import read_config
from formal_envs.envs.attempts import ATTEMPT_COST, Attempts
from formal_envs.errors import ConfigError, unknown
from formal_envs.references import is_reference
from formal_envs.score import Score, Unscored
from formal_envs.tasks import Problems, make_task
from formal_envs.tasks.protocol import Parted

_BASELINES = ("random", "constant", "oracle")


@click.command("eval")
@click.argument("agent")
@click.option("--env", help="Environment; a run's own by default.")
@click.option("--episodes", default=4096, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Seed of the problems.")
@click.option("--split", default="test", show_default=True, help="train, test or all.")
@click.option("--sampled", is_flag=True, help="Sample completions, as in training, instead of decoding greedily.")
@click.option("--out", type=OUTPUT, help="Write prompts, completions and scores, as JSON lines.")
@WORKERS
@SCORER
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@SETTINGS
def eval_command(
    agent: str,
    env: str | None,
    episodes: int,
    seed: int,
    split: str,
    sampled: bool,
    out: Path | None,
    workers: int,
    scorer: str | None,
    as_json: bool,
    settings: tuple[str, ...],
) -> None:
    """Evaluate AGENT on held-out problems.

    AGENT is a run's folder; random, constant or oracle; or an own agent by its name, MODULE:OBJECT or FILE.py:OBJECT,
    an object or a class with act(prompts) -> list of str.
    """
    from tqdm import tqdm

    from agents.evaluation.agent import evaluate
    from agents.evaluation.levels import by_difficulty, by_part, table
    from agents.runs.keeping import sample_row

    options = {**parse_settings(settings), "split": split}
    attempts = _attempts(options, Path(agent))
    if (Path(agent) / "config.json").is_file():
        player, env, options = _load_run(Path(agent), env, options, seed if sampled else None)
    elif env is None and (agent in _BASELINES or is_reference(agent)):
        raise ConfigError(f"say what to evaluate {agent!r} on, such as --env FormalArith-v0")
    elif is_reference(agent):
        player = load_own("agent", agent)
    elif agent in _BASELINES:
        player = _baseline(agent, str(env), options, episodes, seed)
    else:
        known = unknown("agent", agent, _BASELINES)
        raise ConfigError(f"{known}, or the folder of a run, or an own agent as module:name or file.py:Class")
    task, reward = scored_task(str(env), options, scorer, workers)
    attempts.range(reward)
    difficulties: list[float] = []
    parts: list[int] = []
    reached: list[Score] = []
    result: dict[str, Any] = {"agent": agent, "env": env, "split": split, "seed": seed}
    bar = tqdm(total=episodes, unit="episode", desc="eval", disable=None)  # on a terminal alone
    with bar, writing(out) if out else nullcontext() as file, scored_by(reward, workers) as scoring:

        def watch(problems: Problems, completions: Sequence[str], scores: Sequence[Score | Unscored]) -> None:
            bar.update(len(scores))
            owners = task.part_of(problems).tolist() if isinstance(task, Parted) else [0] * len(scores)
            for difficulty, part, score in zip(task.difficulty(problems).tolist(), owners, scores, strict=True):
                if isinstance(score, Score):
                    difficulties.append(difficulty)
                    parts.append(part)
                    reached.append(score)
            if file:
                rows = map(sample_row, problems.prompts, completions, scores)
                file.writelines(json.dumps(row) + "\n" for row in rows)

        result.update(evaluate(player, task, scoring, episodes=episodes, seed=seed, attempts=attempts, watch=watch))
    levels = by_difficulty(difficulties, reached)
    of_parts = by_part(task.parts, parts, difficulties, reached) if isinstance(task, Parted) else []
    if as_json:
        click.echo(json.dumps({**result, "by_difficulty": levels, **({"by_part": of_parts} if of_parts else {})}))
        return
    meanings = {
        "mode_share": "share of the completion that was given most often",
        "right_first": "share that was right at the first attempt",
        "right_within": "share that was right at any attempt",
        "unscored": "completions that could not be scored, which no figure of the reward has",
    }
    meanings |= {f"right/{row['part']}": f"share of right answers to {row['name']}" for row in of_parts}
    click.echo(explained(result, meanings))
    for title, rows in [(f"{row['name']}\n", row["by_difficulty"]) for row in of_parts] or [("", levels)]:
        click.echo(f"\n{title}{table(rows)}")


def _attempts(options: dict[str, Any], agent: Path) -> Attempts:
    """The attempts that are asked for, which are taken out of the options, or else those that a run has."""
    given = read_config(agent).get("agent", {})
    defaults = {"attempts": 1, "attempt_cost": ATTEMPT_COST}
    return Attempts(*(options.pop(name, given.get(name, default)) for name, default in defaults.items()))


def _baseline(name: str, env: str, options: dict[str, Any], episodes: int, seed: int) -> Any:
    from agents.evaluation.baselines import ConstantAgent, OracleAgent, RandomAgent

    task, reward = make_task(task_name(env), **options)
    if name == "random":
        return RandomAgent(task, seed)
    if name == "oracle":
        return OracleAgent(task, episodes, seed)
    train_task, _ = make_task(task_name(env), **{**options, "split": "train"})
    return ConstantAgent.best(train_task, reward, seed)


@needs_torch
def _load_run(folder: Path, env: str | None, options: dict[str, Any], sampling_seed: int | None) -> Any:
    from agents.evaluation.policy_agent import PolicyAgent
    from agents.runs.folder import Run

    run = Run.open(folder)
    own = {name: options.pop(name, getattr(run.spec.config, name)) for name in ("mask", "context")}
    config = replace(run.spec.config, **own)
    agent = PolicyAgent.load(Run(folder, replace(run.spec, config=config)), sampling_seed)
    return agent, env or run.spec.env, {**run.spec.options, **options}
