"""OpenEnv: graders of its environment validation (RFC 008) that check the package's reward with the kit.

A package says in ``validation/check_reward.json`` what is checked, by paths within it::

    {"reward": "server/rewards.py:exact", "problems": "validation/problems.jsonl"}

The reward is whatever ``check_reward`` takes; problems are JSON lines with "prompt", "solution" and, where the solution
is no completion, "gold"; or with an "example" in place of a solution, where many completions are good. "correct" may
name a function, and "options" may hold others of ``check_reward`` that are numbers. Without the file the checks are
skipped. The reward is imported: validate a package where its code may run.

The graders of ``GRADERS`` are registered as entry points. ``RewardWellFormed`` is not: OpenEnv 0.10 has a grader of
that id, and a registry takes one. Its ``run_validation`` loads no entry points and runs no semantic level yet;
``validate`` here runs these graders by its registry and scheduler. It needs ``openenv[core]``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from openenv.validation import CheckResult, CheckStatus, GraderRegistry, Level, Subject
from openenv.validation.parsers.openenv_yaml import OpenEnvYamlParser
from openenv.validation.runtime.scheduler import execute_graders

from formal_envs.errors import FormalEnvError
from formal_envs.references import load_object
from formal_envs.testing import Report, check_reward
from formal_envs.testing.calls import as_scorer
from formal_envs.testing.cases import Case, Problem
from formal_envs.testing.isolation import Judge

DECLARATION = "validation/check_reward.json"
_WELL_FORMED = ("terminates", "total", "finite", "in range")
_SAME = ("deterministic", "batch equals single", "order", "pickling", "another process", "threads")
_PAID = ("nothing earns nothing", "what wrong texts earn", "best constant answer", "runs no text")
_DETERMINISM = "semantic.verifier_determinism"


class NotDeclared(FormalEnvError):
    """The package does not say what to check."""


class Declared(NamedTuple):
    """What a package declares.

    Attributes:
        reward: the object.
        prompts, solutions, golds: a row each; ``golds`` are completions that should earn the maximum.
        open: the golds are examples of good completions, and not the only ones.
        options: of ``check_reward``.
    """

    reward: Any
    prompts: list[str]
    solutions: list[Any]
    golds: list[str | None]
    open: bool
    options: dict[str, Any]

    def earned(self, rows: Sequence[tuple[str, Any, str]]) -> list[float]:
        """What each (prompt, solution, completion) earns; nan where it has no score."""
        cases = [Case(Problem(prompt, solution), completion) for prompt, solution, completion in rows]
        with Judge(as_scorer(self.reward, with_solutions=True), time_limit=10.0) as judge:
            return [outcome.value for outcome in judge.single(cases)]


def read_declared(root: Path) -> Declared:
    """What the package at ``root`` declares.

    Raises:
        NotDeclared: it does not.
        FormalEnvError, OSError, ValueError: it does not mean anything, or names what is outside of the package.
    """
    if not (root / DECLARATION).is_file():
        raise NotDeclared(f"the package has no {DECLARATION}, which names its reward and problems")
    given = json.loads((root / DECLARATION).read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in _within(root, given["problems"]).read_text("utf-8").splitlines() if line]
    options = {name: value for name, value in given.get("options", {}).items() if isinstance(value, (int, float))}
    if "correct" in given:
        options["correct"] = _object(root, given["correct"])
    solutions = [row.get("solution") for row in rows]
    golds = [
        row.get("gold", solution if isinstance(solution, str) else row.get("example"))
        for row, solution in zip(rows, solutions, strict=True)
    ]
    is_open = all("example" in row for row in rows)
    reward = _object(root, given["reward"])
    return Declared(reward, [row["prompt"] for row in rows], solutions, golds, is_open, options)


def _object(root: Path, name: str) -> Any:
    """An object of a file of the package, or of the kit."""
    file, _, path = name.rpartition(":")
    if file == "formal_envs.testing":
        return load_object("what is declared", name)
    return load_object("what is declared", f"{_within(root, file)}:{path}")


def _within(root: Path, path: str) -> Path:
    """A file of the package, wherever its links lead."""
    found = (root / path).resolve(strict=True)
    if not found.is_relative_to(root.resolve()) or not found.is_file():
        raise ValueError(f"{path} must be a file in the package")
    return found


@lru_cache(maxsize=1)
def _report(root: Path, bounds: tuple[float, float], declared: str) -> Report:
    """One report for all graders of a package; ``declared`` is the text of its declaration."""
    reward, prompts, solutions, golds, is_open, options = read_declared(root)
    known: Any = golds if None not in golds else None
    right = {"examples": known} if is_open else {"solutions": solutions, "golds": known}
    return check_reward(reward, prompts=prompts, **right, bounds=bounds, **options)


class _Grader:
    """What the graders share: a run is timed, and what is not declared is skipped."""

    check_id = ""
    level = Level.SEMANTIC
    requires_capabilities: frozenset[str] = frozenset()
    requires_provider: frozenset[Any] = frozenset()
    depends_on: tuple[str, ...] = (_DETERMINISM,)
    remediation = ""

    def applies_to(self, manifest: Any) -> bool:
        """Whether the check is for a package: a judge that is a model gives no text one score."""
        return not manifest.capabilities.llm_judged

    def run(self, subject: Subject) -> CheckResult:
        """Check the package's reward."""
        began = time.monotonic()
        try:
            problems, measured = self.check(subject, read_declared(subject.root))
            status = CheckStatus.FAIL if problems else CheckStatus.PASS
        except NotDeclared as reason:
            problems, measured, status = [str(reason)], {}, CheckStatus.SKIP
        return CheckResult(
            check_id=self.check_id,
            status=status,
            measured=measured,
            evidence=problems[:20],
            remediation=self.remediation if status is CheckStatus.FAIL else None,
            duration_s=time.monotonic() - began,
        )

    def check(self, subject: Subject, declared: Declared) -> tuple[list[str], dict[str, Any]]:
        """What is wrong, and what was measured."""
        raise NotImplementedError


class _OfReport(_Grader):
    """Errors of some checks of the kit."""

    checks: tuple[str, ...] = ()

    def check(self, subject: Subject, declared: Declared) -> tuple[list[str], dict[str, Any]]:
        """The messages of the errors."""
        declaration = (subject.root / DECLARATION).read_text(encoding="utf-8")
        report = _report(subject.root, tuple(subject.manifest.reward.range), declaration)
        found = [f"{error.check}: {error.message}" for error in report.errors if error.check in self.checks]
        texts = sum(check.texts for check in report.checks)
        return found, {"texts": texts, "errors": len(found)}


class RewardWellFormed(_OfReport):
    """Every text has a finite score in the declared range, in time."""

    check_id = "runtime.reward_well_formed"
    level = Level.RUNTIME
    depends_on = ()
    checks = _WELL_FORMED
    remediation = "Give every text a finite score in the declared range; text that is wrong is a low score."


class VerifierDeterminism(_OfReport):
    """A text has one score, however it is asked for and whatever else is scored."""

    check_id = _DETERMINISM
    depends_on = ()
    checks = _SAME
    remediation = "Score a text by itself alone: no state, no order, no global generator."


class AdversarialFloor(_OfReport):
    """No wrong text that the search finds earns as much as a right one."""

    check_id = "statistical.adversarial_floor"
    level = Level.STATISTICAL
    checks = _PAID
    remediation = "Refuse the text that is shown, and its kind; the report of check_reward has a test to paste."


class OracleMax(_Grader):
    """Right completions earn the declared maximum, to within its tolerance."""

    check_id = "semantic.oracle_max"
    remediation = "Make the verifier take the package's own right answers, or declare oracle_tolerance."

    def check(self, subject: Subject, declared: Declared) -> tuple[list[str], dict[str, Any]]:
        """The right completions that earn less."""
        rows = list(zip(declared.prompts, declared.solutions, declared.golds, strict=True))
        known = [(prompt, solution, gold) for prompt, solution, gold in rows if gold is not None]
        earned = declared.earned(known)
        least = subject.manifest.reward.range[1] - subject.manifest.reward.oracle_tolerance
        low = [
            f"{gold!a:.60} earns {value:g}"
            for (_, _, gold), value in zip(known, earned, strict=True)
            if not value >= least
        ]
        if not known:
            low = ["no problem has a right completion: give solution or gold"]
        return low, {"oracle_reward": min(earned, default=None), "least": least}


class FloorGap(_Grader):
    """The empty completion stays a declared margin below the maximum."""

    check_id = "semantic.floor_gap"
    remediation = "Pay nothing for an empty completion."

    def check(self, subject: Subject, declared: Declared) -> tuple[list[str], dict[str, Any]]:
        """Whether the gap is too small."""
        margin, most = subject.manifest.reward.floor_margin, subject.manifest.reward.range[1]
        floor = max(declared.earned([(p, s, "") for p, s in zip(declared.prompts, declared.solutions, strict=True)]))
        wrong = [f"the empty text earns {floor:g}: {most - floor:g} below {most:g}, and {margin:g} is declared"]
        return wrong if not most - floor >= margin else [], {"measured_floor": floor, "declared_margin": margin}


class CanaryFloor(_Grader):
    """The package's canaries, JSON lines with "prompt", "completion" and "solution", earn no more than nothing does."""

    check_id = "semantic.canary_floor"
    requires_capabilities = frozenset({"canaries"})
    remediation = "Pay a canary no more than an empty completion."

    def check(self, subject: Subject, declared: Declared) -> tuple[list[str], dict[str, Any]]:
        """The canaries that earn more."""
        path = _within(subject.root, subject.manifest.capabilities.canaries)
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
        said = [(row["prompt"], row.get("solution"), row["completion"]) for row in rows]
        paid, floors = declared.earned(said), declared.earned([(prompt, known, "") for prompt, known, _ in said])
        pairs = zip(said, paid, floors, strict=True)
        found = [
            f"{row[2]!a:.60} earns {value:g}, nothing {floor:g}" for row, value, floor in pairs if not value <= floor
        ]
        return found, {"canaries": len(rows), "paid": len(found)}


GRADERS = (OracleMax, FloorGap, CanaryFloor, VerifierDeterminism, AdversarialFloor)
"""Those that are entry points."""


def validate(root: Path, level: Level = Level.STATISTICAL) -> list[CheckResult]:
    """Run these graders, and ``RewardWellFormed``, on the package at ``root`` by OpenEnv's registry and scheduler.

    Raises:
        openenv.validation.ManifestError: the package's ``openenv.yaml`` is no manifest.
    """
    manifest = OpenEnvYamlParser().parse(root)
    registry = GraderRegistry()
    for grader in (RewardWellFormed, *GRADERS):
        registry.register(grader())
    subject = Subject(root=root, manifest=manifest, image_ref=None, running=None, outputs_dir=root / "outputs")
    results: list[CheckResult] = execute_graders(registry.select(manifest, level), subject)
    return results
