"""The command ``formal-envs``: parse, build, call. ``formal_envs.__main__`` starts it."""

from __future__ import annotations

import click

from agents.commands.bench import bench
from agents.commands.check import check_reward_command
from agents.commands.classifier import train_classifier_command
from agents.commands.evaluation import eval_command
from agents.commands.export import export_command
from agents.commands.game import game
from agents.commands.game_corpus import corpus_command
from agents.commands.game_draw import draw_command
from agents.commands.game_players import analyse_command, play_command
from agents.commands.game_raw import conformance_raw_command, expand_command, options_command
from agents.commands.game_solve import solve_command
from agents.commands.game_text import format_command, lint_command
from agents.commands.lab import lab_command
from agents.commands.reproduce import reproduce_command
from agents.commands.rescore import rescore_command
from agents.commands.serving import serve
from agents.commands.shared import Commands
from agents.commands.tasks import list_command, sample, score
from agents.commands.training import plot, sft, train


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="formal-envs")
def main() -> None:
    """Gymnasium text environments with programmed rewards, and a PPO agent that trains on them."""


for _command in (
    list_command,
    sample,
    score,
    export_command,
    serve,
    check_reward_command,
    game,
    train,
    sft,
    train_classifier_command,
    eval_command,
    plot,
    lab_command,
    rescore_command,
    reproduce_command,
    bench,
):
    main.add_command(_command)
for _command in (
    corpus_command,
    analyse_command,
    draw_command,
    format_command,
    lint_command,
    play_command,
    solve_command,
    expand_command,
    options_command,
    conformance_raw_command,
):
    game.add_command(_command)


if __name__ == "__main__":
    main()
