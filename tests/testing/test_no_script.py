"""A check runs nothing of the user's script a second time, however that was started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
from formal_envs.testing import check_reward
print("BEGINS", flush=True)
def reward(completion, solution): return float(completion.strip() == solution)
class Held:
    def score(self, prompt, completion): return 1.0
for one in (reward, lambda completion, solution: reward(completion, solution)):
    report = check_reward(one, prompts=["6+8=", "1+1="], solutions=["14", "2"], budget=4)
    print({check.name: check.result for check in report.checks}["another process"], report.ok, flush=True)
print({check.name: check.result for check in check_reward(Held(), prompts=["a"], budget=4).checks}["another process"])
"""
NOTEBOOK = f"""
import sys, types
sys.modules["__main__"] = types.ModuleType("__main__")
exec({SCRIPT!r}, vars(sys.modules["__main__"]))
"""


def ways(folder):
    (folder / "script.py").write_text(SCRIPT)
    yield "script", [str(folder / "script.py")], None
    yield "module", ["-m", "script"], None
    yield "command", ["-c", SCRIPT], None
    yield "input", ["-"], SCRIPT
    yield "exec", ["-c", f"exec({SCRIPT!r})"], None
    yield "exec in names of its own", ["-c", f"exec({SCRIPT!r}, {{}})"], None
    yield "notebook", ["-c", NOTEBOOK], None


@pytest.mark.process
@pytest.mark.parametrize(
    "way", ["script", "module", "command", "input", "exec", "exec in names of its own", "notebook"]
)
def test_a_script_runs_once(way, tmp_path):
    arguments, given = {name: (arguments, given) for name, arguments, given in ways(tmp_path)}[way]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    done = subprocess.run(
        [sys.executable, *arguments],
        input=given,
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.split("\n"), done.stderr) == (["BEGINS", "ok True", "ok True", "ok", ""], "")
    assert sorted(os.listdir(tmp_path)) == ["script.py"] or way == "module"
    assert ".hypothesis" not in os.listdir(tmp_path)
