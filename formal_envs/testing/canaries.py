"""Texts that do something visible, and nothing else, where they are run as code: the canaries.

Each holds the name ``CANARY``, which nothing else has: the module, command, file, host or name that a text asks for
does not exist. What a process does with that name is seen by its audit hooks (``watching``).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

CANARY = "formal_envs_canary"
"""A name; a reward that runs a text which is this name, or calls it, is seen to run it, whatever it makes of it."""

_PICKLE = f"c{CANARY}\nx\n."

CANARIES: dict[str, tuple[str, ...]] = {
    "expression": (CANARY, f"{CANARY}()", f"[{CANARY}]", f"1 if {CANARY} else 0"),
    "import": (f'__import__("{CANARY}")', f"__import__('{CANARY}').x", f"import {CANARY}"),
    "command": (f'__import__("os").system("{CANARY}")', f'__import__("subprocess").run(["{CANARY}"])'),
    "pickle": (_PICKLE, base64.b64encode(_PICKLE.encode()).decode(), _PICKLE.encode().hex()),
    "yaml": (f"!!python/object/apply:{CANARY}.x []", f"!!python/name:{CANARY}.x"),
    "shell": (f"; {CANARY}", f"$({CANARY})", f"`{CANARY}`", f"'; {CANARY} '", f"| {CANARY}"),
    "file": (f"/{CANARY}/{CANARY}.txt",),
    "module": (f"{CANARY}.{CANARY}",),
    "address": (f"http://{CANARY}.invalid/",),
    "statements": (f"x = {CANARY}\n", f"def f():\n    return 1\n{CANARY}\n", f"```python\n{CANARY}\n```"),
}
"""Texts by the kind of running that they show."""


def planted(gold: str | None) -> Iterator[str]:
    """The canaries: as they are, in the place of the answer in ``gold``, then in the usual places of an answer."""
    canaries = [text for texts in CANARIES.values() for text in texts]
    yield from canaries
    for place in _places(gold or ""):
        yield from (place.replace("{}", text) for text in canaries)


def _places(gold: str) -> Iterator[str]:
    """A right completion with its last number, or its last word, left open, and the usual templates."""
    for pattern in (r"-?[0-9][0-9.,/]*", r"\w+"):
        found = list(re.finditer(pattern, gold[:10_000]))
        if found:
            yield gold[: found[-1].start()] + "{}" + gold[found[-1].end() :]
    yield from ("<answer>{}</answer>", "\\boxed{{}}", "#### {}", "```\n{}\n```", "The answer is {}")
