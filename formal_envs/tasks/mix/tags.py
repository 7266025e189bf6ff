"""Tags: the beginnings of prompts that say of which part they are, where the parts' rewards differ."""

from __future__ import annotations

import re

CHARACTERS = "# 0123456789"
"""The characters of tags."""

_TAG = re.compile(r"#([1-9][0-9]?) ", re.ASCII)


def tag(part: int) -> str:
    """The tag of a part, counted from 0: ``#1 `` of the first."""
    return f"#{part + 1} "


def read_tag(prompt: str) -> tuple[int, str]:
    """The part that a prompt names, from 0, and the prompt without its tag; -1 where it names none."""
    match = _TAG.match(prompt)
    return (int(match[1]) - 1, prompt[match.end() :]) if match else (-1, prompt)
