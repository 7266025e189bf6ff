"""The command ``formal-envs``: parse, build, call."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable, Iterable
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any

import click

from agents.commands import Commands
from agents.config import PPOConfig
from agents.game_commands import game
from formal_envs.errors import ConfigError, unknown
from formal_envs.tasks import TASKS, make_task, option_names

_BATCH = 1024
_SETTINGS = click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change a setting; can be given several times."
)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="formal-envs")
def main() -> None:
    """Gymnasium text environments with programmed rewards, and a PPO agent that trains on them."""


main.add_command(game)


@main.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def list_command(as_json: bool) -> None:
    """List the environments with their options and rewards."""
    rows = [
        {"env": f"Formal{name}{form}-v0", "options": option_names(name) + extra, "rewards": list(spec.rewards)}
        for name, spec in TASKS.items()
        for form, extra in (("", []), ("Token", ["tokenizer", "max_tokens"]))
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
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@_SETTINGS
def sample(env: str, n: int, seed: int, as_json: bool, settings: tuple[str, ...]) -> None:
    """Print problems of ENV, each with a solution; the same as the environment asks after reset(seed)."""
    import numpy as np

    from formal_envs.tasks.streams import new_streams, problem_keys

    task, _ = make_task(_task_name(env), **_parse(settings))
    stream = new_streams(np.random.default_rng(seed), 1)[0]
    problems = task.sample(problem_keys(stream, np.arange(n)))
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        click.echo(json.dumps({"prompt": prompt, "solution": solution}) if as_json else f"{prompt}  ->  {solution}")


@main.command()
@click.argument("env")
@click.option("--in", "source", required=True, type=click.File("r", "utf-8"), help="JSON lines; '-' is standard input.")
@click.option("--out", "target", required=True, type=click.File("w", "utf-8"), help="Where the scored lines go.")
@_SETTINGS
def score(env: str, source: Iterable[str], target: Any, settings: tuple[str, ...]) -> None:
    """Score completions with ENV's reward.

    Each input line is a JSON object with "prompt" and "completion"; reward, parts and failure are added to it.
    """
    from tqdm import tqdm

    from formal_envs.score import score_batch

    _, reward = make_task(_task_name(env), **_parse(settings))
    numbered = enumerate(tqdm(source, unit="row", desc="score", disable=None), 1)
    while block := [_row(number, line) for number, line in islice(numbered, _BATCH) if line.strip()]:
        scores = score_batch(reward, [row["prompt"] for row in block], [row["completion"] for row in block])
        for row, result in zip(block, scores, strict=True):
            row.update(reward=result.value, parts=dict(result.parts), failure=result.failure)
            target.write(json.dumps(row) + "\n")


def _row(number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ConfigError(f"line {number} is no JSON object: {error}") from None
    if not isinstance(row, dict):
        raise ConfigError(f"line {number} is no JSON object: got {line.strip()[:60]}")
    for name in ("prompt", "completion"):
        if not isinstance(row.get(name), str):
            raise ConfigError(f"line {number} needs a string {name!r}, got {row.get(name)!r}")
    return row


def _needs_torch(command: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(command)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            import torch  # noqa: F401
            from transformers.utils.logging import disable_progress_bar
        except ImportError:
            raise ConfigError("this command needs the training extra: pip install 'formal-envs[train]'") from None
        disable_progress_bar()  # one bar is enough
        return command(*args, **kwargs)

    return checked


def _settings_help() -> str:
    """The agent's settings with their defaults, for a help text."""
    text = "  ".join(f"{name}={json.dumps(value)}" for name, value in PPOConfig().as_dict().items())
    lines = textwrap.wrap(text, 76, break_long_words=False, break_on_hyphens=False)
    return "\b\n" + "\n".join(["Settings of the agent and their defaults:", *(f"  {line}" for line in lines)])


@main.command(epilog=_settings_help())
@click.argument("env", required=False)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the run.")
@click.option("--seed", type=click.IntRange(0), help="Decides weights, problems and sampling.  [default: 0]")
@click.option("--steps", type=click.IntRange(1), help="Batches to learn from.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), help="Where to compute.  [default: auto]")
@click.option("--resume", is_flag=True, help="Go on with the run in --out, from its last checkpoint.")
@_SETTINGS
@_needs_torch
def train(
    env: str | None,
    out: Path,
    seed: int | None,
    steps: int | None,
    device: str | None,
    resume: bool,
    settings: tuple[str, ...],
) -> None:
    """Train a language model on ENV with PPO.

    --set takes the agent's settings, which are listed below and explained in agents/config.py, and the environment's
    options, which `formal-envs list` shows. The folder gets config.json, metrics.jsonl, summary.json, curves.png,
    tensorboard/ and checkpoint/, which AutoModelForCausalLM loads.
    """
    from accelerate import PartialState

    from agents.plots import plot_runs
    from agents.ppo import train as train_ppo
    from agents.run import Run, RunSpec

    values = _parse(settings)
    named = {"seed": seed, "steps": steps, "device": device}
    values.update({name: value for name, value in named.items() if value is not None})
    if resume:
        if values:
            raise ConfigError("a resumed run keeps its settings: leave out --set, --seed, --steps and --device")
        spec = Run.open(out).spec
        if env and env != spec.env:
            raise ConfigError(f"the run in {out} is on {spec.env}, not on {env}")
    elif env is None:
        raise ConfigError("name an environment to train on, such as FormalArith-v0")
    else:
        spec = RunSpec.parse(env, values)
    summary = train_ppo(spec, out, resume=resume)
    if not PartialState().is_main_process:
        return
    plot_runs([Run.open(out)], out / "curves.png")
    greedy = summary["greedy_test"]
    if not summary["finished"]:
        click.echo(f"stopped after step {summary['step']}; go on with: formal-envs train --out {out} --resume")
    click.echo(
        f"{summary['step']} steps, {summary['reward_evaluations']:,} reward evaluations, {summary['seconds']:.0f} s; "
        f"greedy on {greedy['episodes']} held-out prompts: reward {greedy['reward_mean']:.4f}, "
        f"exact {greedy.get('exact', float('nan')):.4f}; see {out}"
    )
    if not summary["finished"]:
        sys.exit(130)


@main.command("eval")
@click.argument("agent")
@click.option("--env", help="Environment; a run's own by default.")
@click.option("--episodes", default=4096, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Seed of the problems.")
@click.option("--split", default="test", show_default=True, help="train, test or all.")
@click.option("--sampled", is_flag=True, help="Sample completions, as in training, instead of decoding greedily.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@_SETTINGS
def eval_command(
    agent: str,
    env: str | None,
    episodes: int,
    seed: int,
    split: str,
    sampled: bool,
    as_json: bool,
    settings: tuple[str, ...],
) -> None:
    """Evaluate AGENT, a run's folder or one of random, constant, oracle, on held-out problems."""
    from agents.agent import Agent, evaluate
    from agents.baselines import ConstantAgent, OracleAgent, RandomAgent

    options = {**_parse(settings), "split": split}
    player: Agent
    if (Path(agent) / "config.json").is_file():
        player, env, options = _load_run(Path(agent), env, options, seed if sampled else None)
        task, reward = make_task(_task_name(env), **options)
    else:
        if agent not in ("random", "constant", "oracle"):
            known = unknown("agent", agent, ("random", "constant", "oracle"))
            raise ConfigError(f"{known}, or the folder of a run")
        if env is None:
            raise ConfigError(f"say what to evaluate {agent!r} on, such as --env FormalArith-v0")
        task, reward = make_task(_task_name(env), **options)
        if agent == "random":
            player = RandomAgent(task, seed)
        elif agent == "constant":
            train_task, _ = make_task(_task_name(env), **{**options, "split": "train"})
            player = ConstantAgent.best(train_task, reward, seed)
        else:
            player = OracleAgent(task, episodes, seed)
    result = {"agent": agent, "env": env, "split": split, "seed": seed}
    result.update(evaluate(player, task, reward, episodes=episodes, seed=seed))
    if as_json:
        click.echo(json.dumps(result))
        return
    for name, value in result.items():
        click.echo(f"{name:14} {value:.4f}" if isinstance(value, float) else f"{name:14} {value}")


@_needs_torch
def _load_run(folder: Path, env: str | None, options: dict[str, Any], sampling_seed: int | None) -> Any:
    from agents.ppo import PolicyAgent
    from agents.run import Run

    run = Run.open(folder)
    return PolicyAgent.load(run, sampling_seed), env or run.spec.env, {**run.spec.options, **options}


@main.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="Picture to write.  [default: curves.png in the first run]"
)
def plot(runs: tuple[Path, ...], out: Path | None) -> None:
    """Draw the learning curves of RUNS, several in one picture."""
    from agents.plots import plot_runs
    from agents.run import Run

    target = out or runs[0] / "curves.png"
    plot_runs([Run.open(folder) for folder in runs], target)
    click.echo(target)


@main.command()
@click.argument("name")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder of the runs, the table and the curves."
)
@click.option("--steps", type=click.IntRange(1), help="Steps of each run, instead of the experiment's.")
@_needs_torch
def experiment(name: str, out: Path, steps: int | None) -> None:
    """Run a comparison of settings, such as batch_entropy, and print its table. Finished runs are kept."""
    from agents import experiments

    click.echo(experiments.run(experiments.load(name), out, steps))


@main.group(cls=Commands)
def bench() -> None:
    """Measure speed, on an idle machine."""


@bench.command("arith")
@click.option("--seconds", default=2.0, show_default=True, type=click.FloatRange(0.1), help="CPU time a measurement.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def bench_arith_command(seconds: float, as_json: bool) -> None:
    """Environments and scoring, a CPU-second of one process, and as multiples of reasoning-gym's chain_sum."""
    from formal_envs.bench import bench_arith

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
@click.option("--playouts", default=100, show_default=True, type=click.IntRange(1), help="Random games a text.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def bench_game_command(data: Path | None, playouts: int, as_json: bool) -> None:
    """Seconds from a game's text to its reward: parse, check, compile, and 100 random games with the paper's limit."""
    from formal_envs.lang.bench import bench_games

    result = bench_games(data, playouts)
    click.echo(
        json.dumps(result) if as_json else "\n".join(f"{name:34} {value:,.4f}" for name, value in result.items())
    )


@bench.command("ppo")
@click.option("--steps", default=60, show_default=True, type=click.IntRange(10))
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@_needs_torch
def bench_ppo_command(steps: int, device: str, as_json: bool) -> None:
    """PPO on a 2-layer GPT-2 of width 64: batches of 128 prompts, 4 epochs."""
    from agents.bench import bench_ppo

    result = bench_ppo(steps, device)
    click.echo(
        json.dumps(result) if as_json else "\n".join(f"{name:30} {value:,.0f}" for name, value in result.items())
    )


def _task_name(env: str) -> str:
    from agents.run import task_name

    return task_name(env)


def _parse(settings: Iterable[str]) -> dict[str, Any]:
    """KEY=VALUE pairs; a value is JSON where it can be read as such, a string otherwise."""
    values: dict[str, Any] = {}
    for setting in settings:
        name, separator, text = setting.partition("=")
        if not separator or not name:
            raise ConfigError(f"expected KEY=VALUE after --set, got {setting!r}")
        try:
            values[name] = json.loads(text)
        except ValueError:
            values[name] = {"True": True, "False": False, "None": None}.get(text, text)
    return values


if __name__ == "__main__":
    main()
