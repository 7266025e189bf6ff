"""Why a form fits nowhere, in words: the matcher's failures at the furthest place of a text become a GameError."""

from __future__ import annotations

from typing import NamedTuple

from formal_envs.ludii.errors import GameError, hint, nearest
from formal_envs.ludii.language.parameter_types import OTHER_NAMES, ParameterType, parameter_type
from formal_envs.ludii.language.signatures import LANGUAGE
from formal_envs.ludii.language.syntax import Form
from formal_envs.ludii.language.typed_tree import Signature

_MOST = 8  # expected things that are listed


class Failure(NamedTuple):
    """One way in which a form did not fit.

    ``kind`` is "type" (it is not of that ``type``), "selector" (no signature of that ludeme and type has that keyword
    first), "missing" (the ludeme ends before the required ``position`` of ``signature``), "extra" (``signature`` has no
    place for it) or "label" (a named argument in an array).
    """

    kind: str
    form: Form
    type: ParameterType | None
    signature: Signature | None
    position: int = 0


def diagnose(text: str, position: int, failures: list[Failure]) -> GameError:
    """The error that tells of failures that all lie at ``position``."""
    by_kind: dict[str, list[Failure]] = {}
    for failure in failures:
        by_kind.setdefault(failure.kind, []).append(failure)
    types, extra, selector = (by_kind.get(kind, []) for kind in ("type", "extra", "selector"))
    difference = None
    if "missing" in by_kind and not types:
        message, expected = _missing(by_kind["missing"])
    elif selector and _misspelt(selector[0]):
        message, expected = _selector(selector)
    elif kinds := _kinds_that_begin_with_its_word(selector):
        form = selector[0].form
        message = f"({form.value} ...) lacks its kind before {form.items[0].value!r}; did you mean {kinds[0]}?"
        expected = kinds
    elif selector and not (types or extra):
        message, expected = _selector(selector)
    elif "label" in by_kind:
        form = by_kind["label"][0].form
        message, expected = f"the items of an array have no names, got {form.label}:", ()
    elif types:
        form = types[0].form
        message, expected = _wrong_type(form, types)
        tried = [failure.type for failure in types if failure.type]
        if any(each.ints if form.type == "INT" else each.floats and form.type == "FLOAT" for each in tried):
            message, difference = f"the number {form.value[:20]} is too large or too long", "limit"
        if form.type == "STRING":
            message = f"{message}, and no macro is called so"
    else:
        form = extra[0].form
        message, expected = _extra(form, extra)
        if form.label:
            position = max(text.rfind(f"{form.label}:", 0, position), 0)
    return GameError("types", message, text, position, expected, difference)


def _misspelt(failure: Failure) -> bool:
    """Whether the first word of a ludeme looks like one of its selectors."""
    form = failure.form
    words = failure.type.selectors(form.value) if failure.type else ()
    return bool(form.items and form.items[0].type == "WORD" and nearest(form.items[0].value, filter(None, words or ())))


def _kinds_that_begin_with_its_word(failures: list[Failure]) -> tuple[str, ...]:
    """Where a ludeme's keyword is an argument that only lacks the kind: ``(move Step Forward ...)``, shortest first."""
    form = failures[0].form if failures else None
    if not form or not form.items or form.items[0].type != "WORD" or form.items[0].label:
        return ()
    word = form.items[0].value
    found = {
        (len(signature.params), f"({form.value} {selector} {word} ...)")
        for failure in failures
        if failure.type
        for selector, signatures in (failure.type.selectors(form.value) or {}).items()
        for signature in signatures
        if selector and _may_begin_with(signature, word)
    }
    return tuple(dict.fromkeys(shown for _, shown in sorted(found)))[:_MOST]


def _may_begin_with(signature: Signature, word: str) -> bool:
    """Whether a keyword may be the first argument of a ludeme, behind its selector."""
    for slots in signature.positions:
        params = [signature.params[slot] for slot in slots]
        if any(word in parameter_type(param.type).words and not param.label for param in params):
            return True
        if not params[0].optional:
            return False
    return False


def _pattern(signature: Signature) -> str:
    return signature.text.partition(": ")[2].rpartition(" -> ")[0]


def _patterns(failures: list[Failure]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_pattern(failure.signature) for failure in failures if failure.signature))[:_MOST]


def _type_names(failures: list[Failure]) -> list[str]:
    return list(dict.fromkeys(_type(failure.type.name) for failure in failures if failure.type))


def _type(name: str) -> str:
    bare = name.strip("{}")
    if bare == "description":
        return "(game ...)"
    return name.replace(bare, f"<{bare}>")


def _missing(failures: list[Failure]) -> tuple[str, tuple[str, ...]]:
    lacking: dict[str, None] = {}
    for _, _, _, signature, position in failures:
        assert signature is not None
        for slot in signature.positions[position]:
            param = signature.params[slot]
            lacking[(f"{param.label}:" if param.label else "") + _type(param.type)] = None
    name = failures[0].signature.name if failures[0].signature else ""
    return f"({name} ...) lacks {' or '.join(list(lacking)[:_MOST])}", _patterns(failures)


def _selector(failures: list[Failure]) -> tuple[str, tuple[str, ...]]:
    form = failures[0].form
    words: dict[str, None] = {}
    for failure in failures:
        assert failure.type is not None
        words.update(dict.fromkeys(word for word in failure.type.selectors(form.value) or () if word))
    if form.items and form.items[0].type == "WORD":
        got = form.items[0].value
        close = nearest(got, words, 3)
        return f"({form.value} ...) has no kind {got[:30]!r}{hint(got, words)}", tuple(close or sorted(words)[:_MOST])
    return f"({form.value} ...) takes a keyword first", tuple(sorted(words)[:_MOST])


def _wrong_type(form: Form, failures: list[Failure]) -> tuple[str, tuple[str, ...]]:
    types = _type_names(failures)
    some = " or ".join(types[:_MOST])
    words = {word for failure in failures if failure.type for word in failure.type.words}
    heads = {head for failure in failures if failure.type for head in failure.type.heads}
    if form.type == "OPEN":
        known = {signature.head for signature in LANGUAGE.signatures.values()}
        if form.value in known or form.value in OTHER_NAMES:
            return f"({form.value} ...) is not {some}", tuple(types[:_MOST])
        close = tuple(f"({head} ...)" for head in nearest(form.value, heads, 3))
        return f"unknown ludeme {form.value[:30]!r}{hint(form.value, heads or known)}", close or tuple(types[:_MOST])
    if form.type == "LBRACE":
        return f"an array is not {some}", tuple(types[:_MOST])
    if form.type == "WORD":
        if form.value in heads:
            return f"{form.value!r} needs brackets: ({form.value} ...)", (f"({form.value} ...)", *types[:_MOST])
        close = tuple(nearest(form.value, words, 3))
        return f"{form.value[:30]!r} is not {some}{hint(form.value, words)}", close + tuple(types[:_MOST])
    return f"{form.value[:30]} is not {some}", tuple(types[:_MOST])


def _extra(form: Form, failures: list[Failure]) -> tuple[str, tuple[str, ...]]:
    signatures = [failure.signature for failure in failures if failure.signature]
    name = signatures[0].name
    if form.label:
        labels = [param.label for signature in signatures for param in signature.params if param.label]
        if form.label in labels:
            return f"{form.label}: cannot stand here in ({name} ...)", _patterns(failures)
        return f"({name} ...) has no argument {form.label}:{hint(form.label, labels)}", _patterns(failures)
    shown = f"({form.value} ...)" if form.type == "OPEN" else "an array" if form.type == "LBRACE" else form.value[:30]
    return f"({name} ...) has no place for {shown} here", _patterns(failures)
