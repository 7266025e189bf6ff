"""The examples run, and the README's code does what it shows."""

import json
import re
from itertools import product
from pathlib import Path

import pytest
from running import run

from formal_envs.ludii import evaluate_game

ROOT = Path(__file__).parents[1]
LOGIC = {"prompt": "table", "evaluator": "agreement"}


@pytest.mark.process
def test_every_python_block_of_the_readme_runs():
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        assert run("-c", block)


@pytest.mark.process
def test_own_agent():
    assert "reward_mean" in run("examples/own_agent.py")


@pytest.mark.process
@pytest.mark.train
def test_a_run_is_stopped_by_its_watch(tmp_path):
    pytest.importorskip("torch")
    shown = run("examples/watched_ppo.py", "--out", str(tmp_path), "--picture", str(tmp_path / "watched.png"))
    steps, said = re.fullmatch(r"(\d+) steps; step (\d+): .* is paid 1 and judged 0\n", shown).groups()
    assert int(steps) == int(said) < 200
    rows = [json.loads(line) for line in (tmp_path / "paid" / "metrics.jsonl").read_text().splitlines()]
    assert max(row["watch_judgement"] for row in rows[:50]) > 0.4 > 0.2 > rows[-1]["watch_judgement"]
    assert (tmp_path / "watched.png").stat().st_size > 10_000


def test_json_grammar():
    lines = run("examples/json_grammar.py").splitlines()
    assert [line.split("  ")[0] for line in lines[1:3]] == ['{"a": 1, "b": [true]}', '{"b": {}, "c": null}']
    values = [float(line[24:31]) for line in lines[1:]]
    assert values == [1, 0.333, 0, 0.069, 0.078]  # 2 of 2 keys; 1 of 3; no object; 11 of 16 places; 7 of 9
    assert "got '}' at column 9" in lines[-1]


def test_sql_grammar():
    lines = run("examples/sql_grammar.py").splitlines()
    assert [float(line[40:47]) for line in lines[:3]] == [0.1, 1, 0.093]
    assert "expected 'legs' or 'name'" in lines[2]


def test_logic_grammar():
    values = [float(line[21:28]) for line in run("examples/logic_grammar.py").splitlines()]
    assert values == [1, 1, 0.5, 0.067, 0.033]  # q & r twice; p, right in 4 rows of 8; 2 of 3, and 1 of 3 places


@pytest.mark.process
def test_functions_of_an_example_are_options_on_the_command_line():
    functions = [f"--set={option}=examples/logic_grammar.py:{name}" for option, name in LOGIC.items()]
    options = ["--n=60", "--json", "--set=grammar=examples/logic.lark", *functions]
    shown = run("-m", "formal_envs", "sample", "FormalGrammar-v0", *options)
    problems = [problem for problem in map(json.loads, shown.splitlines()) if "->" not in problem["solution"]]
    assert len(problems) > 5
    for problem in problems:  # Python's ~, & and | bind alike
        rows = [eval(problem["solution"], dict(zip("pqr", row, strict=True))) & 1 for row in product((0, 1), repeat=3)]
        assert "".join(map(str, rows)) == problem["prompt"].strip()


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*_grammar.py")), ids=lambda path: path.name)
def test_examples_of_grammars_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 60


@pytest.mark.process
def test_sb3_ppo():
    pytest.importorskip("stable_baselines3")
    assert "held-out prompts" in run("examples/sb3_ppo.py", "--steps", "2048")


@pytest.mark.process
@pytest.mark.parametrize("algorithm", ["PPO", "A2C", "MaskablePPO"])
def test_sb3_transformer(algorithm):
    pytest.importorskip("sb3_contrib")
    options = ("--algorithm", algorithm, "--steps", "1024", "--episodes", "50")
    assert "held-out prompts" in run("examples/sb3_transformer.py", *options)


@pytest.mark.process
@pytest.mark.parametrize("opponent", ["random", "uct:3"])
def test_play_ppo(opponent):
    pytest.importorskip("sb3_contrib")
    said = run("examples/play_ppo.py", "--steps", "4096", "--opponent", opponent)
    assert f"{5 * 4096:8} decisions: won 0." in said
    assert "at the end, against one-ply: won 0." in said


@pytest.mark.parametrize("path", sorted((ROOT / "examples" / "games").glob("*.lud")), ids=lambda path: path.stem)
def test_games_of_the_examples_are_games(path):
    report = evaluate_game(path.read_text(encoding="utf-8"), playouts=50, seed=1)
    assert report.playable
    assert (report.timeouts, report.warnings, report.unconfirmed) == (0, (), ())
    assert report.balance > 0.5
    assert report.completion > 0.7


@pytest.mark.process
def test_rllib_ppo():
    pytest.importorskip("ray.rllib")  # in an environment of its own: `make rllib`
    assert "mean reward 0." in run("examples/rllib_ppo.py")


@pytest.mark.process
def test_verl_reward(tmp_path):
    pytest.importorskip("verl")  # beside it: tensordict, ray, hydra-core, codetiming
    from tiny_models import tiny_causal

    rows, tokenizer = tmp_path / "train.parquet", tiny_causal(tmp_path / "tokenizer")
    run("-m", "formal_envs", "export", "FormalArith-v0", "--n=10", "--format=verl", f"--out={rows}")
    lines = run("examples/verl_reward.py", "--rows", rows, "--tokenizer", tokenizer).splitlines()
    assert [line.split()[1] for line in lines[-9::3]] == ["1.0000"] * 3
    assert [line.split()[1] for line in lines[-7::3]] == ["0.0000"] * 3
