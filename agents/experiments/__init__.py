"""The paper's figures and what goes beyond them, as data: a module per figure, run with ``formal-envs reproduce``."""

from __future__ import annotations

import importlib
import pkgutil

from agents.experiments import figures
from agents.experiments.plan import Figure
from formal_envs.errors import unknown


def names() -> list[str]:
    """The names of the figures."""
    return sorted(module.name for module in pkgutil.iter_modules(figures.__path__))


def load(name: str, scale: str) -> Figure:
    """A figure by name, at the scale "tiny" or "paper".

    Raises:
        ConfigError: there is none; the nearest is named.
    """
    if name not in names():
        raise unknown("figure", name, [*names(), "all"])
    figure: Figure = importlib.import_module(f"{figures.__name__}.{name}").figure(scale)
    return figure
