"""A judge of programs by unit tests, run in a process that is bounded."""

from __future__ import annotations

import ast
import os
import re
import secrets
import signal
import subprocess
import sys
from contextlib import suppress

SECONDS = 5.0
"""Time for a program and its tests."""
_LONGEST = 20_000
_PURE = frozenset(
    {"abc", "bisect", "collections", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools"}
    | {"heapq", "itertools", "json", "math", "operator", "random", "re", "statistics", "string", "typing"}
)
"""Modules that a program may import."""
_REFUSED = frozenset(
    {"eval", "exec", "compile", "open", "input", "globals", "locals", "vars", "getattr", "setattr", "delattr", "exit"}
    | {"quit", "breakpoint", "memoryview", "help", "SystemExit", "BaseException", "KeyboardInterrupt", "type"}
)
_OWN = frozenset({"__init__", "__repr__", "__str__", "__len__", "__iter__", "__next__", "__getitem__", "__post_init__"})
_HARNESS = """
import sys
data = sys.stdin.read()
code, tests, word = data.split("\\0")
names = {"__name__": "tested"}
exec(compile(code, "completion", "exec"), names)
exec(compile(tests, "tests", "exec"), names)
sys.stdout.write("\\n" + word + "\\n")
"""


def passes_tests(completion: str, tests: str) -> bool:
    """Whether a program passes its tests, such as ``assert add(1, 2) == 3``: lines of Python that run behind it.

    ``tests`` is the column of this name: ``check_reward(..., columns={"tests": [...]}, correct=passes_tests)``. One
    fence around the program makes no difference. The program is run in a process of its own, for 5 seconds at most. One
    that imports more than pure modules, or reaches for what runs text, ends the process or changes comparison, is not
    right: it is not needed for an answer, and could decide the tests.
    """
    code = re.sub(r"\A\s*```(?:python|py)?\n(.*)\n```\s*\Z", r"\1", completion, flags=re.DOTALL)
    if len(code) > _LONGEST or "\0" in code or not code.strip() or not _harmless(code):
        return False
    word = secrets.token_hex(16)
    try:
        data = f"{code}\0{tests}\0{word}".encode()
    except UnicodeEncodeError:
        return False
    child = subprocess.Popen(
        [sys.executable, "-I", "-S", "-B", "-c", _HARNESS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        output, _ = child.communicate(data, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return False
    finally:
        _end(child)
    return output.decode("utf-8", "replace").split("\n")[-2:-1] == [word]


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the process and what it started."""
    with suppress(ProcessLookupError, PermissionError, AttributeError):
        os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.communicate()


def _harmless(code: str) -> bool:
    """Whether a program has nothing in it that could decide its tests but by its results."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return all(map(_allowed, ast.walk(tree)))


def _allowed(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return all(name.name in _PURE for name in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.module in _PURE and not any(name.name.startswith("_") for name in node.names)
    if isinstance(node, ast.Name):
        return node.id not in _REFUSED and not node.id.startswith("__")
    if isinstance(node, ast.Attribute):
        own = isinstance(node.value, ast.Name) and node.value.id == "self"
        read = isinstance(node.ctx, ast.Load)
        return not node.attr.startswith("__") and node.attr not in ("sys", "os", "builtins") and (own or read)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return not node.name.startswith("__") or node.name in _OWN
    return not (isinstance(node, ast.ExceptHandler) and node.type is None)
