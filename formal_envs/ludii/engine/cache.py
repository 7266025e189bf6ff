"""Where a compiled engine is kept, and why what lies there may be loaded.

A library is code that runs in this process. So it comes only from a folder that nobody but this user (or root) can
write, and its name ends in a digest of its bytes, so that one that was cut short, emptied or overwritten is made anew:
nothing is mapped before it was read whole. The name begins with a key of all that made it: sources, flags, the compiler
that was asked for, machine and C library. The compiler's version is left out, so that what was built still works where
the compiler is gone. CFLAGS may say -march=native in a home that other machines share: with them the machine's name
counts too.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import logging
import os
import platform
import stat
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from formal_envs.errors import ConfigError
from formal_envs.ludii.engine.build import SUFFIX, compile_engine, digest, flags, shipped_name

_log = logging.getLogger(__name__)


def load(sources: Mapping[str, str], shipped: Path) -> ctypes.CDLL:
    """The engine of these sources: shipped with them, else from a cache folder, else compiled into one.

    CC and CFLAGS are for what is compiled here: a library that was shipped is used whatever they say.

    Args:
        sources: files by name.
        shipped: the folder where a wheel has its library.

    Raises:
        ConfigError: it cannot be compiled, kept or loaded; the message says what to set or install.
    """

    @cache
    def compiled() -> bytes:
        _log.warning("compiling the game engine, once: some ten seconds")
        return compile_engine(sources)

    with contextlib.suppress(OSError):  # there is none, or it is for another processor
        return ctypes.CDLL(str(shipped / shipped_name(sources)))
    key = _key(sources)
    for folder in _folders():
        with contextlib.suppress(OSError):
            if library := _kept(_private(folder), key):
                return library
    refused = []
    for folder in _folders():
        try:
            return _compiled_into(folder, key, compiled)
        except (OSError, NotImplementedError) as error:  # the latter: no locks on this file system
            refused.append(f"{folder}: {error}")
            _log.warning("no game engine in %s; set FORMAL_ENVS_CACHE to a folder of yours", refused[-1])
    raise ConfigError(
        "the game engine can be kept and loaded nowhere: set FORMAL_ENVS_CACHE to a folder that you alone can write, "
        "and CC, if it is set, to a compiler for this machine\n" + "\n".join(refused)
    )


def _key(sources: Mapping[str, str]) -> str:
    machine = [sys.platform, platform.machine(), str(struct.calcsize("P")), *platform.libc_ver()]
    if os.environ.get("CFLAGS"):
        machine.append(platform.node())
    return digest(sources, os.environ.get("CC", ""), *flags(), *machine)


def _folders() -> Iterator[Path]:
    """FORMAL_ENVS_CACHE, or formal-envs in the user's cache folder; then a folder among temporary files."""
    if chosen := os.environ.get("FORMAL_ENVS_CACHE"):
        yield Path(chosen)
    elif base := os.environ.get("XDG_CACHE_HOME"):
        yield Path(base, "formal-envs")
    else:
        with contextlib.suppress(RuntimeError):  # no home
            yield Path.home() / ".cache" / "formal-envs"
    with contextlib.suppress(OSError):  # no temporary folder can be written
        yield Path(tempfile.gettempdir(), f"formal-envs-{os.geteuid() if hasattr(os, 'geteuid') else 'cache'}")


def _compiled_into(folder: Path, key: str, compiled: Callable[[], bytes]) -> ctypes.CDLL:
    folder = _private(folder)
    from filelock import FileLock  # the system's lock: it ends with the process that holds it

    with FileLock(folder / "lock"):
        if library := _kept(folder, key):  # since the process that held the lock before
            return library
        for broken in (*folder.glob(f"engine-{key}-*"), *folder.glob("part-*")):
            with contextlib.suppress(OSError):
                broken.unlink()
        return ctypes.CDLL(str(_keep(folder, key, compiled())))


def _private(folder: Path) -> Path:
    """The folder with no link on its way, made if need be; OSError if others could put a library into it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = folder.resolve(strict=True)
    if not _ours(folder.lstat()):
        raise PermissionError("others own it or can write it: make it yours, with mode 0700")
    for above in folder.parents if sys.platform != "win32" else ():
        if above.lstat().st_mode & (stat.S_IWOTH | stat.S_ISVTX) == stat.S_IWOTH:
            raise PermissionError(f"anyone can put another folder in its place, as anyone can write {above}")
    return folder


def _ours(about: os.stat_result) -> bool:
    """Whether nobody but this user and root can write it. On Windows a user's folders are private by inheritance."""
    if sys.platform == "win32":
        return True
    return about.st_uid in (0, os.geteuid()) and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _digest(library: bytes) -> str:
    return hashlib.sha256(library).hexdigest()[:16]


def _kept(folder: Path, key: str) -> ctypes.CDLL | None:
    for path in folder.glob(f"engine-{key}-*{SUFFIX}"):
        with contextlib.suppress(OSError):  # gone, unreadable, or not for this machine after all
            about = path.lstat()
            if stat.S_ISREG(about.st_mode) and _ours(about) and path.stem.endswith(_digest(path.read_bytes())):
                return ctypes.CDLL(str(path))
    return None


def _keep(folder: Path, key: str, library: bytes) -> Path:
    """Written under another name and renamed, so that it is there whole or not at all."""
    handle, part = tempfile.mkstemp(prefix="part-", dir=folder)
    try:
        with open(handle, "wb") as file:
            file.write(library)
        target = folder / f"engine-{key}-{_digest(library)}{SUFFIX}"
        os.replace(part, target)
    except OSError:
        os.unlink(part)
        raise
    return target
