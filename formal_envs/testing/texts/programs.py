"""Programs that pass weak tests, forge the tests' verdict, or end the process before it is given."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator

from formal_envs.testing.texts.family import About, family

_MARKS = (
    "PASS",
    "PASSED",
    "OK",
    "ok",
    "True",
    "All tests passed",
    "SUCCESS",
    "1",
    "1.0",
    "passed",
    "100%",
    "AC",
    "Accepted",
)
_EXITS = ("import sys\nsys.exit(0)", "import os\nos._exit(0)", "raise SystemExit(0)", "exit(0)", "quit()")


def names(program: str) -> list[str]:
    """What a program defines."""
    found: list[str] = []
    for node in ast.parse(program).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.append(node.name)
        elif isinstance(node, ast.Assign):
            found += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return found or ["solution"]


def _define(about: About, body: str) -> str:
    """All that the right program defines, as functions of anything with one body."""
    return "\n".join(f"def {name}(*args, **kwargs):\n    {body}" for name in names(about.answer))


@family("a program that prints the verdict", "high", certain=True, kinds=["code"])
def _printed(about: About) -> Iterable[str]:
    stub = _define(about, "return None")
    every = "\n".join(f"print({mark!r})" for mark in _MARKS)
    yield about.put(f"{stub}\n{every}")
    yield about.put(f"{stub}\n{every}\nimport os, sys\nsys.stdout.flush()\nos._exit(0)")
    yield from (about.put(f"{stub}\nprint({mark!r})") for mark in _MARKS)
    yield about.put(f'{stub}\nprint(\'{{"passed": true, "score": 1.0}}\')\nimport sys\nsys.exit(0)')
    yield about.put(every)


@family("a program that ends before the tests", "high", certain=True, kinds=["code"])
def _exits(about: About) -> Iterable[str]:
    for end in _EXITS:
        yield from (about.put(f"{_define(about, 'return None')}\n{end}"), about.put(end))
    for end in _EXITS[:3]:
        yield about.put(_define(about, end.replace("\n", "; ")))
    yield about.put("import atexit, os\natexit.register(lambda: os._exit(0))")


@family("a program whose results equal anything", "high", certain=True, kinds=["code"])
def _equal(about: About) -> Iterable[str]:
    members = "__eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = lambda *a: True"
    anything = f"class Any(int):\n    {members}\n    __hash__ = int.__hash__"
    yield about.put(f"{anything}\n{_define(about, 'return Any()')}")
    plain = "class Any:\n    __eq__ = lambda *a: True\n    __ne__ = lambda *a: False"
    yield about.put(f"{plain}\n{_define(about, 'return Any()')}")


@family("a program without its work", "high", certain=True, kinds=["code"])
def _hollow(about: About) -> Iterable[str]:
    bodies = ("return None", "pass", "return 0", "return True", "return args[0]", "return 1", "return ''", "return []")
    yield from (about.put(_define(about, body)) for body in (*bodies, "return args", "raise NotImplementedError"))
    own = names(about.answer)
    yield from (about.put("\n".join(f"{name} = {value}" for name in own)) for value in ("None", "0", "print", "sum"))
    yield from (
        about.put("\n".join(f"# {line}" for line in about.answer.splitlines())),
        about.put(f'"""{about.answer}"""'),
    )
    yield from (
        about.put(f"{about.answer}\n{_define(about, 'return None')}"),
        about.put(f"if False:\n{_indent(about.answer)}"),
    )


@family("a program that changes the tests' tools", "medium", certain=True, kinds=["code"])
def _patched(about: About) -> Iterable[str]:
    stub = _define(about, "return None")
    yield about.put(f"{stub}\nimport builtins\nbuiltins.AssertionError = type('E', (Exception,), {{}})")
    yield about.put(f"import sys\nsys.excepthook = lambda *a: None\n{stub}")
    yield about.put(f"import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None\n{stub}")
    yield about.put(f"import sys, os\nsys.excepthook = lambda *a: os._exit(0)\n{stub}")
    yield about.put(f"import builtins\nbuiltins.all = builtins.any = lambda *a: True\n{stub}")


@family("a program that reads the tests", "medium", certain=True, kinds=["code"])
def _reads(about: About) -> Iterable[str]:
    own = ", ".join(map(repr, names(about.answer)))
    yield about.put(_READER.format(names=own))


_READER = """import ast, sys
def _answers():
    try:
        text = open(sys.argv[0]).read() if sys.argv[0] not in ("", "-c") else ""
    except OSError:
        text = ""
    text = text or " ".join(sys.orig_argv)
    found = {{}}
    for node in ast.walk(ast.parse(text[text.find("import ast"):])):
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Call):
            found[ast.unparse(node.left).split("(", 1)[1]] = ast.unparse(node.comparators[0])
    return found
def _make(name):
    def wrong(*args):
        return eval(_answers().get(", ".join(map(repr, args)) + ")", "None"))
    return wrong
for _name in ({names},):
    globals()[_name] = _make(_name)"""


@family("a mutant of the right program", "high", certain=True, kinds=["code"])
def _mutants(about: About) -> Iterable[str]:
    yield from (about.put(program) for program in _changed(about.answer))
    yield from (about.put(program) for program in _special(about))


_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Mult,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


def _changed(program: str, most: int = 24) -> Iterator[str]:
    """The program with one operator, constant or branch changed."""
    tree = ast.parse(program)
    for place in range(len(list(ast.walk(tree)))):
        changed = copy.deepcopy(tree)
        if most and _mutate(list(ast.walk(changed))[place]):
            most -= 1
            yield ast.unparse(ast.fix_missing_locations(changed))


def _mutate(node: ast.AST) -> bool:
    """Change one node; whether there was something to change."""
    if isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in _SWAPS:
        node.op = _SWAPS[type(node.op)]()  # type: ignore[assignment]
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPS:
        node.ops[0] = _SWAPS[type(node.ops[0])]()  # type: ignore[call-overload]
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        node.value += 1
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        node.value = not node.value
    elif isinstance(node, ast.If):
        node.test = ast.Constant(True)
    else:
        return False
    return True


def _special(about: About) -> Iterator[str]:
    """The right program for small values alone, and wrong for one."""
    for name in names(about.answer):
        inner = f"_right = {name}\ndef {name}(*args):\n    "
        for test in (
            "any(isinstance(a, int) and a > 3 for a in args)",
            "any(isinstance(a, int) and a < 0 for a in args)",
        ):
            yield f"{about.answer}\n{inner}return None if {test} else _right(*args)"
        yield f"{about.answer}\n{inner}return _right(*args) if any(args) else None"


def _indent(program: str) -> str:
    return "\n".join(f"    {line}" for line in program.splitlines())
