"""``formal-envs train`` and ``sft``, and ``plot`` for what came of them."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from agents.commands.shared import SCORER, SETTINGS, needs_torch, parse_settings
from agents.runs.config import TRACKERS, PPOConfig, SFTConfig, TrainingConfig
from formal_envs.errors import ConfigError


def _settings_help(kind: type[TrainingConfig]) -> str:
    """The settings with their defaults, for a help text."""
    text = "  ".join(f"{name}={json.dumps(value)}" for name, value in kind().as_dict().items())
    lines = textwrap.wrap(text, 76, break_long_words=False, break_on_hyphens=False)
    return "\b\n" + "\n".join(["Settings and their defaults:", *(f"  {line}" for line in lines)])


def _run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every way of training has."""
    for option in (
        SETTINGS,
        click.option("--resume", is_flag=True, help="Go on with the run in --out, from its last checkpoint."),
        click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), help="Where to compute.  [default: auto]"),
        SCORER,
        click.option("--threads", type=click.IntRange(1), help="Of the processor.  [default: by the model's width]"),
        click.option("--model", help="Path or hub id of a causal language model.  [default: a small new GPT-2]"),
        click.option(
            "--log",
            multiple=True,
            type=click.Choice(TRACKERS),
            help="Tracker that gets the metrics, too; can be given several times.  [default: none]",
        ),
        click.option("--steps", type=click.IntRange(1), help="Batches to learn from."),
        click.option("--seed", type=click.IntRange(0), help="Decides weights, problems and sampling.  [default: 0]"),
        click.option(
            "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of the run."
        ),
        click.argument("env", required=False),
    ):
        command = option(command)
    return command


@click.command(epilog=_settings_help(PPOConfig))
@_run_options
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of a run whose model to start from.",
)
@needs_torch
def train(env: str | None, out: Path, source: Path | None, resume: bool, **given: Any) -> None:
    """Train a language model on ENV with PPO.

    --set takes the agent's settings, which are listed below and explained in agents/runs/config.py, and the
    environment's options, which `formal-envs list` shows. --from and --model start from a trained model, which is kept,
    frozen, as the reference of the KL penalty; the defaults are gentler then (agents/runs/recipes.py).

    The folder gets config.json, metrics.jsonl, samples.jsonl and .md, summary.json, curves.png and checkpoint/, which
    AutoModelForCausalLM loads.
    """
    from agents.ppo import train as train_ppo
    from agents.runs.files import is_run

    if source is not None:
        if given["model"] is not None:
            raise ConfigError("give --from or --model, not both")
        if not is_run(source):
            raise ConfigError(f"{source} holds no run: --from takes the folder of one, --model any other model")
        given["model"] = str(source.resolve())
    summary = _train(PPOConfig, train_ppo, env, out, resume, given)
    _report(summary, out, f"{summary['reward_evaluations']:,} reward evaluations, ", "train")


@click.command(epilog=_settings_help(SFTConfig))
@_run_options
@click.option("--examples", type=click.IntRange(1), help="Solved problems to learn from.  [default: 16384]")
@needs_torch
def sft(env: str | None, out: Path, resume: bool, **given: Any) -> None:
    """Train a language model on ENV's own solved problems; `formal-envs train --from DIR` then starts PPO there.

    Metrics have the validation loss on held-out problems, and the mean reward of completions that are sampled for them.
    --set takes the settings listed below, which agents/runs/config.py explains, and the environment's options, which
    `formal-envs list` shows.

    The folder gets config.json, metrics.jsonl, samples.jsonl and .md, summary.json, curves.png and checkpoint/, which
    AutoModelForCausalLM loads.
    """
    from agents.sft import train_supervised

    summary = _train(SFTConfig, train_supervised, env, out, resume, given)
    _report(summary, out, f"validation loss {summary['validation_loss']:.4f}, ", "sft")


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Picture to write: .png, .svg or .pdf.  [default: curves.png in the first run]",
)
def plot(runs: tuple[Path, ...], out: Path | None) -> None:
    """Draw the learning curves of RUNS, several in one picture."""
    from agents.runs.folder import Run
    from agents.runs.plots import plot_runs

    target = out or runs[0] / "curves.png"
    plot_runs([Run.open(folder) for folder in runs], target)
    click.echo(target)


def _train(
    kind: type[TrainingConfig],
    trainer: Callable[..., dict[str, Any]],
    env: str | None,
    out: Path,
    resume: bool,
    given: Mapping[str, Any],
) -> dict[str, Any]:
    """Parse the settings, or read those of the run to resume, train, and draw what came of it."""
    from accelerate import PartialState

    from agents.runs.folder import Run
    from agents.runs.plots import plot_runs
    from agents.runs.samples import write_best, write_samples_page
    from agents.runs.spec import RunSpec

    given = {**given, "log": ",".join(given["log"]) or None}
    values = parse_settings(given["settings"])
    values.update({name: value for name, value in given.items() if name != "settings" and value is not None})
    if resume:
        if values:
            raise ConfigError("a resumed run keeps its settings: leave out every option but --out and --resume")
        spec = Run.open(out).spec
        if env and env != spec.env:
            raise ConfigError(f"the run in {out} is on {spec.env}, not on {env}")
    elif env is None:
        raise ConfigError("name an environment to train on, such as FormalArith-v0")
    else:
        spec = RunSpec.parse(env, values, kind)
    summary = trainer(spec, out, resume=resume)
    if not PartialState().is_main_process:
        sys.exit(0)
    plot_runs([Run.open(out)], out / "curves.png")
    write_samples_page(Run.open(out), out / "samples.md")
    write_best(Run.open(out), out)
    return summary


def _report(summary: Mapping[str, Any], out: Path, figures: str, command: str) -> None:
    """Say how it went."""
    if not summary["finished"]:
        click.echo(f"stopped after step {summary['step']}; go on with: formal-envs {command} --out {out} --resume")
    results = []
    for name in ("greedy", "sampled"):
        result = summary[f"{name}_test"]
        exact = f", exact {result['exact']:.4f}" if "exact" in result else ""
        results.append(f"{name}: reward {result['reward_mean']:.4f}{exact}")
    click.echo(f"{summary['step']} steps, {figures}{summary['seconds']:.0f} s; see {out}")
    click.echo(f"{summary['greedy_test']['episodes']} held-out prompts, {'; '.join(results)}")
    if not summary["finished"]:
        sys.exit(130)
