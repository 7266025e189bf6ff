"""``formal-envs bench``: how fast things are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from agents.commands.shared import Commands, needs_torch, reading


@click.group(cls=Commands)
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


@bench.command("peers")
@click.option(
    "--seconds", default=2.0, show_default=True, type=click.FloatRange(0.01), help="CPU seconds per measurement."
)
@click.option("--game", "games", multiple=True, help="Only this game; may be given again.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per line.")
def bench_peers_command(seconds: float, games: tuple[str, ...], as_json: bool) -> None:
    """Random play beside Pgx, Ludax and OpenSpiel, where they are installed: moves per CPU-second of one core."""
    from formal_envs.ludii.conformance.peers import bench_peers, versions

    if not as_json:
        click.echo(", ".join(f"{engine} {number}" for engine, number in versions().items()))
    for row in bench_peers(seconds, games):
        if as_json:
            click.echo(json.dumps(row))
            continue
        rest = f"{row['length']:8.2f} moves a game, first step after {row['first_s']:6.2f} s"
        click.echo(f"{row['game']:28} {row['engine']:10} {row['rate']:12,.0f} moves/s {rest}")


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


@bench.command("scoring")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1), help="Batches of each reward.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def bench_scoring_command(rounds: int, as_json: bool) -> None:
    """Completions scored per second, in one process and by one and two workers: VADER, games, 10 ms of Python."""
    from agents.bench.scoring import bench_scoring

    result = bench_scoring(rounds)
    if as_json:
        click.echo(json.dumps(result))
        return
    click.echo(f"completions per second, load {result.pop('load'):.1f}")
    for name, row in result.items():
        rates = f"here {row['here']:9,.0f}  1 worker {row['1']:9,.0f}  2 workers {row['2']:9,.0f}"
        click.echo(f"{name:16} {rates}  {row['gain']:5.2f} x  {row['cpu_gain']:5.2f} x by the processor's clock")


def _ppo_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of what measures steps of PPO."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print a JSON object."),
        click.option("--device", default="auto", show_default=True, type=click.Choice(["auto", "cpu", "cuda"])),
    ):
        command = option(command)
    return needs_torch(command)


@bench.command("ppo")
@click.option("--steps", default=200, show_default=True, type=click.IntRange(1), help="Steps to measure.")
@_ppo_options
def bench_ppo_command(steps: int, device: str, as_json: bool) -> None:
    """PPO's default run, FormalArith-v0 on a small GPT-2: tokens and FLOP per second of sampling and of the update.

    The shares are of what a large product of float32 matrices reaches in the same threads, in the same run. What is
    counted stands in agents/bench/flops.py and agents/bench/ppo.py.
    """
    from agents.bench.ppo import ARITHMETIC, bench_ppo

    show_ppo(bench_ppo(ARITHMETIC, steps, device), as_json)


@bench.command("game-ppo")
@click.option("--steps", default=3, show_default=True, type=click.IntRange(1), help="Steps to measure.")
@_ppo_options
def bench_game_ppo_command(steps: int, device: str, as_json: bool) -> None:
    """PPO on the games' model: 8 completions of each of 32 prompts, from random weights. As `bench ppo`."""
    from agents.bench.ppo import GAMES, bench_ppo

    show_ppo(bench_ppo(GAMES, steps, device), as_json)


def show_ppo(result: dict[str, Any], as_json: bool) -> None:
    """Print what ``bench_ppo`` found."""
    if as_json:
        click.echo(json.dumps(result))
        return
    clocks = {"wall": "per second"} | ({"cpu": "per CPU-second"} if result["device"] == "cpu" else {})
    click.echo(f"{result['env']} on {result['device']}, {result['threads']} threads, load {result['load']:.1f}")
    click.echo(f"{result['weights']:,} weights, of which {result['multiplied_weights']:,} count for each token")
    steps, seconds = result["steps_per_second"]["wall"], result["reward_seconds_per_step"]
    click.echo(f"{steps:,.2f} steps per second of {result['tokens_per_step']:,.0f} tokens")
    click.echo(f"the reward, left out: {seconds:.3f} s per step")
    for clock, label in clocks.items():
        click.echo(f"sgemm peak, {label}: {result['sgemm_peak'][clock] / 1e9:,.1f} GFLOP")
        for part in ("sampling", "update"):
            tokens, flops, share = (result[part][name][clock] for name in result[part])
            click.echo(f"  {part:10} {tokens:12,.0f} tokens {flops / 1e9:10,.1f} GFLOP {share:8.1%} of the peak")


@bench.command("trl")
@click.option("--env", default="FormalSentiment-v0", show_default=True, help="Environment, with its recipe's model.")
@click.option("--steps", default=8, show_default=True, type=click.IntRange(1), help="Steps to measure.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@needs_torch
def bench_trl_command(env: str, steps: int, as_json: bool) -> None:
    """PPO beside TRL's GRPO, on the CPU: generated tokens per second of whole steps, 8 completions of 32 prompts.

    Both have the same model of random weights, batch, threads, reward and objective, with the advantages of GRPO and
    without a KL penalty.
    """
    from agents.bench.trl import bench_trl

    result = bench_trl(env, steps)
    if as_json:
        click.echo(json.dumps(result))
        return
    click.echo(f"{env}, {result['threads']} threads, load {result['load']:.1f}; TRL {result['trl_version']}")
    for clock, label in (("wall", "per second"), ("cpu", "per CPU-second")):
        ours, theirs = result["ours"][clock], result["trl"][clock]
        click.echo(f"tokens {label:16} ours {ours:10,.0f}  TRL {theirs:10,.0f}  {ours / theirs:6.2f} x")
