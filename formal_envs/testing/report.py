"""What a check of a reward found."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from formal_envs.errors import ConfigError
from formal_envs.testing.cases import shown
from formal_envs.testing.reports.rows import VERSION, from_row, to_row
from formal_envs.testing.sections import Forms, Training, forms_lines, joined, training_lines

Severity = Literal["error", "note"]
Result = Literal["ok", "error", "note", "-"]
_WITH_TEST = 3  # findings of a check whose tests are printed; each has one


@dataclass(frozen=True)
class Finding:
    """Something found about a reward.

    Attributes:
        check: the name of the check that found it.
        severity: "error" for a broken law, or a wrong text that is paid as much as a right one, or more than a
            threshold allows; "note" for what is measured and shown.
        message: what is so, on a line.
        texts: the completions that show it, shrunk.
        size: of what is paid for: the share of the way from the floor to a right answer's reward; 0 for a law.
        code: a test that fails while it is so, in Python; ``reward`` in it is the reward.
        family: of wrong texts that are paid: which kind of text it is.
    """

    check: str
    severity: Severity
    message: str
    texts: tuple[str, ...]
    size: float = 0.0
    code: str = ""
    family: str = ""

    def __str__(self) -> str:
        return f"{self.severity}: {self.check}: {self.message}\n\n{textwrap.indent(self.code, '    ')}"


@dataclass(frozen=True)
class Check:
    """One line of the report's table.

    Attributes:
        name: of the check.
        result: "ok", "error", "note", or "-" where it was not made.
        texts: how many texts were scored for it; 0 where the scores of the first check said all.
        seconds: of wall time that it took.
        remark: what the result is, or why the check was not made.
    """

    name: str
    result: Result
    texts: int
    seconds: float
    remark: str = ""


@dataclass(frozen=True, repr=False)
class Report:
    """What was checked of a reward, and what was found.

    All but ``seconds`` is the same for the same arguments.

    Attributes:
        reward: the reward's name.
        checks: a line for each check.
        findings: errors first.
        prompts: how many there were.
        seed: what the texts were drawn with.
        call: how the reward is called, on the first prompt's right answer where one is known.
        gold: how right answers are written, where that is not the solution itself and the reward was asked.
        file, line: where the reward is written, as far as that is known; the file is relative to the working folder
            where it is in it.
        forms: which usual forms of right answers are read; None where no right answer is known.
        training: what realistic answers earn; None where that was not checked.
    """

    reward: str
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    prompts: int
    seed: int
    call: str = ""
    gold: str = ""
    file: str = ""
    line: int = 0
    forms: Forms | None = None
    training: Training | None = None

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON has it, with ``version`` of the form, ``ok`` and ``seconds``."""
        return {"version": VERSION, "ok": self.ok, "seconds": to_row(self.seconds), **to_row(self)}

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Report:
        """The report that ``to_dict`` made a row of.

        Raises:
            ConfigError: it is no such row, or one of another version.
        """
        if not isinstance(row, Mapping) or row.get("version") != VERSION:
            found = row.get("version") if isinstance(row, Mapping) else row
            raise ConfigError(f"not a report of version {VERSION}: got {found!r:.60}")
        report: Report = from_row(cls, dict(row))
        return report

    @property
    def ok(self) -> bool:
        """Whether there is no error; notes there may be."""
        return not self.errors

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are errors."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def notes(self) -> tuple[Finding, ...]:
        """The findings that are none."""
        return tuple(finding for finding in self.findings if finding.severity == "note")

    @property
    def seconds(self) -> float:
        """Wall time of all checks."""
        return sum(check.seconds for check in self.checks)

    def __repr__(self) -> str:
        errors = "; ".join(f"{error.check}: {error.message}" for error in self.errors)  # what pytest shows is short
        return f"Report({self.reward}: {errors or 'ok'})"

    @property
    def verdict(self) -> str:
        """What the report comes to, in a sentence."""
        if self.errors:
            return f"{self.errors[0].check}: {self.errors[0].message}"
        if self.training is None or not self.training.telling.of:
            return "no law is broken"
        right = next(one for one in self.training.strategies if one.name == "right")
        wrong = next(one for one in self.training.strategies if not one.name.startswith("right"))  # the best paid
        named = f" ({wrong.name})" if wrong.size > 0 else ""
        return f"right answers earn {right.mean:.4g} on average, wrong ones at most {wrong.mean:.4g}{named}"

    def __str__(self) -> str:
        counts = [count(len(self.errors), "error") if self.errors else "ok"]
        counts += [count(len(self.notes), "note")] if self.notes else []
        texts = sum(check.texts for check in self.checks)
        facts = f"{count(texts, 'text')}, {count(self.prompts, 'prompt')}, seed {self.seed}, {self.seconds:.1f} s"
        lines = [f"{self.reward}: {', '.join(counts)}. {self.verdict[:1].upper()}{self.verdict[1:]}", facts]
        lines += [f"called as {self.call}"] * bool(self.call)
        lines += [f"right answers are written as {self.gold}; golds= or render= says otherwise"] * bool(self.gold)
        lines += [""]
        lines += joined("held", [check.name for check in self.checks if check.result == "ok"])
        lines += joined("not checked", [f"{c.name} ({c.remark})" for c in self.checks if c.result == "-"])
        for result in ("error", "note"):
            lines += joined(f"{result}s", [check.name for check in self.checks if check.result == result])
        if self.forms is not None:
            lines += ["", *forms_lines(self.forms)]
        if self.training is not None:
            lines += ["", *training_lines(self.training)]
        return "\n".join([*lines, *_findings_lines(self.findings)])


def _findings_lines(findings: Sequence[Finding]) -> list[str]:
    """The findings as text, with their tests; of one check and severity the first few, and the others in brief."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.check), []).append(finding)
    lines: list[str] = []
    for (severity, check), found in groups.items():
        for finding in found[:_WITH_TEST]:
            lines += ["", str(finding)]
        if rest := found[_WITH_TEST:]:
            lines += ["", f"{severity}: {check}: {len(rest)} more, with their tests in report.findings"]
            lines += joined("    ", [_brief(finding) for finding in rest], 4)
    return lines


def _brief(finding: Finding) -> str:
    """A finding in a few words: its family and the text, or what it says."""
    return f"{finding.family}: {shown(finding.texts[0])}" if finding.family and finding.texts else finding.message


def count(number: int, thing: str) -> str:
    """A number of things, such as "1 error" and "2 errors"."""
    return f"{number:,} {thing}" + "s" * (number != 1)
