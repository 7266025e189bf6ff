"""The command ``formal-envs``: parse, build, call."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

import click

from agents.commands.check import check_reward_command
from agents.commands.classifier import train_classifier_command
from agents.commands.export import export_command
from agents.commands.game import game
from agents.commands.reproduce import reproduce_command
from agents.commands.shared import (
    OUTPUT,
    SETTINGS,
    Commands,
    explained,
    json_rows,
    load_own,
    needs_torch,
    parse_settings,
    reading,
    writing,
)
from agents.commands.training import sft, train
from formal_envs.errors import ConfigError, unknown
from formal_envs.references import is_reference
from formal_envs.score import Score
from formal_envs.tasks import TASKS, make_task, option_names

_BATCH = 1024
_BASELINES = ("random", "constant", "oracle")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="formal-envs")
def main() -> None:
    """Gymnasium text environments with programmed rewards, and a PPO agent that trains on them."""


for _command in (
    game,
    train,
    sft,
    train_classifier_command,
    check_reward_command,
    export_command,
    reproduce_command,
):
    main.add_command(_command)


@main.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def list_command(as_json: bool) -> None:
    """List the environments with their options and rewards."""
    rows = [
        {"env": f"Formal{name}{form}-v0", "options": option_names(name) + extra, "rewards": list(spec.rewards)}
        for name, spec in TASKS.items()
        for form, extra in (("", []), ("Token", ["tokenizer", "max_tokens", "mask"]))
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(f"{row['env']:24} options: {', '.join(row['options'])}; rewards: {', '.join(row['rewards'])}")


@main.command()
@click.argument("env")
@click.option("--n", default=5, show_default=True, type=click.IntRange(1), help="Number of problems.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Seed of the problems.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@SETTINGS
def sample(env: str, n: int, seed: int, as_json: bool, settings: tuple[str, ...]) -> None:
    """Print problems of ENV, each with a solution; the same as the environment asks after reset(seed)."""
    import numpy as np

    from formal_envs.tasks.streams import new_streams, problem_keys

    task, _ = make_task(_task_name(env), **parse_settings(settings))
    stream = new_streams(np.random.default_rng(seed), 1)[0]
    problems = task.sample(problem_keys(stream, np.arange(n)))
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        click.echo(json.dumps({"prompt": prompt, "solution": solution}) if as_json else f"{prompt}  ->  {solution}")


@main.command()
@click.argument("env")
@click.option("--in", "source", required=True, type=click.File("rb"), help="JSON lines; '-' is standard input.")
@click.option("--out", "target", required=True, type=OUTPUT, help="Where the scored lines go; '-' is standard output.")
@SETTINGS
def score(env: str, source: IO[bytes], target: Path, settings: tuple[str, ...]) -> None:
    """Score completions with ENV's reward.

    Each input line is a JSON object with "prompt" and "completion"; reward, parts and failure are added to it.
    """
    from tqdm import tqdm

    from formal_envs.score import score_batch

    _, reward = make_task(_task_name(env), **parse_settings(settings))
    if target.exists() and Path(source.name).exists() and target.samefile(source.name):
        raise ConfigError(f"--out is the file of --in, which would be lost: give {target} another name")
    numbered = iter(tqdm(json_rows(source, ["prompt", "completion"]), unit="row", desc="score", disable=None))
    with writing(target) as out:
        while block := [row for _, row in islice(numbered, _BATCH)]:
            scores = score_batch(reward, [row["prompt"] for row in block], [row["completion"] for row in block])
            for row, result in zip(block, scores, strict=True):
                row.update(reward=result.value, parts=dict(result.parts), failure=result.failure)
                out.write(json.dumps(row) + "\n")


@main.command("eval")
@click.argument("agent")
@click.option("--env", help="Environment; a run's own by default.")
@click.option("--episodes", default=4096, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Seed of the problems.")
@click.option("--split", default="test", show_default=True, help="train, test or all.")
@click.option("--sampled", is_flag=True, help="Sample completions, as in training, instead of decoding greedily.")
@click.option("--out", type=OUTPUT, help="Write prompts, completions and scores, as JSON lines.")
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
    as_json: bool,
    settings: tuple[str, ...],
) -> None:
    """Evaluate AGENT on held-out problems.

    AGENT is a run's folder; random, constant or oracle; or an own agent by its name, MODULE:OBJECT or FILE.py:OBJECT,
    an object or a class with act(prompts) -> list of str.
    """
    from tqdm import tqdm

    from agents.evaluation.agent import evaluate
    from agents.runs.run import sample_row

    options = {**parse_settings(settings), "split": split}
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
    task, reward = make_task(_task_name(str(env)), **options)
    result: dict[str, Any] = {"agent": agent, "env": env, "split": split, "seed": seed}
    bar = tqdm(total=episodes, unit="episode", desc="eval", disable=None)  # on a terminal alone
    with bar, writing(out) if out else nullcontext() as file:

        def watch(prompts: Sequence[str], completions: Sequence[str], scores: Sequence[Score]) -> None:
            bar.update(len(prompts))
            if file:
                rows = map(sample_row, prompts, completions, scores)
                file.writelines(json.dumps(row) + "\n" for row in rows)

        result.update(evaluate(player, task, reward, episodes=episodes, seed=seed, watch=watch))
    if as_json:
        click.echo(json.dumps(result))
        return
    click.echo(explained(result, {"commonest": "share of the completion that was given most often"}))


def _baseline(name: str, env: str, options: dict[str, Any], episodes: int, seed: int) -> Any:
    from agents.evaluation.baselines import ConstantAgent, OracleAgent, RandomAgent

    task, reward = make_task(_task_name(env), **options)
    if name == "random":
        return RandomAgent(task, seed)
    if name == "oracle":
        return OracleAgent(task, episodes, seed)
    train_task, _ = make_task(_task_name(env), **{**options, "split": "train"})
    return ConstantAgent.best(train_task, reward, seed)


@needs_torch
def _load_run(folder: Path, env: str | None, options: dict[str, Any], sampling_seed: int | None) -> Any:
    from agents.evaluation.policy_agent import PolicyAgent
    from agents.runs.run import Run

    run = Run.open(folder)
    config = replace(run.spec.config, mask=options.pop("mask", run.spec.config.mask))
    agent = PolicyAgent.load(Run(folder, replace(run.spec, config=config)), sampling_seed)
    return agent, env or run.spec.env, {**run.spec.options, **options}


@main.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Picture to write: .png, .svg or .pdf.  [default: curves.png in the first run]",
)
def plot(runs: tuple[Path, ...], out: Path | None) -> None:
    """Draw the learning curves of RUNS, several in one picture."""
    from agents.runs.plots import plot_runs
    from agents.runs.run import Run

    target = out or runs[0] / "curves.png"
    plot_runs([Run.open(folder) for folder in runs], target)
    click.echo(target)


@main.group(cls=Commands)
def bench() -> None:
    """Measure speed, on an idle machine."""


@bench.command("arith")
@click.option(
    "--seconds", default=2.0, show_default=True, type=click.FloatRange(0.1), help="CPU seconds per measurement."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def bench_arith_command(seconds: float, as_json: bool) -> None:
    """Environments and scoring: throughput per CPU-second of one process, compared with reasoning-gym's chain_sum."""
    from formal_envs.tasks.arithmetic.bench import bench_arith

    result = bench_arith(seconds)
    if as_json:
        click.echo(json.dumps(result))
        return
    for name, rate in result["per_cpu_second"].items():
        ratio = result["times_reasoning_gym"].get(name)
        click.echo(f"{name:58} {rate:12,.0f} /s" + (f" {ratio:8.2f} x" if ratio else ""))
    click.echo(f"reasoning-gym: {result['reasoning_gym']}")


@bench.command("game")
@click.option("--data", type=click.Path(path_type=Path, exists=True), help="A folder of .lud, or a games.jsonl.gz.")
@click.option("--playouts", default=100, show_default=True, type=click.IntRange(1), help="Random games per text.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def bench_game_command(data: Path | None, playouts: int, as_json: bool) -> None:
    """Seconds from a game's text to its reward: parse, check, compile, and 100 random games with the paper's limit."""
    from formal_envs.ludii.conformance.bench import bench_games

    with reading(data or "the games"):
        result = bench_games(data, playouts)
    click.echo(
        json.dumps(result) if as_json else "\n".join(f"{name:34} {value:,.4f}" for name, value in result.items())
    )


@bench.command("masks")
@click.option(
    "--seconds", default=2.0, show_default=True, type=click.FloatRange(0.1), help="CPU seconds per measurement."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def bench_masks_command(seconds: float, as_json: bool) -> None:
    """Masks from a grammar: microseconds per token with and without, and how many masked random texts are sentences."""
    from formal_envs.envs.mask_bench import bench_masks

    result = bench_masks(seconds)
    if as_json:
        click.echo(json.dumps(result))
        return
    for name, row in result.items():
        cost = f"{row['masked_us']:7.2f} us per token, {row['any_us']:6.2f} without: {row['ratio']:6.2f} x"
        click.echo(f"{name:36} {cost}; {row['valid']:.2f} of {row['ended']:.0f} texts are sentences")


@bench.command("ppo")
@click.option("--steps", default=60, show_default=True, type=click.IntRange(10))
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@needs_torch
def bench_ppo_command(steps: int, device: str, as_json: bool) -> None:
    """PPO on a 2-layer GPT-2 of width 64: batches of 128 prompts, 4 epochs."""
    from agents.bench import bench_ppo

    result = bench_ppo(steps, device)
    click.echo(
        json.dumps(result) if as_json else "\n".join(f"{name:30} {value:,.0f}" for name, value in result.items())
    )


def _task_name(env: str) -> str:
    from agents.runs.run import task_name

    return task_name(env)


if __name__ == "__main__":
    main()
