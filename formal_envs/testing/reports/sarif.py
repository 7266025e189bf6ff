"""A report as SARIF, which code scanning shows beside the lines of a change.

The form is that of SARIF 2.1.0 (OASIS, 2020), section 3; GitHub's page "SARIF support for code scanning" says which of
its properties are shown.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from formal_envs.testing.laws import LAWS

if TYPE_CHECKING:
    from formal_envs.testing.report import Finding, Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(report: Report) -> dict[str, Any]:
    """A log of one run: a rule for each check, a result for each finding, at the line where the reward begins."""
    names = [check.name for check in report.checks] + [finding.check for finding in report.findings]
    rules = [_rule(name) for name in dict.fromkeys(names)]
    places = {rule["id"]: place for place, rule in enumerate(rules)}
    driver = {"name": "formal-envs check-reward", "semanticVersion": _version(), "rules": rules}
    results = [_result(report, finding, places) for finding in report.findings]
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _version() -> str:
    try:
        return version("formal-envs")
    except PackageNotFoundError:  # run from a folder without an installation
        return "0.0.0"


def _rule(name: str) -> dict[str, Any]:
    law = LAWS.get(name)
    says = (law.__doc__ or "").strip().splitlines()[0] if law else f"{name[0].upper()}{name[1:]}."
    return {"id": _id(name), "name": name, "shortDescription": {"text": says}, "help": {"text": says}}


def _id(name: str) -> str:
    return "reward/" + "-".join(name.split())


def _result(report: Report, finding: Finding, places: dict[str, int]) -> dict[str, Any]:
    rule = _id(finding.check)
    shown = _plain(f"{report.reward}: {finding.message}\n\n{finding.code}".strip())
    told_by = "\0".join([report.reward, finding.check, *finding.texts])
    fingerprint = hashlib.sha256(told_by.encode("utf-8", "surrogatepass")).hexdigest()
    return {
        "ruleId": rule,
        "ruleIndex": places[rule],
        "level": finding.severity,
        "message": {"text": shown},
        "locations": [{"physicalLocation": _location(report.file, report.line)}],
        "partialFingerprints": {"finding/v1": fingerprint},
    }


def _location(file: str, line: int) -> dict[str, Any]:
    """A place; relative to the root of the sources where the file is in the working folder."""
    path = quote(file or "unknown", errors="replace")
    place = {"uri": f"file://{path}"} if PurePath(file).is_absolute() else {"uri": path, "uriBaseId": "%SRCROOT%"}
    return {"artifactLocation": place, "region": {"startLine": max(1, line)}}


def _plain(text: str) -> str:
    """A text that every reader of UTF-8 takes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
