"""The command ``formal-envs``; ``python -m formal_envs`` is the same.

Its code is in the package ``agents``. Other distributions install a package of that name too (openai-agents does), and
pip writes the files of one over those of the other without a word. So the package is looked at, as text, before any of
it is imported: no foreign code runs, and the error says what to do.
"""

from __future__ import annotations

import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

MARK = "# Part of formal-envs"
"""What the first file of our ``agents`` holds."""
_REINSTALL = "pip install --force-reinstall --no-deps formal-envs"


def main() -> None:
    """Run the command; where another ``agents`` is in its place, say so and exit with status 1."""
    found = find_spec("agents")
    first = Path(found.origin) if found and found.origin else None  # none of a folder without __init__.py
    if first is None or MARK not in first.read_text(encoding="utf-8", errors="replace"):
        sys.exit(f"Error: {_remedy(first)}")
    from agents.cli import main as command

    command()


def _remedy(first: Path | None) -> str:
    """What is wrong with ``agents``, and what to do."""
    others = sorted({*packages_distributions().get("agents", ())} - {"formal-envs"})
    if others:
        return (
            f"{' and '.join(others)} has installed a package `agents` over that of formal-envs, which has the same "
            f"name. Uninstall it, then reinstall:\n  pip uninstall {' '.join(others)}\n  {_REINSTALL}\n"
            "or give formal-envs a virtual environment of its own."
        )
    if first is None:
        return f"files of the package `agents` of formal-envs are missing. Reinstall:\n  {_REINSTALL}"
    return (
        f"{first} is not of formal-envs, and hides its package `agents`. Start formal-envs from another folder, or "
        "rename that package."
    )


if __name__ == "__main__":
    main()
