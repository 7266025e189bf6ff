"""The language's description: enumerations, names of types, and one signature for each way to write a ludeme.

A description is lines of three kinds; a line that starts with "#" and an empty one mean nothing:

    enum stepType = F L R                                     keywords
    type direction = <absoluteDirection> | <directions>       a name for several types
    is_in: (is In [<int site>] <region>) -> bool              slug: pattern -> type

In a pattern a capitalised word right after the ludeme's name stands for itself, ``<type name>`` is a positional
parameter, ``if:<bool>`` a named one, ``[...]`` an optional one, ``a | b`` alternatives, ``{<type>}`` an array. A
parameter's slot is called as the name inside the angle brackets, else by its label, else by its type.
"""

from __future__ import annotations

import copyreg
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files

from formal_envs.errors import FormalEnvError
from formal_envs.ludii.language.typed_tree import Param, Signature

PRIMITIVES = ("int", "float", "bool", "string", "integer", "real", "flag")  # the last three take literals only

_KEYWORDS = re.compile(
    "auto|bool|break|case|char|const|continue|default|do|double|else|enum|extern|float|for|goto|if|inline|int|long|"
    "register|restrict|return|short|signed|sizeof|static|struct|switch|typedef|union|unsigned|void|volatile|while"
)
_COMMENT = re.compile(r"^(//|#): (.*)$", re.MULTILINE)
_LINE_START = re.compile(r"\w+: \(")
_LINE = re.compile(r"(\w+): \((\S+?)((?: .*)?)\) -> (\w+)")
_PIECE = re.compile(r"\s*(?:(\[|\]|\|)|(?:(\w+):)?(\{*)<(\w+)(?: (\w+))?>(\}*)|([A-Z]\w*)(?=\s|$))")


class SignatureError(FormalEnvError):
    """A line of the language's description that cannot be read."""


@dataclass
class Language:
    """Everything that a description says."""

    signatures: dict[str, Signature] = field(default_factory=dict)
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def atoms(self, name: str) -> frozenset[str]:
        """The types that the type called ``name`` stands for: itself, or the members of an alias."""
        if name not in self.aliases:
            return frozenset([name])
        return frozenset().union(*(self.atoms(member) for member in self.aliases[name]))

    def add(self, line: str) -> None:
        """Take in one line."""
        kind, _, rest = line.partition(" ")
        name, _, value = rest.partition(" = ")
        if kind == "enum":
            self.enums[name] = tuple(value.split())
        elif kind == "type":
            self.aliases[name] = tuple(part.strip()[1:-1] for part in value.split("|"))
        else:
            signature = parse_signature(line)
            if signature.slug in self.signatures:
                raise SignatureError(f"two signatures are called {signature.slug!r}")
            self.signatures[signature.slug] = signature

    def check(self) -> None:
        """Refuse parameters whose type nothing has."""
        known = {signature.result for signature in self.signatures.values()} | set(self.enums) | set(PRIMITIVES)
        for signature in self.signatures.values():
            for param in signature.params:
                missing = self.atoms(param.type.strip("{}")) - known
                if missing:
                    raise SignatureError(f"nothing has the type {sorted(missing)[0]!r} of {signature.text!r}")


def parse_signature(line: str) -> Signature:
    """The signature that one line ``slug: (ludeme ...) -> type`` describes."""
    match = _LINE.fullmatch(line.strip())
    if not match:
        raise SignatureError(f"not a signature: {line!r}")
    slug, head, pattern, result = match.groups()
    selector: str | None = None
    params: list[Param] = []
    position, optional, alternative, at = 0, False, False, 0
    while pattern[at:].strip():
        piece = _PIECE.match(pattern, at)
        if not piece:
            raise SignatureError(f"cannot read {pattern[at:].strip()!r} in {line!r}")
        at = piece.end()
        mark, label, opened, type_name, name, closed, word = piece.groups()
        if mark == "[":
            optional = True
        elif mark == "]":
            optional = False
        elif mark == "|":
            alternative = True
        elif word:
            if params or selector:
                raise SignatureError(f"the selector {word!r} does not stand first in {line!r}")
            selector = word
        else:
            if len(opened) != len(closed):
                raise SignatureError(f"braces do not match in {line!r}")
            position += bool(params) and not alternative
            alternative = False
            slot = name or label or type_name
            slot += "_" * bool(_KEYWORDS.fullmatch(slot))
            if any(param.slot == slot for param in params):
                raise SignatureError(f"two slots are called {slot!r} in {line!r}")
            params.append(Param(slot, opened + type_name + closed, label, optional, position))
    return Signature(slug, head, selector, tuple(params), result, line.strip())


def parse_signatures(lines: Iterable[str]) -> Language:
    """The language that the lines describe; they may come from several files."""
    language = Language()
    for line in lines:
        if line.strip() and not line.startswith("#"):
            language.add(line.strip())
    language.check()
    return language


def _beside_code(text: str) -> Iterator[str]:
    """The signatures in the comments of a source: what follows ``//:`` or ``#:``, indented where a line goes on."""
    line = ""
    for _mark, part in _COMMENT.findall(text):
        if part.startswith("    "):
            line += " " + part.strip()
            continue
        if line:
            yield line
        line = part if _LINE_START.match(part) else ""
    if line:
        yield line


def _everywhere() -> Iterator[str]:
    """Every line of the description: those of signatures.txt, and those that stand beside what they describe."""
    package = files("formal_envs.ludii")
    yield from (package / "language" / "signatures.txt").read_text(encoding="utf-8").splitlines()
    for folder, ending in (("engine", ".c"), ("board", ".py")):
        for source in sorted(package.joinpath(folder).iterdir(), key=lambda source: source.name):
            if source.name.endswith(ending):
                yield from _beside_code(source.read_text(encoding="utf-8"))


LANGUAGE = parse_signatures(_everywhere())
SIGNATURES = LANGUAGE.signatures
ENUMS = LANGUAGE.enums


def _of_slug(slug: str) -> Signature:
    return SIGNATURES[slug]


def _by_slug(signature: Signature) -> tuple[Callable[[str], Signature], tuple[str]]:
    return _of_slug, (signature.slug,)


copyreg.pickle(Signature, _by_slug)  # a signature is one object in each process: trees compare by it


def by_name(name: str) -> tuple[Signature, ...]:
    """The signatures of a ludeme, given as ``"is Line"`` or, for every selector, as ``"is"``."""
    return tuple(s for s in SIGNATURES.values() if name in (s.name, s.head))
