"""A folder of macros, as Ludii's own library has one beside its games: ``def`` beside ``lud``. None comes with us."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

from formal_envs.errors import ConfigError
from formal_envs.ludii.raw.expansion import Expansion, expand
from formal_envs.ludii.raw.macros import Macro, take_defines
from formal_envs.ludii.raw.pieces import MAX_EXPANDED, Source, pieces

MAX_FILES = 5_000  # of a library; Ludii's has 500
MAX_BYTES = 1_000_000  # of a file of macros
_FOLDER = "def"


class MacroLibrary:
    """The macros of a folder's ``.def`` files, at any depth, by name; of two of one name the first in order of paths.

    Args: folder, such as ``Ludii/Common/res/def``.

    Raises:
        ConfigError: there is no such file in it, one that cannot be read, or too many or too large ones.
    """

    def __init__(self, folder: str | Path):
        self.macros: dict[str, Macro] = {}
        files = sorted(islice(Path(folder).rglob("*.def"), MAX_FILES + 1)) if Path(folder).is_dir() else []
        if not files:
            expected = "expected a folder with .def files, such as Ludii's res/def"
            raise ConfigError(f"no macros in {str(folder)!r}; {expected}")
        if len(files) > MAX_FILES:
            raise ConfigError(f"more than {MAX_FILES} files of macros in {str(folder)!r}")
        for path in files:
            take_defines(pieces(Source(_read(path), path.name)), self.macros)

    def __call__(self, name: str) -> Macro | None:
        """The macro of a name, None where there is none."""
        return self.macros.get(name)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot read {str(path)!r}: {error}") from None
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{str(path)!r} has more than {MAX_BYTES} bytes")
    return data.decode("utf-8-sig", errors="replace")


@lru_cache(maxsize=8)
def macro_library(folder: Path) -> MacroLibrary:
    """The macros of a folder, read once."""
    return MacroLibrary(folder)


def library_beside(path: str | Path) -> Path | None:
    """The folder ``def`` beside a folder that a game's file lies in, as in ``res/lud/board/x.lud`` and ``res/def``."""
    for parent in Path(path).absolute().parents:
        folder = parent / _FOLDER
        if folder.is_dir() and next(folder.rglob("*.def"), None):
            return folder
    return None


def expand_game(
    text: str, options: Sequence[str] = (), defines: str | Path | None = None, limit: int = MAX_EXPANDED
) -> Expansion:
    """A raw text with its macros, options and ranges expanded: what ``compile_game`` and the others take as well.

    Args:
        text: a game as its author wrote it.
        options: what is chosen, such as ``"Board Size/5x5"``, or rulesets by their names; else the defaults.
        defines: a folder of macros that the text does not define itself.
        limit: characters that the text may become.

    Raises:
        GameError: stage "syntax": a macro or an option that cannot be read or is not there, or too long a text.
        ConfigError: an option that the text does not have, or no macros in the folder.
    """
    return expand(text, options, macro_library(Path(defines)) if defines else None, limit)
