"""Samples sorted and filtered, groups, pairs, and where two rewards disagree."""

import json
import math

import pytest
from browsed_runs import write_lines, write_rescored, write_run
from hypothesis import given
from hypothesis import strategies as st

from agents.lab.comparing import agreement, common_steps, pairs_of, parting, points_of
from agents.lab.runs import Runs, groups_of
from agents.lab.samples import Query, Samples
from formal_envs.errors import ConfigError

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "step": st.integers(1, 5),
            "prompt": st.sampled_from(["a", "b\N{LATIN CAPITAL LETTER E WITH ACUTE}"]),
            "completion": st.text(max_size=4),
            "reward": st.none() | st.floats(0, 1),
            "parts": st.dictionaries(st.sampled_from(["x", "y"]), st.floats(0, 1)),
            "failure": st.none() | st.sampled_from(["no 'a' at 3", "no 'b' at 44", "empty"]),
        }
    ),
    max_size=12,
)
QUERIES = st.builds(
    Query,
    first=st.none() | st.integers(0, 6),
    last=st.none() | st.integers(0, 6),
    least=st.none() | st.floats(0, 1),
    most=st.none() | st.floats(0, 1),
    failure=st.sampled_from(["", "any", "none", "unscored", "no … at …", "empty"]),
    text=st.sampled_from(["", "A", "\N{LATIN SMALL LETTER E WITH ACUTE}", "x"]),
    sort=st.sampled_from(["step", "reward", "length"]),
    down=st.booleans(),
)


def read(folder, rows):
    write_lines(folder / "samples.jsonl", rows)
    samples = Samples(folder)
    samples.update()
    return samples


@given(ROWS, QUERIES)
def test_a_query_is_what_python_would_choose(tmp_path_factory, rows, query):
    samples = read(tmp_path_factory.mktemp("query"), rows)
    wanted = []
    for place, row in enumerate(rows):
        reward = math.nan if row["reward"] is None else row["reward"]
        kind = None if row["failure"] is None else "empty" if row["failure"] == "empty" else "no … at …"
        keep = (query.first is None or row["step"] >= query.first) and (query.last is None or row["step"] <= query.last)
        keep &= (query.least is None or reward >= query.least) and (query.most is None or reward <= query.most)
        keep &= {
            "": True,
            "any": kind is not None,
            "none": kind is None and row["reward"] is not None,
            "unscored": row["reward"] is None,
        }.get(query.failure, kind == query.failure)
        keep &= query.text.casefold() in f"{row['prompt']}\n{row['completion']}".casefold()
        if keep:
            wanted.append(place)
    entries = samples.find(query)
    assert sorted(entry.place for entry in entries) == wanted
    values = {"step": "step", "reward": "reward", "length": "length"}
    shown = [getattr(entry, values[query.sort]) for entry in entries]
    known = [value for value in shown if value is not None]
    assert shown == sorted(known, reverse=query.down) + [None] * (len(shown) - len(known))
    for entry, row in zip(entries, samples.rows(entries), strict=True):
        assert row["completion"] == rows[entry.place]["completion"]
        assert row["parts"] == rows[entry.place]["parts"]


def test_parts_are_bounds_and_orders(tmp_path):
    rows = [{"step": 1, "prompt": "p", "completion": str(n), "reward": 0, "parts": {"x": n / 4}} for n in range(4)]
    samples = read(tmp_path, [*rows, {"step": 1, "prompt": "p", "completion": "none", "reward": 0}])
    found = samples.find(Query(part="x", least=0.25, most=0.5, sort="part:x", down=True))
    assert [row["completion"] for row in samples.rows(found)] == ["2", "1"]
    assert [entry.place for entry in samples.find(Query(sort="part:x", down=True))] == [3, 2, 1, 0, 4]
    with pytest.raises(ConfigError, match="unknown part"):
        samples.find(Query(part="z"))
    with pytest.raises(ConfigError, match="unknown order"):
        samples.find(Query(sort="__class__"))


def test_groups_of_a_step_and_their_spread(tmp_path):
    samples = Samples(write_run(tmp_path / "a", steps=8))
    samples.update()
    found = groups_of(samples, 4, 0, 10)
    assert found["total"] == 2
    group = found["groups"][0]
    assert (group["prompt"], group["solution"], group["count"]) == ("1+2=", "3", 4)
    assert sorted(group["rewards"]) == [0.0, 0.0, 1.0, 1.0]
    assert (group["mean"], group["deviation"]) == (0.5, 0.5)


def test_samples_of_earlier_versions_are_grouped_by_their_prompts(tmp_path):
    old = {"completion": "x", "reward": 1.0, "parts": {}, "failure": None}
    samples = read(tmp_path, [{"step": 1, "prompt": prompt, **old} for prompt in ("a", "b", "a")])
    found = groups_of(samples, 1, 0, 10)
    assert [(group["prompt"], group["count"]) for group in found["groups"]] == [("a", 2), ("b", 1)]


def test_two_runs_are_paired_by_step_and_prompt(tmp_path):
    one, other = (Samples(write_run(tmp_path / name, steps=steps)) for name, steps in (("a", 6), ("b", 4)))
    one.update()
    other.update()
    assert common_steps(one, other) == [1, 2, 3, 4]
    found = pairs_of(one, other, 2, 0, 10)
    assert [pair["prompt"] for pair in found["pairs"]] == ["1+2=", "2+4="]
    assert len(found["pairs"][0]["one"]) == len(found["pairs"][0]["other"]) == 4


def test_agreement_by_hand(tmp_path):
    """Step 1: both rank alike, one of four is apart. Step 2: one reward is the same throughout."""
    scores = {1: [(0.0, 0.0), (0.2, 0.1), (0.4, 0.2), (1.0, 0.5)], 2: [(1.0, 0.0), (1.0, 0.5)]}
    rows = [
        {"step": step, "prompt": "p", "completion": "c", "reward": one, "other": {"score": two}, "gap": one - two}
        for step, both in scores.items()
        for one, two in both
    ]
    rows.append(
        {
            "step": 2,
            "prompt": "p",
            "completion": "c",
            "reward": 1.0,
            "other": {"score": None, "unscored": "down"},
            "gap": None,
        }
    )
    first, second = agreement(read(tmp_path, rows).entries, 20)
    assert first == {
        "first": 1,
        "last": 1,
        "samples": 4,
        "unscored": 0,
        "mean": 0.4,
        "other": 0.2,
        "rank": pytest.approx(1),
        "apart": 0.25,
    }
    assert second == {
        "first": 2,
        "last": 2,
        "samples": 2,
        "unscored": 1,
        "mean": 1.0,
        "other": 0.25,
        "rank": None,
        "apart": 1.0,
    }
    (whole,) = agreement(read(tmp_path, rows).entries, 1)
    assert (whole["first"], whole["last"], whole["samples"]) == (1, 2, 6)


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ((0.9, 0.2, 0.8), True),
        ((0.9, 0.9, 0.0), False),
        ((0.2, 0.1, 0.8), False),
        ((0.9, 0.2, 0.01), False),
    ],
)
def test_it_is_said_where_one_reward_rises_alone(last, said):
    first = {"samples": 4, "mean": 0.3, "other": 0.3, "apart": 0.0}
    empty = {"samples": 0, "mean": None, "other": None, "apart": None}
    bands = [empty, first, {"samples": 4, **dict(zip(("mean", "other", "apart"), last, strict=True))}, empty]
    sentence = parting(bands, "exact")
    assert (sentence is not None) == said
    if sentence:
        assert "rose from 0.300 to 0.900, while exact went from 0.300 to 0.200" in sentence


def test_points_are_bounded_and_lead_to_their_samples(tmp_path):
    run = write_run(tmp_path / "a", steps=20, gamed=True)
    write_rescored(run)
    samples = Samples(run, "rescored/exact.jsonl")
    samples.update()
    assert len(points_of(samples.entries, 10)) == 10
    for place, step, reward, other, gap in points_of(samples.entries, 1000):
        (row,) = samples.rows(samples.entries[place : place + 1])
        assert (row["step"], row["reward"], row["other"]["score"], row["gap"]) == (step, reward, other, gap)


def test_runs_are_named_by_what_tells_them_apart_and_found_when_they_appear(tmp_path):
    write_run(tmp_path / "x" / "a")
    write_run(tmp_path / "y" / "a")
    runs = Runs([tmp_path / "x" / "a", tmp_path / "y"])
    assert [run.name for run in runs.all()] == ["a", "y/a"]
    write_run(tmp_path / "y" / "deep" / "b", finished=False)
    assert runs.get("y/deep/b").line()["state"] == "training"
    assert runs.get("a").line()["state"] == "finished"
    both = Runs([tmp_path / "x" / "a", tmp_path / "y" / "a"])
    assert [run.name for run in both.all()] == ["x/a", "y/a"]
    for name in ("../y/a", "b", "", "a/../../y", str(tmp_path / "y" / "a")):
        with pytest.raises(ConfigError, match="unknown run"):
            runs.get(name)
    with pytest.raises(ConfigError, match="no folder"):
        Runs([tmp_path / "none"])


def test_links_to_folders_are_not_followed(tmp_path):
    write_run(tmp_path / "elsewhere")
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "link").symlink_to(tmp_path / "elsewhere")
    assert Runs([tmp_path / "shown"]).all() == []


def test_a_run_says_what_it_holds(tmp_path):
    run = write_run(tmp_path / "a", steps=5)
    write_rescored(run)
    found = Runs([run]).get("a").whole()
    assert found["moments"] == [[step, 8] for step in range(1, 6)]
    assert found["parts"] == ["exact"]
    assert found["kinds"] == [["not a number at …", 12]]
    assert found["config"]["options.terms"] == "2"
    assert found["rescored"] == ["exact"]
    assert (found["step"], found["steps"], found["reward"], found["left_out"]) == (5, 5, 1.0, [])
    json.dumps(found, allow_nan=False)
