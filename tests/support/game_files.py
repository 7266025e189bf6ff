"""The games of ``tests/games``, by name."""

from pathlib import Path

GAME_FILES = {
    path.stem: path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parents[1] / "games").glob("*.lud"))
}
