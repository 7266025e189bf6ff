"""A task that is registered from outside of the package, by the page that says how to: everything finds it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import gymnasium
import pytest
from click.testing import CliRunner

import formal_envs
from formal_envs.adapters.rows import rows, score
from formal_envs.errors import ConfigError
from formal_envs.tasks import TASKS, TaskSpec, find_task, option_names
from formal_envs.tasks.arithmetic import ArithmeticTask
from formal_envs.tasks.arithmetic import paper as paper_reward

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add_a_task.md"
ENV = "parity:FormalParity-v0"
SMALL = [f"--set={name}" for name in ("layers=1", "width=16", "heads=2", "prompts=8", "test_episodes=32", "bits=16")]


@pytest.fixture
def registered():
    """What is registered in a test is gone after it."""
    tasks, environments = dict(TASKS), dict(gymnasium.registry)
    yield
    for known, before in ((TASKS, tasks), (gymnasium.registry, environments)):
        for name in known.keys() - before.keys():
            del known[name]


@pytest.fixture
def folder(tmp_path, monkeypatch, registered):
    """A folder to work in, with the module of the page."""
    code = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    (tmp_path / "parity.py").write_text("\n\n".join(code), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    sys.modules.pop("parity", None)


def command(*arguments, code=0):
    from agents.cli import main

    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == code, done.output
    return done.stdout if code == 0 else done.output


def test_commands_find_it_by_its_module(folder):
    problems = [json.loads(line) for line in command("sample", ENV, "--n", 5, "--json").splitlines()]
    for problem in problems:  # the answers are counted here
        assert problem["solution"] == ("odd" if sum(map(int, problem["prompt"][:-1])) % 2 else "even")
    assert "FormalParityToken-v0" in command("list")
    report = json.loads(command("check-reward", "--env", ENV, "--n", 16, "--budget", 200, "--json"))
    assert report["ok"]
    command("export", ENV, "--n", 3, "--out", "rows.jsonl")
    exported = [json.loads(line) for line in Path("rows.jsonl").read_text().splitlines()]
    assert [row["prompt"] for row in exported] == [problem["prompt"] for problem in problems[:3]]
    assert json.loads(exported[0]["id"])["env"] == "FormalParity-v0"
    assert [score(row["id"], row["solution"]).value for row in exported] == [1.0, 1.0, 1.0]
    assert "did you mean 'FormalParity-v0'" in command("sample", "parity:FormalParty-v0", code=1)


@pytest.mark.process
@pytest.mark.train
@pytest.mark.process
def test_a_run_finds_it_again_in_another_process(folder):
    pytest.importorskip("torch")
    command("train", ENV, "--out", "run", "--steps", 2, *SMALL)
    assert json.loads(Path("run/config.json").read_text())["env"] == ENV
    path = os.pathsep.join([str(PAGE.parents[2]), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "formal_envs", "eval", "run", "--episodes", "8", "--json"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["env"] == ENV


def test_its_recipe_counts(folder):
    from agents.runs.config import PPOConfig, SFTConfig
    from agents.runs.environments import task_name
    from agents.runs.recipes import recipe

    assert task_name(ENV) == "Parity"
    assert recipe("Parity", SFTConfig, warm=False) == find_task("Parity").recipe.supervised != {}
    assert recipe("Parity", PPOConfig, warm=False) == {}


def test_gymnasium_finds_it_by_its_module(folder, monkeypatch):
    monkeypatch.syspath_prepend(folder)
    env = gymnasium.make_vec("parity:FormalParityToken-v0", num_envs=2, bits=20)
    assert env.reset(seed=0)[0].shape == (2, env.unwrapped.layout.window)
    assert option_names("FormalParity-v0") == ["bits", "split", "reward"]


@pytest.mark.parametrize("name", ["own_module:FormalArith-v0", "own_module:FormalOwn-v0", "FormalOwn-v0"])
def test_no_row_imports_a_module(folder, monkeypatch, name):
    monkeypatch.syspath_prepend(folder)
    (folder / "own_module.py").write_text("raise SystemExit('imported')")
    row = json.dumps({"env": name, "index": 0, "options": {}, "seed": 0})
    with pytest.raises(ConfigError, match="unknown environment"):
        score(row, "1")
    with pytest.raises(ConfigError, match="unknown environment"):
        rows(name, 1)


@pytest.mark.parametrize(
    ("source", "said"),
    [("import not_there", "not_there"), ("def", "invalid syntax"), ("import formal_envs", "unknown environment")],
)
def test_a_module_that_gives_no_task_is_named(folder, source, said):
    (folder / "own_module.py").write_text(source)
    assert said in command("sample", "own_module:FormalOwn-v0", code=1)
    sys.modules.pop("own_module", None)
    assert "No module named 'nothing'" in command("sample", "nothing:FormalOwn-v0", code=1)


def test_a_name_is_one_tasks(registered):
    spec = TaskSpec(ArithmeticTask, {"paper": paper_reward})
    for _ in range(2):  # as a module may be run twice
        formal_envs.register_task("Sums", spec)
    assert gymnasium.make("FormalSums-v0").reset(seed=1)[0] == gymnasium.make("FormalArith-v0").reset(seed=1)[0]
    with pytest.raises(ConfigError, match="another task 'Sums'"):
        formal_envs.register_task("Sums", TaskSpec(ArithmeticTask, {"other": paper_reward}))
    with pytest.raises(ConfigError, match="another task 'Arith'"):
        formal_envs.register_task("Arith", spec)
    gymnasium.register("FormalTaken-v0", entry_point="formal_envs.envs.text:TextEnv")
    with pytest.raises(ConfigError, match="another environment 'FormalTaken-v0'"):
        formal_envs.register_task("Taken", spec)
    assert "Taken" not in TASKS


@pytest.mark.parametrize("name", ["", "sums", "Two words", "Sums-v0", "ArithToken", "Sums:", "1", None])
def test_a_name_that_no_id_can_have_is_refused(registered, name):
    with pytest.raises(ConfigError, match="letters and digits"):
        formal_envs.register_task(name, TaskSpec(ArithmeticTask, {"paper": paper_reward}))
    with pytest.raises(ConfigError, match="expected a TaskSpec"):
        formal_envs.register_task("Sums", ArithmeticTask)


def _reward(*, terms=1):
    return paper_reward()


def _token_reward(*, max_tokens=1):
    return paper_reward()


@pytest.mark.parametrize(
    ("rewards", "plain", "said"),
    [
        ({}, (), "needs a reward"),
        ({"paper": _reward}, (), "'terms' is both"),
        ({"paper": _token_reward}, (), "environments take"),
        ({"paper": paper_reward}, ("operator",), "not an option"),
    ],
)
def test_a_spec_whose_options_cannot_be_told_apart_is_refused(rewards, plain, said):
    with pytest.raises(ConfigError, match=said):
        TaskSpec(ArithmeticTask, rewards, plain=frozenset(plain))
