"""``formal-envs rescore``: a run's samples, scored by another reward."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from agents.commands.shared import SETTINGS, load_own, parse_settings, writes
from formal_envs.errors import ConfigError
from formal_envs.references import is_reference

_BANDS, _WORST, _TEXT = 16, 10, 44


@click.command("rescore")
@click.argument("run", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--reward",
    required=True,
    metavar="REWARD",
    help="A reward of the run's environment by its name, or MODULE:OBJECT or FILE.py:OBJECT as check-reward takes it.",
)
@click.option("--name", help="Name of the file that is written.  [default: the reward's]")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@SETTINGS
def rescore_command(run: Path, reward: str, name: str | None, as_json: bool, settings: tuple[str, ...]) -> None:
    """Score the samples of RUN by another reward, and show where the two disagree.

    Where the reward that trained rises and the other one does not, the policy may game the first. The samples go with
    both scores into rescored/NAME.jsonl in the run's folder, which `formal-envs lab` shows. --set changes options of
    the environment's reward.
    """
    from tqdm import tqdm

    from agents.lab.comparing import agreement, parting
    from agents.lab.files import NAME
    from agents.lab.rescoring import Caller, read_samples, rescore, write_rescored
    from agents.lab.samples import Samples

    target_name = name or re.sub(r"[^A-Za-z0-9_.+-]", "_", reward.rpartition(":")[2]) or "reward"
    if not NAME.fullmatch(target_name):
        raise ConfigError(f"--name must be letters, digits, '_', '-', '.' or '+', at most 64, got {target_name!r:.80}")
    samples, left_out = read_samples(run)
    caller = Caller(_reward(run, reward, parse_settings(settings)), samples)
    with tqdm(total=len(samples), unit="sample", desc="rescore", disable=None) as bar:
        rows = rescore(samples, caller.score, _own_range(run), caller.range, bar.update)
    target = run / "rescored" / f"{target_name}.jsonl"
    with writes(target):
        write_rescored(rows, target)
    written = Samples(run, f"rescored/{target_name}.jsonl")
    written.update()
    bands = agreement(written.entries, _BANDS)
    worst = sorted((row for row in rows if row["gap"]), key=lambda row: -abs(row["gap"]))[:_WORST]
    if as_json:
        click.echo(json.dumps({"reward": reward, "file": str(target), "bands": bands, "worst": worst}))
        return
    for sentence in left_out:
        click.echo(sentence, err=True)
    said = [sentence for sentence in (parting(bands, target_name),) if sentence]
    parts = (_table(bands, target_name), said, _list(worst, target_name), [f"{len(rows):,} samples in {target}"])
    click.echo("\n\n".join("\n".join(lines) for lines in parts if lines))


def _reward(run: Path, reward: str, settings: dict[str, Any]) -> Any:
    """The reward of a name: of the run's environment, or the user's own."""
    if is_reference(reward):
        if settings:
            raise ConfigError("--set changes options of an environment's reward; an object is taken as it is")
        return load_own("--reward", reward)
    from agents.runs.environments import task_name
    from agents.runs.spec import RunSpec
    from formal_envs.errors import check_choice
    from formal_envs.tasks import TASKS, make_task
    from formal_envs.tasks.protocol import options_of

    spec = RunSpec.read(run)
    task = TASKS[task_name(spec.env)]
    made = task.rewards[check_choice("reward", reward, task.rewards)]
    takes = {*task.task_options, *options_of(made)}
    options = {name: value for name, value in spec.options.items() if name in takes}
    return make_task(task_name(spec.env), **{**options, **settings, "reward": reward})[1]


def _own_range(run: Path) -> tuple[float, float] | None:
    """The range of the reward that trained, where it can be known without running what its options may name."""
    from agents.runs.spec import RunSpec
    from formal_envs.adapters.trust import check_options
    from formal_envs.tasks import make_task
    from formal_envs.tasks import task_name as known_task

    try:
        spec = RunSpec.read(run)
        name = known_task(spec.env)
        check_options(name, spec.options, [])
        return make_task(name, **spec.options)[1].range
    except ConfigError:
        return None


def _table(bands: Sequence[dict[str, Any]], name: str) -> list[str]:
    """How the two agree over the steps."""
    lines = [f"{'steps':12}{'samples':>10}{'trained by':>13}{name[:16]:>18}{'rank correlation':>19}{'disagree':>11}"]
    for band in bands:
        steps = f"{band['first']}-{band['last']}" if band["first"] != band["last"] else str(band["first"])
        rank = "-" if band["rank"] is None else f"{band['rank']:.2f}"
        apart = "-" if band["apart"] is None else f"{band['apart']:.0%}"
        mean, other = ("-" if band[name] is None else f"{band[name]:.3f}" for name in ("mean", "other"))
        lines.append(f"{steps:12}{band['samples']:10}{mean:>13}{other:>18}{rank:>19}{apart:>11}")
    missing = sum(band["unscored"] for band in bands)
    return [*lines, *([f"{missing:,} samples have no score by one of them, and are left out"] if missing else [])]


def _list(worst: Sequence[dict[str, Any]], name: str) -> list[str]:
    """The samples on which the two disagree most."""
    if not worst:
        return ["the two rewards agree on every sample"]
    lines = [f"where they disagree most (step, trained by, {name}):"]
    for row in worst:
        scores = f"{row['reward']:.3f}  {row['other']['score']:.3f}"
        lines.append(f"{row['step']:6}  {scores}  {_short(row['prompt'])}  ->  {_short(row['completion'])}")
    return lines


def _short(text: str) -> str:
    """A text on one line, cut where it is long; nothing in it moves the terminal."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[: _TEXT + 1])
    return shown if len(shown) <= _TEXT else shown[: _TEXT - 1] + "…"
