"""What is written for OpenEnv, without its package: options as data, names, files that are not there."""

import json

import pytest

from formal_envs.adapters.exports import openenv
from formal_envs.adapters.exports.environment import Environment
from formal_envs.errors import ConfigError

tomllib = pytest.importorskip("tomllib")  # of Python 3.11

WORDS = 'start: WORD (" " WORD)*\nWORD: "a" | "be" | "sea"\n'


def test_no_solution_is_in_what_clients_install(tmp_path):
    package = tmp_path / "words"
    openenv.write(package, Environment.of("FormalGrammar-v0", {"grammar": WORDS, "size": 20}))
    problems = [json.loads(line) for line in (package / "validation/problems.jsonl").read_text().splitlines()]
    assert len(problems) == 4
    project = tomllib.loads((package / "pyproject.toml").read_text())["tool"]["setuptools"]
    assert list(project["package-dir"].values()) == [".", "server"]
    assert project["packages"] == [package.name, f"{package.name}.server"]
    assert list(project["package-data"].values()) == [["environment.json"]]


def test_options_are_data_whatever_they_hold(tmp_path):
    text = "$name __import__('os') \\"
    odd = Environment.of("FormalGrammar-v0", {"grammar": WORDS, "prompt": text})
    openenv.write(tmp_path / "odd", odd)
    assert Environment.read(tmp_path / "odd/server/environment.json") == odd
    for file in (tmp_path / "odd").rglob("*"):
        if file.suffix in (".py", ".toml", ".yaml", ".md") or file.name == "Dockerfile":
            assert "__import__('os')" not in file.read_text()


@pytest.mark.parametrize("name", ["Formal Arith", "openenv", "json", "1a", "a;b"])
def test_a_folder_whose_name_is_no_packages_is_refused(tmp_path, name):
    with pytest.raises(ConfigError, match="named after its folder"):
        openenv.write(tmp_path / name, Environment.of("FormalArith-v0", {}))
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("option", ["grammar", "evaluator"])
def test_an_option_that_names_a_file_is_refused(tmp_path, option):
    (tmp_path / "words.lark").write_text(WORDS)
    (tmp_path / "rewards.py").write_text("def short(tree):\n    return 1.0\n")
    values = {"grammar": str(tmp_path / "words.lark"), "evaluator": f"{tmp_path / 'rewards.py'}:short"}
    environment = Environment.of("FormalGrammar-v0", {"grammar": WORDS, "size": 20, option: values[option]})
    with pytest.raises(ConfigError, match=f"give the text of {option}="):
        openenv.write(tmp_path / "words", environment)
    assert not (tmp_path / "words").exists()
