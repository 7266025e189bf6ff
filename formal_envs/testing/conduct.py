"""Laws about what a reward does besides giving a score: no text runs as code, and nothing is left behind."""

from __future__ import annotations

from formal_envs.testing.bench import Bench, NotChecked, broken_law, length
from formal_envs.testing.canaries import planted
from formal_envs.testing.cases import Case, Outcome, shown
from formal_envs.testing.report import Finding
from formal_envs.testing.verdicts import Verdicts
from formal_envs.testing.watching import Act

_SAID = {
    "code": "runs the text as code",
    "shell": "gives the text to a shell",
    "process": "starts a process with the text in its arguments",
    "file": "uses the text as the name of a file",
    "network": "connects to an address that is in the text",
    "library": "loads a library that the text names",
}
_LEAST, _CANARIES = 32, 200  # at most; no more than there are cases, which is how small a budget says that it is small


def no_code(bench: Bench) -> list[Finding]:
    """No text is run as code, and none says what is run, opened or connected to.

    A reward that starts a process for right completions too is one whose job is to run code, and may run any text in a
    process. With ``runs_code`` it may run them anywhere.
    """
    cases = list(dict.fromkeys(bench.asked[0]._replace(completion=text) for text in planted(bench.asked[0].gold)))
    most = max(_LEAST, min(_CANARIES, len(bench.cases)))
    pairs = [*zip(bench.cases, bench.first, strict=True), *zip(cases[:most], bench.single(cases[:most]), strict=True)]
    allowed = _allowed(bench)
    findings: dict[tuple[str, str], Finding] = {}
    for case, outcome in sorted(pairs, key=lambda pair: length(pair[0])):
        for act in outcome.acts:
            if act.of_text and act.kind in _SAID and act.kind not in allowed and _family(act) not in findings:
                findings[_family(act)] = _finding(bench, case, act)
    return list(findings.values())


def _family(act: Act) -> tuple[str, str]:
    return act.kind, act.through if act.kind == "code" else ""


def _allowed(bench: Bench) -> set[str]:
    """Kinds of acts that are the reward's job."""
    acts = [act for outcome in bench.single(bench.gold) for act in outcome.acts]
    if bench.runs_code:
        return {"code", "process", "shell"}
    return {"process"} if any(act.kind in ("process", "shell") for act in acts) else set()


def _finding(bench: Bench, case: Case, act: Act) -> Finding:
    def does(outcome: Outcome) -> bool:
        return any(_family(found) == _family(act) and found.of_text for found in outcome.acts)

    case, _ = bench.shorter(case, does)
    message = f"{_SAID[act.kind]} (through {act.through}): {shown(case.completion)}"
    if act.kind in ("code", "process", "shell"):
        message += "; runs_code=True says that it is meant"
    return broken_law("runs no text", message, [case], f"{bench.scorer.code(case)}  # {message}")


def side_effects(bench: Bench) -> list[Finding]:
    """Nothing is printed, left behind or asked of the network; what is, is a note."""
    outcomes = [outcome for outcome in bench.first if outcome.state != "not asked"]
    acts = [[act for act in outcome.acts if not act.of_text] for outcome in outcomes]
    printing = [outcome.printed for outcome in outcomes if outcome.printed]
    alarms = {act.through for found in acts for act in found if act.kind == "alarm"}
    said = {
        "prints for {n} of {all} texts, {bytes:,} bytes in all, which are not shown": len(printing),
        f"sets {', '.join(sorted(alarms))}, which fails in all threads but the main one": _count(acts, "alarm"),
        "leaves threads running after {n} of {all} texts": _count(acts, "thread"),
        "leaves files behind after {n} of {all} texts": _count(acts, "file left"),
        "uses the network for {n} of {all} texts": _count(acts, "network"),
    }
    return [
        Finding("side effects", "note", text.format(n=n, all=len(outcomes), bytes=sum(printing)), ())
        for text, n in said.items()
        if n
    ]


def _count(acts: list[list[Act]], kind: str) -> int:
    return sum(any(act.kind == kind for act in found) for found in acts)


def failing_judge(bench: Bench) -> list[Finding]:
    """What tells right from wrong does so of every text."""
    if not isinstance(bench.right, Verdicts):
        raise NotChecked("what is right is not known: give solutions=, or correct=")
    return bench.right.failures()
