"""What is scored and judged runs apart: it is ended in time with all that it started, wherever the check is made."""

import io
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from test_sandbox import alive, all_gone, linux

from formal_envs.errors import ConfigError
from formal_envs.testing import check_reward
from formal_envs.testing.calls import as_scorer
from formal_envs.testing.cases import Case, Problem
from formal_envs.testing.clock import Clock
from formal_envs.testing.isolation import Judge
from formal_envs.testing.verdicts import Verdicts

SUMS = {"6+8=": "14", "1+1=": "2"}
quick = partial(check_reward, prompts=list(SUMS), solutions=list(SUMS.values()))
PROBLEM = Problem("6+8=", "14", "14")


def exact(completion, solution):
    return float(completion.strip() == solution)


def cases(*texts):
    return [Case(PROBLEM, text) for text in texts]


# ---- Outcomes come whole, whatever happens on the way


def odd(completion, solution):
    if completion == "hang":
        time.sleep(60)
    if completion == "die":
        os._exit(0)
    if completion == "much":
        return {"score": 1.0, **{f"part {n}": 0.0 for n in range(9_000)}}
    return float(len(completion))


def test_what_was_scored_before_a_text_that_hangs_is_kept():
    texts = [*("a" * n for n in range(300)), "hang", "b", "die", "bb"]
    with Judge(as_scorer(odd, with_solutions=True), time_limit=0.5) as judge:
        outcomes = judge.single(cases(*texts))
    assert [outcome.state for outcome in outcomes] == [*["scored"] * 300, "hung", "scored", "died", "not asked"]
    assert [outcome.value for outcome in outcomes[:300]] == list(range(300))


def test_outcomes_larger_than_a_pipe_holds_come_through():
    with Judge(as_scorer(odd, with_solutions=True), time_limit=20) as judge:
        outcomes = judge.single(cases("much", "a", "much"))
    assert [(outcome.value, len(outcome.parts)) for outcome in outcomes] == [(1.0, 9_000), (1.0, 0), (1.0, 9_000)]


def rests(completion, solution):
    time.sleep(0.1)
    return 1.0


def test_a_slow_reward_does_not_hang_among_threads():
    with Judge(as_scorer(rests, with_solutions=True), time_limit=0.3) as judge:
        judge.single(cases("a"))
        assert {outcome.state for outcome in judge.threads(cases(*"abcdefgh"))} == {"scored"}  # after 1.6 s


# ---- What tells right from wrong


def judge_of(completion, solution):
    print(completion)
    if completion == "hang":
        time.sleep(60)
    return int(completion) == int(solution)


def told(right):
    return Verdicts(lambda case: right(case.completion, "14"), time_limit=0.3, trusted=False, clock=Clock({}))


def test_a_judge_may_raise_hang_and_print(capfd):
    with told(judge_of) as verdicts:
        asked = cases("14", " 14", "15", "x", "hang")
        verdicts.expect(asked)
        assert [verdicts.known(case) for case in asked] == [True, True, False, False, None]
        assert [verdicts(case) for case in asked] == [True, True, False, False, True]
        raised, hung = verdicts.failures()
    assert "raises ValueError" in raised.message
    assert "on 'x', and so for 1 of 5 texts; such texts count as wrong" in raised.message
    assert "does not end within 0.3 s on 'hang', and so for 1 of 5 texts; such texts are left out" in hung.message
    assert {raised.severity, hung.severity} == {"note"}
    assert capfd.readouterr() == ("", "")


def test_a_judge_that_fails_whatever_it_is_asked_is_an_error():
    def raises(completion, solution):
        raise KeyError(solution)

    with told(raises) as verdicts:
        assert verdicts(cases("a")[0]) is False
        (found,) = verdicts.failures()
    assert found.severity == "error"


def test_a_check_is_made_though_its_judge_fails():
    report = quick(exact, correct=judge_of, budget=30, time_limit=5)
    (found,) = [finding for finding in report.findings if finding.check == "judge of right"]
    assert "raises ValueError" in found.message
    assert report.ok, str(report)


# ---- Time


def test_each_law_has_its_share_of_the_time_and_of_what_others_leave(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    clock = Clock({"a": 1.0, "b": 2.0, "c": 1.0}, max_seconds=8.0)
    clock.begin("a")
    assert clock.left == 2.0  # 8 * 1 / 4
    now[0] = 0.5
    clock.begin("b")
    assert clock.left == 5.0  # 7.5 * 2 / 3
    now[0] = 7.0
    clock.begin("c")
    assert clock.left == 1.0
    now[0] = 9.0
    assert clock.left < 0


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_a_bar_is_shown_on_a_terminal_after_five_seconds(monkeypatch, stream):
    now, shown = [0.0], stream()
    monkeypatch.setattr("formal_envs.testing.clock.time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(sys, "stderr", shown)
    clock = Clock({"a": 100.0, "b": 300.0})
    clock.begin("a")
    now[0] = 4.0
    clock.scored(50)
    assert shown.getvalue() == ""
    clock.begin("b")
    now[0] = 6.0
    clock.scored(100)
    clock.stop()
    assert ("50%" in shown.getvalue() and "200/400" in shown.getvalue()) is (stream is Terminal)


def slow(completion, solution):
    time.sleep(0.05)
    return exact(completion, solution)


def test_texts_for_which_there_is_no_time_are_not_asked():
    clock = Clock({}, max_seconds=1.0)
    with Judge(as_scorer(slow, with_solutions=True), time_limit=20, clock=clock) as judge:
        outcomes = judge.single(cases(*map(str, range(60))))
    states = [outcome.state for outcome in outcomes]
    scored = states.count("scored")
    assert scored < 40
    assert states == [*["scored"] * scored, *["not asked"] * (60 - scored)]
    assert clock.left_out == 60 - scored


def test_a_report_says_what_there_was_no_time_for():
    report = quick(slow, budget=40, max_seconds=1e-9)
    assert report.ok
    assert not report.findings
    assert {check.result for check in report.checks} == {"-"}
    assert report.checks[0].remark.startswith("no time for ")


@pytest.mark.parametrize("max_seconds", [0, -1, float("nan")])
def test_seconds_without_meaning(max_seconds):
    with pytest.raises(ConfigError, match="max_seconds"):
        quick(exact, max_seconds=max_seconds)


# ---- Wherever it is made


def is_ok(_):
    return quick(exact, budget=4).ok


def test_a_check_in_a_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(is_ok(0)))
    thread.start()
    thread.join()
    assert found == [True]


@pytest.mark.process
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork")
def test_a_check_in_a_daemonic_process():
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.map(is_ok, [0]) == [True]


# ---- Nothing outlives it


def starts(completion, solution, folder):
    """Starts a process in a session of its own and one in none, and hangs."""
    for session in (False, True):
        started = subprocess.Popen([sys.executable, "-ISc", "import time; time.sleep(600)"], start_new_session=session)
        (Path(folder) / str(started.pid)).touch()
    (Path(folder) / str(os.getpid())).touch()
    while True:
        pass


def started_in(folder, least):
    until = time.monotonic() + 60
    while len(os.listdir(folder)) < least and time.monotonic() < until:
        time.sleep(0.05)
    return [int(name) for name in os.listdir(folder)]


@linux
def test_what_a_reward_started_ends_with_the_check(tmp_path):
    with Judge(as_scorer(partial(starts, folder=tmp_path), with_solutions=True), time_limit=5) as judge:
        assert judge.single(cases("a"))[0].state == "hung"
    processes = started_in(tmp_path, 3)
    assert len(processes) == 3
    assert all_gone(processes)


CHECK = """
import sys
from functools import partial
from test_isolation import quick, starts
print("READY", flush=True)
quick(partial(starts, folder=sys.argv[1]), budget=4, time_limit=600)
"""


@linux
@pytest.mark.process
def test_nothing_outlives_a_check_that_is_killed(tmp_path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    with subprocess.Popen([sys.executable, "-c", CHECK, tmp_path], env=environment, stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"READY\n"
        processes = [*started_in(tmp_path, 3), *children_of(parent.pid)]
        assert len(processes) > 3
        assert all(map(alive, processes))
        parent.kill()
    assert all_gone(processes)


def children_of(parent):
    """The processes whose parent is this one."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            status = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(status[1]) == parent:
            found.append(int(process))
    return found
