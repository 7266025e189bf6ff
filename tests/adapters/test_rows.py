"""Rows for other trainers: what they ask, how they are scored by their ids, and the files that they come in."""

import json
import runpy
import sys

import gymnasium
import pytest
from click.testing import CliRunner

from agents.cli import main
from formal_envs.adapters.rows import RowId, rows, score, score_batch
from formal_envs.adapters.verl import (
    compute_score,
    compute_score_batch,
    make_compute_score,
    make_compute_score_batch,
    verl_row,
)
from formal_envs.errors import ConfigError
from formal_envs.score import Score
from formal_envs.testing.calls import as_scorer

GRAMMAR = "start: NUMBER (OPERATOR NUMBER)*\nNUMBER: /[0-9]/\nOPERATOR: /[+*]/"
ENVS = {
    "FormalArith-v0": {"split": "test", "terms": 3, "operators": "+-"},
    "FormalSentiment-v0": {"reward": "vader", "target": "negative"},
    "FormalGame-v0": {"playouts": 5},
    "FormalGrammar-v0": {"grammar": GRAMMAR},
}
parametrized = pytest.mark.parametrize("env", ENVS)


def export(*arguments, code=0):
    result = CliRunner().invoke(main, ["export", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


@parametrized
def test_rows_are_what_the_environment_asks_and_pays(env):
    made = list(rows(env, 4, seed=7, **ENVS[env]))
    played = gymnasium.make(f"formal_envs:{env}", **ENVS[env])
    for index, row in enumerate(made):
        prompt, _ = played.reset(seed=None if index else 7)
        assert row["prompt"] == prompt
        completion = (row["solution"], "", "7 or 8", row["solution"][:-1])[index]
        _, reward, _, _, info = played.step(completion)
        scored = score(row["id"], completion, trusted=[ENVS[env]])
        assert (scored.value, scored.parts, scored.failure) == (reward, info["parts"], info["failure"])
        assert RowId.parse(row["id"]) == RowId(env, {"split": "train", **ENVS[env]}, 7, index)


def test_a_score_needs_nothing_but_the_id():
    """The chain of this id ends in 8+21: 29 is right, and 25 is off by 4."""
    by_hand = '{"env":"FormalArith-v0","index":0,"options":{"split":"train"},"seed":0}'
    (row,) = rows("FormalArith-v0", 1)
    assert row["id"] == by_hand
    assert row["prompt"].endswith("=8+21=")
    assert score(by_hand, "29") == Score(1.0, {"error": 0.0, "exact": 1.0, "well_formed": 1.0})
    assert score(by_hand, "25").parts["error"] == 4
    assert score(by_hand.replace('"split":"train"', '"reward":"exact"'), "25").value == 0


def test_a_batch_mixes_environments_and_repeats_problems_in_any_order():
    made = [row for env in ENVS for row in rows(env, 3, **ENVS[env])]
    ids = [row["id"] for row in made] * 2
    completions = [row["solution"] for row in made] + ["7"] * len(made)
    order = sorted(range(len(ids)), key=lambda place: (place * 7) % len(ids))
    trusted = list(ENVS.values())
    mixed = score_batch([ids[place] for place in order], [completions[place] for place in order], trusted=trusted)
    assert mixed == [score(ids[place], completions[place], trusted=trusted) for place in order]
    assert len({score.value for score in mixed}) > 5


def test_problems_past_the_first_block_are_the_same_as_alone():
    made = list(rows("FormalArith-v0", 2050))
    assert len({row["id"] for row in made}) == 2050
    for row in (made[1023], made[1024], made[2049]):
        assert score(row["id"], row["solution"]).value == 1
    assert score(made[1024]["id"], made[1025]["solution"]).value < 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "JSON object"),
        (None, "JSON object"),
        ("[1]", "JSON object"),
        ('{"env":"FormalArith-v0"}', "JSON object"),
        ('{"env":1,"index":0,"options":{},"seed":0}', "name of an environment"),
        ('{"env":"FormalArith-v0","index":-1,"options":{},"seed":0}', "index must be"),
        ('{"env":"FormalArith-v0","index":0,"options":{},"seed":1e3}', "seed must be"),
        ('{"env":"FormalArit-v0","index":0,"options":{},"seed":0}', "FormalArith-v0"),
        ('{"env":"FormalArith-v0","index":0,"options":{"term":3},"seed":0}', "terms"),
    ],
)
def test_what_is_no_id_is_named(text, said):
    with pytest.raises(ConfigError, match=said):
        score(text, "7")


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        (("FormalArit-v0", 3), {}, "FormalArith-v0"),
        (("FormalArith-v0", 3), {"term": 3}, "terms"),
        (("FormalArith-v0", -1), {}, "n must be"),
        (("FormalArith-v0", 3), {"reward": score}, "JSON values"),
    ],
)
def test_options_that_cannot_be_used_are_named_before_the_first_row(arguments, options, said):
    with pytest.raises(ConfigError, match=said):
        rows(*arguments, **options)


def test_as_many_completions_as_ids():
    with pytest.raises(ConfigError, match="completions"):
        score_batch(["{}"], [])


def test_export_writes_the_same_rows_in_each_format(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")

    wanted = list(rows("FormalArith-v0", 5000, seed=3, split="test"))
    for form in ("jsonl", "parquet"):
        options = ("--n", 5000, "--seed", 3, "--set", "split=test", "--format", form, "--out", tmp_path / form)
        export("FormalArithToken-v0", *options)
    lines = (tmp_path / "jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == wanted
    assert parquet.read_table(tmp_path / "parquet").to_pylist() == wanted


def test_a_mistake_leaves_no_file(tmp_path):
    assert "terms" in export("FormalArith-v0", "--n", 1, "--set", "term=3", "--out", tmp_path / "rows", code=1)
    assert not (tmp_path / "rows").exists()


@pytest.mark.parametrize(
    ("form", "package"), [("parquet", "pyarrow"), ("verl", "pyarrow"), ("hf", "pyarrow"), ("hf", "huggingface_hub")]
)
def test_a_missing_package_is_named(tmp_path, monkeypatch, form, package):
    monkeypatch.setitem(sys.modules, package, None)
    said = export("FormalArith-v0", "--n", 1, "--format", form, "--out", tmp_path / "rows", code=1)
    assert "formal-envs[datasets]" in said


def test_verl_loads_the_function_from_the_file_alone():
    from formal_envs.adapters import verl

    (row,) = rows("FormalArith-v0", 1)
    loaded = runpy.run_path(verl.__file__, run_name="custom_module")["compute_score"]
    assert loaded("", row["solution"], "", {"id": row["id"], "num_turns": 2})["score"] == 1


def test_verl_reads_its_rows_and_scores_them(tmp_path):
    datasets = pytest.importorskip("datasets")
    export("FormalArith-v0", "--n", 20, "--format", "verl", "--out", tmp_path / "train.parquet")
    table = datasets.load_dataset("parquet", data_files=str(tmp_path / "train.parquet"), cache_dir=str(tmp_path))[
        "train"
    ]
    assert table.column_names == ["data_source", "prompt", "ability", "reward_model", "extra_info"]
    for number, (read, row) in enumerate(zip(table, rows("FormalArith-v0", 20), strict=True)):
        assert read == verl_row(row)
        assert read["prompt"] == [{"role": "user", "content": row["prompt"]}]
        assert read["reward_model"] == {"style": "rule", "ground_truth": row["solution"]}
        assert (read["extra_info"]["index"], read["extra_info"]["split"]) == (number, "train")
        arguments = read["data_source"], row["solution"], read["reward_model"]["ground_truth"], read["extra_info"]
        assert compute_score(*arguments) == {"error": 0, "exact": 1, "well_formed": 1, "score": 1}


@parametrized
def test_verl_gets_the_same_from_a_batch_with_the_same_names_for_any_text(env):
    read = [verl_row(row) for row in rows(env, 3, **ENVS[env])]
    texts = [read[0]["reward_model"]["ground_truth"], "", "\0 nan"]
    columns = [[row["data_source"] for row in read], texts, [row["reward_model"]["ground_truth"] for row in read]]
    infos = [row["extra_info"] for row in read]
    one, batch = make_compute_score([ENVS[env]]), make_compute_score_batch([ENVS[env]])
    together = batch(*columns, infos)
    assert together == [one(*arguments) for arguments in zip(*columns, infos, strict=True)]
    assert together[0]["score"] > min(row["score"] for row in together)
    assert len({tuple(row) for row in together}) == 1  # verl logs columns, a value for every row


def test_verl_is_called_by_names_that_the_test_kit_knows_too():
    assert as_scorer(compute_score, with_solutions=True).kind == "verl"
    assert as_scorer(compute_score_batch, with_solutions=True).kind == "verl batch"


@pytest.mark.parametrize("info", [None, {}, {"index": 3}])
def test_verl_without_an_id_is_an_error_and_no_wrong_answer(info):
    with pytest.raises(ConfigError, match="extra_info needs the id"):
        compute_score("FormalArith-v0", "7", "7", info)
