"""What is right, asked in another process: it may be told by a function of the user's that raises or hangs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from formal_envs.testing.cases import Case, Outcome, shown
from formal_envs.testing.clock import Clock
from formal_envs.testing.isolation import Judge
from formal_envs.testing.report import Finding

JUDGE = "judge of right"
"""The name of the check."""
_MOST_HANGING = 4  # texts on which the judge hangs, after which it is asked no more


@dataclass(frozen=True)
class _Told:
    """The judge, in the form of a reward."""

    score: Callable[[Case], bool]


class Verdicts:
    """Whether cases are right, as a function of a case that is asked once of each.

    Where the judge raises, the completion is not right. Where it hangs or ends its process, the completion counts
    neither as right nor as wrong: ``known`` gives None, and a call True, so that no finding comes of it.

    Args:
        right: the judge.
        time_limit: seconds for a case.
        trusted: the judge is the kit's own, and needs no other process.
        clock: of the check.
    """

    def __init__(self, right: Callable[[Case], bool], *, time_limit: float, trusted: bool, clock: Clock):
        self._right = right
        self._judge = None if trusted else Judge(_Told(right), time_limit=time_limit, clock=clock)
        self._known: dict[Case, bool | None] = {}
        self._batches: dict[Case, Sequence[Case]] = {}
        self._failed: dict[str, list[tuple[Case, Outcome]]] = {"raised": [], "hung": [], "died": []}

    def __enter__(self) -> Verdicts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._judge is not None:
            self._judge.end()

    def expect(self, cases: Sequence[Case]) -> None:
        """These are asked of at once, when one of them is asked of."""
        if self._judge is not None:
            self._batches |= dict.fromkeys((case for case in cases if case not in self._known), cases)

    def __call__(self, case: Case) -> bool:
        """Whether a case is right; True where that cannot be told."""
        return self.known(case) is not False

    def known(self, case: Case) -> bool | None:
        """Whether a case is right; None where that cannot be told."""
        if case not in self._known:
            if self._judge is None:
                self._known[case] = bool(self._right(case))
            else:
                self._ask(self._judge, self._batches.get(case, [case]))
        return self._known[case]

    def _ask(self, judge: Judge, cases: Sequence[Case]) -> None:
        cases = [case for case in dict.fromkeys(cases) if case not in self._known]
        hanging = len(self._failed["hung"]) + len(self._failed["died"]) >= _MOST_HANGING
        outcomes = [Outcome("not asked")] * len(cases) if hanging else judge.truths(cases)
        for case, outcome in zip(cases, outcomes, strict=True):
            self._batches.pop(case, None)
            self._known[case] = {"scored": outcome.value == 1.0, "raised": False}.get(outcome.state)
            if outcome.state in self._failed:
                self._failed[outcome.state].append((case, outcome))

    def failures(self) -> list[Finding]:
        """A note where the judge itself fails; an error where it fails whatever it is asked."""
        findings = []
        for state, failed in self._failed.items():
            if failed:
                case, outcome = min(failed, key=lambda pair: len(pair[0].completion))
                so = "such texts count as wrong" if state == "raised" else "such texts are left out"
                message = (
                    f"what tells right from wrong {outcome.problem} on {shown(case.completion)}, and so for "
                    f"{len(failed)} of {len(self._known)} texts; {so}"
                )
                every = len(failed) == len(self._known)
                findings.append(Finding(JUDGE, "error" if every else "note", message, (case.completion,)))
        return findings
