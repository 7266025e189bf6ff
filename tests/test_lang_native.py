"""The engine's sources, their compilation, and what C and Python must agree on."""

import re
import subprocess
import sys

import pytest

from formal_envs.errors import ConfigError
from formal_envs.lang import native
from formal_envs.lang.program import _Header
from formal_envs.lang.signatures import SIGNATURES

KINDS = {
    "INT": {"int"},
    "BOOL": {"bool"},
    "REGION": {"region"},
    "ARRAY": {"intArray"},
    "MOVES": {"decision", "effect", "apply", "then"},
    "RULE": {"startRule", "endRule", "subEnd", "outcome", "nextPhase"},
}


def test_every_function_has_the_kind_of_its_signature():
    for slug, (kind, _) in native.functions().items():
        if kind != "PLAIN":
            assert SIGNATURES[slug].result in KINDS[kind], f"{slug} is {kind} in C"


def test_signatures_stand_right_above_their_functions():
    for name, text in native._sources().items():
        lines = text.splitlines()
        for index, line in enumerate(lines):
            if match := re.match(r"//: (\w+): \(", line):
                below = next(later for later in lines[index + 1 :] if not later.startswith(("//:     ", "/*")))
                assert f"({match[1]}" in below, f"{name}: below the signature of {match[1]} stands {below!r}"


def test_the_header_of_a_state_is_the_same_in_c_and_python():
    struct = re.search(r"struct State \{(.*?)\n\};", native._sources()["engine.h"], re.DOTALL)[1]
    struct = re.sub(r"/\*.*?\*/", "", struct, flags=re.DOTALL)
    fields = []
    for kind, names in re.findall(r"(\w+) ([^;]+);", struct):
        fields += [(kind, re.sub(r"\[.*", "", name).strip()) for name in names.split(",")]
    fields = [(kind, name) for kind, name in fields if name != "memory"]
    python = [name for name, _ in _Header._fields_ if not name.startswith("_")]
    assert [name for _, name in fields] == python


def test_without_a_compiler_the_error_names_the_ways_out(monkeypatch, tmp_path):
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "ziglang", None)
    with pytest.raises(ConfigError, match="install gcc or clang, set CC, or `pip install ziglang`"):
        native._compiler()


def test_a_compiler_that_fails_is_an_error_with_its_words(monkeypatch, tmp_path):
    monkeypatch.setenv("FORMAL_ENVS_CACHE", str(tmp_path))
    monkeypatch.setenv("CFLAGS", "--no-such-option")
    with pytest.raises(ConfigError, match="no-such-option"):
        native.library.__wrapped__()
    assert not list(tmp_path.glob("*.so"))


def test_two_processes_may_build_at_once(tmp_path):
    code = "from formal_envs.lang import evaluate_game as e; print(e(open('tests/games/tic_tac_toe.lud').read()).wins)"
    environment = {"FORMAL_ENVS_CACHE": str(tmp_path), "CFLAGS": "-O0", "PATH": "/usr/bin:/bin:/usr/local/bin"}
    command = [sys.executable, "-c", code]
    both = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate()[0] for process in both]
    assert outputs[0] == outputs[1] != ""
    assert len(list(tmp_path.glob("*.so"))) == 1
