"""Which completions of a training a run keeps."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agents.runs.keeping import BYTES, GROUPS, MEMBERS, MOMENTS, PROMPTS, bounded, is_kept, kept_rows, sample_row
from formal_envs.score import Score, Unscored


@given(st.integers(1, 20_000))
def test_moments_are_few_and_evenly_spread(steps):
    kept = [step for step in range(1, steps + 1) if is_kept(step, steps)]
    assert kept[0] == 1
    assert kept[-1] == steps
    assert len(kept) <= MOMENTS + 2
    assert len(kept) >= min(steps, MOMENTS / 2)
    gaps = {later - step for step, later in pairwise(kept[1:-1])}
    assert len(gaps) <= 1


@given(st.integers(1, 40), st.integers(1, 40))
def test_rows_are_the_first_of_each_prompt_then_the_others_of_a_few(prompts, size):
    texts = [f"{group}.{n}" for group in range(prompts) for n in range(size)]
    scores = [Score(place / 1024, {"part": 1.0}, "wrong", place % 3) for place in range(len(texts))]
    asked, solutions = ([f"{kind}{group}" for group in range(prompts)] for kind in "ps")
    rows = kept_rows(asked, solutions, texts, scores)
    firsts = min(PROMPTS, prompts)
    assert [row["completion"] for row in rows[:firsts]] == [f"{group}.0" for group in range(firsts)]
    assert [row["solution"] for row in rows[:firsts]] == solutions[:firsts]
    assert (
        len({row["completion"] for row in rows})
        == len(rows)
        == firsts + min(GROUPS, prompts) * min(MEMBERS - 1, size - 1)
    )
    for row in rows:
        group, n = map(int, row["completion"].split("."))
        assert row["group"] == group
        assert row["prompt"] == f"p{group}"
        assert row["failed_at"] == (group * size + n) % 3
        assert row["reward"] == round((group * size + n) / 1024, 4)
        assert ("solution" in row) == (n == 0)
    assert json.loads(json.dumps(rows)) == rows


@given(st.lists(st.integers(1, BYTES // 2), max_size=8))
def test_a_step_takes_no_more_bytes_than_it_may(sizes):
    lines = ["\N{LATIN SMALL LETTER E WITH ACUTE}" * (size // 2) + "x" * (size % 2) for size in sizes]
    kept = bounded(lines)
    assert kept == lines[: len(kept)]
    assert sum(sizes[: len(kept)]) <= BYTES
    assert len(kept) == len(lines) or sum(sizes[: len(kept) + 1]) > BYTES


def test_one_row_is_kept_whatever_its_size():
    assert bounded(["x" * (BYTES + 1), "y"]) == ["x" * (BYTES + 1)]


def test_what_could_not_be_scored_is_no_zero():
    row = sample_row("2+2=", "4", Unscored("the server is down"))
    assert row["reward"] is None
    assert row["unscored"] == "the server is down"
    assert row["completion"] == "4"
