"""Options and rulesets: what a file offers to choose from, and the text with what is chosen put in.

``(option "Board Size" <Board> args:{<size> <men>} {(item "3x3" <3> <(place ...)> "Small.")* ...})`` offers items, and
``<Board:size>`` anywhere in the file stands for what the chosen one has in that place. Without a choice it is the item
with the most stars, the first of those. A ruleset chooses items by their full names, ``"Board Size/3x3"``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from formal_envs.errors import ConfigError
from formal_envs.ludii.errors import hint
from formal_envs.ludii.raw import tokens as t
from formal_envs.ludii.raw.pieces import Piece, Work, closing, name_of, refused

MAX_NESTING = 20  # items in what items stand for
_TAG = re.compile("<([^<>\\s:]+(?::[^<>\\s:]+)?)>")


@dataclass
class Item:
    """One thing to choose: its name, what it stands for in each argument, what it says of itself, its stars."""

    name: str
    values: list[list[Piece]] = field(default_factory=list)
    description: str = ""
    stars: int = 0


@dataclass
class Option:
    """One choice: its name, its tag in the text, the names of its arguments and its items."""

    name: str
    tag: str
    args: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    @property
    def default(self) -> Item:
        """The item with the most stars, the first of those."""
        return max(self.items, key=lambda item: item.stars)

    def item(self, name: str) -> Item:
        """The item of a name."""
        for item in self.items:
            if item.name == name:
                return item
        known = [item.name for item in self.items]
        raise ConfigError(
            f"no item {name!r} in the option {self.name!r}{hint(name, known)}; there are {', '.join(known)}"
        )


@dataclass
class Ruleset:
    """A named set of choices, such as ``"Board Size/3x3"``."""

    name: str
    choices: list[str]
    stars: int = 0


def read_offer(forms: Sequence[tuple[str, list[Piece]]]) -> Offer:
    """What the forms of a file, each with its first word, offer to choose from.

    Raises:
        GameError: stage "syntax".
    """
    tags = {_tag(form) for word, form in forms if word == "option"}
    offer = Offer()
    for word, form in forms:
        if word == "option":
            offer.options.append(_option(form, tags))
        elif word in ("rulesets", "ruleset"):
            offer.rulesets += _rulesets(form)
    return offer


def _tag(form: Sequence[Piece]) -> str:
    if len(form) < 7 or [form[n].kind for n in (2, 3, 4, 5)] != [t.STRING, t.LESS, t.WORD, t.GREATER]:
        raise refused(form[0], 'an option is written (option "Name" <Tag> args:{<argument> ...} {(item ...) ...})')
    return form[4].text


def _option(form: Sequence[Piece], tags: Collection[str]) -> Option:
    """The option of a form; an item's ``<sides:6>`` is a value unless an option of the file has that tag."""
    option = Option(name_of(form[2]), form[4].text)
    index = 6
    while index < len(form):
        if form[index].kind == t.LBRACE:
            end = closing(form, index)
            inner = form[index + 1 : end]
            if option.args or (inner and inner[0].kind == t.OPEN):
                option.items += _items(inner, tags)
            else:
                option.args = [piece.text for piece in inner if piece.kind not in (t.LESS, t.GREATER)]
            index = end
        index += 1
    if not option.items:
        raise refused(form[0], f"the option {option.name!r} has no items")
    return option


def _items(parts: Sequence[Piece], tags: Collection[str]) -> Iterator[Item]:
    for inner, stars in _starred(parts, "item"):
        item = Item(name_of(inner[2]) if len(inner) > 2 else "", stars=stars)
        index = 3
        while index < len(inner):
            piece = inner[index]
            if piece.kind == t.LESS:
                end = _angle_end(inner, index)
                item.values.append(list(inner[index + 1 : end]))
                index = end
            elif piece.kind == t.TAG:
                if piece.text[1:].partition(":")[0] not in tags:
                    piece = piece._replace(kind=t.WORD, text=piece.text[1:-1], start=piece.start + 1)
                item.values.append([piece])
            elif piece.kind == t.STRING:
                item.description = name_of(piece)
            index += 1
        yield item


def _angle_end(parts: Sequence[Piece], first: int) -> int:
    """The index of the ">" that closes the "<" at ``first``."""
    depth = 0
    for index in range(first, len(parts)):
        if parts[index].kind == t.LESS:
            depth += 1
        elif parts[index].kind == t.GREATER:
            depth -= 1
            if depth == 0:
                return index
    raise refused(parts[first], "the '<' of this item is not closed")


def _starred(parts: Sequence[Piece], word: str) -> Iterator[tuple[Sequence[Piece], int]]:
    """Each ``(word ...)`` among the parts, without its last bracket, and the number of stars behind it."""
    index = 0
    while index < len(parts):
        end = index
        if parts[index].kind == t.OPEN:
            end = closing(parts, index)
            behind = parts[end + 1].text if end + 1 < len(parts) else ""
            if index + 1 < len(parts) and parts[index + 1].text == word:
                yield parts[index:end], len(behind) if not behind.strip("*") else 0
        index = end + 1


def _rulesets(form: Sequence[Piece]) -> Iterator[Ruleset]:
    """The rulesets of ``(rulesets {...})``, or one ``(ruleset ...)``."""
    first = 0 if form[1].text == "ruleset" else 2
    inner = form[first + 1 :] if first and len(form) > 2 and form[2].kind == t.LBRACE else form[first:]
    for parts, stars in _starred(inner, "ruleset"):
        names = [name_of(piece) for piece in parts if piece.kind == t.STRING]
        if names:
            yield Ruleset(names[0], names[1:], stars)


@dataclass
class Offer:
    """What a file offers to choose from."""

    options: list[Option] = field(default_factory=list)
    rulesets: list[Ruleset] = field(default_factory=list)

    def chosen(self, choices: Sequence[str]) -> dict[str, Item]:
        """The item of each option, by its name, by its defaults and by ``choices``, of which later ones win.

        Raises:
            ConfigError: a choice is none of the file's items or rulesets; the message names those that there are.
        """
        items = {option.name: option.default for option in self.options}
        for choice in choices:
            ruleset = next((ruleset for ruleset in self.rulesets if ruleset.name == choice), None)
            for name in ruleset.choices if ruleset else [choice]:
                option, item = self._item(name)
                items[option.name] = item
        return items

    def described(self) -> dict[str, Any]:
        """What can be chosen, for JSON: the default item of each option marked."""
        return {
            "options": [
                {
                    "name": option.name,
                    "tag": option.tag,
                    "arguments": option.args,
                    "items": [
                        {"name": item.name, "description": item.description, "default": item is option.default}
                        for item in option.items
                    ],
                }
                for option in self.options
            ],
            "rulesets": [{"name": ruleset.name, "choices": ruleset.choices} for ruleset in self.rulesets],
        }

    def _item(self, choice: str) -> tuple[Option, Item]:
        for option in self.options:
            if choice.startswith(f"{option.name}/"):
                return option, option.item(choice[len(option.name) + 1 :])
        if not self.options:
            raise ConfigError(f"this game has no options to choose {choice!r} from")
        known = [f"{option.name}/{option.default.name}" for option in self.options] + [r.name for r in self.rulesets]
        raise ConfigError(f"no option or ruleset {choice!r}{hint(choice, known)}; write such as {', '.join(known[:8])}")


class Substitution:
    """Puts the values of chosen items in the place of tags.

    Args:
        offer: what the file offers.
        chosen: the item of each option, by the option's name.
        work: bounds what is written.
    """

    def __init__(self, offer: Offer, chosen: dict[str, Item], work: Work):
        self.work = work
        self.values: dict[str, dict[str, list[Piece]]] = {}
        for option in offer.options:  # of two options with one tag the first has its arguments
            values = self.values.setdefault(option.tag, {})
            for arg, value in zip(option.args, chosen[option.name].values, strict=False):
                values.setdefault(arg, value)

    def written(self, parts: Sequence[Piece]) -> list[Piece]:
        """The parts with every ``<Tag:argument>``, and ``<Tag>`` for the first argument, replaced.

        Raises:
            GameError: stage "syntax": a tag that no option has, or items that stand for themselves.
        """
        out: list[Piece] = []
        pending = [(piece, 0) for piece in reversed(parts)]
        while pending:
            piece, depth = pending.pop()
            self.work.spend(piece)
            found = None
            if piece.kind == t.TAG:
                found = self._value(piece, piece.text[1:-1])
            elif piece.kind == t.LESS and len(pending) > 1 and pending[-2][0].kind == t.GREATER:
                name = pending[-1][0].text
                if name in self.values:
                    found = self._value(piece, name)
                    del pending[-2:]
            elif piece.kind == t.STRING and "<" in piece.text:
                piece = piece._replace(text=self._string(piece))
            if found is None:
                out.append(piece)
                continue
            if depth > MAX_NESTING:
                raise refused(piece, f"the items of {piece.text} stand for themselves", "limit")
            if found:
                pending += [(part, depth + 1) for part in reversed(found[1:])]
                pending.append((found[0]._replace(glued=piece.glued), depth + 1))
        return out

    def _value(self, piece: Piece, name: str) -> list[Piece]:
        tag, _, arg = name.partition(":")
        if tag not in self.values:
            raise refused(piece, f"no option has the tag <{tag}>{hint(tag, self.values)}")
        values = self.values[tag]
        if not arg and values:
            return next(iter(values.values()))
        if arg not in values:
            known = ", ".join(values) or "none"
            raise refused(piece, f"the option <{tag}> has no argument {arg!r}{hint(arg, values)}; it has {known}")
        return values[arg]

    def _string(self, piece: Piece) -> str:
        """A string with its tags replaced: it goes on, without the quotes of what is put in."""

        def written(match: re.Match[str]) -> str:
            if match[1].partition(":")[0] not in self.values:
                return match[0]
            value = "".join(part.text.strip('"') for part in self._value(piece, match[1]))
            self.work.spend(piece, 0, len(value))
            return value

        return _TAG.sub(written, piece.text)
