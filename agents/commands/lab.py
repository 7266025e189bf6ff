"""``formal-envs lab``: a page to see why a completion was given its score."""

from __future__ import annotations

from pathlib import Path

import click

from agents.commands.serving import check_token
from agents.commands.shared import SETTINGS, parse_settings
from agents.runs.environments import task_name
from formal_envs.errors import ConfigError
from formal_envs.tasks import TASKS, env_ids


@click.command("lab")
@click.argument("runs", nargs=-1, type=click.Path(path_type=Path, file_okay=False))
@click.option("--env", "envs", multiple=True, metavar="ENV", help="An environment to offer; by default all of them.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; another needs --token.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="Port of the page.")
@click.option("--token", envvar="FORMAL_ENVS_TOKEN", help="What the page must send.  [env: FORMAL_ENVS_TOKEN]")
@SETTINGS
def lab_command(
    runs: tuple[Path, ...], envs: tuple[str, ...], host: str, port: int, token: str | None, settings: tuple[str, ...]
) -> None:
    """Serve a page to try completions, with their score, its parts and why; and to browse RUNS.

    RUNS are folders of runs, or folders with runs below them: what they wrote over their training, curves, two runs
    beside each other, and what `formal-envs rescore` found. They may train meanwhile.

    An environment of your own is MODULE:ENV, as in --env parity:FormalParity-v0. --set gives the environments options
    that the page cannot choose, such as --set grammar=sums.lark.
    """
    try:
        from formal_envs.lab.app import Lab, address, create_app
        from formal_envs.serving.run import run
    except ImportError:
        raise ConfigError("the lab needs the serve extra: pip install 'formal-envs[serve]'") from None
    from agents.lab.routes import run_routes
    from agents.lab.runs import Runs
    from formal_envs.serving.served import Served

    check_token(token, host)
    found = Runs(runs)
    modules = [env.rpartition(":")[0] for env in envs if ":" in env]
    ids = [env_ids(task_name(env))[0] for env in envs] or [env_ids(name)[0] for name in TASKS]
    lab = Lab(Served.of(ids, parse_settings(settings)), modules)
    click.echo(f"open {address(host, port, token)}")
    run(create_app(lab, token=token, routes=run_routes(found)), host=host, port=port)
