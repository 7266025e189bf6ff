"""Importing is cheap, registers the environments, and runs one way."""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

from formal_envs.tasks import TASKS

ROOT = Path(__file__).parent.parent
# Folders and files from the ground up: each imports only from lines before its own, or from its own line.
FORMAL_ENVS = """
errors
model_hub references sandbox
score
testing
pool
tokenizers
languages
ludii.errors
ludii.raw
ludii.language
ludii.board
ludii.engine
ludii.compile
ludii.view.letters
ludii.play
ludii.players
ludii.measures
ludii.view
ludii.writing
ludii.conformance ludii.lint
ludii
playing
tasks
rewards
envs
adapters
serving
lab.forms
lab.explain
lab
"""
AGENTS = """
runs.config objective models.cache models.last_token models.shared_prompts models.transformers_adapter
models runs evaluation
processes
scored gaming parts
rollout
attempts wrong_attempts update
ppo sft
bench experiments
lab
commands
cli
"""


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
    heavy |= {"starlette", "uvicorn", "anyio"}
    loaded = run(f"import formal_envs, sys{use}; print(*{{name.split('.')[0] for name in sys.modules}})")
    assert "formal_envs" in loaded.split()
    assert not heavy & set(loaded.split())


HEAVY = ("torch", "transformers", "gymnasium", "formal_envs.envs.text", "formal_envs.ludii", "formal_envs.tasks.game")


def test_the_kit_is_used_alone():
    """Where there is no gymnasium, and nothing of what environments need."""
    code = (
        "import sys; sys.modules['gymnasium'] = None; from formal_envs.testing import check_reward\n"
        "report = check_reward(lambda completion: 0.0, prompts=['a'], budget=4)\n"
        f"loaded = [name for name, module in sys.modules.items() if module and name.startswith({HEAVY!r})]\n"
        "print(loaded, len(report.checks) > 9)"
    )
    assert run(code) == "[] True"


def test_the_process_that_scores_loads_nothing_heavy():
    loaded = run("import sys, formal_envs.testing.worker; print(*sys.modules)").split()
    assert not [
        name
        for name in loaded
        if name.startswith(("torch", "hypothesis", "formal_envs.ludii", "formal_envs.tasks.game"))
    ]


def test_importing_says_nothing_and_sets_up_no_logging():
    code = "import logging; before = list(logging.root.handlers); import formal_envs; "
    assert run(code + "print(logging.root.handlers == before)") == "True"


def modules_of(package):
    """Files by the full names of their modules."""
    files = sorted((ROOT / package).rglob("*.py"))
    names = (file.relative_to(ROOT).with_suffix("").parts for file in files)
    return {".".join(parts).removesuffix(".__init__"): file for parts, file in zip(names, files, strict=True)}


MODULES = {**modules_of("formal_envs"), **modules_of("agents"), **modules_of("grammars")}


def imports_of(path):
    """Names of the modules of this project that a file imports anywhere in it, for its types alone too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative imports are not used here"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                if name in MODULES or node.module in MODULES:
                    yield name if name in MODULES else node.module


IMPORTS = {name: sorted(set(imports_of(path)) - {name}) for name, path in MODULES.items()}


def rank(name, order):
    """The line of a module: that of the longest of the names that it begins with."""
    ranks = {entry: line for line, entries in enumerate(order.split("\n")) for entry in entries.split()}
    parts = name.split(".")[1:]
    known = [".".join(parts[:n]) for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in ranks]
    assert known, f"{name} has no place in the order of imports"
    return ranks[known[0]]


@pytest.mark.parametrize("package", ["formal_envs", "agents"])
def test_imports_run_one_way(package):
    order = {"formal_envs": FORMAL_ENVS, "agents": AGENTS}[package]
    apart = {package, "formal_envs.__main__"}
    wrong = [
        f"{name} imports {other}"
        for name, others in IMPORTS.items()
        if name.startswith(f"{package}.") and name not in apart and not name.startswith("formal_envs.testing")
        for other in others
        if other.startswith(f"{package}.") and rank(other, order) > rank(name, order)
    ]
    assert not wrong


def test_environments_import_nothing_of_the_agents():
    wrong = [name for name, others in IMPORTS.items() if name.startswith("formal_envs") and "agents" in str(others)]
    assert set(wrong) <= {"formal_envs.__main__"}


def test_the_kit_stands_on_the_ground_alone():
    allowed = (
        "formal_envs.testing",
        "formal_envs.errors",
        "formal_envs.score",
        "formal_envs.references",
        "formal_envs.sandbox",
    )
    wrong = [
        f"{name} imports {other}"
        for name, others in IMPORTS.items()
        if name.startswith("formal_envs.testing")
        for other in others
        if not other.startswith(allowed)
    ]
    assert not wrong


# What is about one task by its purpose: its commands, its benchmark, its classifier, and figures of the paper.
OF_A_TASK = (
    "agents.commands.bench",
    "agents.commands.game",
    "agents.experiments",
    "agents.models.classifier",
    "formal_envs.adapters.pettingzoo",
    "formal_envs.lab.explain",
    "formal_envs.ludii",
    "formal_envs.playing",
    "formal_envs.rewards",
    "formal_envs.tasks",
)
GENERIC = [name for name in MODULES if not name.startswith((*OF_A_TASK, "grammars"))]


@pytest.mark.parametrize("name", GENERIC)
def test_generic_code_knows_no_task(name):
    folders = tuple(f"formal_envs.tasks.{child.name}" for child in (ROOT / "formal_envs" / "tasks").iterdir())
    folders = tuple(folder for folder in folders if not folder.endswith(".py"))
    assert not [other for other in IMPORTS[name] if other.startswith((*folders, "formal_envs.ludii"))]
    words = {node.value for node in ast.walk(ast.parse(MODULES[name].read_text())) if isinstance(node, ast.Constant)}
    assert not words & set(TASKS)


def test_no_file_imports_itself_by_way_of_others():
    order = graphlib.TopologicalSorter(IMPORTS)
    order.prepare()  # raises CycleError, which shows the circle
