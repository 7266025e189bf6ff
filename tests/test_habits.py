"""The habits of the tests themselves: examples, threads, and versions that are pinned in one place."""

import os
import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LINES = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line]
PINS = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in map(Requirement, LINES)}
APART = {"ray", "rllib"}  # ray pins a gymnasium of its own, and is installed in an environment of its own


def project():
    tomllib = pytest.importorskip("tomllib")  # from Python 3.11 on
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def asked_for():
    """What the project and its extras ask for, as it is written."""
    named = project()["project"]
    extras = [lines for name, lines in named["optional-dependencies"].items() if name not in APART]
    return [Requirement(line) for lines in [named["dependencies"], *extras] for line in lines]


def test_a_law_runs_with_as_many_examples_as_the_profile_allows(request):
    texts = []

    @settings(max_examples=300, database=None)
    @given(st.integers())
    def law(number):
        texts.append(number)

    quick = request.config.getoption("hypothesis_profile", None) in (None, "quick")
    conftest = next(plugin for plugin in request.config.pluginmanager.get_plugins() if hasattr(plugin, "QUICK"))
    item = type("Item", (), {"obj": staticmethod(law)})()
    conftest.pytest_collection_modifyitems(request.config, [item])
    law()
    assert len(texts) == (conftest.QUICK if quick else 300)


def test_a_process_has_one_thread():
    torch = pytest.importorskip("torch")
    assert torch.get_num_threads() == int(os.environ["OMP_NUM_THREADS"])


def test_every_requirement_has_a_pinned_version_within_its_bounds():
    for requirement in asked_for():
        pin = PINS.get(canonicalize_name(requirement.name))
        assert pin, f"{requirement} has no line in constraints.txt"
        assert requirement.specifier.contains(pin), f"constraints.txt has {pin} for {requirement}"
        assert requirement.specifier, f"{requirement.name} has no lower bound"


def test_what_requirements_bring_along_is_pinned_within_their_bounds():
    """Of the packages that are installed; constraints.txt is not for the others, nor for other platforms."""
    open_ones, seen = asked_for(), set()
    while open_ones:
        requirement = open_ones.pop()
        name = canonicalize_name(requirement.name)
        asked = (name, *sorted(requirement.extras))
        if asked in seen or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(asked)
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            continue
        assert name in PINS, f"{name} is installed and has no line in constraints.txt"
        for extra in ("", *requirement.extras):
            for line in map(Requirement, lines):
                if not line.marker or line.marker.evaluate({"extra": extra}):
                    line.marker = None
                    open_ones.append(line)
                    pin = PINS.get(canonicalize_name(line.name), "0")
                    assert pin == "0" or line.specifier.contains(pin, prereleases=True), f"{name} asks for {line}"


def test_torch_has_one_version_wherever_it_is_pinned():
    files = [ROOT / "Makefile", ROOT / ".ci" / "run", *(ROOT / ".github" / "workflows").glob("*.yml")]
    pins = {pin for file in files for pin in re.findall(r"torch==([\w.]+)", file.read_text(encoding="utf-8"))}
    assert pins <= {PINS["torch"]}


def test_the_lowest_python_is_the_one_that_tools_check_for():
    tables = project()
    lowest = tables["project"]["requires-python"].removeprefix(">=")
    assert tables["tool"]["mypy"]["python_version"] == lowest
    assert tables["tool"]["ruff"]["target-version"] == "py" + lowest.replace(".", "")
    classifiers = [line.split(" :: ")[-1] for line in tables["project"]["classifiers"] if "Python :: 3." in line]
    assert min(map(Version, classifiers)) == Version(lowest)
