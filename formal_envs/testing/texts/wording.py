"""Texts of a right answer's words that say something else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from formal_envs.testing.texts.family import About, family

_PAIRS = (
    "approved rejected,increased decreased,increase decrease,rose fell,rise fall,up down,before after,with without",
    "all none,always never,first last,left right,north south,hot cold,high low,big small,open closed,true false,yes no",
    "won lost,above below,old new,early late,good bad,can cannot,did didn't,positive negative,maximum minimum,even odd",
    "accepted refused,start end,add remove,buy sell,enter leave,love hate,alive dead,safe dangerous,legal illegal",
    "until since,over under,in out,on off,male female,he she,most least,larger smaller,greater lesser,more less",
)
_ANTONYMS = {one: other for pair in ",".join(_PAIRS).split(",") for one, other in (pair.split(), pair.split()[::-1])}
_SMALL = {
    "a",
    "an",
    "the",
    "of",
    "to",
    "in",
    "on",
    "at",
    "by",
    "for",
    "and",
    "or",
    "is",
    "are",
    "was",
    "with",
    "it",
    "as",
}
_WORD = re.compile(r"\w+")


def _words(about: About) -> list[str]:
    return about.answer.split() if about.kind in ("words", "list") else []


@family("words in another order", "high", kinds=["words"], similar=True)
def _order(about: About) -> Iterable[str]:
    words = _words(about)
    if len(words) < 2:
        return
    swapped = [words[-1], *words[1:-1], words[0]]
    orders = [swapped, words[::-1], words[1:] + words[:1], sorted(words), [words[1], words[0], *words[2:]]]
    yield from (about.put(" ".join(text)) for text in orders)
    bare = [word.strip(".,;:!?") for word in words]
    yield from (about.put(" ".join(text)) for text in ([bare[-1], *bare[1:-1], bare[0]], bare[::-1], sorted(bare)))
    spots = [place for place, word in enumerate(words) if word.lower() not in _SMALL]
    for one, other in pairwise(spots):
        text = list(words)
        text[one], text[other] = text[other], text[one]
        yield about.put(" ".join(text))


@family("a denial put into the sentence", "high", certain=True, kinds=["words"])
def _denied(about: About) -> Iterable[str]:
    words = _words(about)
    if len(words) < 2:
        return
    for place in range(1, len(words)):
        yield from (about.put(" ".join([*words[:place], no, *words[place:]])) for no in ("not", "never", "no"))
    yield from (about.put(f"{about.answer} Not."), about.put(f"It is false that {about.answer}"))


@family("an opposite word", "high", certain=True, kinds=["words"])
def _opposite(about: About) -> Iterable[str]:
    for match in _WORD.finditer(about.answer):
        other = _ANTONYMS.get(match[0].lower())
        if other:
            other = other.capitalize() if match[0][0].isupper() else other
            yield about.put(about.answer[: match.start()] + other + about.answer[match.end() :])


@family("another word", "high", certain=True, kinds=["words"])
def _replaced(about: About) -> Iterable[str]:
    words = _words(about)
    spare = [word for text in about.wrongs for word in _WORD.findall(text) if word not in words][:2] or ["banana"]
    for place, word in enumerate(words[:30]):
        if len(words) > 1 and word.lower() not in _SMALL:
            tail = word[len(word.rstrip(".,;:!?")) :]
            yield from (about.put(" ".join([*words[:place], other + tail, *words[place + 1 :]])) for other in spare)
    for match in re.finditer(r"[0-9]+", about.answer):
        yield about.put(f"{about.answer[: match.start()]}{int(match[0]) + 1}{about.answer[match.end() :]}")


@family("another letter", "high", kinds=["words"])
def _letters(about: About) -> Iterable[str]:
    answer = about.answer
    for place in (0, len(answer) // 2, len(answer) - 1):
        if len(answer) > 3:
            yield about.put(answer[:place] + answer[place + 1 :])
            yield about.put(answer[:place] + "z" + answer[place + 1 :])
    yield from (about.put(answer[::-1]), about.put("".join(sorted(answer)))) if len(set(answer)) > 1 else ()
    yield from (about.put(f"{answer}s"), about.put(f"un{answer}"), about.put(f"{answer}{answer[-1:]}"))


@family("a part of the answer", "high", kinds=["words", "list", "code", "formula"])
def _part(about: About) -> Iterable[str]:
    words = about.answer.split()
    if len(words) > 1:
        content = [word for word in words if word.lower() not in _SMALL]
        yield from (about.put(text) for text in (words[0], words[-1], " ".join(words[:-1]), " ".join(words[1:])))
        yield from (about.put(" ".join(words[: len(words) // 2])), about.put(" ".join(content[:2])))
        yield from (about.put(max(words, key=len)), about.put(" ".join(content)))
        yield from (about.put(word) for word in content[:6])


@family("the answer's words among others", "high", kinds=["words"])
def _among(about: About) -> Iterable[str]:
    words = _words(about)
    if len(words) < 2:
        return
    others = [word for text in about.wrongs for word in text.split()][:20]
    yield about.put(" ".join([*words[::-1], *others]))
    yield about.put(", ".join(dict.fromkeys([*others[:3], *words[::-1], *others[3:]])))
    yield about.put(" ".join(f"{word} {other}" for word, other in zip(words, [*others, *words], strict=False)))
    yield about.put(" or ".join(words))


@family("one word over and over", "medium", kinds=["words"])
def _doubled(about: About) -> Iterable[str]:
    words = _words(about)
    for word in words[:4]:
        if len(words) > 1:
            yield from (about.put(" ".join([word] * len(words))), about.put(" ".join([word] * 50)))
    if len(words) > 1:
        yield about.put(" ".join(word for word in words for _ in range(2)))
