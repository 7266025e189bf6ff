"""The figures: their data, their pictures, and the runner, with real runs."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")

from click.testing import CliRunner

from agents import experiments
from agents.cli import main
from agents.experiments.curves import at_end, collect_data, compare, first_step, interval, metric
from agents.experiments.drawing import draw, spread
from agents.experiments.figures import stability
from agents.experiments.plan import SCALES, Figure, Panel, Plan, Result
from agents.experiments.runner import Job, run_jobs
from formal_envs.errors import FormalEnvError

PAPERS = [f"fig{number}" for number in range(1, 10)]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", [*PAPERS, "stability", "transfer"])
def test_every_figure_is_made_of_settings_that_its_trainers_have(name, scale):
    plans = experiments.load(name, scale).plans()
    assert plans
    for plan in plans.values():
        plan.check()


def test_there_are_the_papers_figures_and_two_more():
    assert experiments.names() == [*PAPERS, "stability", "transfer"]


def test_figures_share_runs():
    names = {name: {plan.name(0) for plan in experiments.load(name, "tiny").plans().values()} for name in PAPERS}
    assert len(names["fig1"] & names["fig2"] & names["fig3"] & names["fig4"]) == 1  # the classifier's reward, no bonus
    assert len(names["fig6"] & names["fig7"] & names["fig8"]) == 3  # the plain ones


def test_a_runs_folder_is_named_by_its_work():
    plan = Plan("ppo", "FormalArith-v0", {"steps": 3}, start=Plan("sft", "FormalArith-v0", {"steps": 2}))
    others = [
        plan.with_settings(steps=4),
        plan.with_all({"width": 32}),
        Plan("ppo", "FormalArith-v0", {"steps": 3}),
        Plan("ppo", "FormalArith-v0", {"steps": 3}, start=Plan("sft", "FormalArith-v0", {"steps": 1})),
    ]
    assert len({each.name(0) for each in [plan, *others]}) == 5
    assert plan.name(0) != plan.name(1)
    assert replace(plan, seconds=5.0).name(1) == plan.name(1)  # the same work
    half = replace(plan, seconds=8.0).with_all({"steps": 1, "width": 32})
    assert half.seconds == pytest.approx(8 / 3)  # of three steps
    with pytest.raises(FormalEnvError, match="steps must be of type int"):
        plan.with_all({"steps": "many"}).check()
    first, second = plan.all_commands(7)
    assert first == ["sft", "FormalArith-v0", "--out", f"runs/{plan.start.name(7)}", "--seed=7", "--set=steps=2"]
    assert second[4:6] == ["--from", f"runs/{plan.start.name(7)}"]


def rows(values, name="exact"):
    return [{"step": step, name: value} for step, value in enumerate(values, 1)]


def result(metrics, **test):
    return Result(Path("a-run"), metrics, {"greedy_test": {"exact": 0.0, "mode_share": 0.0, **test}}, {})


def test_a_curve_of_many_steps_is_one_of_means():
    steps, values = metric("exact")(result(rows([0.0, 1.0] * 150)))
    assert len(steps) == len(values) == 100
    assert steps[:2] == [2.0, 5.0]
    assert values[:2] == pytest.approx([1 / 3, 2 / 3])


def test_a_curve_has_the_steps_that_have_its_metric():
    metrics = [{"step": 1}, {"step": 2, "loss": 5.0}, {"step": 3}, {"step": 4, "loss": 4.0}]
    assert metric("loss")(result(metrics)) == ([2.0, 4.0], [5.0, 4.0])


def test_ends_and_first_steps():
    found = result(rows([0.0, 0.2, 0.9, 0.5, 0.5, 0.5, 0.5, 0.5, 0.6, 0.8] * 2))
    assert at_end(found, "exact") == pytest.approx(0.7)
    assert first_step(found, "exact", 0.9) == 3.0
    assert first_step(found, "exact", 0.95) is None


def test_the_interval_of_one_seed_is_its_value_and_that_of_two_reaches_both():
    low, high = interval(np.array([[0.25, 4.0]]))
    assert (low.tolist(), high.tolist()) == ([0.25, 4.0], [0.25, 4.0])
    low, high = interval(np.array([[0.0], [1.0]]))  # both resampled twice in a quarter of the cases each
    assert (low[0], high[0]) == (0.0, 1.0)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=6), st.floats(-5, 5))
def test_intervals_hold_the_mean_and_move_with_the_values(values, shift):
    values = np.asarray(values)[:, None]
    low, high = interval(values)
    assert values.min() - 1e-9 <= low[0] <= values.mean() + 1e-9
    assert values.mean() - 1e-9 <= high[0] <= values.max() + 1e-9
    assert interval(values + shift)[0] == pytest.approx(low + shift, abs=1e-9)


def test_a_difference_is_named_only_where_its_interval_leaves_out_nothing():
    assert compare([0.6, 0.7, 0.8], [0.1, 0.2, 0.3]) == ("+0.50 [+0.50, +0.50]", "higher")
    assert compare([0.1, 0.3], [0.4, 0.4])[1] == "lower"
    assert compare([0.1, 0.9], [0.5, 0.5])[1] == "not clearly different"
    assert compare([0.9], [0.5]) == ("+0.40 (one seed)", "not clearly different")


@given(st.lists(st.floats(0, 1), max_size=8), st.floats(0.01, 0.3))
def test_labels_are_moved_apart_in_their_order_and_no_further(places, gap):
    moved = spread(places, gap)
    order = sorted(range(len(places)), key=places.__getitem__)
    apart = [moved[after] - moved[before] for before, after in pairwise(order)]
    assert all(distance >= gap - 1e-9 for distance in apart)
    assert sum(moved) == pytest.approx(sum(places))
    if all(places[after] - places[before] >= gap for before, after in pairwise(order)):
        assert moved == pytest.approx(places)


def figure_of():
    lines = {name: Plan("ppo", "FormalArith-v0", {"steps": steps}) for name, steps in (("short", 2), ("long", 3))}
    return Figure(
        "Two lines", [Panel("Right", lines, metric("exact"), "share", span=(0, 1))], 1, lambda data: data["title"]
    )


def test_a_figures_data_are_means_of_seeds_with_intervals_and_go_through_json():
    found = {"short": [result(rows([0.0, 0.5])), result(rows([0.2, 0.7]))], "long": [result(rows([0.1, 0.1]))] * 2}
    data = collect_data("two", figure_of(), found, "the command")
    assert json.loads(json.dumps(data)) == {**data, "panels": [{**data["panels"][0], "span": [0, 1]}]}
    short, long = data["panels"][0]["lines"]
    assert short["mean"] == pytest.approx([0.1, 0.6])
    assert (short["low"], short["high"]) == ([0.0, 0.5], [0.2, 0.7])
    assert long["low"] == long["high"] == [0.1, 0.1]
    assert data["shows"] == "Two lines"


@pytest.mark.parametrize("points", [1, 2, 60])
def test_pictures_are_drawn_from_the_data_alone_and_are_the_same_each_time(points, tmp_path):
    found = {
        name: [result(rows(np.linspace(0, end, points))) for end in (0.5, 0.6)]
        for name, end in (("short", 1), ("long", 1))
    }
    data = json.loads(json.dumps(collect_data("two", figure_of(), found, "the command")))
    png, svg = draw(data, tmp_path / "one")
    again = draw(data, tmp_path / "two")
    assert png.read_bytes() == again[0].read_bytes()
    assert svg.read_bytes() == again[1].read_bytes()
    for text in ("Two lines", "Right", "short", "long", "share"):
        assert f">{text}</text>" in svg.read_text()


def test_stability_counts_who_solved_and_who_collapsed():
    metrics = [
        {**row, "batch_entropy": 3.0, "entropy": 3.0 - information, "mutual_information": information, "seconds": 9.0}
        for information, row in enumerate(rows([0.5, 0.96, 0.93, 0.995], "greedy_exact"))
    ]
    collapsed = [{**row, "batch_entropy": 0.5} for row in metrics]
    found = [
        result(metrics, exact=0.995, mode_share=0.1),
        result(metrics[:3], exact=0.97, mode_share=0.6),
        result(collapsed, exact=0.1),
    ]
    (row,) = stability._table({"a": found})
    assert row["solved (0.99)"] == "1 of 3"
    assert row["learned (0.95)"] == "2 of 3"
    assert row["share of the budget to 0.95"] == "0.50 0.67 0.50"
    assert row["share of the budget to 0.99"] == "1.00 - 1.00"
    assert row["collapsed"] == "2 of 3"
    assert row["largest fall after 0.9"] == "0.030 0.030 0.030"
    assert (
        row["rank correlation of right answers with I"] == "0.70"
    )  # 1 - 6 * 2 / (4 * 15), twice, and 1 - 6 * 2 / (3 * 8)
    assert row["with H"] == "-0.70"
    assert stability._mode_share({"commonest": 0.6}) == 0.6  # in the summary of an older run


@pytest.mark.process
def test_jobs_wait_for_what_they_need_and_are_reported_as_they_finish(tmp_path):
    def evaluation(name, *needs):
        command = ["eval", "oracle", "--env=FormalArith-v0", "--episodes=8", "--json"]
        return Job(name, command, command, tmp_path / f"{name}.json", needs, 1.0, prints=True)

    jobs = {job.name: job for job in (evaluation("c", "a"), evaluation("a"), evaluation("b", "c"))}
    reports = []
    run_jobs(jobs, tmp_path, 2, 1, lambda finished: reports.append(set(finished)))
    assert reports == [set(), {"a"}, {"a", "c"}, {"a", "b", "c"}]
    assert json.loads((tmp_path / "b.json").read_text())["exact"] == 1.0
    run_jobs(jobs, tmp_path, 2, 1, lambda finished: reports.append(set(finished)))
    assert reports[4:] == [{"a", "b", "c"}]


SMALL = ["--seeds", "1", "--jobs", "1", "--set=steps=40", "--set=checkpoint_every=5", "--set=test_episodes=64"]


@pytest.mark.process
def test_a_killed_command_goes_on_and_ends_with_the_same_json(tmp_path):
    """Every process is killed in the middle of the first run; the second command goes on from its checkpoint."""
    command = [sys.executable, "-m", "formal_envs", "reproduce", "fig5", *SMALL, "--set=width=16"]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run([*command, "--out", whole], check=True)
    process = subprocess.Popen([*command, "--out", killed], start_new_session=True)
    deadline = time.monotonic() + 120
    while sum(len(path.read_text().splitlines()) for path in killed.glob("runs/*/metrics.jsonl")) < 12:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not list(killed.glob("fig5.*"))
    (begun,) = killed.glob("runs/*/config.json")
    before = begun.stat().st_mtime_ns
    subprocess.run([*command, "--out", killed], check=True)
    assert begun.stat().st_mtime_ns == before  # the run was not begun anew
    assert (killed / "fig5.json").read_text() == (whole / "fig5.json").read_text()
    page = (killed / "report.html").read_text()
    for text in ("Arithmetic: supervised training", "formal-envs reproduce fig5", "fig5.svg", "step 40"):
        assert text in page
    before = {path: path.stat().st_mtime_ns for path in killed.rglob("metrics.jsonl")}
    subprocess.run([*command, "--out", killed], check=True)
    assert {path: path.stat().st_mtime_ns for path in killed.rglob("metrics.jsonl")} == before


@pytest.mark.process
def test_a_command_that_is_terminated_leaves_no_run_behind(tmp_path):
    command = [
        sys.executable,
        "-m",
        "formal_envs",
        "reproduce",
        "fig5",
        "--seeds",
        "1",
        "--jobs",
        "1",
        "--out",
        tmp_path,
    ]
    process = subprocess.Popen(command)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("runs/*/metrics.jsonl")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.terminate()
    assert process.wait() == 128 + signal.SIGTERM
    with (tmp_path / "lock").open() as lock:  # which its processes hold
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.process
def test_a_run_that_fails_is_an_error_with_its_log(tmp_path):
    output = CliRunner().invoke(
        main, ["reproduce", "fig5", *SMALL, "--out", str(tmp_path), "--set=optimizer=muon", "--set=model=no-such-model"]
    )
    assert output.exit_code == 1
    assert "no-such-model" in output.output
    (log,) = (tmp_path / "logs").iterdir()
    assert str(log) in output.output


def test_unknown_figures_are_refused():
    with pytest.raises(FormalEnvError, match="did you mean 'fig3'"):
        experiments.load("fig33", "tiny")


SAVED = sorted((Path(__file__).parents[2] / "docs" / "figures").glob("*.json"))


@pytest.mark.slow
@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
def test_the_pictures_of_the_documents_are_drawn_from_their_data(path, tmp_path):
    data = json.loads(path.read_text())
    _, svg = draw(data, tmp_path / path.stem)
    text = svg.read_text()
    assert path.with_suffix(".png").stat().st_size > 10_000
    for panel in data["panels"]:
        assert f">{panel['title']}</text>" in text
        assert all(f">{line['label']}</text>" in text for line in panel["lines"] if len(panel["lines"]) > 1)
    if "shows" in data:  # a figure of `reproduce`, not of an example
        assert data["shows"] == experiments.load(data["figure"], "tiny").conclude(json.loads(path.read_text()))
