"""``formal-envs bench``: how fast things are."""

from __future__ import annotations

import json
from pathlib import Path

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
