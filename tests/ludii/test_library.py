"""The engine's sources, their compilation, and what C and Python must agree on."""

import errno
import graphlib
import hashlib
import os
import platform
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

from formal_envs.errors import ConfigError
from formal_envs.ludii.engine import build as native_build
from formal_envs.ludii.engine import cache as native_cache
from formal_envs.ludii.engine import headers, interface
from formal_envs.ludii.engine import library as native
from formal_envs.ludii.language.signatures import SIGNATURES

KINDS = {
    "INT": {"int"},
    "BOOL": {"bool"},
    "REGION": {"region"},
    "ARRAY": {"intArray"},
    "MOVES": {"decision", "effect", "apply", "then"},
    "RULE": {"startRule", "endRule", "subEnd", "outcome", "nextPhase"},
}


def test_every_function_has_the_kind_of_its_signature():
    for slug, (kind, _) in headers.functions().items():
        if kind != "PLAIN":
            assert SIGNATURES[slug].result in KINDS[kind], f"{slug} is {kind} in C"


def test_signatures_stand_right_above_their_functions():
    for name, text in headers.by_hand().items():
        lines = text.splitlines()
        for index, line in enumerate(lines):
            if match := re.match(r"//: (\w+): \(", line):
                below = next(later for later in lines[index + 1 :] if not later.startswith(("//:     ", "/*", " *")))
                assert f"({match[1]}" in below, f"{name}: below the signature of {match[1]} stands {below!r}"


def test_what_is_written_from_tables_is_written_anew():
    folder = Path(headers.__file__).parent
    for name, text in headers.written().items():
        kept = folder.joinpath(name).read_text(encoding="utf-8")
        assert kept == text, f"{name} is old: python -m formal_envs.ludii.engine"


def compile_c(tmp_path, compiler, *options, **changed):
    """What a compiler says of the sources, some of them changed."""
    for name, text in {**native.sources(), **changed}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return subprocess.run([compiler, *options], cwd=tmp_path, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.parametrize(("compiler", "asserts"), [("gcc", "-DNDEBUG"), ("clang", "-UNDEBUG")])
def test_compilers_have_nothing_to_say_of_the_engine(tmp_path, compiler, asserts):
    if not shutil.which(compiler):
        pytest.skip(f"no {compiler}")
    options = (*native_build.FLAGS, *native_build.CHECKED, asserts, "-o", "engine.so", "-lm")
    done = compile_c(tmp_path, compiler, "unit.c", *options)
    assert (done.returncode, done.stderr) == (0, "")


INCLUDE = re.compile(r'^#include "(.+)"', re.MULTILINE)
BY_HAND = [name for name in headers.by_hand() if name.endswith(".c")]


@pytest.mark.slow
def test_each_source_stands_alone(tmp_path):
    """It includes what it uses, whatever the unit has before it."""
    done = compile_c(tmp_path, "cc", "-std=gnu11", *native_build.CHECKED, "-fsyntax-only", *BY_HAND)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_source_leans_on_itself_by_way_of_others():
    """A source and its header are one; what it includes, and so calls, lies below it."""
    leans = {Path(name).stem: set() for name in native.sources()}
    for name, text in headers.by_hand().items():
        leans[Path(name).stem] |= {Path(other).stem for other in INCLUDE.findall(text)} - {Path(name).stem}
    graphlib.TopologicalSorter(leans).prepare()  # raises CycleError, which shows the circle
    called = set.union(*leans.values())
    assert {Path(name).stem for name in headers.by_hand() if name.endswith(".h")} <= called, "a header for nobody"


def test_python_and_c_agree_on_what_lies_where(tmp_path):
    """Where they do not, the engine does not compile."""
    stored = interface.StateHeader.stored.offset
    for line in (f"HAS(State, stored, {stored}, 8);", "HAS(Action, name, 28, 4);", "HAS(Move, twice, 32, 4);"):
        header = headers.written()["interface.h"]
        assert line in header
        moved = re.sub(r"\d+, (\d)", r"4, \1", line)
        done = compile_c(tmp_path, "cc", "-fsyntax-only", "unit.c", **{"interface.h": header.replace(line, moved)})
        assert "where Python reads" in done.stderr


def test_the_library_shows_what_python_calls_and_nothing_else():
    lib = native.library()
    assert all(hasattr(lib, interface.prototype(declaration)[0]) for declaration in interface.FUNCTIONS)
    assert not any(hasattr(lib, name) for name in ("legal_moves", "fail", "LUDEMES", "ludeme_is_line"))


def load():
    """What a new process gets from ``native.library()``."""
    return native.library.__wrapped__()


@pytest.fixture
def compiled(monkeypatch, tmp_path):
    """An empty cache, and a compiler that copies this process's engine: the file where it writes a line each time."""
    calls, script = tmp_path / "calls", tmp_path / "cc"
    script.write_text(
        f"#!/bin/sh\necho >>{calls}\nwhile [ -e {tmp_path}/stalled ]; do sleep 0.1; done\n"
        f"while [ $1 != -o ]; do shift; done\ncp {native.library()._name} $2\n"
    )
    script.chmod(0o755)
    (tmp_path / "temporary").mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setenv("FORMAL_ENVS_CACHE", str(tmp_path / "home/cache"))
    monkeypatch.setenv("CC", str(script))
    monkeypatch.delenv("CFLAGS", raising=False)
    return calls


def count(calls):
    return len(calls.read_text().splitlines())


def replace(library, content):
    """Put another file at a library's place; its name tells of the new content, as one who forges it would see to."""
    old, new = (hashlib.sha256(data).hexdigest()[:16] for data in (library.read_bytes(), content))
    library.unlink()
    library = library.with_name(library.name.replace(old, new))
    library.write_bytes(content)
    return library


def test_an_engine_is_compiled_once_into_a_folder_of_the_users(compiled, tmp_path):
    load()
    load()
    assert count(compiled) == 1
    assert stat.S_IMODE((tmp_path / "home/cache").stat().st_mode) == 0o700


def test_an_engine_that_is_there_needs_no_lock(compiled, tmp_path, caplog):
    load()
    caplog.clear()
    (tmp_path / "home/cache/lock").unlink()
    (tmp_path / "home/cache/lock").mkdir()  # as little to be locked as one in a read-only folder
    load()
    assert count(compiled) == 1
    assert not caplog.records


@pytest.mark.parametrize("shipped", ["whole", "of other sources", "of another system"])
def test_a_wheels_engine_is_used_where_it_is_of_these_sources(compiled, tmp_path, caplog, shipped):
    sources, content = native.sources(), Path(native.library()._name).read_bytes()
    name = native_build.shipped_name({**sources, "core.c": ""} if shipped == "of other sources" else sources)
    (tmp_path / name).write_bytes(b"MZ" * 5000 if shipped == "of another system" else content)
    library = native_cache.load(sources, shipped=tmp_path)
    assert (library._name == str(tmp_path / name)) == (shipped == "whole")
    assert compiled.exists() == bool(caplog.records) == (shipped != "whole")


@pytest.mark.parametrize(("compiler", "tag"), [("cc", "py3-none-*_*"), ("no-cc", "py3-none-any")])
def test_a_wheel_is_of_its_platform_where_there_is_a_compiler(compiled, monkeypatch, tmp_path, compiler, tag):
    pytest.importorskip("setuptools")
    root, copy = Path(__file__).parents[2], tmp_path / "copy"
    for name in ("formal_envs", "grammars"):
        shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "engine-*"))
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, copy)
    monkeypatch.setenv("CC", str(tmp_path / compiler))
    subprocess.run([sys.executable, "setup.py", "-q", "bdist_wheel"], cwd=copy, check=True, capture_output=True)
    [wheel] = (copy / "dist").glob(f"formal_envs-*-{tag}.whl")
    with zipfile.ZipFile(wheel) as files:
        names = [name for name in files.namelist() if re.match("formal_envs/ludii/engine/engine-", name)]
    assert names == [f"formal_envs/ludii/engine/{native_build.shipped_name(native.sources())}"] * (compiler == "cc")


@pytest.mark.parametrize("who", ["the folder's group", "all", "all of the file", "all of the parent", "its owner"])
def test_code_that_others_can_plant_is_not_loaded(compiled, tmp_path, who):
    load()
    trace, evil = tmp_path / "trace", tmp_path / "evil.so"
    code = f'#include <stdio.h>\n__attribute__((constructor)) void evil(void) {{ fclose(fopen("{trace}", "w")); }}\n'
    subprocess.run(["cc", "-shared", "-fPIC", "-xc", "-", "-o", evil], input=code, text=True, check=True)
    [library] = (tmp_path / "home/cache").glob("engine-*")
    library = replace(library, evil.read_bytes())
    library.chmod(0o666 if who == "all of the file" else 0o600)
    (tmp_path / "home/cache").chmod({"the folder's group": 0o770, "all": 0o707}.get(who, 0o700))
    if who == "all of the parent":
        (tmp_path / "home").chmod(0o777)
    if who == "its owner":
        if os.geteuid():
            pytest.skip("root alone can give a file away")
        os.chown(tmp_path / "home/cache", 12345, -1)
    load()
    assert not trace.exists()
    assert count(compiled) == 2


@pytest.mark.parametrize("size", [0, 1000, 100_000])
def test_a_library_that_was_cut_short_is_made_again(compiled, tmp_path, size):
    load()
    [library] = (tmp_path / "home/cache").glob("engine-*")
    content = library.read_bytes()[:size]
    library.unlink()  # this process has it mapped
    library.write_bytes(content)
    load()
    load()
    assert count(compiled) == 2


def test_a_file_of_the_right_name_that_is_no_library_is_made_again(compiled, tmp_path):
    load()
    [library] = (tmp_path / "home/cache").glob("engine-*")
    broken = replace(library, b"garbage")
    load()
    assert count(compiled) == 2
    assert not broken.exists() or broken.read_bytes() != b"garbage"


@pytest.mark.parametrize("broken", ["under a file", "full", "no home"])
def test_without_a_cache_folder_the_engine_is_kept_among_temporary_files(compiled, monkeypatch, tmp_path, broken):
    if broken == "under a file":
        monkeypatch.setenv("FORMAL_ENVS_CACHE", str(compiled.parent / "cc" / "cache"))
    elif broken == "full":
        real = os.replace

        def replace_where_there_is_room(source, target):
            if Path(target).is_relative_to(tmp_path / "home/cache"):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(source, target)

        monkeypatch.setattr(os, "replace", replace_where_there_is_room)
    else:
        for name in ("FORMAL_ENVS_CACHE", "XDG_CACHE_HOME", "HOME"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(pwd, "getpwuid", dict.__getitem__.__get__({}))  # a user whom the system does not know
    load()
    load()
    assert count(compiled) == 1
    [folder] = (tmp_path / "temporary").iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not list((tmp_path / "home/cache").glob("*-*"))  # nothing half written


def test_without_any_folder_the_error_names_the_way_out(compiled, monkeypatch):
    monkeypatch.setenv("FORMAL_ENVS_CACHE", str(compiled.parent / "cc" / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(compiled.parent / "cc"))
    with pytest.raises(ConfigError, match="set FORMAL_ENVS_CACHE to a folder that you alone can write"):
        load()


def test_without_room_to_compile_the_error_names_the_way_out(compiled, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(compiled.parent / "cc"))
    with pytest.raises(ConfigError, match="set TMPDIR to a folder"):
        load()


@pytest.mark.parametrize(
    ("compiler", "words"),
    [
        ("false", "did not compile: false"),
        ("true", "wrote no library: true"),
        ("no-such-program", "does not run: no-such-program"),
        ("{tmp_path}", "does not run"),
        ("{tmp_path}/garbage", "loaded nowhere"),
    ],
)
def test_a_compiler_that_makes_no_library_is_an_error_that_names_the_fix(
    compiled, monkeypatch, tmp_path, compiler, words
):
    (tmp_path / "garbage").write_text("#!/bin/sh\nwhile [ $1 != -o ]; do shift; done\necho garbage >$2\n")
    (tmp_path / "garbage").chmod(0o755)
    monkeypatch.setenv("CC", compiler.format(tmp_path=tmp_path))
    with pytest.raises(ConfigError, match=words) as caught:
        load()
    assert "CC" in str(caught.value)


def test_without_a_compiler_the_error_names_the_ways_out(monkeypatch, tmp_path):
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "ziglang", None)
    with pytest.raises(ConfigError, match="install gcc or clang, set CC, or `pip install ziglang`"):
        native_build.compile_engine({})


def test_a_compiler_that_fails_is_an_error_with_its_words(monkeypatch, tmp_path):
    monkeypatch.setenv("FORMAL_ENVS_CACHE", str(tmp_path))
    monkeypatch.setenv("CFLAGS", "--no-such-option")
    with pytest.raises(ConfigError, match="no-such-option"):
        load()
    assert not list(tmp_path.glob("*.so"))


def test_another_machine_has_an_engine_of_its_own(compiled, monkeypatch):
    load()
    monkeypatch.setattr(platform, "node", lambda: "elsewhere")
    load()
    assert count(compiled) == 1  # what is built for any machine of the kind serves them all
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "1.0"))
    load()
    assert count(compiled) == 2
    monkeypatch.setattr(platform, "machine", lambda: "m68k")
    load()
    assert count(compiled) == 3
    monkeypatch.setenv("CFLAGS", "-march=native")
    load()
    assert count(compiled) == 4
    monkeypatch.setattr(platform, "node", lambda: "elsewhere still")
    load()
    assert count(compiled) == 5


LOAD = [
    sys.executable,
    "-c",
    "from formal_envs.ludii.engine.library import library; print(library().game_new is not None)",
]


def test_of_processes_that_start_at_once_one_compiles(compiled, tmp_path):
    (tmp_path / "stalled").touch()
    processes = [subprocess.Popen(LOAD, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    while not compiled.exists():
        time.sleep(0.01)
    time.sleep(1)  # the others come to the lock meanwhile
    (tmp_path / "stalled").unlink()
    assert [process.communicate()[0] for process in processes] == ["True\n"] * 4
    assert count(compiled) == 1


def test_a_process_that_is_killed_while_it_compiles_stops_nobody(compiled, tmp_path):
    (tmp_path / "stalled").touch()
    process = subprocess.Popen(LOAD, start_new_session=True)
    while not compiled.exists():
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (tmp_path / "stalled").unlink()
    assert subprocess.run(LOAD, capture_output=True, text=True, timeout=60).stdout == "True\n"
    assert count(compiled) == 2
