"""Rewards that end, stop and break the process that scores them, by what they are given."""

import ctypes
import faulthandler
import os
import signal
import time
from pathlib import Path

from formal_envs.score import Score


class OddReward:
    """The length of a text, its process and its threads; what stands before a colon is done first."""

    range = (0.0, 1e9)

    def score(self, prompt, completion):
        what, _, rest = completion.partition(":")
        if what == "segfault":
            faulthandler.disable()  # pytest's, which would fill the screen
            ctypes.string_at(0)
        if what == "exit":
            os._exit(3)
        if what == "killed once" and not Path(rest).exists():
            Path(rest).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "raise":
            raise LookupError(rest)
        if what == "raise oddly":
            raise OddError(rest, len(rest))
        if what == "leave":
            raise SystemExit(rest)
        while what == "spin":
            pass
        if what == "sleep":
            time.sleep(float(rest))
        return Score(float(len(completion)), {"process": float(os.getpid())}, prompt)


class OddError(Exception):
    """Cannot be pickled: it wants two arguments, and says that it was given one."""

    def __init__(self, text, size):
        super().__init__(text)


class Unloadable(OddReward):
    def __reduce__(self):
        return _refuse, ()


def _refuse():
    raise RuntimeError("not here")
