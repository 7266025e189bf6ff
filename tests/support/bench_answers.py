"""Answers that a bench can be asked for, good and bad."""

import os
import signal
import time


def answer(question):
    match question["do"]:
        case "echo":
            return {"said": question["say"], "pid": os.getpid()}
        case "hang":
            time.sleep(600)
        case "exit":
            os._exit(3)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "raise":
            raise ZeroDivisionError("a bug")
    return {}
