"""Scores rows whose ids are hostile, in every way in, and prints what came of each: one JSON object per line.

Run in an empty folder. It fills it with what the ids name, and watches what is opened, imported and run meanwhile.
With ``--table`` it prints the list of what is tried, as the documents have it.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path

from formal_envs.adapters.exports.environment import Environment
from formal_envs.adapters.rows import MAX_ID, score, score_batch
from formal_envs.adapters.trl import ProblemEnvironment, make_reward, programmed_reward
from formal_envs.adapters.verl import compute_score, compute_score_batch, make_compute_score, make_compute_score_batch
from formal_envs.errors import ConfigError
from formal_envs.serving.bounds import Bounds
from formal_envs.serving.requests import read_json, read_rows
from formal_envs.serving.scoring import Refused, ServedReward
from formal_envs.serving.served import Served
from formal_envs.tasks import TASKS, env_ids, option_names

EVIL = "from pathlib import Path\nPath('RAN').touch()\ndef run(*arguments): return 1.0\n"
WATCHED = {
    *("open", "import", "exec", "compile", "os.listdir", "os.scandir", "glob.glob", "pickle.find_class"),
    *("os.system", "os.exec", "os.fork", "os.posix_spawn", "subprocess.Popen", "ctypes.dlopen"),
    *("socket.connect", "socket.bind", "socket.getaddrinfo", "urllib.Request"),
}
DUNDERS = ("__class__", "__init__", "__globals__", "__import__", "__reduce__")
UNKNOWN = ("tokenizer", "name", "task", "self", "options", "kwargs", "trusted", "", *DUNDERS)
"""Options that no task has."""


def environment(make, row_id, completion):
    made = make()
    made.reset(id=row_id)
    made.answer(completion)
    return made.get_reward()


def package(row_id, completion):
    """As what is written for verifiers and NeMo-Gym scores."""
    named = [name for name in PACKAGES if name in str(row_id)[:100]]
    return PACKAGES[named[0] if named else "FormalArith-v0"].score(row_id, completion)


def verl(compute, row_id, completion):
    return compute("", completion, "", {"id": row_id})


def verl_batch(compute, row_id, completion):
    return compute([""], [completion], [""], [{"id": row_id}])


PACKAGES = {env: Environment(env, {}) for env in (env_ids(name)[0] for name in TASKS)}
SERVED = Served.of([env_ids(name)[0] for name in TASKS])
SERVED_REWARD = ServedReward(SERVED)


def post_score(row_id, completion):
    """What a server does with the body of a request, in this process, where it is watched."""
    body = json.dumps({"rows": [{"id": row_id, "completion": completion}]}, default=repr).encode()
    (found,) = SERVED_REWARD.score_batch(*read_rows(read_json(body), SERVED, Bounds()))
    if isinstance(found, Refused):
        raise ConfigError(found.reason)
    return found


WAYS_IN: dict[str, Callable[[str, str], object]] = {
    "`score`": score,
    "`score_batch`": lambda row_id, text: score_batch([row_id], [text]),
    "TRL: `programmed_reward`": lambda row_id, text: programmed_reward(["p"], [text], [row_id], trusted=[[{}]]),
    "TRL: `make_reward`": lambda row_id, text: make_reward([])(["p"], [[{"content": text}]], [row_id]),
    "TRL: `ProblemEnvironment`": partial(environment, ProblemEnvironment),
    "TRL: `partial(ProblemEnvironment, trusted)`": partial(environment, partial(ProblemEnvironment, [{}])),
    "verl: `compute_score`": partial(verl, compute_score),
    "verl: `compute_score_batch`": partial(verl_batch, compute_score_batch),
    "verl: `make_compute_score`": partial(verl, make_compute_score([])),
    "verl: `make_compute_score_batch`": partial(verl_batch, make_compute_score_batch([{}])),
    "verifiers, NeMo-Gym: `exports.environment.Environment.score`": package,
    "a server: `POST /score`": post_score,
}
"""What takes an id from elsewhere, each with the arguments of an id and a completion."""


def texts(*values):
    """Values as JSON."""
    return [json.dumps(value) for value in values]


def option_values(here):
    """What an option is given, as JSON, by kind."""
    return {
        "code in a file or a module": texts(
            *(f"{here}/evil.py:run", "evil.py:run", "evil:run", "evil_package.evil:run", "os:getpid", "builtins:exec"),
            *("__import__('os').getpid()", "!!python/object/apply:os.getpid []", "cos\ngetpid\n(tR."),
        ),
        "a file or a folder": texts(
            *(f"{here}/secret.lark", "secret.lark", f"{here}/games.jsonl", "reviews.jsonl", here, ".", "/", "~"),
            *("../secret.lark", "//localhost/share", "/dev/zero", "/proc/self/environ", "secret.lark\0", "\0"),
        ),
        "an address or a hub's name": texts("https://localhost/x", "file:///etc/passwd", "someone/model", "hf://a/b"),
        "a grammar": texts(
            *('start: "a"', "%import .secret (A)\nstart: A\n", "%import common.WORD\nstart: WORD\n", "%declare X"),
            *(
                "start: " + '["a"] ' * 26,
                "_f{x}: _f{_f{x}}\nstart: _f{start}",
                "start: " + "(" * 3000,
                "start: /(a+)+b/",
            ),
        ),
        "a number out of range": [
            *("1000000000", "1" + "0" * 30, "-1", "1e308", "1e999", "-0.0", "0.5", "NaN", "Infinity", "-Infinity"),
            *("1" * 4000, "1" * 5000),
        ],
        "another type": ["true", "false", '["evil:run"]', json.dumps({"path": here}), "[]", "{}", '"3"'],
        "a text of its own kind": texts("\ud800", "\u202e", "{0.__class__}", "%s%n", "$(touch RAN)", "x" * 90_000),
        "what is too long or too deep": [json.dumps("x" * MAX_ID), "[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1"],
    }


def whole_ids(here):
    """Ids that are hostile elsewhere than in an option, by kind: texts, and what is none."""
    fields = {"env": '"FormalArith-v0"', "index": "0", "options": "{}", "seed": "0"}

    def with_fields(**others):
        return "{" + ",".join(f'"{name}":{value}' for name, value in {**fields, **others}.items()) + "}"

    numbers = ("-1", "true", "1.5", "1e400", "NaN", '"0"', "null", "[]", "9223372036854775808", "1" * 5000)
    environments = (
        "evil:FormalArith-v0",
        f"{here}/evil.py:FormalArith-v0",
        "os:getpid",
        "FormalArith-v0\0",
        "CartPole-v1",
    )
    return {
        "an environment of another module": [with_fields(env=name) for name in texts(*environments)],
        "an environment that is no text": [with_fields(env=value) for value in ("null", "1", "[]", "{}", "true")],
        "a seed or an index": [with_fields(**{name: n}) for name, n in product(("seed", "index"), numbers)],
        "options that are no object": [with_fields(options=value) for value in ("null", "[]", '"evil:run"', "1")],
        "more fields, or fewer": [
            *(with_fields(trusted='[{"grammar":"secret.lark"}]'), with_fields(__class__='"evil:run"')),
            *("{}", '{"env":"FormalArith-v0"}'),
        ],
        "no JSON object": [
            *(
                "",
                "null",
                "[]",
                "1",
                '"FormalArith-v0"',
                "{",
                with_fields() + "x",
                "\0",
                "\ud800",
                f"{here}/evil.py:run",
            ),
            *(
                "__import__('os').getpid()",
                "!!python/object/apply:os.getpid []",
                "[" * MAX_ID,
                with_fields() + " " * MAX_ID,
            ),
        ],
        "no text": [None, 3, 0.5, True, b"{}", [], {}, ["{}"], fields],
    }


def row_of(task, option, value):
    return f'{{"env":"Formal{task}-v0","index":0,"options":{{{json.dumps(option)}:{value}}},"seed":0}}'


def fill(folder):
    sources = {"evil.py": EVIL, "evil_package/evil.py": EVIL, "secret.lark": 'A: "SECRET"\nstart: A\n'}
    records = {"games.jsonl": {"text": "(game)"}, "reviews.jsonl": {"text": "good " * 99, "label": 1}}
    for name, text in {**sources, **{name: json.dumps(record) for name, record in records.items()}}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def cases(here):
    """What is tried: the task, the option, the kind and the id. Ids that are hostile elsewhere have no option."""
    for task, (kind, values) in product(TASKS, option_values(here).items()):
        for option in option_names(task):
            yield from ((task, option, kind, row_of(task, option, value)) for value in values)
        yield from ((task, option, kind, row_of(task, option, values[0])) for option in UNKNOWN)
    for kind, ids in whole_ids(here).items():
        yield from (("", "", kind, row_id) for row_id in ids)


def main():
    folder = Path.cwd()
    fill(folder)
    sys.path.insert(0, str(folder))
    before = sorted(folder.rglob("*"))
    seen: set[str] = set()
    watching = False

    def hook(event, arguments):
        if watching and event in WATCHED:
            seen.add(f"{event} {getattr(arguments[0], 'co_filename', arguments[0])}"[:200])

    sys.addaudithook(hook)
    for task, way in product(TASKS, WAYS_IN.values()):  # what is loaded late is loaded now
        way(row_of(task, "split", '"train"'), "25")
    for task, option, kind, row_id in cases(str(folder)):
        plain = bool(task) and option in TASKS[task].plain
        for way, scored in WAYS_IN.items():
            seen.clear()
            watching = True
            try:
                scored(row_id, "25")
                outcome = "scored"
            except ConfigError:
                outcome = "refused"
            except BaseException as error:  # the test names it
                outcome = f"{type(error).__name__}: {error}"[:200]
            watching = False
            row = {"task": task, "option": option, "kind": kind, "way": way, "plain": plain}
            print(json.dumps({**row, "outcome": outcome, "seen": sorted(seen)}))
    print(json.dumps({"left": [os.fspath(path) for path in sorted(folder.rglob("*")) if path not in before]}))


def table():
    """The list of what is tried, as Markdown."""
    here = "/where/it/scores"
    lines = ["| an option holds | as JSON |", "|---|---|"]
    lines += [_line(kind, values) for kind, values in option_values(here).items()]
    lines += ["", "| an id is hostile as a whole | what it has, or all of it |", "|---|---|"]
    lines += [_line(kind, ids) for kind, ids in whole_ids(here).items()]
    ways = [f"- {way}" for way in WAYS_IN]
    return "\n".join([*lines, "", "Each is tried in each of these:", "", *ways])


def _line(kind, values):
    return f"| {kind} | {', '.join(map(_shown, values))} |"


def _shown(value):
    """A value as a table has it: an id without what is good of it, and the beginning of what is long."""
    text = value if isinstance(value, str) else f"{value!r} (of Python)"
    for field in ('"env":"FormalArith-v0"', '"index":0', '"options":{}', '"seed":0'):
        text = text.replace(f"{field},", "").replace(f",{field}", "") if len(text) < 200 else text
    if not text:
        return "the empty text"
    short = text if len(text) < 60 else text[:16]
    short = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in short).replace("|", "\\|")
    return f"`{short}`" if len(text) < 60 else f"`{short}`... ({len(text):,} characters)"


if __name__ == "__main__":
    if sys.argv[1:] == ["--table"]:
        print(table())
    else:
        main()
