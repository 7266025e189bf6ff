"""The types of parameters, made ready for matching: which literals and which ludemes have that type."""

from __future__ import annotations

from functools import cache

from formal_envs.ludii.language.signatures import LANGUAGE
from formal_envs.ludii.language.typed_tree import Signature

MAX_INT = 2**31 - 1
MAX_DIGITS = 24  # of a number with a fraction
OTHER_NAMES = {
    "sub": "-",
    "mul": "*",
    "div": "/",
    "mod": "%",
    "pow": "^",
    "equals": "=",
    "notEqual": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
}
"""Second names of ludemes that are written as a sign; where a type has a ludeme of that name, it is that one."""
CONSTANTS = {"Off": -1, "End": -2, "Undefined": -1, "Infinity": 1_000_000_000}


class ParameterType:
    """A parameter's type, made ready for matching."""

    __slots__ = ("element", "floats", "heads", "ints", "name", "strings", "words")

    def __init__(self, name: str):
        self.name = name
        self.element = parameter_type(name[1:-1]) if name.startswith("{") else None
        atoms = LANGUAGE.atoms(name) if self.element is None else frozenset()
        self.ints = bool(atoms & {"int", "integer"})
        self.floats = bool(atoms & {"float", "real"})
        self.strings = "string" in atoms
        self.words: dict[str, tuple[str, str | int | bool]] = {}
        for enum, words in LANGUAGE.enums.items():
            if enum in atoms:
                self.words.update({word: (enum, word) for word in words if word not in self.words})
        if atoms & {"bool", "flag"}:
            self.words.update({"True": ("bool", True), "False": ("bool", False)})
        if self.ints:
            self.words.update({word: ("int", value) for word, value in CONSTANTS.items() if word not in self.words})
        self.heads: dict[str, dict[str | None, list[Signature]]] = {}
        for signature in LANGUAGE.signatures.values():
            if signature.result in atoms:
                self.heads.setdefault(signature.head, {}).setdefault(signature.selector, []).append(signature)

    def selectors(self, head: str) -> dict[str | None, list[Signature]] | None:
        """The signatures of a ludeme's name by their selector; None where no ludeme of this type has the name."""
        return self.heads.get(head) or self.heads.get(OTHER_NAMES.get(head, ""))


@cache
def parameter_type(name: str) -> ParameterType:
    """The one object of that type."""
    return ParameterType(name)
