"""Files of runs that grow, are damaged, or are not meant well."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.lab import files
from agents.lab.files import Lines, last_row, open_file, read_object
from agents.lab.metrics import Metrics
from agents.lab.samples import Query, Samples

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
    lambda of: st.lists(of, max_size=3) | st.dictionaries(st.text(max_size=5), of, max_size=3),
    max_leaves=8,
)


def row(step, completion="x", **more):
    return {"step": step, "prompt": "p", "completion": completion, "reward": 0.5, **more}


@given(st.lists(st.dictionaries(st.text(max_size=4), st.integers(), max_size=3), max_size=8), st.data())
def test_a_file_is_read_the_same_whole_or_in_pieces(tmp_path_factory, rows, data):
    folder = tmp_path_factory.mktemp("grows")
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    lines, read = Lines(folder, "a.jsonl"), []
    for end in [*cuts, len(text)]:
        (folder / "a.jsonl").open("ab").close()
        with (folder / "a.jsonl").open("r+b") as file:
            file.write(text[:end])
        found = list(lines.fresh())
        read += [row for _, _, row in found]
        assert all(json.loads(text[at : at + size]) == row for at, size, row in found)
    assert read == rows
    assert lines.left_out() == []


@given(st.lists(JSON, max_size=6))
def test_whatever_a_line_holds_samples_and_metrics_go_on(tmp_path_factory, values):
    folder = tmp_path_factory.mktemp("odd")
    odd = [
        value if isinstance(value, dict) else row(1, reward=value, parts=value, failure=value, group=value)
        for value in values
    ]
    text = "".join(json.dumps(line) + "\n" for line in [*odd, row(2)])
    for name in ("samples.jsonl", "metrics.jsonl"):
        (folder / name).write_text(text)
    samples, metrics = Samples(folder), Metrics(folder)
    samples.update()
    metrics.update()
    shown = samples.rows(samples.find(Query(sort="reward")))
    assert shown[-1]["completion"] == "x"
    json.dumps(shown, allow_nan=False)
    json.dumps([metrics.curve(name, 5) for name in metrics.names], allow_nan=False)
    assert last_row(folder, "metrics.jsonl")["step"] == 2


@pytest.mark.parametrize(
    "line",
    [b"{", b"[1]", b"[" * 100_000, b'{"step":' * 50_000, b"\xff\xfe", b'{"step": ' + b"9" * 5000 + b"}", b"null"],
)
def test_a_damaged_line_is_left_out_and_said(tmp_path, line):
    (tmp_path / "samples.jsonl").write_bytes(line + b"\n" + json.dumps(row(3)).encode() + b"\n")
    samples = Samples(tmp_path)
    samples.update()
    assert [entry.step for entry in samples.entries] == [3]
    assert samples.left_out() == ["samples.jsonl: 1 damaged lines are left out"]


def test_a_line_too_long_is_left_out_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LINE", 64)
    rows = [row(1), row(2, "y" * 200), row(3)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    lines = Lines(tmp_path, "a.jsonl")
    assert [row["step"] for _, _, row in lines.fresh()] == [1, 3]
    assert lines.left_out() == ["a.jsonl: 1 lines of more than 64 bytes are left out"]


@pytest.mark.parametrize(("name", "most"), [("ROWS", 5), ("BYTES", 300)])
def test_no_more_is_read_than_may_be(tmp_path, monkeypatch, name, most):
    monkeypatch.setattr(files, name, most)
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row(n)) + "\n" for n in range(100)))
    lines = Lines(tmp_path, "a.jsonl")
    found = list(lines.fresh())
    assert 5 <= len(found) <= 6
    assert list(lines.fresh()) == []
    assert lines.left_out() == [f"a.jsonl: only its first {len(found)} lines are read"]


def test_a_file_that_is_replaced_is_read_anew(tmp_path):
    path = tmp_path / "samples.jsonl"
    path.write_text("".join(json.dumps(row(n)) + "\n" for n in (1, 2, 3)))
    samples = Samples(tmp_path)
    samples.update()
    fresh = tmp_path / "fresh"
    fresh.write_text("".join(json.dumps(row(n, "longer than before" * 9)) + "\n" for n in (1, 2, 9)))
    fresh.replace(path)
    samples.update()
    assert [entry.step for entry in samples.entries] == [1, 2, 9]
    path.write_text("")
    samples.update()
    assert samples.entries == []


def test_links_pipes_and_folders_are_not_read(tmp_path):
    secret = tmp_path / "secret.jsonl"
    secret.write_text(json.dumps(row(1)) + "\n")
    run = tmp_path / "run"
    run.mkdir()
    (run / "samples.jsonl").symlink_to(secret)
    os.mkfifo(run / "metrics.jsonl")
    (run / "config.json").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.jsonl").write_text(json.dumps(row(1)) + "\n")
    (run / "rescored").symlink_to(tmp_path / "elsewhere")
    for name in ("samples.jsonl", "metrics.jsonl", "config.json", "rescored/a.jsonl"):
        with pytest.raises(OSError, match=r"."):
            open_file(run, name)
        assert list(Lines(run, name).fresh()) == []
    assert read_object(run, "config.json")[0] == {}


@pytest.mark.parametrize("end", [b"", b'{"step": 4', b"[" * 5000 + b"\n", b"\xff\n", b"7\n\n"])
def test_the_last_row_is_the_last_whole_one(tmp_path, end):
    (tmp_path / "a.jsonl").write_bytes(b'{"step": 2}\n{"step": 3}\n' + end)
    assert last_row(tmp_path, "a.jsonl") == {"step": 3}
    assert last_row(tmp_path, "b.jsonl") == {}


def test_the_last_row_is_found_without_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LINE", 64)
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"step": n}) + "\n" for n in range(1000)))
    assert last_row(tmp_path, "a.jsonl") == {"step": 999}


@pytest.mark.parametrize("text", ["[" * 100_000, "nonsense", "[1]", "x" * (files.OBJECT + 1)])
def test_a_damaged_object_is_said(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    found, wrong = read_object(tmp_path, "config.json")
    assert found == {}
    assert "config.json" in wrong


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.integers(1, 20))
def test_a_curve_of_few_points_keeps_what_is_extreme(tmp_path_factory, values, points):
    folder = tmp_path_factory.mktemp("curve")
    (folder / "metrics.jsonl").write_text(
        "".join(json.dumps({"step": n + 1, "a": value}) + "\n" for n, value in enumerate(values))
    )
    metrics = Metrics(folder)
    metrics.update()
    curve = metrics.curve("a", points)
    assert len(curve["steps"]) == min(points, len(values))
    assert curve["steps"][-1] == len(values)
    assert min(curve["low"]) == min(values)
    assert max(curve["high"]) == max(values)
    for low, mean, high in zip(curve["low"], curve["mean"], curve["high"], strict=True):
        assert low - 1e-6 <= mean <= high + 1e-6
