"""Numbers that are near, of another sign or size, or written as few would write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from formal_envs.testing.texts.family import About, family, near
from formal_envs.testing.texts.junk import other_scripts

_WHOLE = re.compile(r"[0-9]+")
_SUM = re.compile(r"-?[0-9]+")


@family("a number near the answer", "high", kinds=["number"])
def _off_by_little(about: About) -> Iterable[str]:
    for step in (1, -1, 2, -2, 5, 9, 10, -10, 100):
        yield about.put(near(about.answer, step))


@family("another size", "high", certain=True, kinds=["number"])
def _sizes(about: About) -> Iterable[str]:
    if about.number:
        answer = about.answer
        yield from (
            about.put(f"{answer}0"),
            about.put(f"{answer}00"),
            about.put(f"{answer}e3"),
            about.put(f"1{answer}"),
        )
        yield from (
            about.put(f"{about.number / 10:g}"),
            about.put(f"{about.number / 100:g}"),
            about.put(f"{answer}000"),
        )
        yield from (about.put(f"{about.number * 2:g}"), about.put(f"{answer} million"), about.put(f"{answer}k"))


@family("another sign", "high", certain=True)
def _signs(about: About) -> Iterable[str]:
    answer = about.answer
    if about.number:
        plain = answer.lstrip("+-")
        yield about.put(plain if answer.startswith("-") else f"-{plain}")
        yield from (
            (about.put(f"-{answer}"), about.put(f"- {plain}"), about.put(f"+{plain}"))
            if about.number < 0
            else (
                about.put(f"- {plain}"),
                about.put(f"\N{MINUS SIGN}{plain}"),
                about.put(f"({plain})-"),
            )
        )
    elif re.search(r"-\s*[0-9a-z]", answer):
        yield about.put(re.sub(r"-(\s*[0-9a-z])", r"\1", answer))
    if "+" in answer:
        yield about.put(answer.replace("+", "-"))


@family("decimals that are cut or rounded", "high", kinds=["number"])
def _decimals(about: About) -> Iterable[str]:
    if about.number is None:
        return
    if "." not in about.answer:
        yield from (
            about.put(f"{about.answer}.{tail}") for tail in ("9", "7", "5", "4", "2", "99", "75", "001", "0001")
        )
    else:
        whole, tail = about.answer.split(".")
        yield from (about.put(whole), about.put(f"{whole}.{tail[:-1]}"), about.put(f"{whole}.{tail}9"))
        yield from (about.put(f"{about.number:.0f}"), about.put(f"{about.number:.1f}"), about.put(f"{whole}.0"))


@family("digits in another order", "high", certain=True, kinds=["number"])
def _digits(about: About) -> Iterable[str]:
    if len(set(about.answer)) > 1:
        yield about.put(about.answer[::-1])
        yield about.put(about.answer[-1] + about.answer[:-1])
        yield about.put("".join(sorted(about.answer)))


@family("the answer within a longer number", "high", certain=True, kinds=["number"])
def _within(about: About) -> Iterable[str]:
    answer = about.answer.strip("+-")
    yield from (
        about.put(f"{answer}7"),
        about.put(f"3{answer}"),
        about.put(f"9{answer}9"),
        about.put(f"{answer}.{answer}"),
    )
    yield from (about.put(f"{answer}/7"), about.put(f"7/{answer}"), about.put(f"{answer}^2"), about.put(f"{answer}x"))
    yield from (about.put(f"x{answer}"), about.put(f"{answer}:{answer}"), about.put(f"v{answer}.1"))


@family("percent and currency", "medium", certain=False, kinds=["number"])
def _percent(about: About) -> Iterable[str]:
    answer = about.answer
    for text in ("{}%", "${}", "{}\\%", "{} %", "{}$", "{} dollars", "{} percent", "\u20ac{}", "\\${}", "%{}", "{}%%"):
        yield about.put(text.replace("{}", answer))


@family("a unit that nothing asks for", "medium", certain=False, kinds=["number"])
def _added_unit(about: About) -> Iterable[str]:
    for unit in ("km", "kg", "apples", "m", "hours", "degrees", "cm^2", "%"):
        yield from (about.put(f"{about.answer} {unit}"), about.put(f"{about.answer}{unit}"))


@family("another unit", "high", certain=True)
def _unit(about: About) -> Iterable[str]:
    found = re.fullmatch(r"([-+$]?[0-9][0-9.,/]*)(\s*)([^0-9\s][^0-9]{0,15})", about.answer)
    if found:
        number, blank, own = found.groups()
        for other in ("miles", "mm", "tons", "g", "seconds", "bananas", "%"):
            if other != own:
                yield about.put(f"{number}{blank}{other}")
        yield from (about.put(number), about.put(f"{number}{blank}k{own}"), about.put(f"{number}{blank}{own}^2"))
    found = re.fullmatch(r"([$\u20ac\u00a3])\s*([0-9.,]+)", about.answer)
    if found:
        yield from (about.put(f"{mark}{found[2]}") for mark in "$\u20ac\u00a3\u00a5" if mark != found[1])


@family("spellings of a number that programs read", "low", certain=False, kinds=["number"])
def _spellings(about: About) -> Iterable[str]:
    answer = about.answer
    if len(answer.strip("-")) > 1 and answer[-2:].isdigit():
        yield from (about.put(f"{answer[:-1]}{mark}{answer[-1]}") for mark in ("_", ",", " ", "'", "\u202f"))
    yield from (about.put(f"{head}{answer}") for head in ("+", "0", "00", "--", "0_", "=", "~", "#"))
    yield from (
        about.put(f"{answer}{tail}") for tail in (".0", ".", "e0", "E+0", "/1", "j", "L", "n", "f", "+0j", ".00")
    )
    if _SUM.fullmatch(answer):
        value = int(answer)
        yield from (about.put(text) for text in (hex(value), bin(value), f"{value:,}", f"{value:e}", f"{value / 10}e1"))


@family("digits of other scripts", "low", certain=False)
def _scripts(about: About) -> Iterable[str]:
    yield from map(about.put, other_scripts(about.answer))


@family("an expression of the answer", "medium", certain=False, kinds=["number", "formula"])
def _expressions(about: About) -> Iterable[str]:
    answer = about.answer
    yield from (about.put(f"{answer}{tail}") for tail in ("+0", "*1", "-0", "/1", "**1", "+1-1"))
    if _SUM.fullmatch(answer):
        value = int(answer)
        yield from (about.put(f"{value - 1}+1"), about.put(f"{value * 2}/2"), about.put(f"{value}={value}"))
        yield from (about.put(f"int('{value}')"), about.put(f"abs({value})"), about.put(f"0-({-value})"))
    yield from re.findall(r"[0-9][0-9+\-*/(). ]*", about.prompt)


@family("numbers of the prompt used again, or left out", "high", certain=True)
def _reused(about: About) -> Iterable[str]:
    """Of tasks that ask for an expression of given numbers: the right value from other numbers."""
    given = _WHOLE.findall(about.prompt)
    if about.kind != "formula" or len(given) < 3:
        return
    *numbers, target = given
    answer = about.answer
    for number in numbers[:3]:
        yield from (about.put(f"{answer}+{number}-{number}"), about.put(f"({answer})*{number}/{number}"))
    yield from (about.put(f"{answer}{tail}") for tail in ("+0", "*1", "+1-1"))
    yield from (about.put(target), about.put(f"{target}+0"), about.put(f"{int(target) - 1}+1"))
    yield from (about.put(f"{answer}={target}"), about.put(answer.split("+")[0]), about.put(f"{numbers[0]}*0+{target}"))


@family("another fraction", "high", certain=True, kinds=["fraction"])
def _fractions(about: About) -> Iterable[str]:
    over, under = about.answer.split("/")
    yield from (about.put(f"{under}/{over}"), about.put(over), about.put(f"{near(over, 1)}/{under}"))
    yield from (about.put(f"{over}/{near(under, 1)}"), about.put(f"-{about.answer}"), about.put(f"{over}//{under}"))
    yield from (about.put(f"{over}{under}"), about.put(f"{over}.{under}"), about.put(f"{over}/{under}0"))


@family("another form of a fraction", "medium", certain=False, kinds=["fraction"])
def _fraction_forms(about: About) -> Iterable[str]:
    over, under = map(int, about.answer.split("/"))
    if under:
        yield from (about.put(f"{2 * over}/{2 * under}"), about.put(f"{over / under:g}"), about.put(f"{over}:{under}"))
        yield about.put(f"\\frac{{{over}}}{{{under}}}")
