"""A judge of mathematics in LaTeX, by math-verify."""

from __future__ import annotations

import re

from formal_envs.errors import ConfigError

_LONGEST = 300
_AROUND = (re.compile(r"\\boxed\{(.*)\}", re.DOTALL), re.compile(r"\$\$?(.*?)\$?\$", re.DOTALL))
_TOWER = re.compile(r"[0-9]{4,}\s*\}*\s*!|\^\s*\{?\s*-?[0-9]{4,}|\^.*\^|\*\*.*\*\*|!\s*!")


def same_latex(completion: str, solution: str) -> bool:
    """Whether a completion is one expression that math-verify finds equal to the solution.

    One pair of dollars and one ``\\boxed{}`` around it make no difference. A completion with several boxes, of more
    than 300 characters, or with towers of powers or large factorials, which would be worked out, is not right.

    Raises:
        ConfigError: math-verify is not there.
    """
    try:
        from math_verify import parse, verify
    except ImportError:
        raise ConfigError("same_latex needs math-verify: pip install 'formal-envs[latex]'") from None
    text = _bare(completion)
    if not text or len(text) > _LONGEST or "\\boxed" in text or "$" in text or "\n" in text or _TOWER.search(text):
        return False
    one = parse(f"${text}$", parsing_timeout=None)
    other = parse(f"${_bare(solution)}$", parsing_timeout=None)
    return bool(one) and bool(other) and bool(verify(other, one, timeout_seconds=None))


def _bare(text: str) -> str:
    """An expression without what stands around it."""
    text = text.strip()
    for _ in range(2):
        for around in _AROUND:
            match = around.fullmatch(text)
            text = match[1].strip() if match else text
    return text
