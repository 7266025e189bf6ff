"""The functions that are asked for, each with a program, and how a few of its outputs say which it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np
from lark import Tree
from numpy.typing import NDArray

from formal_envs.tasks.programs.interpreter import read_program, run

INPUTS = range(10)
"""All inputs on which a program is run."""
SHOWN = range(7)
"""The inputs that a prompt may show."""
LARGEST = 9_999
"""No output that a prompt may show is larger, with or without a sign."""

_EXPRESSIONS: dict[str, tuple[range, ...]] = {
    "r=x+A": (range(1, 20),),
    "r=x*A": (range(2, 13),),
    "r=x*A+B": (range(2, 10), range(1, 16)),
    "r=A-x": (range(10),),
    "r=A-x*B": (range(10), range(2, 6)),
    "r=x*x+A": (range(10),),
    "r=x*x*A+x": (range(1, 6),),
    "r=x*x+x*A+B": (range(2, 6), range(6)),
    "r=x*x*x+A": (range(6),),
    "r=(x+A)*(x+B)": (range(1, 7), range(1, 7)),
    "r=(x-A)*(x-B)": (range(1, 5), range(1, 5)),
}
_LOOPS: dict[str, tuple[range, ...]] = {
    "r=A;loop x{r=r*B}": (range(1, 6), range(2, 4)),
    "r=A;loop x{r=r*2+B}": (range(6), range(1, 6)),
    "r=A;loop x{r=r*3-B}": (range(1, 6), range(1, 6)),
    "r=A;loop x{r=B-r}": (range(6), range(10)),
    "r=A;loop x{r=B-r*2}": (range(4), range(1, 6)),
    "r=A;s=B;loop x{r=r+s;s=r-s}": (range(6), range(1, 6)),
    "r=A;s=B;loop x{s=s+1;r=r+s*s}": (range(5), range(3)),
    "r=A;s=B;loop x{s=s+1;r=r*s}": (range(1, 5), range(3)),
    "s=A;loop x{r=r+s;s=s*2+B}": (range(1, 5), range(4)),
}
_KINDS = {"expressions": [_EXPRESSIONS], "loops": [_LOOPS], "all": [_EXPRESSIONS, _LOOPS]}
KINDS = tuple(_KINDS)
"""The choices of what is asked for."""

_PROMPT = re.compile(r"f\([0-6]\)=-?[0-9]{1,4}(?: f\([0-6]\)=-?[0-9]{1,4}){1,6}: ")


class Functions(NamedTuple):
    """n different functions.

    Attributes:
        programs: a program of each, the first in the lists above.
        outputs: (n, 10), for each of INPUTS.
    """

    programs: tuple[str, ...]
    outputs: NDArray[np.int64]

    def matching(self, inputs: Sequence[int], outputs: Sequence[int]) -> NDArray[np.int64]:
        """The places of the functions that have these outputs."""
        found: NDArray[np.int64] = np.flatnonzero((self.outputs[:, list(inputs)] == outputs).all(axis=1))
        return found


@cache
def functions(kind: str = "all") -> Functions:
    """The functions of a kind."""
    known: dict[tuple[int, ...], str] = {}
    for form, ranges in (item for forms in _KINDS[kind] for item in forms.items()):
        for numbers in product(*ranges):
            text = form
            for letter, number in zip("AB", numbers, strict=False):
                text = text.replace(letter, str(number))
            program = read_program(text)
            assert isinstance(program, Tree)
            row = tuple(run(program, x) for x in INPUTS)
            if max(abs(row[x]) for x in SHOWN) <= LARGEST:
                known.setdefault(row, text)
    return Functions(tuple(known.values()), np.array(list(known), np.int64))


class Asked(NamedTuple):
    """The inputs that a prompt shows, and the outputs of its function for all of INPUTS."""

    shown: tuple[int, ...]
    outputs: tuple[int, ...]


@lru_cache(1 << 12)
def read_prompt(prompt: str) -> Asked | None:
    """The function of a prompt such as ``f(0)=1 f(1)=4 f(4)=13: ``; None of others."""
    if not _PROMPT.fullmatch(prompt):
        return None
    pairs = [(int(shown[2]), int(shown[5:])) for shown in prompt[:-2].split(" ")]
    inputs, outputs = zip(*pairs, strict=True)
    places = functions().matching(inputs, outputs)
    if len(places) != 1:
        return None
    return Asked(inputs, tuple(functions().outputs[places[0]].tolist()))
