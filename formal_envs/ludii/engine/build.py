"""The engine's sources -> a shared library, by the machine's own C compiler.

Python alone is enough to import this: setup.py builds wheels with it before any dependency is there.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from formal_envs.errors import ConfigError

FLAGS = ["-O2", "-std=gnu11", "-shared", "-fno-math-errno", "-ffp-contract=off", "-fvisibility=hidden", "-DNDEBUG"]
if sys.platform != "win32":
    FLAGS.append("-fPIC")
if platform.machine().lower() in ("x86_64", "amd64"):
    FLAGS.append("-mpopcnt")  # counts bits in one instruction; every x86-64 processor since 2008, so wheels have it too
#: What our own builds are made with besides, by CFLAGS: no warning passes, and asserts stand.
CHECKED = ["-Wall", "-Wextra", "-Wshadow", "-Werror", "-UNDEBUG"]
SUFFIX = ".dll" if sys.platform == "win32" else ".so"


def flags() -> list[str]:
    """What the compiler is given: ours, then the user's CFLAGS."""
    return [*FLAGS, *os.environ.get("CFLAGS", "").split()]


def digest(sources: Mapping[str, str], *made_by: str) -> str:
    """16 hexadecimal digits that stand for these files, and for what else a library of them depends on."""
    return hashlib.sha256("\0".join([*map(str, sorted(sources.items())), *made_by]).encode()).hexdigest()[:16]


def shipped_name(sources: Mapping[str, str]) -> str:
    """The name of these sources' library in a wheel: the wheel's own name says for which machines it is."""
    return f"engine-{digest(sources)}{SUFFIX}"


def _compiler() -> list[str]:
    if chosen := os.environ.get("CC", "").split():
        return chosen
    for name in ("cc", "gcc", "clang"):
        if path := shutil.which(name):
            return [path]
    try:
        import ziglang  # noqa: F401  (a C compiler from PyPI)
    except ImportError:
        raise ConfigError(
            "the game engine needs a C compiler once: install gcc or clang, set CC, or `pip install ziglang`"
        ) from None
    return [sys.executable, "-m", "ziglang", "cc"]


def compile_engine(sources: Mapping[str, str]) -> bytes:
    """The shared library of these files, of which ``unit.c`` includes the others.

    Raises:
        ConfigError: there is no compiler, or it wrote no library; the message says what to set or install.
    """
    command = [*_compiler(), *flags(), "unit.c", "-o", f"engine{SUFFIX}", "-lm"]
    shown, fix = " ".join(command), "set CC to another compiler, such as gcc or clang, and see to CFLAGS"
    try:
        with tempfile.TemporaryDirectory(prefix="formal-envs-") as folder:
            for name, text in sources.items():
                Path(folder, name).write_text(text, encoding="utf-8")
            try:
                done = subprocess.run(
                    command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
                )
            except OSError as error:
                raise ConfigError(f"the C compiler does not run: {shown}\n{error}\n{fix}") from None
            written = Path(folder, f"engine{SUFFIX}")
            if done.returncode:
                raise ConfigError(f"the game engine did not compile: {shown}\n{done.stderr[-4000:]}\n{fix}")
            if not written.exists():
                raise ConfigError(f"the C compiler wrote no library: {shown}\n{done.stderr[-4000:]}\n{fix}")
            return written.read_bytes()
    except OSError as error:
        raise ConfigError(f"there is no room to compile in: {error}; set TMPDIR to a folder that has some") from None
