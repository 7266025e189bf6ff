"""A search for wrong texts that are paid, by edits that the reward guides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from formal_envs.testing.bench import Bench
from formal_envs.testing.cases import ENDED, Case
from formal_envs.testing.pay import FULL, SEARCHED, Wrong, about_case, looked_at
from formal_envs.testing.texts.idle import STEPS, do_nothing
from formal_envs.testing.texts.junk import JUNK

ROUND = 16
"""Edits of a text that are scored before the best is taken."""
_LONGEST = 2_000
_PATIENCE = 6
"""Rounds without a gain after which the search begins again from another text."""
_SHORT_JUNK = [text for text in JUNK if len(text) <= 30]
_KEYWORDS = sorted({word for line in STEPS for word in re.findall(r"[A-Za-z]+", line)})


def climb(bench: Bench, start: Case, budget: int, random: Random, wrong: Wrong) -> None:
    """Climb for one prompt, in turn from the right answer and from junk or answers to other prompts.

    Wrong texts that are paid are climbed from first; a right one only leads to others: an edit of it that stays paid
    while it is right no more is what is looked for.

    Args:
        bench: the reward.
        start: a case of the prompt.
        budget: texts that may be scored.
        random: decides the edits.
        wrong: where what is found is noted.
    """
    gold = about_case(bench, start.problem).gold
    solutions = [text for text in bench.known if text not in (gold, start.problem.answer)]
    words = re.findall(r"\w+|\W", " ".join([start.prompt, gold, *solutions[:20]]))
    parts = sorted({*words, *"".join(words)[:500], *_SHORT_JUNK} - {""})
    parts += random.sample(_KEYWORDS, 12)
    seeds = [*do_nothing(start.prompt), *_SHORT_JUNK, *solutions[:ROUND]]
    best: tuple[tuple[bool, float], str] | None = None  # a wrong text that is paid ranks above any other
    idle, from_gold = 0, bool(gold)
    while budget > 0 and wrong.hanging is None:
        if best is None and from_gold:
            best = ((False, -1e300), gold)
        if best is None:
            texts = [random.choice(seeds) for _ in range(ROUND)]
        else:
            texts = [_edited(best[1], parts, solutions, random) for _ in range(ROUND)]
        texts = list(dict.fromkeys(texts))[:budget]
        budget -= len(texts)
        gained = False
        cases = [start._replace(completion=text) for text in texts]
        for case, outcome in zip(cases, bench.single(cases), strict=True):
            if outcome.state in ENDED:
                wrong.hanging = (case, outcome)
            if outcome.state != "scored":
                continue
            paid = looked_at(bench, SEARCHED, case, outcome, wrong)
            rank = (paid is not None and paid.certain, outcome.value)
            if best is None or rank > best[0]:
                best, gained = (rank, case.completion), True
            elif rank == best[0] and len(case.completion) <= len(best[1]):
                best = (rank, case.completion)  # a plateau is walked over, towards short texts
        idle = 0 if gained else idle + 1
        full = best is not None and best[0] >= (True, bench.lowest + FULL * (bench.top - bench.lowest))
        if idle >= _PATIENCE * (1 if full or from_gold else 4):
            best, idle, from_gold = None, 0, bool(gold) and not from_gold


def _edited(text: str, parts: Sequence[str], known: Sequence[str], random: Random) -> str:
    """A text after one to three edits."""
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        begin = random.randint(0, len(text))
        end = min(len(text), begin + random.choice([0, 0, 1, 1, 2, 5, 20]))
        other = random.choice(known) if known else ""
        place = random.randint(0, len(other))
        piece = other[place : place + random.choice([2, 5, 20])]
        middle = random.choice([random.choice(parts), random.choice(parts), "", text[begin:end] * 2, piece])
        text = text[:begin] + middle + text[end:]
    return text[:_LONGEST]
