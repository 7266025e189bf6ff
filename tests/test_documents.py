"""The documents: their links lead somewhere, their code does what they show, and the site builds without a network."""

import json
import os
import re
import shlex
import shutil
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
    "how-to/play_games.md",
    "how-to/raw_files.md",
    "index.md",
    "reference/environments.md",
    "reference/playing.md",
    "tutorials/own_game.md",
    "tutorials/own_grammar.md",
    "tutorials/own_reward.md",
    "tutorials/own_trainer.md",
]


def python(code, folder):
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_files(text, folder):
    """Write the files that a page has its reader write."""
    for game, name in GAME.findall(text):
        (folder / f"{name.lower()}.lud").write_text(game, encoding="utf-8")
        if name == "Line":
            (folder / "wrong.lud").write_text(game.replace("Empty", "Emty"), encoding="utf-8")
    own = [block for block in CODE.findall(text) if block.startswith("def ")]
    (folder / "my_rewards.py").write_text("\n".join(own), encoding="utf-8")
    agents = [block for block in CODE.findall(text) if block.startswith("class TwentyThree")]
    (folder / "my_agent.py").write_text("\n".join(agents), encoding="utf-8")
    problems = re.findall(r"```\n(\{\"prompt\".*?)```", text, re.DOTALL)
    (folder / "problems.jsonl").write_text("".join(problems), encoding="utf-8")
    shutil.copytree(ROOT / "examples", folder / "examples")
    shutil.copy(ROOT / "examples" / "logic.lark", folder)


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
    write_files(page.read_text(encoding="utf-8"), tmp_path)
    blocks = code_of(page)
    assert blocks
    python("\n".join(blocks), tmp_path)


def shown_commands(text):
    """The blocks of commands of a page that are followed by as many blocks of output: pairs of one and the other."""
    blocks = list(re.finditer(r"```(\w*)\n(.*?)```", text, re.DOTALL))
    for number, block in enumerate(blocks):
        commands = block[2].replace("\\\n", " ").splitlines()
        outputs, end = [], block.end()
        for following in blocks[number + 1 : number + 1 + len(commands)]:
            if following[1] or text[end : following.start()].strip():
                break
            outputs.append(following[2])
            end = following.end()
        if block[1] == "sh" and len(outputs) == len(commands):
            yield from zip(commands, outputs, strict=True)


@pytest.mark.process
@pytest.mark.parametrize("page", sorted(DOCS.glob("tutorials/*.md")), ids=lambda path: path.stem)
def test_commands_of_the_tutorials_print_what_they_show(page, tmp_path, monkeypatch):
    """Three dots on a line stand for what is left out."""
    from click.testing import CliRunner

    from agents.cli import main

    text = page.read_text(encoding="utf-8")
    write_files(text, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    pairs = [(command, shown) for command, shown in shown_commands(text) if command.startswith("formal-envs ")]
    assert pairs
    for command, shown in pairs:
        output = CliRunner().invoke(main, shlex.split(command)[1:]).output
        head, _, tail = shown.partition("\n...\n")
        assert output.startswith(head), command
        assert output.endswith(tail), command
        assert tail or output == shown, command


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
