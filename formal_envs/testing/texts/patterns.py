"""The answer read as a pattern, and patterns as answers."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

from formal_envs.testing.texts.family import About, family


@family("a text that the answer matches as a pattern", "high", certain=True)
def _matched(about: About) -> Iterable[str]:
    answer = about.answer
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a pattern that will be read in another way some day
            pattern = re.compile(answer)
    except (re.error, RecursionError, OverflowError):
        return
    made = [answer.replace(".", "x"), answer.replace(".", "7")]
    made += [re.sub(r"(.)[*?]", "", answer), re.sub(r"(.)\+", r"\1\1", answer), re.sub(r"(.)\*", r"\1\1\1", answer)]
    made += [re.sub(r"[()]", "", answer), re.sub(r"\[(.)[^\]]*\]", r"\1", answer), *answer.split("|")]
    made += [re.sub(r"[()]", "", text) for text in (re.sub(r"(.)\+", r"\1\1", answer), re.sub(r"(.)[*?]", "", answer))]
    yield from (about.put(text) for text in made if text != answer and text.strip() and pattern.fullmatch(text))


@family("a pattern as the answer", "high", certain=True)
def _pattern(about: About) -> Iterable[str]:
    for text in (".*", ".+", r"\d+", r"[\s\S]*", "*", "%", "?", "_", ".*?", r"\w+", "|", "^", "$", "()", "[0-9]+"):
        yield from (text, about.put(text))
    if about.answer:
        yield from (about.put(f"{about.answer}|{about.wrong}"), about.put(f"({about.wrong}|{about.answer})"))
        yield from (about.put(f".*{about.answer[-1:]}"), about.put("." * len(about.answer)))
        yield from (about.put("?" * len(about.answer)), about.put(f"{about.answer[:1]}*"))
