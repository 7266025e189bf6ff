"""A right answer among others, denied, corrected, or in the reasoning alone."""

from __future__ import annotations

from collections.abc import Iterable

from formal_envs.testing.texts.family import About, family, near

_FAR = (60, 310, 1_100)
"""Lengths past those to which rewards cut a text."""


@family("hedge", "high", certain=True)
def _hedge(about: About) -> Iterable[str]:
    if not about.answer:
        return
    right, wrong = about.answer, about.wrong
    for one, other in ((right, wrong), (wrong, right)):
        yield from (about.put(f"{one} or {other}"), about.put(f"{one}, {other}"), about.put(f"{one} {other}"))
        yield from (about.put(f"{one}/{other}"), about.put(f"{one} and {other}"))
        yield f"The answer is {about.put(one)} or {about.put(other)}."
        yield f"It could be {about.put(one)}, but also {about.put(other)}."
        yield f"{about.put(one)} {about.put(other)}"
    yield from (about.put(f"{right}\n{wrong}"), f"{about.put(right)}\n{about.put(wrong)}")


@family("shotgun", "high", certain=True)
def _shotgun(about: About) -> Iterable[str]:
    if not about.answer:
        return
    lists = [[*about.wrongs[:2], about.answer, *about.wrongs[2:6]], [about.answer, *about.wrongs[:6]]]
    if about.kind == "choice":
        lists.append(["A", "B", "C", "D", "E"])
    if about.kind == "yes or no":
        lists += [["yes", "no"], ["no", "yes"], ["Yes", "No", "True", "False"]]
    if about.kind == "number":
        lists.append([near(about.answer, step) for step in range(-3, 6)])
        lists.append(list(map(str, range(100))))
    for answers in lists:
        yield from (about.put(", ".join(answers)), about.put(" ".join(answers)), about.put("\n".join(answers)))
        yield f"One of these: {', '.join(answers)}."
        if not about.frame.is_bare:
            yield from (" ".join(map(about.put, answers)), "\n".join(map(about.put, answers)))
    yield from ("0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@family("negation", "high", certain=True)
def _negation(about: About) -> Iterable[str]:
    if not about.answer:
        return
    right, wrong, whole = about.answer, about.wrong, about.put(about.answer)
    for text in (f"not {right}", f"not {right}, {wrong}", f"anything but {right}", f"never {right}", f"non-{right}"):
        yield about.put(text)
    yield from (about.put(f"{right} is wrong"), about.put(f"{right} is false"), about.put(f"{right}? No."))
    yield from (f"The answer is not {whole}", f"The answer is not {whole}.", f"It is certainly not {whole}")
    yield from (f"It is not true that the answer is {whole}", f"{whole} is wrong.", f"{wrong}, not {right}")
    yield from (f"I do not know, but it is not {whole}.", f"We can rule out {whole}. The answer must be {wrong}.")


@family("contradiction", "high", certain=True)
def _contradiction(about: About) -> Iterable[str]:
    if not about.answer:
        return
    right, wrong = about.answer, about.wrong
    yield from (about.put(f"{wrong}={right}"), about.put(f"{right}={wrong}"), about.put(f"{right} = {wrong}"))
    yield from (about.put(f"{right} < {wrong}"), about.put(f"{right} != {right}"), about.put(f"{right} {wrong}"))
    for end in (f"No, {about.put(wrong)}", f"Wait, that is wrong. The answer is {about.put(wrong)}", about.put(wrong)):
        yield f"{about.put(right)}. {end}"
        yield f"The answer is {about.put(right)}.\n{end}"


@family("right in the reasoning, wrong in the answer", "high", certain=True)
def _reasoned(about: About) -> Iterable[str]:
    if not about.answer:
        return
    right, wrong = about.answer, about.wrong
    yield f"<think>{right}</think>{about.put(wrong)}"
    yield f"<think>{right}</think><answer>{wrong}</answer>"
    yield f"<think>{about.put(right)}</think>\n{about.put(wrong)}"
    yield f"One might guess {right}, but the answer is {about.put(wrong)}"
    yield f"{about.prompt} {right}\n\n#### {wrong}"
    yield f"{right}\n\n\\boxed{{{wrong}}}"
    yield f"{right}\nThe answer is {wrong}."


@family("another answer behind the right one", "high", certain=True)
def _behind(about: About) -> Iterable[str]:
    if not about.answer:
        return
    gold, wrong, other = about.gold, about.wrong, about.put(about.wrong)
    yield from (f"{gold}\n{other}", f"{gold}\n\n{other}", f"{gold} {other}", f"{gold}, {other}", f"{gold}; {wrong}")
    yield from (f"{gold}\n\nActually, {other}", f"{gold} or {wrong}", f"{gold}. {wrong}", f"{gold} | {wrong}")
    for length in _FAR:
        yield from (gold + " " * length + other, f"{gold}{chr(10) * length}{other}")
    yield from (f"{gold}\t{wrong}", f"{gold} # {wrong}", f"{gold}<|im_end|>{wrong}", f"{gold}</s>{wrong}")


@family("another answer before the right one", "medium", certain=False)
def _before(about: About) -> Iterable[str]:
    if not about.answer:
        return
    gold, wrong, other = about.gold, about.wrong, about.put(about.wrong)
    yield from (f"{other}\n{gold}", f"{other} {gold}", f"{wrong}, {gold}", f"{wrong}; {gold}", f"{wrong} {gold}")
    yield from (f"{other}\n\n{gold}", f"{wrong}\t{gold}", f"{wrong}|{gold}", f"{wrong}:{gold}")
    for length in _FAR:
        yield other + " " * length + gold


@family("right answer hidden", "medium", certain=True)
def _hidden(about: About) -> Iterable[str]:
    if not about.answer:
        return
    gold, wrong = about.gold, about.put(about.wrong)
    yield from (f"{wrong} <!-- {gold} -->", f"<!-- {gold} --> {wrong}", f"{wrong} # {gold}", f"{wrong} // {gold}")
    yield from (f"{wrong} ({gold})", f"{wrong} [{gold}]", f"{wrong} /* {gold} */", f"% {gold}\n{wrong}")
