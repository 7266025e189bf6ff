"""Which names may be written in a part of a game: those that the game defines, and those that it still has to.

It follows the text as it is written and looks at brackets, heads and strings alone, since a game that is not yet there
has no types. So it forbids less than ``names.check_names`` does, and nothing that this would allow but a
region's name that a remembered value has in what follows.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from formal_envs.ludii.language.names import KINDS, MAX_PLAYERS, OWNER, PIECES, hands, is_owner, owned
from formal_envs.ludii.language.signatures import LANGUAGE

_PIECE_KINDS = frozenset({"componentName", "pieceName"})
_CHECKED = _PIECE_KINDS | {"containerName", "coordinate", "regionName"}  # other names may be anything
_WITH_PIECES = frozenset({"dice", "deck", "dominoes"})  # bring pieces of their own
_CONTAINERS = re.compile(r"(Hand|Board|Dice|Deck|Dominoes)[0-9]*")
_DIGITS = "0123456789"


@dataclass(frozen=True)
class _Rule:
    """The strings that may stand somewhere: ``names``, ``stems`` with any number or up to ``most``; coordinates."""

    names: frozenset[str]
    stems: frozenset[str] = frozenset()
    most: int | None = None
    coordinates: bool = False

    def allows(self, text: str, whole: bool = True) -> bool:
        """Whether a string may be this, or begin so where this is not the whole of it."""
        stem = text.rstrip(_DIGITS)
        if text in self.names:
            return True
        if stem in self.stems and (self.most is None or is_owner(text[len(stem) :], self.most)):
            return True
        if not whole and any(name.startswith(text) for name in self.names | self.stems):
            return True
        pattern = r"[A-Za-z]{0,2}[0-9]{1,4}" if whole else r"[A-Za-z]{0,2}[0-9]{0,4}"
        return self.coordinates and re.fullmatch(pattern, text) is not None


@dataclass
class _Frame:
    """A bracket that is open."""

    words: list[str] = field(default_factory=list)  # the head and what follows it, without brackets and strings
    name: str | None = None  # the first string

    def copy(self) -> _Frame:
        return _Frame([*self.words], self.name)

    def with_word(self, word: str) -> _Frame:
        """The same where a word is at its end."""
        return _Frame([*self.words, word], self.name) if word else self

    @property
    def head(self) -> str:
        return self.words[0] if self.words else ""

    def kinds(self, in_equipment: bool) -> frozenset[str] | None:
        """The kinds of names that a string here may be; None where nothing is known."""
        if self.head == "piece" and not in_equipment:  # a move of pieces of these names, no definition
            return frozenset({"pieceName"})
        if self.words in (["place"], ["place", "Stack"]) and self.name is None:
            return frozenset({"componentName"})
        kinds = _kinds()
        selector = self.words[1] if len(self.words) > 1 else None
        return kinds.get((self.head, selector), kinds.get((self.head, None)))


@dataclass(frozen=True)
class _Defined:
    """The names that a text defines."""

    pieces: frozenset[str] = frozenset()
    components: frozenset[str] = frozenset()
    containers: frozenset[str] = frozenset({"Board", "Hand"})
    regions: frozenset[str] = frozenset()
    any_piece: bool = False

    def rule(self, kinds: frozenset[str], players: int) -> _Rule | None:
        """What a string of one of these kinds may be; None for anything."""
        if not kinds <= _CHECKED or (self.any_piece and kinds & _PIECE_KINDS):
            return None
        names: frozenset[str] = frozenset()
        stems: frozenset[str] = frozenset()
        if kinds & _PIECE_KINDS:
            names |= self.components | self.pieces
        if "pieceName" in kinds:
            stems |= self.pieces
        if "containerName" in kinds:
            names |= self.containers
        if "regionName" in kinds:
            names |= self.regions | {OWNER.sub("", name) for name in self.regions}
        return _Rule(names, stems, players, bool(kinds & {"coordinate", "regionName"}))

    def with_names_of(self, head: str, name: str | None, role: str, players: int) -> _Defined:
        """These and those that a ludeme defines."""
        if head in PIECES and name:
            components = owned(name, role or ("Each" if head == "piece" else ""), players)
            return replace(self, pieces=self.pieces | {name}, components=self.components | components)
        if head == "hand":
            return replace(self, containers=self.containers | hands(role, players))
        if head == "regions" and name:
            return replace(self, regions=self.regions | {name})
        if head in _WITH_PIECES:
            return replace(self, containers=self.containers | {head.capitalize()}, any_piece=True)
        return self


class OpenNames:
    """The names that may follow in a part of a game that is being written.

    Args: before, behind, the text around the part; both empty for a whole game.
    """

    def __init__(self, before: str = "", behind: str = ""):
        self._players = MAX_PLAYERS  # until they are known
        self._listed = 0  # players of a list
        self._defined = _Defined()
        self._frames: list[_Frame] = []
        self._string: str | None = None  # the one that is open
        self._word = ""
        self._used: list[tuple[frozenset[str], str]] | None = []  # around the part
        self._part: str | None = None  # the part, until its head is known
        self.write(before + " ")
        around = [each.copy() for each in self._frames]
        self.write(behind + " ")  # its brackets close those of before
        self._frames = around
        self._depth = len(around)
        self._needed, self._used = self._unmet(self._used), None
        self._part = ""

    def write(self, text: str) -> None:
        """Go on with the text."""
        for character in text:
            if self._string is not None:
                if character == '"':
                    self._end_string()
                else:
                    self._string += character
            elif character in '(){}" \n\t':
                self._end_word()
                if character == '"':
                    self._string = ""
                elif character == "(":
                    self._frames.append(_Frame())
                elif character == ")" and self._frames:
                    self._define(self._frames.pop())
            else:
                self._word += character
        if self._part is not None:
            self._part = None if len(self._frames) > self._depth and self._frames[-1].words else self._part + text

    def copy(self) -> OpenNames:
        """Another text with the same beginning."""
        other = object.__new__(OpenNames)
        other.__dict__.update(self.__dict__)
        other._frames = [frame.copy() for frame in self._frames]
        return other

    def key(self) -> Hashable:
        """What ``allowed`` depends on; None where anything may follow."""
        key = (self._rule(), self._string, self._closing(), self._heads(), self._part if self._heads() else None)
        return None if key[0] is None and key[2] is None and key[3] is None else key

    def allowed(self, texts: Sequence[str]) -> list[bool]:
        """Whether the names that are used and defined can still come right, for each of the texts that may follow."""
        rule = self._rule()
        if self._string is not None:
            return [rule is None or _allows(rule, self._string + text) for text in texts]
        heads, closing = self._heads(), self._closing()
        return [self._may_follow(text, rule, heads, closing) for text in texts]

    def complete(self) -> bool:
        """A sentence may end wherever its brackets do."""
        return True

    def _may_follow(self, text: str, rule: _Rule | None, heads: frozenset[str] | None, closing: int | None) -> bool:
        """The same of a text outside of strings."""
        before, opened, behind = text.partition('"')
        if heads is not None:
            begun = ((self._part or "") + before).lstrip()
            if not any(head.startswith(begun) or begun.startswith(head) for head in heads):
                return False
        if closing is not None and _closes(before, closing):
            return False
        return rule is None or not opened or "(" in before or ")" in before or _allows(rule, behind)

    def _end_word(self) -> None:
        if self._word and self._frames:
            self._frames[-1].words.append(self._word)
        self._word = ""

    def _end_string(self) -> None:
        text, self._string = self._string or "", None
        if not self._frames:
            return
        frame, kinds = self._frames[-1], self._frames[-1].kinds(self._in_equipment())
        if frame.name is None:
            frame.name = text
        if self._used is not None and kinds and kinds <= _CHECKED and not self._in_equipment():
            self._used.append((kinds, text))

    def _define(self, frame: _Frame) -> None:
        """Take note of what a bracket that closes defines."""
        if frame.head == "player":
            self._listed += 1
        if frame.head == "players":
            counts = [int(word) for word in frame.words[1:2] if re.fullmatch("[0-9]{1,2}", word)]
            self._players = (counts or [self._listed])[0] or MAX_PLAYERS
        if frame.words[:2] == ["remember", "Value"] and frame.name:
            self._defined = replace(self._defined, regions=self._defined.regions | {frame.name})
        if not self._in_equipment():
            return
        role = next((word for word in frame.words[1:2] if word in LANGUAGE.enums["roleType"]), "")
        self._defined = self._defined.with_names_of(frame.head, frame.name, role, self._players)

    def _rule(self) -> _Rule | None:
        """What a string may be that is open or opens next; None for anything."""
        if not self._frames:
            return None
        frame = self._frames[-1].with_word(self._word)
        if self._needed and self._is_item() and len(self._frames) == self._depth + 1 and frame.name is None:
            return _definition(frame.head, self._needed)
        kinds = frame.kinds(self._in_equipment())
        return None if kinds is None or self._in_equipment() else self._defined.rule(kinds, self._players)

    def _in_equipment(self) -> bool:
        """Whether this is where names are defined; in a piece they may be undefined, too."""
        return any(frame.head == "equipment" for frame in self._frames)

    def _is_item(self) -> bool:
        """Whether the part is one of the game's pieces, regions and so on."""
        return self._depth > 0 and self._frames[self._depth - 1].head == "equipment"

    def _heads(self) -> frozenset[str] | None:
        """How the part has to begin, where only some ludemes can define what is needed."""
        if self._part is None or not self._needed or not self._is_item():
            return None
        kinds = {kind for each, _ in self._needed for kind in each}
        if kinds & _PIECE_KINDS and "regionName" not in kinds:
            return frozenset(f"({head}" for head in PIECES | _WITH_PIECES)
        return frozenset({"(regions"}) if kinds <= {"regionName", "coordinate"} else None

    def _closing(self) -> int | None:
        """How many brackets are open inside equipment that must not end yet; None where there is none."""
        place = next((n for n, each in enumerate(self._frames) if each.head == "equipment"), None)
        if place is None or place < self._depth or not self._unmet(self._needed):
            return None
        return len(self._frames) - 1 - place

    def _unmet(self, used: Sequence[tuple[frozenset[str], str]]) -> list[tuple[frozenset[str], str]]:
        """The names that are used and not defined; those of hands and dice are not looked at."""
        named = [each for each in used if not _CONTAINERS.fullmatch(each[1])]
        rules = [self._defined.rule(kinds, self._players) for kinds, _ in named]
        return [each for each, rule in zip(named, rules, strict=True) if rule and not rule.allows(each[1])]


def _allows(rule: _Rule, text: str) -> bool:
    """Whether a string that has been opened may go on with this text, up to its end if that is in it."""
    inside, closed, _ = text.partition('"')
    return rule.allows(inside, whole=bool(closed))


def _definition(head: str, needed: Sequence[tuple[frozenset[str], str]]) -> _Rule | None:
    """What the one definition that is left may be called; None for anything."""
    names = {text for _, text in needed}
    if head in PIECES:
        stems = [{name[: len(name) - n] for n in range(len(name) - len(name.rstrip(_DIGITS)) + 1)} for name in names]
        shared = frozenset.intersection(*map(frozenset, stems))
        return _Rule(shared) if shared else None
    if head == "regions" and len(names) == 1:
        return _Rule(frozenset(f"{name}{owner}" for name in names for owner in ("", "P")), frozenset(names))
    return None


def _closes(text: str, opened: int) -> bool:
    """Whether a text ends the list of a ludeme in which so many brackets are open."""
    for character in text:
        opened += {"(": 1, ")": -1}.get(character, 0)
        if opened < 0 or (opened == 0 and character == "}"):
            return True
    return False


@cache
def _kinds() -> dict[tuple[str, str | None], frozenset[str]]:
    """The kinds of names that the strings of a ludeme are, by its head and its selector; "string" for free ones."""
    kinds: dict[tuple[str, str | None], set[str]] = {}
    for signature in LANGUAGE.signatures.values():
        for param in signature.params:
            kind = param.type.strip("{}")
            if kind in KINDS or kind == "string":
                kinds.setdefault((signature.head, signature.selector), set()).add(kind)
    return {place: frozenset(found) for place, found in kinds.items()}
