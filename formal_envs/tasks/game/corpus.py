"""Games that somebody wrote: our own, which come with the package, and those of a user's folder.

A game is a text in one form, on one line and without comments. Its structure is what is left without names and
numbers; the structure decides the split, so that no two games of different splits differ in names or numbers alone.
"""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

from formal_envs.errors import ConfigError
from formal_envs.ludii import Expansion, GameError, check_game, compile_game, expand_game
from formal_envs.ludii.language.printer import one_line
from formal_envs.ludii.raw.library import library_beside
from formal_envs.tasks import splits

_UNPRINTABLE = re.compile(r"[^ -~]")  # in names
_STRING = re.compile(r'"[^"]*(?:(?<=\\)"[^"]*)*(?<!\\)"')
_NUMBER = re.compile(r"(?<=[ {:])-?\d+(?:\.\d+)?(?=[ )}])")
_RECORDS = (".jsonl", ".jsonl.gz")
_FIELDS = ("text", "lud")
MAX_TEXTS = 100_000
"""Texts of a corpus."""
MAX_BYTES = 4_000_000
"""Bytes of a file, or of a record."""


def canonical(text: str | Expansion) -> str:
    """The one form of a game: on one line, as the printer writes it, in printable ASCII.

    Args: text, raw or expanded.

    Raises:
        GameError: stage "syntax", "types" or "names": the text is not a game.
    """
    line = one_line(check_game(text))
    if not line.isascii():
        line = unicodedata.normalize("NFKD", line).encode("ascii", "ignore").decode()
    return _UNPRINTABLE.sub(" ", line)


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


@dataclass(frozen=True)
class Refused:
    """A text of a corpus that is no game which can be played: its name, the kind of cause, and the cause itself."""

    name: str
    cause: str
    message: str


@dataclass(frozen=True)
class Corpus:
    """What was read of a folder or a file.

    Attributes:
        source: its path.
        games: the games that can be played, in their one form; equal ones once.
        texts: how many texts it has.
        refused: those that are no games which can be played.
    """

    source: str
    games: tuple[str, ...]
    texts: int
    refused: tuple[Refused, ...]

    @property
    def share(self) -> float:
        """Share of the texts that are games which can be played, in [0, 1]."""
        return 1.0 - len(self.refused) / self.texts

    def causes(self) -> dict[str, int]:
        """How many texts were refused by each cause, the most frequent first."""
        return dict(Counter(text.cause for text in self.refused).most_common())

    def described(self, most: int = 8) -> str:
        """How many texts were read, and by cause how many not, in a sentence; ``most`` causes by name."""
        played = self.texts - len(self.refused)
        same = played - len(self.games)
        told = f"{played} of {self.texts} texts in {self.source!r} are games that can be played"
        if same:
            told += f", {same} of them equal to another"
        if self.refused:
            causes = [f"{n} {cause}" for cause, n in self.causes().items()]
            named = causes[:most] + [f"and {len(causes) - most} other causes"] * (len(causes) > most)
            told += f"; left out are {'; '.join(named)}"
        return told


class CorpusWarning(UserWarning):
    """Texts of a corpus were left out."""


def read_corpus(source: str, least_share: float = 0.0) -> Corpus:
    """The games of a folder or a file, raw files of Ludii among them, and what was left out.

    Args:
        source: a folder with ``.lud`` files, at any depth, or with a ``games.jsonl.gz``; or one such file. A line of
            it is an object with the text of a game in the field "text" or "lud". Macros that a text does not define
            come from the folder ``def`` beside a folder that its file lies in.
        least_share: least share of the texts that must be games which can be played, in [0, 1].

    Raises:
        ConfigError: there is no such thing, no text in it is a game that can be played, or too few are; the message
            has the causes.
    """
    corpus = _read(source, _stamp(source))
    if corpus.share < least_share:
        raise ConfigError(
            f"{corpus.described()}. That is a share of {corpus.share:.2f}, and at least {least_share} is asked for: "
            f"set corpus_share lower, or look at `formal-envs game corpus {source} --refused`"
        )
    return corpus


@lru_cache(maxsize=4)
def _read(source: str, stamp: object) -> Corpus:
    """The corpus, read again when its files change: each environment of a run asks for it."""
    texts = read_texts(source)
    games: dict[str, None] = {}
    refused: list[Refused] = []
    for text in texts:
        try:
            game = canonical(text.expanded())
            compile_game(game)
        except GameError as error:
            refused.append(Refused(text.name, cause_of(error), str(error)))
        except UnreadableText as error:
            refused.append(Refused(text.name, "not read", str(error)))
        else:
            games[game] = None
    corpus = Corpus(source, tuple(games), len(texts), tuple(refused))
    if not games:
        first = f"; the first error, in {refused[0].name}: {refused[0].message}"
        raise ConfigError(f"none of the {len(texts)} texts in {source!r} is a game that can be played{first}")
    return corpus


def _stamp(source: str) -> object:
    """Something that changes when a file of a corpus does."""
    with suppress(OSError):
        return tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in _files(source))
    return None


def cause_of(error: GameError) -> str:
    """The kind of an error, to count by: a ludeme that is unsupported, a macro that is not there, else the stage."""
    if error.difference == "macro":
        return "macro not found"
    if error.stage == "unsupported":
        return ": ".join(error.message.partition(" (in the macro")[0].split(": ")[:2])
    return f"wrong in {error.stage}"


class UnreadableText(Exception):
    """A file of a corpus that is no text, or too long."""


@dataclass(frozen=True)
class Text:
    """A text of a corpus: what it is called, its characters, and the folder of macros beside its file.

    ``fault`` says why there are no characters.
    """

    name: str
    raw: str
    defines: Path | None = None
    fault: str = ""

    def expanded(self) -> Expansion:
        """The text without macros and options.

        Raises:
            GameError: stage "syntax".
            UnreadableText: its file could not be read.
        """
        if self.fault:
            raise UnreadableText(self.fault)
        return expand_game(self.raw, defines=self.defines)

    def expanded_or_raw(self) -> str:
        """The text without macros and options, or as it is where that cannot be had."""
        try:
            return self.expanded().text
        except (GameError, UnreadableText):
            return self.raw


def read_texts(source: str) -> list[Text]:
    """The texts of what ``read_corpus`` reads, as they are, whether they are games or not.

    Raises:
        ConfigError: there is no such thing, or more than ``MAX_TEXTS``.
    """
    texts = list(islice(_texts(source), MAX_TEXTS + 1))
    if len(texts) > MAX_TEXTS:
        raise ConfigError(f"more than {MAX_TEXTS} games in {source!r}; name a smaller folder")
    if not texts:
        expected = "expected a folder with .lud files or a games.jsonl.gz, or one such file"
        raise ConfigError(f"there is no game in {source!r}; {expected}. Leave corpus out for the package's own games")
    return texts


def _texts(source: str) -> Iterator[Text]:
    beside = cache(library_beside)  # by folder
    for file in _files(source):
        defines = beside(file.parent / "x.lud")
        if file.name.endswith(_RECORDS):
            yield from _records(file, defines)
        else:
            yield _file(file, defines)


def _files(source: str) -> list[Path]:
    path = Path(source)
    if not path.is_dir():
        return [path] if path.is_file() else []
    records = path / "games.jsonl.gz"
    return [records] if records.is_file() else sorted(islice(path.rglob("*.lud"), MAX_TEXTS + 1))


def _file(file: Path, defines: Path | None) -> Text:
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            return Text(str(file), "", fault=f"it has more than {MAX_BYTES} bytes")
        return Text(str(file), data.decode("utf-8-sig"), defines)
    except (OSError, UnicodeDecodeError) as error:
        return Text(str(file), "", fault=str(error))


def _records(file: Path, defines: Path | None) -> Iterator[Text]:
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as opened:
            for number, line in enumerate(iter(lambda: opened.readline(MAX_BYTES + 1), b""), 1):
                yield Text(f"line {number} of {file}", _field(number, file, line), defines)
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"cannot read {str(file)!r}: {error}") from None


def _field(number: int, file: Path, line: bytes) -> str:
    if len(line) > MAX_BYTES:
        raise ConfigError(f"line {number} of {str(file)!r} has more than {MAX_BYTES} bytes")
    try:
        record: Any = json.loads(line.decode())
        return str(next(record[field] for field in _FIELDS if field in record))
    except (ValueError, TypeError, StopIteration, RecursionError):
        fields = "the field 'text' or 'lud'"
        raise ConfigError(f"line {number} of {str(file)!r} is not an object with {fields}") from None
