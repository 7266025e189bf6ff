"""``formal-envs serve``: rewards for other processes and machines."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from agents.commands.shared import SETTINGS, parse_settings
from agents.runs.environments import task_name
from formal_envs.errors import ConfigError

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from formal_envs.serving.scoring import Scorer


@click.command()
@click.argument("envs", nargs=-1, required=True, metavar="ENV...")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; another needs --token.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 is any free one.")
@click.option("--token", envvar="FORMAL_ENVS_TOKEN", help="What requests must send.  [env: FORMAL_ENVS_TOKEN]")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 1024), help="Processes that score.")
@click.option("--timeout", default=10.0, show_default=True, help="Seconds of a processor that a text may take.")
@click.option("--rate", type=float, help="Requests per second of each address.  [default: no bound]")
@SETTINGS
def serve(
    envs: tuple[str, ...], host: str, port: int, token: str | None, settings: tuple[str, ...], **given: Any
) -> None:
    """Serve the rewards of ENV...: POST /score takes rows with completions and gives scores. OpenEnv's interface to
    each is at the path of its id, where OpenEnv is installed.

    --set takes options of the environments, and reaches those that have the option. A token is better given by the
    environment variable: others on this machine can read command lines.
    """
    try:
        from formal_envs.serving.app import create_app
        from formal_envs.serving.gate import LOOPBACK
        from formal_envs.serving.run import run
    except ImportError:
        raise ConfigError("serving needs the serve extra: pip install 'formal-envs[serve]'") from None
    from formal_envs.serving.bounds import Bounds
    from formal_envs.serving.scoring import Scorer
    from formal_envs.serving.served import Served

    check_token(token, host)
    for env in envs:
        task_name(env)  # imports the user's modules, or says why it cannot
    bounds = Bounds(rate=given["rate"])
    served = Served.of(envs, parse_settings(settings))
    scorer = Scorer(served, workers=given["workers"], timeout=given["timeout"])
    app = create_app(scorer, token=token, bounds=bounds, hosts={*LOOPBACK, host}, mounts=_openenv(scorer))
    run(app, host=host, port=port, bounds=bounds)


def _openenv(scorer: Scorer) -> Sequence[BaseRoute]:
    """OpenEnv's interface to each environment, where its package is installed."""
    try:
        from formal_envs.serving.openenv import mounts
    except ImportError:
        click.echo("without OpenEnv's interface, which needs: pip install 'formal-envs[openenv]'", err=True)
        return []
    made = mounts(scorer)
    click.echo(f"OpenEnv's interface is at {', '.join(mount.path for mount in made)}", err=True)
    return made


def check_token(token: str | None, host: str) -> None:
    """Pass where a server at an address may do with this token.

    Raises:
        ConfigError: others can reach the address and there is no token, or it cannot be sent in a header.
    """
    if token is None:
        if not _is_loopback(host):
            raise ConfigError(f"others can reach {host}: give --token, or set FORMAL_ENVS_TOKEN, to serve there")
    elif not (token.isascii() and token.isprintable() and token.strip() == token != ""):
        raise ConfigError("a token is printable ASCII without spaces around it")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
