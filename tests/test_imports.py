"""Importing is cheap, registers the environments, and runs one way."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = [
    "errors",
    "hub",
    "objects",
    "score",
    "earley",
    "grammar_size",
    "grammars",
    "lang",
    "rewards",
    "tokenizers",
    "tasks",
    "envs",
    "bench",
    "adapters",
]
MODULES = sorted((ROOT / "formal_envs").rglob("*.py"))


AGENT_LAYERS = [
    {"transformers_adapter"},
    {"commands", "config", "schedules", "losses", "kl", "diversity", "growing_cache", "optimizers", "game_rewards"},
    {"agent", "advantages", "recipes", "loop"},
    {"run", "baselines", "classifier", "policy"},
    {"checkpoint", "rollout", "plots", "samples"},
    {"models"},
    {"policy_agent"},
    {"ppo", "sft"},
    {
        "bench",
        "experiments",
        "game_commands",
        "training_commands",
        "check_command",
        "classifier_command",
        "export_command",
    },
    {"reproduce_command"},
    {"cli"},
]
AGENT_MODULES = sorted(path for path in (ROOT / "agents").rglob("*.py") if path.parts[-2:] != ("agents", "__init__.py"))


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "code",
    [
        "import gymnasium, formal_envs; env = gymnasium.make('FormalArith-v0')",
        "import gymnasium; env = gymnasium.make('formal_envs:FormalArith-v0')",
        "import gymnasium; env = gymnasium.make_vec('formal_envs:FormalArithToken-v0', num_envs=2)",
    ],
)
def test_an_environment_is_made_by_its_id(code):
    assert run(f"{code}; env.reset(seed=0); print(env.unwrapped.spec.id)").startswith("FormalArith")


@pytest.mark.parametrize("use", ["", "; import gymnasium; gymnasium.make('FormalArithToken-v0').reset(seed=0)"])
def test_importing_loads_nothing_heavy(use):
    heavy = {
        "torch",
        "transformers",
        "stable_baselines3",
        "hypothesis",
        "agents",
        "reasoning_gym",
        "pandas",
        "datasets",
    }
    heavy |= {"pyarrow", "vaderSentiment", "sacrebleu", "huggingface_hub", "llguidance"}
    loaded = run(f"import formal_envs, sys{use}; print(*{{name.split('.')[0] for name in sys.modules}})")
    assert "formal_envs" in loaded.split()
    assert not heavy & set(loaded.split())


def test_importing_says_nothing_and_sets_up_no_logging():
    code = "import logging; before = list(logging.root.handlers); import formal_envs; "
    assert run(code + "print(logging.root.handlers == before)") == "True"


def imports_of(path):
    """Full names of the modules that a file imports anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative imports are not used here"
            yield node.module


def layer_of(module):
    """The layer of a module of this package, by its name's second part."""
    return LAYERS.index(module.split(".")[1])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    names = list(imports_of(path))
    assert not [name for name in names if name.split(".")[0] == "agents"]
    if parts == ("formal_envs", "__init__"):
        return
    if parts[1] == "testing":  # above score only
        above = {"errors", "score", "testing"}
        assert {name.split(".")[1] for name in names if name.startswith("formal_envs.")} <= above
        return
    own = LAYERS.index(parts[1])
    for name in names:
        if name.startswith("formal_envs."):
            assert layer_of(name) <= own, f"{'.'.join(parts)} imports {name}"


def test_the_rule_covers_every_module():
    assert len(MODULES) > 15
    assert {path.relative_to(ROOT).with_suffix("").parts[1] for path in MODULES} - {"__init__", "testing"} <= set(
        LAYERS
    )


@pytest.mark.parametrize("path", AGENT_MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_of_agents_run_one_way(path):
    def agent_layer(part):
        return next(rank for rank, names in enumerate(AGENT_LAYERS) if part in names)

    own = path.relative_to(ROOT).with_suffix("").parts[1]
    parts = {
        name.split(".")[1] if "." in name else "experiments" for name in imports_of(path) if name.startswith("agents")
    }
    for part in parts - {own}:
        assert agent_layer(part) < agent_layer(own), f"{own} imports {part}"
