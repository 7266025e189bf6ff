"""Files of every kind of wrong, given to every command: one line says what and where, and no run shows a traceback.

The commands and their options are read from the command line itself, so that a new one is tried too.
"""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from game_records import record_of

from agents.cli import main

GAME = (Path(__file__).parents[1] / "games" / "tic_tac_toe.lud").read_text()
TRACE = record_of(GAME)
RECORDS = {"games": {"id": TRACE["id"], "name": "x", "text": GAME, "ludemes": []}, "traces": TRACE}
NEEDED = {  # what a command needs beside the file that is tried, by the name of the parameter
    "env": "FormalArith-v0",
    "n": "3",
    "agent": "oracle",
    "figure": "fig3",
    "reward": "paper",
    "runs": None,
}
QUICK = {"steps": "1", "examples": "16", "seconds": "0.1", "playouts": "1", "episodes": "4", "moves": "2", "depth": "1"}


def commands(group=main, name=()):
    for each, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*name, each))
        else:
            yield (*name, each), command


def takes_path(parameter):
    return isinstance(parameter.type, click.Path | click.File)


def is_read(parameter):
    return parameter.name not in ("out", "target", "evidence")


TABLE = [
    pytest.param(name, command, parameter, id=f"{' '.join(name)} {parameter.name}")
    for name, command in commands()
    for parameter in command.params
    if takes_path(parameter)
]


def given(parameter, value):
    return [value] if isinstance(parameter, click.Argument) else [parameter.opts[0], value]


def arguments(name, command, tried, path, folder):
    """A command with a path to try; all else that it needs is right, and small."""
    found = [*name]
    for parameter in command.params:
        if parameter is tried:
            found += given(parameter, str(path))
        elif takes_path(parameter):
            if parameter.required:
                made = folder / ("good" if getattr(parameter.type, "file_okay", True) else "run")
                found += given(parameter, str(made if is_read(parameter) else folder / "out"))
        elif parameter.name in QUICK and isinstance(
            parameter.type, click.types.IntParamType | click.types.FloatParamType
        ):
            found += given(parameter, QUICK[parameter.name])
        elif parameter.required or (parameter.name == "env" and tried.name != "source"):
            found += given(parameter, NEEDED[parameter.name])
    if name == ("export",):
        found += ["--n", "3"]
    if name == ("check-reward",) and tried.name == "source":
        found.append("formal_envs.tasks.arithmetic.reward:ArithmeticReward")
    return found


def hostile(folder, read):
    """Paths of every kind of wrong, by what is wrong; to read from, or to write to."""
    file = folder / "file.txt"
    file.write_text("{}\n")
    paths = {
        "a name too long": folder / ("x" * 300),
        "under a file": file / "under",
    }
    if not read:
        return paths | {
            "a full device": Path("/dev/full"),
            "in no folder": folder / "none" / "of" / "these",
            "where nobody may write": Path("/proc/nothing"),
        }
    deep = b'{"prompt": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    contents = {
        "empty": b"",
        "binary": bytes(range(256)) * 8,
        "latin-1": '{"prompt": "caf\xe9"}\n'.encode("latin-1"),
        "utf-16": '{"prompt": "1+2="}\n'.encode("utf-16"),
        "a BOM before what is no row": b'\xef\xbb\xbf{"prompt": 3}\n',
        "deep": deep,
        "a huge number": b'{"prompt": ' + b"9" * 10_000 + b"}\n",
        "half a line": b'{"prompt": "1+2=", "compl',
        "a list": b"[1, 2]\n",
        "gzip": b"\x1f\x8b\x08\x00 and then nothing",
    }
    for name, content in contents.items():
        for ending in ("", ".lud", ".jsonl", ".jsonl.gz", ".lark"):
            path = folder / f"{name}{ending}"
            path.write_bytes(content)
            paths[path.name] = path
    for name in ("config.json", "games.jsonl.gz"):
        for kind, content in contents.items():
            inside = folder / f"{kind} in {name}"
            inside.mkdir()
            (inside / name).write_bytes(content)
            paths[inside.name] = inside
    return {**paths, "missing": folder / "missing", "a folder": folder}


def check(result, path):
    """A run that said in a line or some what is wrong, or that could do what it was asked to do."""
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert "Traceback" not in result.output
    assert result.exit_code in (0, 1, 2)
    if result.exit_code and "error at line" not in result.output and path.name != "nothing":
        said = ("Error: ", ": error: ", '"compiles": false')  # the second for editors, as compilers write it
        assert any(each in result.output for each in said), result.output
        shown = result.output.replace("\n", "")
        assert path.name[:20] in shown or path.parent.name in shown, result.output


@pytest.mark.parametrize(("name", "command", "parameter"), TABLE)
def test_no_file_makes_a_traceback(name, command, parameter, tmp_path, monkeypatch):
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    if name[0] in ("lab", "serve"):  # what they are given is read before; then they serve until they are ended
        monkeypatch.setattr(pytest.importorskip("formal_envs.serving.run"), "run", lambda app, **_: None)
    (tmp_path / "good").write_text(GAME if name[0] == "game" else '{"prompt": "1+2=", "completion": "3"}\n')
    config = {"env": "FormalArith-v0", "options": {}, "trainer": "ppo", "agent": {}}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text(json.dumps(config))
    (tmp_path / "run" / "metrics.jsonl").write_text('{"step": 1, "reward_mean": 0.5}\n')
    for kind, row in RECORDS.items():
        (tmp_path / "run" / f"{kind}.jsonl.gz").write_bytes(gzip.compress(json.dumps(row).encode() + b"\n"))
    folder = tmp_path / "hostile"
    folder.mkdir()
    for path in hostile(folder, is_read(parameter)).values():
        if parameter.name == "runs" and path.name == "missing":
            continue
        call = arguments(name, command, parameter, path, tmp_path)
        makes_folder = isinstance(parameter.type, click.Path) and not parameter.type.file_okay
        if makes_folder and not is_read(parameter) and path.name == "these":
            continue  # it is made
        check(CliRunner().invoke(main, call), path)


def test_the_table_has_every_path():
    """A parameter that is called as files are, and has another type, would be left out."""
    for name, command in commands():
        for parameter in command.params:
            if parameter.name in ("out", "source", "file", "data", "corpus", "grammar", "target", "runs"):
                assert takes_path(parameter), (name, parameter.name)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"prompt": "caf\xe9"}'.encode("latin-1"), "is not UTF-8"),
        (b"\x00\x01\x02", "is not a JSON object"),
        (b'{"prompt": ' + b"[" * 100_000, "is nested too deeply"),
        (b'{"prompt": "1+2="}', "needs a string 'completion': it has prompt"),
        (b'{"prompt": "1+2=", "completion": 3}', "needs a string 'completion': got 3"),
    ],
    ids=["latin-1", "binary", "deep", "missing", "a number"],
)
def test_the_line_of_a_row_is_named(line, said, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes(b'\xef\xbb\xbf{"prompt": "1+2=", "completion": "3"}\n\n' + line + b"\n")  # a BOM is no fault
    result = CliRunner().invoke(main, ["score", "FormalArith-v0", "--in", str(rows), "--out", str(tmp_path / "out")])
    assert result.output.startswith(f"Error: {rows} line 3 {said}"), result.output[:300]


def test_scores_are_not_written_over_the_rows(tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"prompt": "1+2=", "completion": "3"}\n')
    result = CliRunner().invoke(main, ["score", "FormalArith-v0", "--in", str(rows), "--out", str(rows)])
    assert (result.exit_code, rows.read_text()) == (1, '{"prompt": "1+2=", "completion": "3"}\n')


@pytest.mark.process
def test_standard_output_on_a_full_device():
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "formal_envs", "list"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (1, "Error: writing: No space left on device\n")
