"""The report in other forms: rows of JSON and back, SARIF, a page."""

import json
import math
import re
import shlex
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from planted_rewards import SUMS, Exact, exact, substring

from agents.cli import main
from formal_envs.errors import ConfigError
from formal_envs.testing import Check, Finding, Report, check_reward, to_html, to_sarif
from formal_envs.testing.place import place_of

ROOT = Path(__file__).parents[2]
quick = partial(check_reward, prompts=list(SUMS), solutions=list(SUMS.values()), budget=60)
texts = st.text(st.characters(), max_size=20)  # lone surrogates among them
numbers = st.floats()
names = st.sampled_from(["total", "nothing earns nothing", "what wrong texts earn"])
findings = st.builds(Finding, names, st.sampled_from(["error", "note"]), texts, st.lists(texts).map(tuple), numbers)
checks = st.builds(Check, names, st.sampled_from(["ok", "error", "note", "-"]), st.integers(0), numbers, texts)
reports = st.builds(
    Report, texts, st.lists(checks).map(tuple), st.lists(findings).map(tuple), st.integers(1), st.integers(0), texts
)


# ---- JSON


@given(reports)
def test_a_report_is_what_its_json_says(report):
    row = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert row["version"] == 1
    assert row["ok"] is report.ok
    assert repr(Report.from_dict(row).to_dict()) == repr(report.to_dict())  # nan is not equal to itself
    if not any(math.isnan(each) for each in (*(f.size for f in report.findings), *(c.seconds for c in report.checks))):
        assert Report.from_dict(row) == report


def test_what_is_added_to_the_form_later_is_left_out():
    report = Report("r", (), (Finding("total", "error", "raises", ("x",)),), 1, 0)
    row = report.to_dict()
    row["findings"][0]["colour"] = row["weather"] = "fair"
    del row["findings"][0]["size"]  # has a default
    assert Report.from_dict(row) == report


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 2}, "not a report of version 1: got 2"),
        ({"reward": 3}, "expected str, got 3"),
        ({"prompts": True}, "expected int, got True"),
        ({"checks": {}}, "expected list"),
        ({"findings": [{"check": "total"}]}, "'severity' is missing"),
        ({"findings": [{"check": "c", "severity": "bad", "message": "", "texts": []}]}, "one of error, note"),
        ({"findings": [{"check": "c", "severity": "note", "message": "", "texts": [], "size": "big"}]}, "float"),
    ],
)
def test_what_is_no_report(change, said):
    with pytest.raises(ConfigError, match=said):
        Report.from_dict({**Report("r", (), (), 1, 0).to_dict(), **change})


@pytest.mark.parametrize("row", [None, [], {}, {"ok": True}])
def test_what_is_no_row(row):
    with pytest.raises(ConfigError, match="not a report of version 1"):
        Report.from_dict(row)


# ---- Where the reward is written


def test_the_place_of_a_reward_is_its_first_line(monkeypatch):
    with open(exact.__code__.co_filename, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for reward, begin in ((exact, "def exact("), (partial(exact), "def exact("), (Exact(), "    def score(")):
        place = place_of(reward)
        assert place["file"].endswith("audits/planted_rewards.py")
        assert lines[place["line"] - 1].startswith(begin)
    assert place_of(eval("lambda completion: 1.0")) == place_of(len) == {}


# ---- SARIF


def required(log):
    """The properties that section 3 of SARIF 2.1.0 and GitHub's code scanning ask for."""
    assert log["version"] == "2.1.0"
    assert "sarif-2.1.0" in log["$schema"]
    for run in log["runs"]:
        driver = run["tool"]["driver"]
        assert driver["name"]
        ids = [rule["id"] for rule in driver["rules"]]
        assert len(set(ids)) == len(ids)
        for rule in driver["rules"]:
            assert rule["shortDescription"]["text"]
            assert rule["help"]["text"]
        for result in run["results"]:
            assert result["message"]["text"]
            assert result["level"] in ("none", "note", "warning", "error")
            assert ids[result["ruleIndex"]] == result["ruleId"]
            (location,) = result["locations"]
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[A-Za-z0-9._~:/%!$&'()*+,;=@-]+", uri)
            assert location["physicalLocation"]["region"]["startLine"] >= 1
            assert result["partialFingerprints"]


@given(reports)
def test_sarif_has_a_result_for_each_finding(report):
    log = json.loads(json.dumps(to_sarif(report)))
    required(log)
    (run,) = log["runs"]
    assert [result["level"] for result in run["results"]] == [finding.severity for finding in report.findings]
    json.dumps(log, ensure_ascii=False).encode("utf-8")


def test_sarif_names_the_line_of_the_reward():
    report = quick(substring)
    (run,) = to_sarif(report)["runs"]
    required({"version": "2.1.0", "$schema": "sarif-2.1.0", "runs": [run]})
    assert len(run["results"]) == len(report.findings) > 1
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "tests/audits/planted_rewards.py", "uriBaseId": "%SRCROOT%"}
    assert location["region"]["startLine"] == place_of(substring)["line"]
    rule = next(rule for rule in run["tool"]["driver"]["rules"] if rule["name"] == "nothing earns nothing")
    assert "no effort" in rule["help"]["text"]


# ---- The page


class Page(HTMLParser):
    """The texts of a page, and what it would load; tags have to close."""

    VOID = ("meta", "br", "link", "img")

    def __init__(self, text):
        super().__init__()
        self.open, self.texts, self.loaded = [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.loaded += [value for name, value in attributes if name in ("src", "href", "srcset")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data)


@given(reports)
def test_the_page_shows_every_finding_and_loads_nothing(report):
    text = to_html(report)
    page = Page(text.encode("utf-8").decode("utf-8"))
    assert page.loaded == []
    assert "@import" not in text
    assert "url(" not in text.split("</style>")[0]
    shown = "".join(page.texts)
    for finding in report.findings:
        message = finding.message.encode("utf-8", "backslashreplace").decode("utf-8")
        assert message.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "") in shown.replace("\r", "\n").replace(
            "\0", ""
        )
    assert text.count("<article") == len(report.findings)


def test_the_page_of_a_good_reward_says_so():
    report = Report("exact", (Check("total", "ok", 10, 0.1),), (), 1, 0)
    shown = " ".join(Page(to_html(report)).texts)
    assert "Nothing was found." in shown
    assert "1 prompt, seed 0" in shown


def test_the_page_shows_what_is_read_and_what_realistic_answers_earn():
    report = check_reward(lambda completion, solution: float(completion.strip() == solution), prompts=list(SUMS),
                          solutions=list(SUMS.values()), budget=60)  # fmt: skip
    shown = Page(to_html(report)).texts
    assert report.forms
    assert report.training
    for name in (*(row.name for row in report.forms.rows), *(one.name for one in report.training.strategies)):
        assert name in shown
    assert repr(report.training.strategies[0].example) in shown


# ---- The command


def run(*arguments, code=0):
    rows = "".join(json.dumps({"prompt": p, "solution": s}) + "\n" for p, s in SUMS.items())
    command = ["check-reward", *map(str, arguments), "--in", "-", "--budget", "60"]
    result = CliRunner().invoke(main, command, input=rows)
    assert result.exit_code == code, result.output
    return result.output


def test_the_command_writes_all_forms_and_prints_the_text(tmp_path):
    files = {form: tmp_path / f"report.{form}" for form in ("json", "sarif", "html")}
    options = [f"--{form}={path}" for form, path in files.items()]
    assert run("planted_rewards:substring", *options, code=1).startswith("substring: ")
    report = Report.from_dict(json.loads(files["json"].read_text(encoding="utf-8")))
    log = json.loads(files["sarif"].read_text(encoding="utf-8"))
    required(log)
    assert len(log["runs"][0]["results"]) == len(report.findings) > 0
    assert Page(files["html"].read_text(encoding="utf-8")).texts[0].startswith("substring")


@pytest.mark.parametrize(
    "arguments",
    [["planted_rewards:exact", "--json"], ["--json", "planted_rewards:exact"], ["--json=-", "planted_rewards:exact"]],
)
def test_json_without_a_file_is_printed(arguments):
    assert Report.from_dict(json.loads(run(*arguments))).ok


def test_the_workflow_s_command_is_one():
    """What GitHub would run has options that there are, in a file that can be read."""
    yaml = pytest.importorskip("yaml")
    (job,) = yaml.safe_load((ROOT / "examples" / "check_rewards.yml").read_text(encoding="utf-8"))["jobs"].values()
    (command,) = (step["run"] for step in job["steps"] if "check-reward" in step.get("run", ""))
    name, *arguments = shlex.split(command)[1:]
    context = main.commands[name].make_context(name, arguments, resilient_parsing=True)
    uploaded = [step["with"].get("sarif_file") or step["with"].get("path") for step in job["steps"][-2:]]
    assert uploaded == [context.params["sarif_file"], context.params["html_file"]]
