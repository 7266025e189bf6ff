"""Games that somebody wrote: our own, which come with the package, and those of a user's folder.

A game is a text in one form, on one line and without comments. Its structure is what is left without names and
numbers; the structure decides the split, so that no two games of different splits differ in names or numbers alone.
"""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from formal_envs.errors import ConfigError
from formal_envs.ludii import GameError, check_game, compile_game
from formal_envs.ludii.language.printer import one_line
from formal_envs.tasks import splits

_UNPRINTABLE = re.compile(r"[^ -~]")  # in names
_STRING = re.compile(r'"[^"]*(?:(?<=\\)"[^"]*)*(?<!\\)"')
_NUMBER = re.compile(r"(?<=[ {:])-?\d+(?:\.\d+)?(?=[ )}])")
_RECORDS = (".jsonl", ".jsonl.gz")
_FIELDS = ("text", "lud")


def canonical(text: str) -> str:
    """The one form of a game: on one line, as the printer writes it, in printable ASCII.

    Raises:
        GameError: stage "syntax", "types" or "names": the text is not a game.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _UNPRINTABLE.sub(" ", one_line(check_game(text)))


def structure(game: str) -> str:
    """A game in its one form without its names and numbers."""
    return _NUMBER.sub("0", _STRING.sub('""', game))


def held_out(game: str) -> bool:
    """Whether a game belongs to the test split, which its structure decides."""
    return splits.held_out(structure(game))


@cache
def own_games() -> tuple[str, ...]:
    """The games that come with the package, by the names of their files."""
    folder = files("formal_envs.tasks.game").joinpath("games")
    sources = sorted((file for file in folder.iterdir() if file.name.endswith(".lud")), key=lambda file: file.name)
    return tuple(canonical(file.read_text(encoding="utf-8")) for file in sources)


def read_games(source: str) -> list[str]:
    """The games of a folder or a file that can be compiled, in their one form; equal ones once.

    Args:
        source: a folder with ``.lud`` files, at any depth, or with a ``games.jsonl.gz``; or one such file. A line of
            it is an object with the text of a game in the field "text" or "lud".

    Raises:
        ConfigError: there is no such thing, or no text in it is a game that can be played.
    """
    games: dict[str, None] = {}
    texts, first = read_texts(source), ""
    for name, text in texts:
        try:
            game = canonical(text)
            compile_game(game)
        except GameError as error:
            first = first or f"; the first error, in {name}: {error}"
        else:
            games[game] = None
    if not games:
        raise ConfigError(f"none of the {len(texts)} texts in {source!r} is a game that can be played{first}")
    return list(games)


def read_texts(source: str) -> list[tuple[str, str]]:
    """The names and the texts of what ``read_games`` reads, as they are, whether they are games or not.

    Raises:
        ConfigError: there is no such thing.
    """
    texts = list(_texts(source))
    if not texts:
        expected = "expected a folder with .lud files or a games.jsonl.gz, or one such file"
        raise ConfigError(f"there is no game in {source!r}; {expected}. Leave corpus out for the package's own games")
    return texts


def _texts(source: str) -> Iterator[tuple[str, str]]:
    path = Path(source)
    if path.is_dir():
        records = path / "games.jsonl.gz"
        found = [records] if records.is_file() else sorted(path.rglob("*.lud"))
    else:
        found = [path] if path.is_file() else []
    for file in found:
        try:
            data = file.read_bytes()
            text = (gzip.decompress(data) if file.suffix == ".gz" else data).decode()
        except (OSError, EOFError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot read {str(file)!r}: {error}") from None
        if file.name.endswith(_RECORDS):
            yield from _records(str(file), text.splitlines())
        else:
            yield str(file), text


def _records(name: str, lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, 1):
        try:
            record: Any = json.loads(line)
            text = next(record[field] for field in _FIELDS if field in record)
        except (ValueError, TypeError, StopIteration):
            raise ConfigError(f"line {number} of {name!r} is not an object with the field 'text' or 'lud'") from None
        yield f"line {number} of {name}", str(text)
