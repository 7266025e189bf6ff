"""What a process does on the side while it scores a text, seen by Python's audit hooks and by looking before and after.

A hook sees what happens in this process alone: what a text does in a process that the reward started is that process's
business. Source of the events: the table of audit events of Python's library reference.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any, Literal, NamedTuple

from formal_envs.testing.canaries import CANARY

Kind = Literal["code", "process", "shell", "file", "file left", "network", "library", "alarm", "thread"]
_MOST = 16  # acts of a case
_HERE = os.path.dirname(__file__)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_SHELLS = {"sh", "bash", "dash", "zsh", "cmd", "cmd.exe", "powershell"}


class Act(NamedTuple):
    """Something that a reward did besides giving a score.

    Attributes:
        kind: "code": a text ran in this process, or what it names was imported or unpickled; "process" or "shell": one
            was started; "file": one was written, or a name from the text was used as a file's; "file left": it is there
            still; "network": an address was asked for; "library": one of C was loaded; "alarm": a timer was set;
            "thread": one goes on.
        through: the function of a library that did it, such as "sympy.parse_expr" or "eval".
        of_text: the canary of the text was in it.
        detail: a few words: which file, or which command.
    """

    kind: Kind
    through: str
    of_text: bool
    detail: str = ""


_acts: list[Act] = []
_scoring = False


def begin() -> None:
    """Note from now on what this process does between ``start`` and ``stop``; it cannot be undone."""
    sys.addaudithook(_hook)
    sys.meta_path.insert(0, _Imports())  # hooks are told of the statement alone, not of importlib.import_module
    if hasattr(signal, "setitimer"):  # not on Windows
        signal.alarm, signal.setitimer = _timer(signal.alarm, 0), _timer(signal.setitimer, 1)


def start() -> int:
    """A text is scored from now on; how many threads there are."""
    global _scoring
    _acts.clear()
    _scoring = True
    return threading.active_count()


def stop(threads: int) -> tuple[Act, ...]:
    """The text has been scored: what was done."""
    global _scoring
    _scoring = False
    if threading.active_count() > threads:
        _acts.append(Act("thread", "threading", False))
    if not _acts:
        return ()
    left = [act._replace(kind="file left") for act in _acts if act.kind == "file" and _is_left(act.detail)]
    return tuple(dict.fromkeys([*_acts, *left]))


def _is_left(path: str) -> bool:
    return os.path.isfile(path)


def _timer(function: Callable[..., Any], place: int) -> Callable[..., Any]:
    """``signal.alarm`` or ``signal.setitimer``, noted where it sets a timer."""

    def noted(*arguments: Any) -> Any:
        if _scoring and arguments[place]:
            _acts.append(Act("alarm", f"signal.{function.__name__}", False))
        return function(*arguments)

    return noted


class _Imports:
    """Finds no module, and notes which are looked for."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if _scoring and CANARY in name:
            _acts.append(Act("code", _through("import"), True))


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _scoring and event in _EVENTS and len(_acts) < _MOST:
        found = _EVENTS[event](event, arguments)
        if found is not None:
            kind, of_text, detail = found
            _acts.append(Act(kind, _through(event), of_text, detail))


_Found = tuple[Kind, bool, str] | None  # of an Act


def _code(event: str, arguments: tuple[Any, ...]) -> _Found:
    code = arguments[0]
    return ("code", True, "") if isinstance(code, CodeType) and _names_it(code) else None


def _names_it(code: CodeType) -> bool:
    if any(CANARY in name for name in code.co_names):
        return True
    if not code.co_filename.startswith("<"):  # a module's own code
        return False
    return any(_names_it(part) for part in code.co_consts if isinstance(part, CodeType))


def _named(event: str, arguments: tuple[Any, ...]) -> _Found:
    return ("code", True, "") if CANARY in str(arguments[0]) else None


def _process(event: str, arguments: tuple[Any, ...]) -> _Found:
    words = [text for argument in arguments[:2] for text in _texts(argument)]
    of_text = any(CANARY in word for word in words)
    program = os.path.basename(words[0]) if words else ""
    shell = event == "os.system" or (program in _SHELLS and any(word in ("-c", "/c") for word in words))
    return "shell" if shell and of_text else "process", of_text, program if event != "os.system" else ""


def _texts(argument: Any) -> list[str]:
    if isinstance(argument, (list, tuple)):
        return [text for part in argument for text in _texts(part)]
    if isinstance(argument, bytes):
        return [argument.decode(errors="replace")]
    return [str(argument)] if isinstance(argument, (str, os.PathLike)) else []


def _opened(event: str, arguments: tuple[Any, ...]) -> _Found:
    path, mode, flags = arguments
    if not isinstance(path, (str, bytes, os.PathLike)):
        return None  # the number of an open file
    name = os.fsdecode(path)
    writes = any(c in mode for c in "wax+") if isinstance(mode, str) else bool((flags or 0) & _WRITES)
    if CANARY in name:
        return "file", True, name[:80]
    return ("file", False, name) if writes and name != os.devnull and not name.endswith(".pyc") else None


def _path(event: str, arguments: tuple[Any, ...]) -> _Found:
    return ("file", True, "") if any(CANARY in text for argument in arguments for text in _texts(argument)) else None


def _network(event: str, arguments: tuple[Any, ...]) -> _Found:
    return "network", CANARY in str(arguments[:2]), ""


def _library(event: str, arguments: tuple[Any, ...]) -> _Found:
    return ("library", True, "") if CANARY in str(arguments[0]) else None


_EVENTS: dict[str, Callable[[str, tuple[Any, ...]], _Found]] = {
    "exec": _code,
    "pickle.find_class": _named,
    "ctypes.dlopen": _library,
    "open": _opened,
    **dict.fromkeys(("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.fork"), _process),
    **dict.fromkeys(("subprocess.Popen", "os.forkpty", "pty.spawn"), _process),
    **dict.fromkeys(("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod", "os.symlink"), _path),
    **dict.fromkeys(("shutil.rmtree", "shutil.move", "shutil.copyfile", "os.listdir", "os.scandir", "os.link"), _path),
    **dict.fromkeys(("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"), _network),
}


def _through(event: str) -> str:
    """The function, of another package than the reward's own, that was called for what happens now."""
    frames: list[FrameType] = []
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code.co_name != "_scored":
        frames.append(frame)
        frame = frame.f_back
    own = ""
    caller: FrameType | None = None
    for frame in reversed(frames):  # from the kit's call on
        module = str(frame.f_globals.get("__name__", ""))
        root = module.split(".")[0]
        if root == "asyncio" or frame.f_code.co_filename.startswith(_HERE):
            continue
        if frame.f_code.co_filename.startswith("<") and caller is not None and "frozen" not in frame.f_code.co_filename:
            return _runner(caller)
        own = own or root
        if root != own and "frozen" not in frame.f_code.co_filename:
            name = frame.f_code.co_name
            return root if name.startswith("<") else f"{root}.{name}"
        caller = frame
    if event == "exec":
        return _runner(caller)
    return {"import": "import", "pickle.find_class": "pickle.loads", "open": "open"}.get(event, event)


def _runner(caller: FrameType | None) -> str:
    names = caller.f_code.co_names if caller else ()
    return next((name for name in ("eval", "exec") if name in names), "exec")
