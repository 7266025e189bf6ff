"""JSON with members more, less, doubled, or of other types."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from formal_envs.testing.texts.family import About, family, parsed


@family("JSON with members more", "high", certain=True, kinds=["json"])
def _extra(about: About) -> Iterable[str]:
    value = parsed(about.answer)
    if isinstance(value, dict):
        yield from (_put(about, {**value, "extra": 1}), _put(about, {**value, "admin": True, "note": "x", "id": 7}))
        yield _put(about, {**value, **{f"field{number}": number for number in range(50)}})
    else:
        yield from (_put(about, [*value, 1]), _put(about, [*value, *value]), _put(about, [*value, "extra"]))


@family("JSON with members less", "high", certain=True, kinds=["json"])
def _less(about: About) -> Iterable[str]:
    value = parsed(about.answer)
    if isinstance(value, dict):
        for name in value:
            yield _put(about, {other: member for other, member in value.items() if other != name})
    else:
        yield from (_put(about, value[:-1]), _put(about, value[1:]))
    yield from (about.put("{}"), about.put("[]"), about.put("null"), about.put('""'))


@family("JSON with another value", "high", certain=True, kinds=["json"])
def _values(about: About) -> Iterable[str]:
    value = parsed(about.answer)
    if not isinstance(value, dict):
        yield from (_put(about, [_other(member) for member in value]), _put(about, value[::-1]))
        return
    for name, member in value.items():
        yield from (_put(about, {**value, name: _other(member)}), _put(about, {**value, name: None}))
    yield _put(about, dict.fromkeys(value))
    yield _put(about, dict.fromkeys(value, ""))
    yield _put(about, {name: _other(member) for name, member in value.items()})
    names, inner = list(value), list(value.values())
    yield _put(about, dict(zip(names, inner[1:] + inner[:1], strict=True)))


def _other(member: Any) -> Any:
    """Another value of the same type."""
    if isinstance(member, bool):
        return not member
    if isinstance(member, (int, float)):
        return member + 1
    if isinstance(member, str):
        return f"{member}x"
    return {} if isinstance(member, dict) else []


@family("JSON with values of other types", "medium", certain=None, kinds=["json"])
def _types(about: About) -> Iterable[str]:
    value = parsed(about.answer)
    if not isinstance(value, dict):
        yield _put(about, [str(member) for member in value])
        return
    for name, member in value.items():
        for other in _retyped(member):
            yield _put(about, {**value, name: other})
    yield from (_put(about, [value]), _put(about, list(value.items())), _put(about, json.dumps(value)))
    yield _put(about, {name: [member] for name, member in value.items()})


def _retyped(member: Any) -> list[Any]:
    if isinstance(member, bool):
        return [int(member), str(member).lower()]
    if isinstance(member, (int, float)):
        return [str(member), float(member), [member], member == 1]
    if isinstance(member, str):
        return [[member], {"value": member}, member.upper()]
    return [json.dumps(member)]


@family("JSON with a member twice", "medium", certain=True, kinds=["json"])
def _twice(about: About) -> Iterable[str]:
    value = parsed(about.answer)
    if isinstance(value, dict) and value:
        inner = json.dumps(value)[1:-1]
        name = next(iter(value))
        other = json.dumps({name: _other(value[name])})[1:-1]
        yield from (about.put(f"{{{other}, {inner}}}"), about.put(f"{{{inner}, {other}}}"))


@family("several objects of JSON", "high", certain=True, kinds=["json"])
def _several(about: About) -> Iterable[str]:
    gold, others = about.gold, [text for text in about.wrongs if isinstance(parsed(text), dict)]
    for other in [*others[:2], '{"name": "x"}', "{}"]:
        yield from (f"{gold}\n{about.put(other)}", f"{about.put(other)}\n{gold}", f"[{about.answer}, {other}]")
        yield f"Not {gold}, but {about.put(other)}"


def _put(about: About, value: Any) -> str:
    return about.put(json.dumps(value, ensure_ascii=False))
