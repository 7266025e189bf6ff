"""Scores rows whose ids are hostile, in every way in, and prints what came of each: one JSON object per line.

Run in an empty folder. It fills it with what the ids name, and watches what is opened, imported and run meanwhile.
"""

import json
import os
import sys
from itertools import product
from pathlib import Path

from formal_envs.adapters.exports.environment import Environment
from formal_envs.adapters.rows import score, score_batch
from formal_envs.adapters.trl import ProblemEnvironment, programmed_reward
from formal_envs.adapters.verl import compute_score, compute_score_batch
from formal_envs.errors import ConfigError
from formal_envs.tasks import TASKS, option_names

EVIL = "from pathlib import Path\nPath('RAN').touch()\ndef run(*arguments): return 1.0\n"
WATCHED = {
    *("open", "import", "exec", "os.listdir", "os.scandir"),
    *("os.system", "subprocess.Popen", "socket.connect", "ctypes.dlopen"),
}
UNKNOWN = ("tokenizer", "name", "task", "self", "options", "kwargs", "trusted", "__class__")


def environment(row_id, completion):
    made = ProblemEnvironment()
    made.reset(id=row_id)
    made.answer(completion)
    return made.get_reward()


def package(row_id, completion):
    """As what is written for verifiers and NeMo-Gym scores."""
    return Environment(json.loads(row_id)["env"], {}).score(row_id, completion)


WAYS_IN = {
    "score": score,
    "score_batch": lambda row_id, text: score_batch([row_id], [text]),
    "trl": lambda row_id, text: programmed_reward(["p"], [text], [row_id], trusted=[[{}]]),
    "trl environment": environment,
    "verl": lambda row_id, text: compute_score("", text, "", {"id": row_id}),
    "package": package,
    "verl batch": lambda row_id, text: compute_score_batch([""], [text], [""], [{"id": row_id}]),
}


def hostile_values(folder):
    here = str(folder)
    return [
        *(f"{here}/evil.py:run", "evil.py:run", "evil:run", "evil_package.evil:run", "os:getpid", "builtins:exec"),
        *(f"{here}/secret.lark", "secret.lark", "%import .secret (A)\nstart: A\n", "start: " + '["a"] ' * 26),
        *(here, ".", f"{here}/games.jsonl", "reviews.jsonl", "someone/model", "https://localhost/x", "\ud800"),
        *(10**9, 10**30, -1, 1e308, float("nan"), float("inf"), True, ["evil:run"], {"path": here}),
    ]


def fill(folder):
    sources = {"evil.py": EVIL, "evil_package/evil.py": EVIL, "secret.lark": 'A: "SECRET"\nstart: A\n'}
    records = {"games.jsonl": {"text": "(game)"}, "reviews.jsonl": {"text": "good " * 99, "label": 1}}
    for name, text in {**sources, **{name: json.dumps(record) for name, record in records.items()}}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def main():
    folder = Path.cwd()
    fill(folder)
    sys.path.insert(0, str(folder))
    before = sorted(folder.rglob("*"))
    seen: list[str] = []
    watching = False

    def hook(event, arguments):
        if watching and event in WATCHED:
            seen.append(f"{event} {getattr(arguments[0], 'co_filename', arguments[0])}")

    sys.addaudithook(hook)
    plain_id = {"env": "FormalArith-v0", "index": 0, "options": {}, "seed": 0}
    for name, way in product(TASKS, WAYS_IN.values()):  # what is loaded late is loaded now
        way(json.dumps({**plain_id, "env": f"Formal{name}-v0"}), "25")
    for name, spec in TASKS.items():
        for option, (number, value) in product((*option_names(name), *UNKNOWN), enumerate(hostile_values(folder))):
            row_id = json.dumps({**plain_id, "env": f"Formal{name}-v0", "options": {option: value}})
            for way, scored in WAYS_IN.items():
                seen.clear()
                watching = True
                try:
                    scored(row_id, "25")
                    outcome = "scored"
                except ConfigError:
                    outcome = "refused"
                except BaseException as error:  # the test names it
                    outcome = f"{type(error).__name__}: {error}"
                watching = False
                plain = option in spec.plain
                row = {"task": name, "option": option, "value": number, "way": way, "plain": plain}
                print(json.dumps({**row, "outcome": outcome, "seen": sorted(set(seen))}))
    print(json.dumps({"left": [os.fspath(path) for path in sorted(folder.rglob("*")) if path not in before]}))


if __name__ == "__main__":
    main()
