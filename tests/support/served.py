"""A real server on this machine, in a process of its own, and what it leaves."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
WAIT = 60  # seconds for what is to be said soon

SMALL = """
from formal_envs.serving.app import create_app
from formal_envs.serving.bounds import Bounds
from formal_envs.serving.run import run
from formal_envs.serving.scoring import Scorer
from formal_envs.serving.served import Served
bounds = Bounds(body_seconds=2.0, head_seconds=2.0, connections=50)
app = create_app(Scorer(Served.of(["FormalArith-v0"]), workers=1), bounds=bounds)
run(app, host="127.0.0.1", port=0, bounds=bounds)
"""


class Server:
    """A server's process, once it answers.

    Attributes:
        url: where.
        process: itself.
    """

    def __init__(self, process, log):
        self.process = process
        self._log = log
        for _ in range(6000):  # it imports, and so do its workers
            found = re.search(r"running on http://[0-9.]+:(\d+)", self.log)
            if found or process.poll() is not None:
                break
            time.sleep(0.1)
        assert found, self.log
        self.port = int(found[1])
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def log(self):
        """All that it has said."""
        return self._log.read_text()

    def says(self, words):
        """Whether it says them, now or soon."""
        until = time.monotonic() + WAIT
        while words not in self.log and time.monotonic() < until:
            time.sleep(0.05)
        return words in self.log

    def children(self, words=""):
        """The numbers of the processes that it has started, of those whose command holds the words."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                command = (folder / "cmdline").read_bytes().decode()
            except OSError:  # it is gone
                continue
            if parent == self.process.pid and words in command:
                found.append(int(folder.name))
        return found

    def workers(self):
        """The numbers of its workers."""
        return self.children("spawn_main")

    def end(self, number=signal.SIGTERM):
        """Send it a signal, and wait for its end; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(120)


@contextmanager
def server(folder, *arguments, code=None):
    """``formal-envs serve`` with arguments at a free port, or a program of one's own."""
    log = Path(folder) / "server.log"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests/support")])}
    command = ["-c", code] if code else ["-m", "formal_envs", "serve", "--port", "0", *arguments]
    with log.open("w") as file:
        process = subprocess.Popen([sys.executable, *command], cwd=folder, stdout=file, stderr=file, env=environment)
    try:
        yield Server(process, log)
    finally:
        process.kill()
        process.wait()
