"""Completions near right and wrong, as strategies of hypothesis."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import strategies as st
from lark import Lark

from formal_envs.testing.canaries import CANARY
from formal_envs.testing.texts.idle import do_nothing
from formal_envs.testing.texts.junk import JUNK, NUMBERS, WRAPPINGS, calculated, listings, other_scripts, wrapped

_FRAGMENTS = ("0", "1", "9", " ", "\n", "(", ")", "-", "+", "=", ".", ",", "a", "e", "x", "٣", "\0", "🙂")


def classics(prompt: str, solution: str | None) -> list[str]:
    """Completions that have broken rewards before, the same for every seed."""
    texts = [*do_nothing(prompt), *JUNK, *NUMBERS]
    if solution:
        texts += [solution, *(wrapping.replace("{}", "{0}").format(solution) for wrapping in WRAPPINGS)]
        texts += [solution[:-1], solution[1:], solution.swapcase(), solution[::-1], solution * 30, solution + " " * 300]
        texts += [*other_scripts(solution), *calculated(prompt, solution), *listings([solution])]
        texts += [re.sub(r"\w+", CANARY, solution), wrapped(re.sub(r"\w+", CANARY, solution), WRAPPINGS[0])]
        texts += ["(" * 1_200 + solution + ")" * 1_200]
    return list(dict.fromkeys(texts))


def edited(text: str) -> st.SearchStrategy[str]:
    """A text with one part left out, put in, replaced, doubled, turned round, or all behind it left out."""
    spots = st.tuples(st.integers(0, len(text)), st.integers(0, 4), st.sampled_from(range(6)), _fragments(text))

    def apply(spot: tuple[int, int, int, str]) -> str:
        place, size, kind, fragment = spot
        part = text[place : place + size]
        return (
            text[:place]
            + ["", fragment + part, fragment, part * 2, part[::-1], ""][kind]
            + ("" if kind == 5 else text[place + size :])
        )

    return spots.map(apply)


def sentences(grammar: str | Lark) -> st.SearchStrategy[str]:
    """Sentences of a grammar, by hypothesis's own extra for Lark."""
    from hypothesis.extra.lark import from_lark  # whose import makes tables, and a folder for them

    return from_lark(grammar if isinstance(grammar, Lark) else Lark(grammar, start="start"))


def completions(
    prompt: str, solution: str | None = None, *, others: Sequence[str] = (), grammar: str | Lark | None = None
) -> st.SearchStrategy[str]:
    """Completions of a prompt, near right and wrong.

    They are mutations of the solution (an edit or several, a wrapping, another script, a number near it), hedges and
    lists of answers, sentences of the grammar and sentences with one edit, parts of the prompt, texts that are no
    number to one reader and one to another, template junk, and any text at all.

    Args:
        prompt: what is completed.
        solution: an answer that is right, where one is known.
        others: solutions of other prompts, or other examples of completions.
        grammar: a Lark grammar of completions, as its text or as a Lark object.
    """
    kinds = [
        st.sampled_from(JUNK),
        st.sampled_from(NUMBERS),
        st.text(max_size=40),
        edited(prompt),
        st.tuples(st.sampled_from(JUNK), st.integers(1, 300)).map(lambda pair: (pair[0] * pair[1])[:5_000]),
        st.integers(-(10**20), 10**20).map(str),
        st.floats().map(str),
    ]
    known = list(dict.fromkeys([*([solution] if solution else []), *others]))
    if known:
        kinds.append(st.sampled_from(known).flatmap(edited))
        kinds.append(st.sampled_from(known).flatmap(edited).flatmap(edited))
        kinds.append(st.sampled_from(known))
        kinds.append(st.lists(st.sampled_from(known), min_size=1, max_size=4).map(" or ".join))
        kinds.append(st.tuples(st.sampled_from(known), st.sampled_from(WRAPPINGS)).map(lambda pair: wrapped(*pair)))
    if solution:
        kinds.append(edited(solution))
        kinds.append(st.integers(-10, 10).map(lambda step: _stepped(solution, step)))
        kinds.append(st.sampled_from([*listings([solution, *others[:20]]), *calculated(prompt, solution)]))
    if grammar is not None:
        kinds += [sentences(grammar), sentences(grammar).flatmap(edited)]
    return st.one_of(kinds)


def _fragments(text: str) -> st.SearchStrategy[str]:
    own = sorted(set(text[:200]))
    return st.sampled_from([*_FRAGMENTS, *own])


def _stepped(solution: str, step: int) -> str:
    """A solution with its last integer changed."""
    return re.sub(r"[0-9]{1,15}(?=[^0-9]*\Z)", lambda match: str(max(0, int(match[0]) + step)), solution, count=1)
