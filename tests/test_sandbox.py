"""Children that hang, crash and start processes are ended with all that they started, and never outlive a parent."""

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from leftovers import alive, all_gone, linux

from formal_envs.sandbox import Child, Lost, isolated_map, start_method

METHODS = multiprocessing.get_all_start_methods()


def _with_a_child_that_hangs(connection, session=False):
    """Start a process, say both numbers, and hang in a call that gives no other thread of this process its turn."""
    started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=session)
    connection.send((os.getpid(), started.pid))
    re.fullmatch("(a+)+b", "a" * 60)


def _ends(connection, how):
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "exits":
        os._exit(3)
    connection.close()
    time.sleep(600)  # it is of no use any more


@linux
@pytest.mark.parametrize("guarded", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_what_a_child_started_ends_with_it(method, guarded):
    """Also what has left its group, where it is guarded."""
    child = Child(_with_a_child_that_hangs, guarded, method=method, daemon=False, guarded=guarded)
    processes = [child.pid, *child.connection.recv()]
    assert all(map(alive, processes))
    assert child.end() == child.end() == (1 if guarded else -signal.SIGKILL)
    assert all_gone(processes)


@linux
def test_a_guard_ends_as_what_it_guards():
    for how, code in (("killed", -signal.SIGKILL), ("exits", 3)):
        child = Child(_ends, how, method="fork", daemon=False, guarded=True)
        with pytest.raises(EOFError):
            child.connection.recv()
        child.fate()
        assert child.end() == code


@linux
@pytest.mark.process
@pytest.mark.parametrize("guarded", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_no_child_outlives_its_parent(method, guarded, tmp_path):
    """Not one that hangs, whatever it hangs in, when the parent is killed so that it cannot end anything itself."""
    script = tmp_path / "parent.py"
    script.write_text(
        "import test_sandbox, time\n"
        "if __name__ == '__main__':\n"
        "    start = lambda: test_sandbox.Child("
        f"test_sandbox._with_a_child_that_hangs, {guarded}, method={method!r}, daemon=False, guarded={guarded})\n"
        "    children = [start(), start()]\n"
        "    print(*(pid for child in children for pid in child.connection.recv()), flush=True)\n"
        "    time.sleep(600)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment) as parent:
        processes = [int(word) for word in parent.stdout.readline().split()]
        assert len(processes) == 4
        assert all(map(alive, processes))
        parent.kill()
    assert all_gone(processes)


@pytest.mark.parametrize(
    ("how", "said"), [("killed", "SIGKILL"), ("exits", "exit status 3"), ("closes its connection", "SIGKILL")]
)
def test_a_child_that_is_lost_says_how(how, said):
    child = Child(_ends, how, method=start_method(), daemon=True)
    with pytest.raises(EOFError):
        child.connection.recv()
    assert child.fate() == Lost("crashed", f"the process ended by {said}")


def _odd(item):
    if item == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if item == "hang":
        time.sleep(60)
    if item == "raise":
        raise ValueError("odd")
    return item * 2


@pytest.mark.parametrize("jobs", [1, 3])
def test_children_may_crash_hang_and_raise(jobs):
    items = ["a", "crash", "b", "hang", "raise", "c", *"defghij"]
    answers = dict(isolated_map(_odd, items, jobs, timeout=1.0))
    assert sorted(answers) == list(range(len(items)))
    lost = {items[i]: answer.why for i, answer in answers.items() if isinstance(answer, Lost)}
    assert lost == {"crash": "crashed", "hang": "timeout", "raise": "failed"}
    assert "ValueError: odd" in answers[4].message
    assert [answers[i] for i in (0, 2, 5, 12)] == ["aa", "bb", "cc", "jj"]
