"""Runs whose folders are damaged, or in use: an error names the file and the remedy, and nothing goes on in silence."""

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from tiny_runs import SMALL  # noqa: E402

from agents.cli import main  # noqa: E402
from agents.runs.folder import Run  # noqa: E402
from agents.runs.log import RunLog  # noqa: E402
from agents.runs.spec import RunSpec  # noqa: E402
from formal_envs.errors import ConfigError  # noqa: E402

SETTINGS = [f"--set={name}={value}" for name, value in {**SMALL, "checkpoint_every": 2}.items()]
SFT = [setting for setting in SETTINGS if "prompts=" not in setting and "completions=" not in setting]
BEGIN = {"train": SETTINGS, "sft": [*SFT, "--set=validation=8", "--set=examples=64", "--set=batch=8"]}


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module", params=sorted(BEGIN))
def finished(request, tmp_path_factory):
    """The command of a trainer, and a run of it of four steps."""
    folder = tmp_path_factory.mktemp(request.param) / "run"
    result = run(request.param, "FormalArith-v0", "--steps", 4, "--out", folder, *BEGIN[request.param])
    assert result.exit_code == 0, result.output
    return request.param, folder


def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "copy")


def files_of(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".lock"}


def refused(result, *said):
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    for words in said:
        assert words in result.output


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
def test_a_truncated_file_of_a_checkpoint_is_named_with_the_remedy(finished, tmp_path, keep):
    command, folder = finished
    names = sorted(path.name for path in (folder / "checkpoint").iterdir())
    assert {"model.safetensors", "trainer.pt", "tokenizer.json", "config.json"} <= set(names)
    for name in names:
        broken = copy(folder, tmp_path)
        path = broken / "checkpoint" / name
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
        before = files_of(broken)
        result = run(command, "--out", broken, "--resume")
        refused(result, str(broken / "checkpoint"), "Put a copy of it back")
        assert files_of(broken) == before
        shutil.rmtree(broken)


@pytest.mark.parametrize("name", ["trainer.pt", "model.safetensors"])
def test_a_missing_file_of_a_checkpoint_is_no_new_start(finished, tmp_path, name):
    command, folder = finished
    broken = copy(folder, tmp_path)
    (broken / "checkpoint" / name).unlink()
    before = files_of(broken)
    refused(run(command, "--out", broken, "--resume"), str(broken / "checkpoint"), "Put a copy of it back")
    assert files_of(broken) == before
    shutil.rmtree(broken / "checkpoint")  # the remedy where there is no copy
    assert run(command, "--out", broken, "--resume").exit_code == 0
    assert [row["step"] for row in Run.open(broken).metrics()][-4:] == [1, 2, 3, 4]


def test_eval_says_that_a_model_is_damaged(finished, tmp_path):
    _, folder = finished
    broken = copy(folder, tmp_path)
    path = broken / "checkpoint" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    refused(run("eval", broken, "--episodes", 4), str(broken / "checkpoint"))


@pytest.mark.parametrize("lost", [1, 2, 4])
def test_metrics_that_lack_a_step_are_no_hole(finished, tmp_path, lost):
    command, folder = finished
    broken = copy(folder, tmp_path)
    metrics = broken / "metrics.jsonl"
    lines = metrics.read_text().splitlines(keepends=True)
    metrics.write_text("".join(line for line in lines if json.loads(line)["step"] != lost))
    refused(run(command, "--out", broken, "--resume"), f"{metrics} lacks step {lost}", f"--from {broken}")
    metrics.unlink()
    refused(run(command, "--out", broken, "--resume"), f"{metrics} lacks step 1")


@pytest.mark.parametrize("line", [b"{\n", b"\xff\xfe\n", b"[]\n", b'{"loss": 1}\n', b"[" * 100_000 + b"\n"])
@pytest.mark.parametrize("name", ["metrics.jsonl", "samples.jsonl"])
def test_a_damaged_line_is_named(finished, tmp_path, name, line):
    command, folder = finished
    broken = copy(folder, tmp_path)
    (broken / name).write_bytes(line + (broken / name).read_bytes())
    refused(run(command, "--out", broken, "--resume"), f"{broken / name} line 1 is damaged")
    if name == "metrics.jsonl":
        refused(run("plot", broken), "line 1 is damaged")


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.9])
def test_a_half_written_configuration_is_named(finished, tmp_path, keep):
    command, folder = finished
    broken = copy(folder, tmp_path)
    path = broken / "config.json"
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    for arguments in ((command, "--out", broken, "--resume"), ("eval", broken), ("plot", broken)):
        refused(run(*arguments), f"{path} is damaged", "Put a copy of it back")
    refused(run("train", "FormalArith-v0", "--from", broken, "--out", tmp_path / "child"), f"{path} is damaged")


@pytest.mark.parametrize("key", ["env", "options", "trainer"])
def test_a_configuration_that_lacks_something_is_named(finished, tmp_path, key):
    command, folder = finished
    broken = copy(folder, tmp_path)
    path = broken / "config.json"
    text = json.loads(path.read_text())
    path.write_text(json.dumps({name: text[name] for name in text if name != key}))
    refused(run(command, "--out", broken, "--resume"), f"{path} is damaged", key)


def test_a_checkpoint_without_its_configuration_is_not_gone_on_with(finished, tmp_path):
    command, folder = finished
    broken = copy(folder, tmp_path)
    (broken / "config.json").unlink()
    refused(run(command, "FormalArith-v0", "--steps", 4, "--out", broken, *BEGIN[command]), "without its config.json")


def test_a_run_is_trained_by_one_process_at_a_time(finished):
    command, folder = finished
    before = files_of(folder)
    held = RunLog(Run.open(folder), 4, main=True)
    with held:
        refused(run(command, "--out", folder, "--resume"), "another process", str(folder))
        assert (folder / "metrics.jsonl").read_bytes() == before[folder / "metrics.jsonl"]
    assert run(command, "--out", folder, "--resume").exit_code == 0


@pytest.mark.process
def test_a_killed_process_leaves_no_lock(tmp_path):
    spec = RunSpec.parse("FormalArith-v0", {"device": "cpu"})
    folder = Run.create(tmp_path / "run", spec).folder
    program = (
        "import sys, time; from pathlib import Path; from agents.runs.folder import Run; "
        "from agents.runs.log import RunLog; "
        "log = RunLog(Run.open(Path(sys.argv[1])), 0, main=True); print('held', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, folder], stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(ConfigError, match="another process"):
        RunLog(Run.open(folder), 0, main=True)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with RunLog(Run.open(folder), 0, main=True):
        pass


@pytest.mark.process
def test_a_full_disk_keeps_the_checkpoint_before(finished, tmp_path):
    """No file may grow past some bytes: what a full disk is to a process."""
    command, folder = finished
    broken = copy(folder, tmp_path)
    shutil.rmtree(broken / "checkpoint")
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)); "
        "from agents.cli import main; main()"
    )
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(
        [sys.executable, "-c", program, command, "--out", broken, "--resume"],
        env=unmeasured,  # which would have a file of its own to write
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "cannot write" in done.stderr
    assert "--resume" in done.stderr
