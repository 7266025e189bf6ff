"""What a reward does on the side: what runs, prints, and is left behind is seen; what is its job is not blamed."""

import ast
import base64
import contextlib
import importlib
import json
import os
import pickle
import random
import signal
import socket
import subprocess
import sys
import threading
from functools import partial

import pytest

from formal_envs.testing import check_reward
from formal_envs.testing.bench import Bench
from formal_envs.testing.calls import as_scorer
from formal_envs.testing.canaries import CANARIES, CANARY, planted
from formal_envs.testing.cases import Case, Problem
from formal_envs.testing.conduct import no_code
from formal_envs.testing.isolation import Judge

SUMS = {"6+8=": "14", "1+1=": "2", "40+2=": "42", "7+8=": "15"}
quick = partial(check_reward, prompts=list(SUMS), solutions=list(SUMS.values()), budget=120)
CASE = Case(Problem("6+8=", "14", "14"), "14")


def guarded(act):
    """A reward that does something with each text, and scores what equals the solution."""

    def reward(completion, solution):
        with contextlib.suppress(Exception):
            act(completion)
        return float(completion.strip() == solution)

    return reward


def evaluates(text):
    eval(text)


def executes(text):
    exec(text, {})


def by_sympy(text):
    from sympy.parsing.sympy_parser import parse_expr

    parse_expr(text)


def by_yaml(text):
    import yaml

    yaml.unsafe_load(text)


def by_yaml_safely(text):
    import yaml

    yaml.safe_load(text)


def in_a_shell(text):
    subprocess.run(f"true {text}", shell=True, check=False)


def in_python(text):
    """Only statements are run."""
    if "import" in text:
        subprocess.run([sys.executable, "-ISc", "pass", text], check=False)


def connects(text):
    if text.startswith("http"):
        socket.getaddrinfo(text.split("/")[2], 80)


def opens(text):
    with open(text) as file:
        file.read()


RUNS = {
    evaluates: "runs the text as code (through eval)",
    executes: "runs the text as code (through exec)",
    by_sympy: "runs the text as code (through sympy.parse_expr)",
    by_yaml: "runs the text as code (through yaml.unsafe_load)",
    importlib.import_module: "runs the text as code (through importlib.import_module)",
    (lambda text: pickle.loads(text.encode())): "runs the text as code (through pickle.loads)",
    (lambda text: pickle.loads(base64.b64decode(text))): "runs the text as code (through pickle.loads)",
    (lambda text: os.system(f"true {text}")): "gives the text to a shell (through os.system)",
    in_a_shell: "gives the text to a shell (through subprocess.run)",
    in_python: "starts a process with the text in its arguments (through subprocess.run)",
    connects: "connects to an address that is in the text (through socket.getaddrinfo)",
    opens: "uses the text as the name of a file (through open)",
}


def on_conduct(reward, runs_code=False):
    """What the law finds, of a reward that is asked nothing else."""
    scorer = as_scorer(reward, with_solutions=True)
    with Judge(scorer, time_limit=20) as judge:
        asked = [Case(Problem(prompt, solution, solution), "") for prompt, solution in SUMS.items()]
        bench = Bench(judge, scorer, asked, [], [], None, (), 0.0, 20, None, None, runs_code=runs_code)
        return [finding.message for finding in no_code(bench)]


@pytest.mark.parametrize(("act", "said"), list(RUNS.items()), ids=lambda value: getattr(value, "__name__", ""))
def test_what_runs_a_text_is_seen_and_named(act, said):
    found = on_conduct(guarded(act))
    assert any(message.startswith(said) for message in found), found


@pytest.mark.parametrize("act", [ast.literal_eval, json.loads, by_yaml_safely, len, repr, compile])
def test_what_only_reads_a_text_is_not_blamed(act):
    reward = guarded(partial(compile, filename="text", mode="exec") if act is compile else act)
    assert on_conduct(reward) == []


@pytest.mark.parametrize("act", [evaluates, in_a_shell])
def test_what_is_declared_is_not_blamed(act):
    assert on_conduct(guarded(act), runs_code=True) == []


def runs_each_in_python(completion, solution):
    """Every completion is run: that is its job."""
    if len(completion) > 30:
        return 0.0
    done = subprocess.run([sys.executable, "-ISc", f"print({completion!r})"], capture_output=True, check=False)
    return float(done.stdout.strip().decode() == solution)


@pytest.mark.slow
def test_a_reward_whose_job_is_to_run_code_may_do_so_in_a_process():
    assert on_conduct(runs_each_in_python) == []


def hides_it(text):
    with contextlib.suppress(ValueError):
        return CANARY.encode() in bytes.fromhex(text)
    return CANARY.encode() in base64.b64decode(text)


@pytest.mark.parametrize("gold", [None, "14", "\\boxed{14}", "<think>6 and 8</think><answer>14</answer>"])
def test_each_canary_is_planted_where_the_answer_is(gold):
    texts = list(planted(gold))
    for canary in (text for texts in CANARIES.values() for text in texts):
        assert CANARY in canary or hides_it(canary)
        assert canary in texts
        assert gold is None or gold.replace("14", canary) in texts


def outcome(reward, text="14"):
    with Judge(as_scorer(reward, with_solutions=True), time_limit=5) as judge:
        return judge.single([CASE._replace(completion=text)])[0]


def prints(completion, solution, quietly=False):
    print("ü", completion)
    sys.stderr.write("\ud800")
    if not quietly:
        subprocess.run([sys.executable, "-ISc", "print('from a child')"], check=False)
    return 1.0


def test_output_is_counted_and_not_shown(capfd):
    assert outcome(prints).printed == len("ü 14\n".encode()) + len(r"\ud800")
    assert capfd.readouterr() == ("", "")


def asks(completion, solution):
    return float(sys.stdin.read() == "")


def test_there_is_nothing_to_read():
    assert outcome(asks).value == 1.0


def alarmed(completion, solution):
    signal.alarm(1)
    signal.alarm(0)
    return 1.0


def leaves_a_thread(completion, solution):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    return 1.0


def leaves_a_file(completion, solution, folder):
    with open(os.path.join(folder, "left"), "w") as file:
        file.write(completion)
    with open(os.path.join(folder, "removed"), "w") as file:
        file.write(completion)
    os.remove(file.name)
    return 1.0


def test_what_is_left_behind_is_a_note(tmp_path):
    kinds = {reward: {act.kind for act in outcome(reward).acts} for reward in (alarmed, leaves_a_thread, asks)}
    assert kinds == {alarmed: {"alarm"}, leaves_a_thread: {"thread"}, asks: set()}
    left = outcome(partial(leaves_a_file, folder=str(tmp_path))).acts
    assert [act.detail for act in left if act.kind == "file left"] == [str(tmp_path / "left")]
    notes = [
        note.message for note in quick(partial(prints, quietly=True), budget=4).notes if note.check == "side effects"
    ]
    assert len(notes) == 1
    assert notes[0].startswith("prints for ")


def seeds(completion, solution):
    random.seed(1)
    return 1.0


def test_a_generator_that_is_set_to_the_same_each_time_is_seen_each_time():
    case = CASE._replace(completion="1")
    with Judge(as_scorer(seeds, with_solutions=True), time_limit=5) as judge:
        assert [judge.single([case])[0].random for _ in range(3)] == [("random",)] * 3


def exits(completion, solution):
    sys.exit(0)


def test_an_exit_is_no_score():
    assert outcome(exits).problem.startswith("raises SystemExit")
