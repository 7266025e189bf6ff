"""``formal-envs check-reward``: find what is wrong with a reward before training does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from agents.commands.shared import SETTINGS, json_rows, load_own, parse_settings, reading, writing
from formal_envs.errors import ConfigError
from formal_envs.references import is_reference, load_object

if TYPE_CHECKING:
    from lark import Lark

_SOLUTIONS = ("answer", "ground_truth", "target", "label", "reference", "expected")  # names that others use
_SEED_OF_PROBLEMS = 4  # entropy of the stream of problems, besides the seed


@click.command("check-reward")
@click.argument("reward", required=False, metavar="[MODULE:OBJECT]")
@click.option("--env", help="Environment to take problems from; its own reward is checked where no other is named.")
@click.option(
    "--in",
    "source",
    type=click.File("rb"),
    help='JSON lines with "prompt", "solution" and, if known, "gold" instead; other fields are columns.',
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="PARAMETER=ROLE",
    help="What a parameter of the reward is given: prompt, completion, solution, messages, or a column.",
)
@click.option("--render", metavar="MODULE:OBJECT", help="Function that writes a solution as a right completion.")
@click.option("--n", default=64, show_default=True, type=click.IntRange(1), help="Problems of the environment.")
@click.option(
    "--correct",
    metavar="MODULE:OBJECT",
    help="Function that says whether a completion is correct: of (completion, solution), with or without prompt.",
)
@click.option(
    "--invariance",
    "invariances",
    multiple=True,
    metavar="MODULE:OBJECT",
    help="Change of a completion that must not change its score, such as formal_envs.testing:blanks_around.",
)
@click.option(
    "--grammar",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Lark grammar from which test completions are generated.",
)
@click.option("--floor", type=float, help="Score expected of an empty answer; default: the lowest.")
@click.option(
    "--gold-at-least",
    type=click.FloatRange(0, 1),
    help="Least share of the maximum that each right completion has to earn; default: half.",
)
@click.option(
    "--max-partial",
    type=click.FloatRange(0, 1),
    help="Most that a wrong text may earn, as a share of what a right one earns.",
)
@click.option(
    "--max-constant",
    type=click.FloatRange(0, 1),
    help="The same for one answer to all prompts, on average.",
)
@click.option(
    "--form",
    "forms",
    multiple=True,
    metavar="NAME",
    help="Form of right answers that has to be paid, by its name in the report; 'gold' alone: no other need be.",
)
@click.option(
    "--tolerance",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0),
    help="Largest difference of scores that count as equal.",
)
@click.option("--budget", default=2000, show_default=True, type=click.IntRange(1), help="Texts that the search scores.")
@click.option(
    "--time-limit",
    default=2.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Seconds per text, after which the reward is stopped.",
)
@click.option(
    "--max-seconds",
    type=click.FloatRange(0, min_open=True),
    help="Seconds of the whole check, about; the report says what there was no time for.",
)
@click.option("--runs-code", is_flag=True, help="It is meant that completions are run as code.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Decides problems and texts.")
@click.option(
    "--json",
    "json_file",
    metavar="[FILE]",
    is_flag=False,
    flag_value="-",
    help="File to write the report to as JSON; none, or -, prints it.",
)
@click.option(
    "--sarif", "sarif_file", metavar="FILE", help="File to write the findings to as SARIF 2.1.0, for code scanning."
)
@click.option("--html", "html_file", metavar="FILE", help="File to write a page with the report to.")
@SETTINGS
def check_reward_command(
    reward: str | None,
    env: str | None,
    source: IO[bytes] | None,
    n: int,
    roles: tuple[str, ...],
    render: str | None,
    correct: str | None,
    invariances: tuple[str, ...],
    forms: tuple[str, ...],
    floor: float | None,
    grammar: Path | None,
    seed: int,
    json_file: str | None,
    sarif_file: str | None,
    html_file: str | None,
    settings: tuple[str, ...],
    **options: Any,
) -> None:
    """Check a reward: laws, hostile texts, and a search for wrong texts that earn much. The exit status is 0 or 1.

    MODULE:OBJECT is a reward as TRL, verl, verifiers, reasoning-gym, OpenRLHF or OpenEnv call it, an object with
    score(prompt, completion), or a function of (completion), (prompt, completion), (completion, solution) and the like.
    """
    from formal_envs.testing import check_reward, to_html, to_sarif

    if reward is None and json_file is not None and is_reference(json_file):  # --json alone, before the reward
        reward, json_file = json_file, "-"
    if (env is None) == (source is None):
        raise ConfigError("say what is asked: --env FormalArith-v0, or --in problems.jsonl")
    if reward is None and env is None:
        raise ConfigError("say which reward: MODULE:OBJECT, or --env for the environment's own")
    problems = _read(source) if source else _asked(str(env), n, seed, parse_settings(settings))
    if reward:
        problems |= {"reward": load_own("the reward", reward), "floor": None}
    if render:
        problems["render"] = load_own("--render", render)
    options["roles"] = dict(map(_role, roles))
    if correct:
        problems["correct"] = load_own("--correct", correct)
    if floor is not None:
        problems["floor"] = floor
    options["forms"] = forms or None
    options["invariances"] = [load_own("--invariance", name) for name in invariances]
    if grammar:
        problems["grammar"] = _grammar(grammar)
    report = check_reward(seed=seed, **problems, **options)
    _write(json_file, lambda: json.dumps(report.to_dict(), allow_nan=False))
    _write(sarif_file, lambda: json.dumps(to_sarif(report), indent=1))
    _write(html_file, lambda: to_html(report))
    if "-" not in (json_file, sarif_file, html_file):
        click.echo(str(report))
    if not report.ok:
        raise click.exceptions.Exit(1)


def _write(target: str | None, made: Callable[[], str]) -> None:
    """Write what is made to a file, or to standard output for '-'."""
    if target is not None:
        with writing(Path(target)) as file:
            file.write(f"{made()}\n")


def _role(written: str) -> tuple[str, str]:
    """A parameter and its role."""
    parameter, equals, role = written.partition("=")
    if not (parameter and equals and role):
        raise ConfigError(f"--role must be PARAMETER=ROLE, such as a=completion, got {written!r}")
    return parameter, role


def _grammar(path: Path) -> Lark:
    """The grammar of a file."""
    from lark import Lark
    from lark.exceptions import LarkError

    with reading(path):
        try:
            return Lark(path.read_text(encoding="utf-8-sig"), start="start")
        except LarkError as error:
            raise ConfigError(f"{path} is not a grammar for Lark: {error}") from error


def _asked(env: str, n: int, seed: int, settings: dict[str, Any]) -> dict[str, Any]:
    """Problems of an environment, its reward, and what tells a right answer to it."""
    import numpy as np

    from agents.runs.environments import task_name
    from formal_envs.score import all_scored, score_batch
    from formal_envs.tasks import make_task
    from formal_envs.tasks.protocol import Checked, RewardCheck
    from formal_envs.tasks.streams import problem_keys, seeded_stream

    task, reward = make_task(task_name(env), **settings)
    problems = task.sample(problem_keys(seeded_stream(seed, _SEED_OF_PROBLEMS), np.arange(n)))
    asked: dict[str, Any] = {"prompts": problems.prompts, "reward": reward}
    first = all_scored(score_batch(reward, problems.prompts[:1], problems.solutions[:1]))
    if "exact" not in first[0].parts:
        return {**asked, "examples": problems.solutions}  # good completions, and not the only ones
    check = task.reward_check(reward) if isinstance(task, Checked) else RewardCheck()
    if isinstance(check.correct, str):
        check = check._replace(correct=load_object("what is right", check.correct))
    return {**asked, "solutions": problems.solutions, **check._asdict()}


def _read(source: IO[bytes]) -> dict[str, Any]:
    """Problems of JSON lines: what is not prompt, solution or gold is a column."""
    rows = list(json_rows(source))
    if not rows:
        raise ConfigError(f'{source.name} has no problems: expected JSON lines with "prompt" and "solution"')
    for place, row in rows:
        if not isinstance(row.get("prompt"), (str, list)):
            got = (
                f"got {json.dumps(row['prompt'])[:60]}" if "prompt" in row else f"it has {', '.join(row) or 'nothing'}"
            )
            raise ConfigError(f'{place}: "prompt" must be a string or a list of messages: {got}')
        if not isinstance(row.get("gold", ""), (str, type(None))):
            raise ConfigError(f'{place}: "gold" must be a string or null, got {json.dumps(row["gold"])[:60]}')
    if not any("solution" in row for _, row in rows):
        place, row = rows[0]
        named = next((name for name in _SOLUTIONS if name in row), None)
        if named:
            raise ConfigError(
                f'{place}: "solution" is not there, but "{named}": rename it, so that right answers are known'
            )
    given = {
        name: [row.get(name) for _, row in rows] for name in dict.fromkeys(name for _, row in rows for name in row)
    }
    prompts, solutions, golds = (given.pop(name, None) for name in ("prompt", "solution", "gold"))
    return {"prompts": prompts, "solutions": solutions, "golds": golds, "columns": given or None}
