"""Lists with members doubled, added, left out or moved."""

from __future__ import annotations

from collections.abc import Iterable

from formal_envs.testing.texts.family import About, family, members, near, separator
from formal_envs.testing.texts.numbers import _SUM


def _joined(about: About, parts: Iterable[str]) -> str:
    mark = separator(about.answer)
    return about.put((mark if mark in (" ", "\n") else f"{mark} ").join(parts))


def _other(about: About) -> str:
    """A member that the list does not have."""
    own = members(about.answer)
    if all(map(_SUM.fullmatch, own)):
        return near(max(own, key=int), 1)
    return next((part for text in about.wrongs for part in members(text) if part not in own), "unknown")


@family("a list with a member more", "high", certain=True, kinds=["list"])
def _extra(about: About) -> Iterable[str]:
    own, other = members(about.answer), _other(about)
    yield from (_joined(about, [*own, other]), _joined(about, [other, *own]), _joined(about, [*own, other, "7", "99"]))
    if all(map(_SUM.fullmatch, own)):
        yield _joined(about, map(str, range(-10, 101)))


@family("a list with a member less", "high", certain=True, kinds=["list"])
def _missing(about: About) -> Iterable[str]:
    own = members(about.answer)
    yield from (_joined(about, parts) for parts in (own[:-1], own[1:], own[:1], own[-1:], own[: len(own) // 2]))
    yield from (_joined(about, dict.fromkeys(own)), _joined(about, ["", *own[1:]]))


@family("a list with another member", "high", certain=True, kinds=["list"])
def _changed(about: About) -> Iterable[str]:
    own, other = members(about.answer), _other(about)
    yield from (_joined(about, [*own[:-1], other]), _joined(about, [other, *own[1:]]))
    yield _joined(about, [other] * len(own))


@family("a list with a member twice", "high", kinds=["list"])
def _twice(about: About) -> Iterable[str]:
    own = members(about.answer)
    yield from (_joined(about, [*own, own[-1]]), _joined(about, [own[0], *own]), _joined(about, own * 2))
    yield from (_joined(about, [own[0]] * len(own)), _joined(about, [*own[:-1], own[0]]), _joined(about, own * 10))


@family("a list in another order", "high", certain=None, kinds=["list"])
def _moved(about: About) -> Iterable[str]:
    own = members(about.answer)
    yield from (_joined(about, own[::-1]), _joined(about, own[1:] + own[:1]), _joined(about, sorted(own)))
    yield _joined(about, [own[1], own[0], *own[2:]])
