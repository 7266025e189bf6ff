"""The documents: their links lead somewhere, their code does what they show, and the site builds without a network."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FRONT = sorted(path for path in ROOT.glob("*.md"))
NOTEBOOK = DOCS / "tutorials" / "first_run.ipynb"
GAME = re.compile(r"```\n(\(game \"(\w+)\".*?)```", re.DOTALL)
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
PAGES = [  # whose code runs from top to bottom
    "how-to/board_games.md",
    "how-to/masks.md",
    "index.md",
    "reference/environments.md",
    "tutorials/own_game.md",
    "tutorials/own_grammar.md",
    "tutorials/own_reward.md",
    "tutorials/own_trainer.md",
]


def python(code, folder):
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def code_of(page):
    """The blocks of Python of a page that are its own, not those of an example."""
    return [block for block in CODE.findall(page.read_text(encoding="utf-8")) if "--8<--" not in block]


@pytest.mark.parametrize("page", FRONT, ids=lambda path: path.name)
def test_links_of_the_front_documents_lead_to_files(page):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_files_that_documents_name_are_there():
    """Files are named from the root, and those of the game language from its folder."""
    missing = set()
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")]:
        named = re.findall(r"`([\w.-]+/[\w./*-]+\.(?:py|c|h|sh|lark|md|txt))`", page.read_text(encoding="utf-8"))
        missing |= {name for name in named if not [*ROOT.glob(name), *ROOT.glob(f"formal_envs/ludii/{name}")]}
    assert {name for name in missing if "parity" not in name} == set()  # the reader writes that task


def test_the_readme_is_a_short_one():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 160


@pytest.mark.process
@pytest.mark.parametrize("name", PAGES)
def test_code_of_pages_runs(name, tmp_path):
    page = DOCS / name
    for text, game in GAME.findall(page.read_text(encoding="utf-8")):
        (tmp_path / f"{game.lower()}.lud").write_text(text, encoding="utf-8")
    (tmp_path / "logic.lark").write_bytes((ROOT / "examples" / "logic.lark").read_bytes())
    blocks = code_of(page)
    own = "\n".join(block for block in blocks if block.startswith("def "))
    (tmp_path / "my_rewards.py").write_text(own, encoding="utf-8")
    assert blocks
    python("\n".join(blocks), tmp_path)


def test_games_of_the_tutorial_print_what_it_shows():
    from click.testing import CliRunner

    from agents.cli import main

    page = (DOCS / "tutorials" / "own_game.md").read_text(encoding="utf-8")
    shown = re.findall(r"```\n(compiles .*?\n)```", page, re.DOTALL)
    games = GAME.findall(page)
    assert len(games) == len(shown) > 2
    for (text, _), expected in zip(games, shown, strict=True):
        assert CliRunner().invoke(main, ["game", "stats", "-"], input=text).output == expected


@pytest.mark.process
def test_the_laws_hold_for_the_task_of_the_page(tmp_path):
    (tmp_path / "parity.py").write_text("\n\n".join(code_of(DOCS / "how-to" / "add_a_task.md")), encoding="utf-8")
    laws = [sys.executable, "-m", "pytest", "-q", "-p", "parity", "-k", "Parity", "tests/envs", "tests/tasks"]
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": path}
    done = subprocess.run(laws, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout  # 5 where no law was found


@pytest.mark.train
def test_the_notebook_runs_and_prints_what_it_shows(tmp_path):
    """Cells that are tagged "varies" print figures that depend on the order of sums, and so on the machine."""
    pytest.importorskip("torch")
    cells = [cell for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    cut = "\nprint('\\n==== cell')\n"
    *printed, rest = python(cut.join([*("".join(cell["source"]) for cell in cells), ""]), tmp_path).split(
        "\n==== cell\n"
    )
    assert rest == ""
    for cell, text in zip(cells, printed, strict=True):
        if "varies" not in cell["metadata"].get("tags", ()):
            assert text == "".join("".join(output["text"]) for output in cell["outputs"])


@pytest.mark.process
def test_the_site_builds_strictly_and_loads_nothing_from_elsewhere(tmp_path):
    pytest.importorskip("mkdocs")
    pytest.importorskip("mkdocstrings")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 30
    loaded = re.compile(r"""<(?:script|img|iframe)[^>]*\bsrc="?https?:|<link[^>]*\bhref="?https?:[^>]*stylesheet""")
    assert [page.name for page in pages if loaded.search(page.read_text(encoding="utf-8"))] == []
