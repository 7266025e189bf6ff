"""Wrong texts that are paid: how much of what a right one earns, and how bad that is."""

from __future__ import annotations

from dataclasses import dataclass, field

from formal_envs.testing.bench import Bench
from formal_envs.testing.cases import Case, Outcome, Problem
from formal_envs.testing.fair import closeness, has_near_number, may_be_right, says_the_answer
from formal_envs.testing.report import Severity
from formal_envs.testing.texts.family import HARMS, About, Family

FULL = 0.99
"""Share of a right answer's reward that counts as all of it."""
HALF = 0.5
"""Most that a text without any effort may earn, as a share of what a right one does."""
SEARCHED = Family("found by edits", "medium", lambda about: ())
"""The family of texts that no family has, drawn or met by the search."""


@dataclass(frozen=True)
class Paid:
    """A wrong text that earns something.

    Attributes:
        family: that it is of.
        case: the text, and its problem.
        value: what it earns.
        share: of the way from the floor to a right answer's reward.
        certain: it is wrong by a judgement that the user gave, or by any fair reading.
    """

    family: Family
    case: Case
    value: float
    share: float
    certain: bool

    @property
    def rank(self) -> tuple[bool, bool, int, float]:
        """Smaller is shown first: certain, paid in full, short."""
        return not self.certain, self.share < FULL, len(self.case.completion), -self.share


@dataclass
class Wrong:
    """The wrong texts that were paid.

    Attributes:
        paid: by the name of their family.
        hanging: a text that was met on the way and hangs, or ends its process; the search stops at one that hangs.
        left_out: plausible wrong answers that the reward leaves out.
        answered: plausible wrong answers that it scores.
        texts: what each text earns at most.
    """

    paid: dict[str, list[Paid]] = field(default_factory=dict)
    hanging: tuple[Case, Outcome] | None = None
    left_out: list[Case] = field(default_factory=list)
    answered: int = 0
    texts: dict[str, float] = field(default_factory=dict)

    def add(self, paid: Paid) -> None:
        """Take note of a wrong text."""
        self.paid.setdefault(paid.family.name, []).append(paid)
        text = paid.case.completion
        self.texts[text] = max(paid.value, self.texts.get(text, paid.value))

    def worst(self, family: str) -> Paid | None:
        """The text of a family to show; None where none was paid."""
        return min(self.paid.get(family, []), key=lambda paid: paid.rank, default=None)

    @property
    def all(self) -> list[Paid]:
        """All of them."""
        return [paid for group in self.paid.values() for paid in group]


def looked_at(bench: Bench, family: Family, case: Case, outcome: Outcome, wrong: Wrong) -> Paid | None:
    """What a scored text comes to: noted where it is wrong and paid."""
    if outcome.state != "scored" or not outcome.value > bench.lowest + bench.slack:
        every = outcome.state == "scored" and outcome.value >= bench.worth(case.problem) - bench.slack
        if not every:  # a reward that pays the same for everything pays all of it to wrong texts
            return None
    if bench.right is not None and bench.right(case):
        return None
    paid = Paid(family, case, outcome.value, share(bench, case.problem, outcome.value), _certain(bench, family, case))
    wrong.add(paid)
    return paid


def share(bench: Bench, problem: Problem, value: float) -> float:
    """The share of the way from the floor to the reward of a right answer to the problem."""
    worth = bench.worth(problem)
    return (value - bench.lowest) / (worth - bench.lowest) if worth > bench.lowest else 1.0


def _certain(bench: Bench, family: Family, case: Case) -> bool:
    """Whether a text that the judgement calls wrong is so for sure."""
    if bench.judged or bench.right is None:
        return True
    about = about_case(bench, case.problem)
    if not about.answer:
        return True
    if family.certain is None:
        return not may_be_right(case.completion, about)
    return family.certain and not says_the_answer(case.completion, about)


def severity(bench: Bench, paid: Paid, most: float | None) -> Severity:
    """How bad it is that a wrong text is paid.

    As much as a right one is an error, unless a fair reader may take the text for right or the reward grades by
    closeness and pays no more than that; so is more than half for a text without effort, and more than ``most``.
    """
    if bench.right is None or not bench.knows_top or not paid.certain:
        return "note"
    if paid.family.similar and bench.grades and not bench.judged:
        return "note"  # common words are what it grades by
    if paid.share >= FULL and not _is_graded(bench, paid.case, paid.share):
        return "error"
    if most is not None:
        return "error" if paid.share > most + bench.slack else "note"
    return "error" if paid.family.idle and is_too_much(bench, paid.case, paid.share) else "note"


def is_too_much(bench: Bench, case: Case, size: float) -> bool:
    """Whether a share of a right answer's reward is too much for a text without effort."""
    if bench.floor_given:
        return True
    allowed = HALF if bench.max_partial is None else bench.max_partial
    return size > allowed + bench.slack and not _is_graded(bench, case, size)


def _is_graded(bench: Bench, case: Case, size: float) -> bool:
    """Whether a text earns less than a right one does, and no more than its closeness to it; of numbers any closeness
    may be graded, but that of nearly all is too much."""
    about = about_case(bench, case.problem)
    if about.number is not None:
        echo = case.completion.strip() == case.prompt.strip()
        return size < FULL and not echo and has_near_number(case.completion, about)
    return size < 1 - bench.slack and closeness(case.completion, about) >= size


def about_case(bench: Bench, problem: Problem) -> About:
    """What is known of a problem, to make texts of."""
    if problem not in bench.abouts:
        golds = [case.gold for case in bench.asked if case.problem is not problem and case.gold]
        gold = problem.gold or bench.example(problem) or ""
        others = tuple(dict.fromkeys(text for text in golds if text and text.strip() != gold.strip()))[:12]
        bench.abouts[problem] = About(problem.prompt, gold, problem.answer or "", others)
    return bench.abouts[problem]


def harm(paid: Paid) -> tuple[int, bool, float, int]:
    """Smaller is worse: by the family's grade, then by what is paid."""
    return HARMS.index(paid.family.harm), not paid.certain, -round(min(paid.share, 2.0), 2), len(paid.case.completion)
