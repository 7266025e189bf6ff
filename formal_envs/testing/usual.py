"""The usual forms of a right answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from formal_envs.testing.answers import Answer, items, loaded

BARE = "without its format"
"""The form that leaves out what the prompt asks for; a judge of answers alone takes it for right."""
_SHORT = ("number", "choice", "word", "list", "expression")
_MATHS = ("number", "list", "expression")


def _decimal(answer: Answer) -> str | None:
    return answer.with_bare(f"{answer.bare}.0") if re.fullmatch(r"-?[0-9,]+", answer.bare) else None


def _thousands(answer: Answer) -> str | None:
    """With separators where there are none, and the other way round."""
    if re.fullmatch(r"-?[0-9]{4,15}", answer.bare):
        return answer.with_bare(f"{int(answer.bare):,}")
    return answer.with_bare(answer.bare.replace(",", "")) if answer.kind == "number" else None


def _other_order(answer: Answer) -> str | None:
    """A list turned round; where the order counts, the judge says so."""
    value, parts = loaded(answer.bare), items(answer.bare)
    if isinstance(value, list):
        return answer.with_bare(json.dumps(value[::-1], ensure_ascii=False))
    between = ", " if "," in answer.bare else " "
    return answer.with_bare(between.join(parts[::-1]))


def _other_keys(answer: Answer) -> str | None:
    value = loaded(answer.bare)
    return answer.with_bare(json.dumps(dict(reversed(value.items())), ensure_ascii=False))


def _compact(answer: Answer) -> str | None:
    return answer.with_bare(json.dumps(loaded(answer.bare), ensure_ascii=False, separators=(",", ":")))


def _indented(answer: Answer) -> str | None:
    return answer.with_bare(json.dumps(loaded(answer.bare), ensure_ascii=False, indent=2))


def _no_blanks(answer: Answer) -> str | None:
    return answer.with_bare(answer.bare.replace(", ", ","))


def _lower_case(answer: Answer) -> str | None:
    return answer.with_bare(answer.bare.lower())


def _upper_case(answer: Answer) -> str | None:
    return answer.with_bare(answer.bare.upper())


def _assignment(answer: Answer) -> str | None:
    return None if "=" in answer.bare else answer.with_bare(f"x = {answer.bare}")


def _boxed(answer: Answer) -> str | None:
    return None if "boxed" in answer.gold else answer.with_bare(f"\\boxed{{{answer.bare}}}")


def _dollars(answer: Answer) -> str | None:
    """Within a box the answer has mathematics around it already; then the box gets the dollars."""
    if "$" in answer.gold:
        return None
    if answer.head.endswith("\\boxed{"):
        return f"{answer.head[:-7]}$\\boxed{{{answer.bare}}}${answer.tail[1:]}"
    return answer.with_bare(f"${answer.bare}$")


def _full_stop(answer: Answer) -> str | None:
    """Behind the answer; behind the box where there is one."""
    if answer.bare.endswith("."):
        return answer.with_bare(answer.bare[:-1])
    return f"{answer.gold}." if answer.head.endswith("\\boxed{") else answer.with_bare(f"{answer.bare}.")


def _sentence(answer: Answer) -> str | None:
    """In a format other than a box, the sentence stands within it."""
    if answer.head.rstrip().lower().endswith(("is", "is:", "answer:")):
        return None
    inline = not answer.formatted or answer.head.endswith("\\boxed{")
    return f"The answer is {answer.gold}." if inline else answer.with_bare(f"The answer is {answer.bare}.")


def _bold(answer: Answer) -> str | None:
    return None if "boxed" in answer.head else answer.with_bare(f"**{answer.bare}**")


def _fence(answer: Answer) -> str | None:
    if "```" in answer.gold:
        return None
    language = {"code": "python", "JSON": "json"}.get(answer.kind, "")
    return answer.with_bare(f"```{language}\n{answer.bare.strip()}\n```")


def _unformatted(answer: Answer) -> str | None:
    return answer.bare if answer.formatted else None


def _reasoning(answer: Answer) -> str | None:
    return f"Let me work it out step by step.\n\n{answer.gold}"


def _think(answer: Answer) -> str | None:
    return None if "<think>" in answer.gold else f"<think>\nI work it out.\n</think>\n{answer.gold}"


@dataclass(frozen=True)
class Usual:
    """A usual form.

    Attributes:
        write: the form of an answer; None where it does not apply.
        kinds: of answers that it applies to; all by default.
        judged: it is right only where the judge says so.
    """

    write: Callable[[Answer], str | None]
    kinds: tuple[str, ...] = ()
    judged: bool = False


USUAL: dict[str, Usual] = {
    "gold": Usual(lambda answer: answer.gold),
    "blanks behind": Usual(lambda answer: f"{answer.gold}  "),
    "newline": Usual(lambda answer: f"{answer.gold}\n"),
    "full stop": Usual(_full_stop, (*_SHORT, "sentence")),
    "decimal": Usual(_decimal, ("number",)),
    "thousands": Usual(_thousands, ("number",)),
    "dollars": Usual(_dollars, _MATHS),
    "boxed": Usual(_boxed, (*_MATHS, "choice")),
    "bold": Usual(_bold, _SHORT),
    "lower case": Usual(_lower_case, ("word", "choice", "sentence")),
    "upper case": Usual(_upper_case, ("word", "choice")),
    "assignment": Usual(_assignment, ("number",)),
    "brackets": Usual(lambda answer: answer.with_bare(f"({answer.bare})"), ("choice",)),
    "list without blanks": Usual(_no_blanks, ("list",)),
    "other order": Usual(_other_order, ("list",), judged=True),
    "other order of keys": Usual(_other_keys, ("JSON",)),
    "JSON without blanks": Usual(_compact, ("JSON",)),
    "indented JSON": Usual(_indented, ("JSON",)),
    "sentence": Usual(_sentence, _SHORT),
    "fence": Usual(_fence, ("number", "word", "list", "JSON", "code", "expression")),
    BARE: Usual(_unformatted),
    "reasoning before": Usual(_reasoning),
    "<think> before": Usual(_think),
    "<|im_end|>": Usual(lambda answer: f"{answer.gold}<|im_end|>"),
    "</s>": Usual(lambda answer: f"{answer.gold}</s>"),
}
"""The usual forms by name, those that differ least from the gold first."""


def usual_forms(answer: Answer) -> dict[str, str]:
    """The forms of a right answer, by name; one that is the gold itself is left out."""
    written = {
        name: usual.write(answer) for name, usual in USUAL.items() if not usual.kinds or answer.kind in usual.kinds
    }
    return {
        name: text for name, text in written.items() if text is not None and (name == "gold" or text != answer.gold)
    }
