"""How this code writes docstrings, told to the parser of the reference pages."""

from __future__ import annotations

import re
from typing import Any

import griffe

_COMMA = ",\N{NO-BREAK SPACE}"  # the parser ends a name at a blank
_NAMES = re.compile(r"^( +)(\*{0,2}\w+(?:, \*{0,2}\w+)+):", re.MULTILINE)
_ONE_LINE = re.compile(r"^( *)(Args|Returns|Raises|Source): ", re.MULTILINE)


class Layout(griffe.Extension):
    """Names that share an explanation are one item; a section on one line is a paragraph."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Rewrite the docstrings of a package before they are parsed."""
        for item in _objects(pkg):
            if item.docstring:
                text = _NAMES.sub(lambda found, item=item: _one_item(item, found), item.docstring.value)
                item.docstring.value = _ONE_LINE.sub(r"\n\1**\2:** ", text)


def _objects(item: griffe.Object) -> list[griffe.Object]:
    """An object and all that it holds."""
    inner = [member for member in item.members.values() if isinstance(member, griffe.Object)]
    return [item, *(each for member in inner for each in _objects(member))]


def _one_item(item: griffe.Object, found: re.Match[str]) -> str:
    """Names of an explanation as one name, with the types that they have."""
    names = found[2].split(", ")
    types = list(dict.fromkeys(filter(None, (_type(item, name.strip("*")) for name in names))))
    annotation = f" ({' | '.join(types)})" if types else ""
    return f"{found[1]}{_COMMA.join(names)}{annotation}:"


def _type(item: griffe.Object, name: str) -> str:
    """The annotation of a parameter or of an attribute; empty where there is none."""
    parameters = item.parameters if isinstance(item, griffe.Class | griffe.Function) else ()
    known = parameters[name] if name in parameters else item.members.get(name)
    return str(getattr(known, "annotation", None) or "")
