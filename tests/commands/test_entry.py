"""The command, where another distribution has a package ``agents`` too: it says so, and runs nothing of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOREIGN = "from pathlib import Path\nPath('ran').write_text('')\n"


@pytest.fixture
def site(tmp_path):
    """Our packages as pip lays them out, before all others on the path."""
    (tmp_path / "formal_envs").symlink_to(ROOT / "formal_envs")
    (tmp_path / "grammars").symlink_to(ROOT / "grammars")
    shutil.copytree(ROOT / "agents", tmp_path / "agents", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def start(site, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, "-m", "formal_envs", *arguments]
    return subprocess.run(command, cwd=site, env=environment, capture_output=True, text=True, check=False)


def install(site, name, files):
    """Write files of a distribution over what is there, with the records that pip keeps of them."""
    for path, text in files.items():
        (site / path).parent.mkdir(exist_ok=True)
        (site / path).write_text(text)
    info = site / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text("".join(f"{path},,\n" for path in files))


def refused(site, *said):
    done = start(site, "list")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    for words in ("Error: ", *said):
        assert words in done.stderr
    assert not (site / "ran").exists()


@pytest.mark.process
def test_the_command_starts_where_its_package_is_whole(site):
    done = start(site, "list")
    assert done.returncode == 0, done.stderr
    assert "FormalArith-v0" in done.stdout


@pytest.mark.process
def test_a_distribution_that_overwrote_it_is_named(site):
    install(site, "other-agents", {"agents/__init__.py": FOREIGN, "agents/run.py": FOREIGN})
    refused(site, "other-agents has installed", "pip uninstall other-agents\n", "--force-reinstall", "of its own")


@pytest.mark.process
def test_what_an_uninstallation_has_taken_along_is_to_be_reinstalled(site):
    (site / "agents" / "__init__.py").unlink()
    refused(site, "missing", "--force-reinstall")


@pytest.mark.process
def test_a_package_of_ones_own_in_the_way_is_named(site):
    (site / "agents" / "__init__.py").write_text(FOREIGN)
    refused(site, str(site / "agents" / "__init__.py"), "another folder")
