"""What the laws of rewards and the search for exploits work with: the reward, the cases, and the way to a finding."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from formal_envs.testing.calls import Scorer
from formal_envs.testing.cases import ENDED, Case, Outcome, Problem
from formal_envs.testing.clock import Clock
from formal_envs.testing.formats import Written
from formal_envs.testing.isolation import Judge
from formal_envs.testing.report import Finding
from formal_envs.testing.sections import Forms, Training
from formal_envs.testing.shrinking import shrunk
from formal_envs.testing.texts.family import About
from formal_envs.testing.texts.idle import do_nothing
from formal_envs.testing.verdicts import Verdicts

SLACK = 1e-6
"""Share of the reward's range that counts as nothing."""
PROBES = 60
"""Most calls of a shrinking."""
_AGAIN = ("hung", "died", "not asked")  # states that may be other ones the next time
_MANY = 32  # prompts whose solutions and whose answers of no effort are scored
_FEW = 8


class NotChecked(Exception):
    """A law that says nothing of this reward; the message says why."""


@dataclass
class Bench:
    """What the laws work with.

    Attributes:
        judge: scores in another process.
        scorer: the reward.
        asked: the prompts, with their solutions.
        cases: texts to try.
        known: examples and solutions, to make texts of.
        right: tells whether a completion is right, where that is known.
        judged: a judgement of the user's tells it, and not equality with the solution.
        invariances, tolerance, time_limit, floor, max_partial, gold_at_least: as ``check_reward`` has them.
        bounds: the declared range, where there is one.
        clock: of the check.
        runs_code: it is meant that texts are run.
        written: how right answers are written, where the reward was asked.
        first: the outcomes of ``cases``, at the first time of asking.
        top: what a right answer earns.
        forms, training: sections of the report, once their checks are made.
        found: what the checks before found.
        golden: what the gold of each problem earns.
        knows_top: whether a right answer was seen, or the range is declared.
        abouts: what is known of each problem, to make texts of.
        floor_given: the user gave the floor.
        grades: the reward was seen to give more than nothing and less than all.
    """

    judge: Judge
    scorer: Scorer
    asked: list[Case]
    cases: list[Case]
    known: list[str]
    right: Callable[[Case], bool] | None
    invariances: Sequence[Callable[[str], str]]
    tolerance: float
    time_limit: float
    bounds: tuple[float, float] | None
    floor: float | None
    judged: bool = False
    max_partial: float | None = None
    gold_at_least: float | None = None
    written: Written = field(default_factory=Written)
    clock: Clock = field(default_factory=lambda: Clock({}))
    runs_code: bool = False
    first: list[Outcome] = field(default_factory=list)
    top: float = 0.0
    forms: Forms | None = None
    training: Training | None = None
    found: list[Finding] = field(default_factory=list)
    golden: dict[Problem, float] = field(default_factory=dict)
    knows_top: bool = True
    abouts: dict[Problem, About] = field(default_factory=dict)
    floor_given: bool = False
    grades: bool = False
    _texts: int = 0
    _met: dict[Case, Outcome] = field(default_factory=dict)

    def begin(self) -> None:
        """Score the cases for the first time, and settle what nothing and what a right answer earn."""
        self.single(self.gold)  # before the others, for which there may be no time
        self.judge.end()  # so that a process that has scored nothing yet meets each text
        self.first = self.single(self.cases)
        seen = [outcome.value for _, outcome in self.scored() if math.isfinite(outcome.value)]
        outcomes = zip(self.gold, self.single(self.gold), strict=True)
        self.golden = {case.problem: outcome.value for case, outcome in outcomes if math.isfinite(outcome.value)}
        low, high = self.bounds or (-math.inf, math.inf)
        self.top = high if math.isfinite(high) else max(self.golden.values(), default=math.nan)
        if math.isnan(self.top):
            self.top = self._best_seen(seen)
        self.floor_given = self.floor is not None
        if self.floor is None:
            self.floor = low if math.isfinite(low) else self._floor(seen)

    def _best_seen(self, seen: Sequence[float]) -> float:
        """What the best right text that was seen earns, else the best text."""
        pairs = sorted(self.scored(), key=lambda pair: -pair[1].value)
        if self.right is not None:
            for case, outcome in pairs[:_FEW]:
                if self.right(case):
                    return outcome.value
            self.knows_top = len(set(seen)) <= 2  # paid or not: what is paid is paid in full
        return max(seen, default=0.0)

    def _floor(self, seen: Sequence[float]) -> float:
        """What nothing earns: the least of short answers without effort or of other problems; texts of any length may
        earn less than that."""
        others = [case.gold for case in self.asked[:_FEW] if case.gold is not None]
        cases = [case._replace(completion=text) for case in self.asked[:2] for text in do_nothing(case.prompt)]
        cases += [self.asked[0]._replace(completion=text) for text in others if text != self.asked[0].gold]
        plain = [outcome.value for outcome in self.single(cases) if math.isfinite(outcome.value)]
        least = min(plain, default=math.inf)
        if not plain:  # the reward leaves all of them out
            return min([*seen, 0.0])
        return least if least < self.top else min([*seen, *plain])

    def worth(self, problem: Problem) -> float:
        """What a right answer to a problem earns."""
        value = self.golden.get(problem, self.top)
        return value if value > self.lowest else self.top

    def example(self, problem: Problem) -> str | None:
        """A known text that is a right answer to a problem that has no gold."""
        if self.right is None or problem.gold is not None:
            return None
        return next((text for text in self.known[:_FEW] if self.right(Case(problem, text))), None)

    @property
    def gold(self) -> list[Case]:
        """Completions that should earn the maximum."""
        return [case._replace(completion=case.gold) for case in self.asked[:_MANY] if case.gold is not None]

    @property
    def idle(self) -> list[Case]:
        """Answers of no effort."""
        return [case._replace(completion=text) for case in self.asked[:_MANY] for text in do_nothing(case.prompt)]

    def count(self, texts: int) -> None:
        """Take note that texts were scored."""
        self._texts += texts

    def counted(self) -> int:
        """How many texts were scored since this was asked last."""
        texts, self._texts = self._texts, 0
        return texts

    @property
    def lowest(self) -> float:
        """What nothing earns."""
        return self.floor or 0.0

    @property
    def slack(self) -> float:
        """How little reward counts as none."""
        return max(self.tolerance, SLACK * abs(self.top - self.lowest))

    def scored(self) -> list[tuple[Case, Outcome]]:
        """The cases that have a score."""
        return [
            (case, outcome) for case, outcome in zip(self.cases, self.first, strict=True) if outcome.state == "scored"
        ]

    def check_ends(self) -> None:
        """Raise NotChecked where texts hang, so that each search does not wait for them."""
        if any(outcome.state in ENDED for outcome in self.first):
            raise NotChecked("some texts hang")

    def single(self, cases: Sequence[Case]) -> list[Outcome]:
        """Score cases, and count them; what was scored before is remembered."""
        self.count(len(cases))
        new = [case for case in dict.fromkeys(cases) if case not in self._met]
        asked = dict(zip(new, self.judge.single(new), strict=True)) if new else {}
        self._met |= {case: outcome for case, outcome in asked.items() if outcome.state not in _AGAIN}
        if isinstance(self.right, Verdicts):
            self.right.expect(cases)
        return [self._met.get(case) or asked[case] for case in cases]

    def again(self, cases: Sequence[Case]) -> list[Outcome]:
        """Score cases as if for the first time, and count them."""
        self.count(len(cases))
        return self.judge.single(cases)

    def shorter(self, case: Case, broken: Callable[[Outcome], bool], *, most: int = PROBES) -> tuple[Case, Outcome]:
        """A shorter completion whose outcome is broken too, and its outcome; ``most`` broken ones are met."""
        steps = min(PROBES, 4 * most)
        (found,) = self.single([case])

        def still(text: str) -> bool:
            nonlocal found, most
            if most <= 0:
                return False
            (outcome,) = self.single([case._replace(completion=text)])
            if not broken(outcome):
                return False
            found, most = outcome, most - 1
            return True

        return case._replace(completion=shrunk(case.completion, still, steps=steps)), found


def broken_law(law: str, message: str, cases: Sequence[Case], code: str) -> Finding:
    """The finding of a law that cases break, with code that shows it."""
    return Finding(law, "error", message, tuple(case.completion for case in cases), code=as_test(law, code))


def as_test(check: str, code: str) -> str:
    """Lines of code as a test function."""
    name = "".join(c if c.isalnum() else "_" for c in check)
    return "\n".join([f"def test_{name}():", *(f"    {line}".rstrip() for line in code.splitlines())])


def one_line(text: str) -> str:
    """A text without line breaks."""
    return " ".join(text.split())


def length(case: Case) -> int:
    """Characters of a completion."""
    return len(case.completion)
