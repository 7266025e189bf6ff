"""Cut answers and longer ones: prefixes, ends, first and last lines."""

from __future__ import annotations

from collections.abc import Iterable

from formal_envs.testing.texts.family import About, family


@family("a beginning or an end of the answer", "high")
def _cut(about: About) -> Iterable[str]:
    answer = about.answer
    sizes = dict.fromkeys((1, len(answer) // 2, 3 * len(answer) // 4, len(answer) - 1, len(answer) - 2))
    for size in sizes:
        if 0 < size < len(answer):
            yield from (about.put(answer[:size]), about.put(answer[-size:]))
    if about.gold and not about.frame.is_bare:
        yield from (about.gold[: len(about.gold) // 2], about.gold[:10], about.frame.before)


@family("the answer within a longer word", "high", kinds=["words", "choice", "yes or no"])
def _longer(about: About) -> Iterable[str]:
    answer = about.answer
    yield from (about.put(f"x{answer}x"), about.put(f"{answer}{answer}"), about.put(f"un{answer}able"))
    yield from (about.put(f"{answer}ish"), about.put(f"z{answer}"), about.put(f"{answer}_2"), about.put(f"{answer}2"))
    if about.kind == "yes or no":
        word = {"no": "nothing is known", "yes": "yesterday", "true": "untrue", "false": "falsehood"}[answer.lower()]
        yield from (about.put(word), word, f"I know nothing of {word}")
    if about.kind == "choice":
        yield from (f"{answer} cat", about.put("ABCD"), about.put(f"{answer}{about.wrong}"), f"A bad case: {answer}ad")


@family("lines of the answer", "medium", certain=True)
def _lines(about: About) -> Iterable[str]:
    all_lines = about.answer.splitlines()
    if len(all_lines) > 1:
        yield from (about.put(all_lines[0]), about.put(all_lines[-1]), about.put("\n".join(all_lines[::-1])))
        yield from (about.put("\n".join(all_lines[:-1])), about.put("\n".join(all_lines[1:])))
        yield about.put("\n".join([*all_lines[:-1], about.wrong]))


@family("an answer of another problem", "high", certain=True)
def _neighbours(about: About) -> Iterable[str]:
    yield from (other for other in about.others[:8])
    yield from (about.put(wrong) for wrong in about.wrongs[:8])
