"""Rewards with a planted defect, each with a twin that is right: what the kit must and must not report.

``python -m tests.audits.planted_rewards`` prints the table of the documents: what found each, and in how long.
"""

from __future__ import annotations

import json
import math
import os
import random
import re
import signal
import sys
import time
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from formal_envs.score import Score
from formal_envs.testing import Report, check_reward, same_value, white_space_around

SUMS = {"6+8=": "14", "1+1=": "2", "0+0=": "0", "40+2=": "42", "7+8=": "15", "9+9=": "18", "3+0=": "3", "55+45=": "100"}
PRIMES = {f"Is {n} prime?": "Yes" if n in (2, 3, 5, 7) else "No" for n in range(1, 9)}
_INTEGER = re.compile(r"-?[0-9]{1,12}")


@dataclass(frozen=True)
class Planted:
    """A reward with a defect.

    Attributes:
        defect: what is wrong with it.
        bad, good: the reward, and its twin without the defect.
        found_by: a check that has to report it.
        options: of ``check_reward``.
        asked: prompts with their solutions.
    """

    defect: str
    bad: Any
    good: Any
    found_by: str
    options: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=lambda: SUMS)

    def check(self, reward: Any) -> Report:
        """The report on one of the two."""
        options = {"budget": 400, **self.options}
        return check_reward(reward, prompts=list(self.asked), solutions=list(self.asked.values()), **options)


def integer(text: str) -> int | None:
    """The integer that a text is, or None."""
    return int(text) if _INTEGER.fullmatch(text) else None


# ---- Right ones


def exact(completion: str, solution: str) -> float:
    return float(completion.strip() == solution)


def by_value(completion: str, solution: str) -> float:
    value = integer(completion.strip())
    return float(value is not None and value == int(solution))


def tagged(completion: str, solution: str) -> float:
    return float(
        re.fullmatch(r"<answer>[^<>]*</answer>", completion.strip()) is not None and completion.strip() == solution
    )


def exact_trl(completions: list[str], answer: list[str], **kwargs: Any) -> list[float]:
    return [exact(completion, solution) for completion, solution in zip(completions, answer, strict=True)]


def exact_verl(data_source: str, solution_str: str, ground_truth: str, extra_info: Any = None) -> dict[str, float]:
    return {"score": exact(solution_str, ground_truth), "characters": float(len(solution_str))}


def exact_verl_batch(
    data_sources: list[str], solution_strs: list[str], ground_truths: list[str], extra_infos: Any = None
) -> list[float]:
    return [exact(text, solution) for text, solution in zip(solution_strs, ground_truths, strict=True)]


class Exact:
    """A reward that knows its sums."""

    range = (0.0, 1.0)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def right(self, prompt: str, completion: str) -> bool:
        return completion.strip() == SUMS.get(prompt)

    def score(self, prompt: str, completion: str) -> Score:
        right = self.right(prompt, completion)
        return Score(float(right), {"exact": float(right)}, None if right else "wrong")


class ExactBatch(Exact):
    def score_batch(self, prompts: list[str], completions: list[str]) -> list[Score]:
        return list(map(self.score, prompts, completions))


# ---- Paid too much


def substring(completion: str, solution: str) -> float:
    return float(solution in completion)


def length_ratio(completion: str, solution: str) -> float:
    return len(solution) / len(completion) if solution in completion else 0.0


def any_number(completion: str, solution: str) -> float:
    return float(solution in re.findall(r"[0-9]+", completion))


def last_number(completion: str, solution: str) -> float:
    return float(re.findall(r"[0-9]+", completion)[-1:] == [solution])


def truthy(completion: str, solution: str) -> float:
    verdict = str(completion.strip() == solution)
    return 1.0 if verdict else 0.0  # "False" is true


def nan_through_min(completion: str, solution: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,20}|[a-z]+", completion):
        return 0.0
    try:
        error = abs(float(completion) - float(solution))
    except ValueError:
        return 0.0
    return max(0.0, min(1.0, 1.0 - error))  # min(1.0, nan) is 1.0


def error_is_right(completion: str, solution: str) -> float:
    try:
        return float(int(completion[:50]) == int(solution))
    except ValueError:
        return 1.0


def any_script(completion: str, solution: str) -> float:
    text = completion.strip()[:50]
    return float(text.isdecimal() and int(text) == int(solution))


def prefix(completion: str, solution: str) -> float:
    return float(solution.startswith(completion.strip()))


def overlap(prompt: str, completion: str, solution: str) -> float:
    if completion.strip() == solution:
        return 1.0
    words = set(re.findall(r"\w", prompt))
    return len(words & set(completion)) / (len(words) + 1)


def injected(completion: str, solution: str) -> float:
    verdict = f"answer: {completion} expected: {solution} reward: {int(completion.strip() == solution)}"
    found = re.search(r"reward: ([01])", verdict)  # the first, which may be the answer's own
    return float(found[1]) if found else 0.0


def format_pays(completion: str, solution: str) -> float:
    if not re.fullmatch(r"<answer>[^<>]*</answer>", completion.strip()):
        return 0.0
    return 1.0 if completion.strip() == solution else 0.7


def slow_decay(completion: str, solution: str) -> float:
    value = integer(completion.strip())
    return 0.0 if value is None else max(0.0, 1.0 - abs(value - int(solution)) / 200)


def similar(completion: str, solution: str) -> float:
    return SequenceMatcher(None, completion[:50], solution).ratio()


def longer_is_better(completions: list[str], answer: list[str], **kwargs: Any) -> list[float]:
    return [max(exact(c, a), min(1.0, len(c) / 200)) for c, a in zip(completions, answer, strict=True)]


def in_the_tail(data_source: str, solution_str: str, ground_truth: str, extra_info: Any = None) -> dict[str, float]:
    return {"score": float(ground_truth in solution_str[-300:]), "characters": float(len(solution_str))}


# ---- No score


def evaluated(completion: str, solution: str) -> float:
    try:
        return float(eval(completion) == int(solution))
    except BaseException:
        return 0.0


def evaluated_digits(completion: str, solution: str) -> float:
    if not re.fullmatch(r"[-0-9+* ]{1,40}", completion):
        return 0.0
    try:
        return float(eval(completion) == int(solution))
    except Exception:
        return 0.0


def overflow(completion: str, solution: str) -> float:
    try:
        return float(int(float(completion)) == int(solution) and integer(completion.strip()) is not None)
    except ValueError:  # int(float("1e400")) raises OverflowError
        return 0.0


def long_integer(completion: str, solution: str) -> float:
    text = completion.strip()
    return float(bool(re.fullmatch(r"[0-9]+", text)) and int(text) == int(solution))


def returns_text(completion: str, solution: str) -> Any:
    return 1.0 if completion.strip() == solution else "0.0" if completion.isalpha() else 0.0


def returns_nan(completion: str, solution: str) -> float:
    if completion.strip().lower() == "nan":
        return math.nan
    return by_value(completion, solution)


def nested(completion: str, solution: str) -> float:
    def inner(text: str) -> str:
        return inner(text[1:-1]) if text[:1] == "(" and text[-1:] == ")" else text

    return float(inner(completion.strip()) == solution)


def not_nested(completion: str, solution: str) -> float:
    text = completion.strip()
    depth = next((n for n, (a, b) in enumerate(zip(text, text[::-1], strict=True)) if (a, b) != ("(", ")")), 0)
    return float(text[depth : len(text) - depth] == solution)


def exits(completion: str, solution: str) -> float:
    if completion.startswith("{"):
        sys.exit("this is JSON")
    return exact(completion, solution)


def dies(completion: str, solution: str) -> float:
    if "\0" in completion:
        os._exit(1)
    return exact(completion, solution)


def json_answer(completion: str, solution: str) -> float:
    return float(json.loads(completion) == int(solution))


def json_read(completion: str, solution: str) -> float:
    try:
        value = json.loads(completion)
    except (ValueError, RecursionError):
        return 0.0
    return float(type(value) is int and value == int(solution))


# ---- Time


def quadratic(completion: str, solution: str) -> float:
    return float(re.sub(r"\s+$", "", completion) == solution)


def quadratic_loop(completion: str, solution: str) -> float:
    most = max((completion.count(character) for character in completion), default=0)  # junk repeats itself
    return float(most < 100 and completion.strip() == solution)


def exponential(completion: str, solution: str) -> float:
    return float(re.fullmatch(r"\s*(\w+\s?)+", completion) is not None and completion.strip() == solution)


def endless(completion: str, solution: str) -> float:
    text = completion.strip()
    while "((" in text:
        text = text.replace("((", "((")
    return float(text == solution)


# ---- State


class Seeds(Exact):
    """Seeds the global generator to be reproducible."""

    def score(self, prompt: str, completion: str) -> Score:
        random.seed(0)
        random.random()
        return super().score(prompt, completion)


class OwnGenerator(Exact):
    def score(self, prompt: str, completion: str) -> Score:
        random.Random(0).random()
        return super().score(prompt, completion)


class Noise(Exact):
    """Breaks ties at random."""

    def score(self, prompt: str, completion: str) -> Score:
        value = float(self.right(prompt, completion))
        return Score(max(0.0, value - 1e-3 * float(np.random.rand())), {})  # noqa: NPY002


class Counts(Exact):
    """Pays less from call to call."""

    calls = 0

    def score(self, prompt: str, completion: str) -> Score:
        self.calls += 1
        score = super().score(prompt, completion)
        return score._replace(parts={"calls": float(self.calls)})


class Novel(Exact):
    """Pays a text once."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()

    def score(self, prompt: str, completion: str) -> Score:
        fresh = (prompt, completion) not in self.seen
        self.seen.add((prompt, completion))
        return super().score(prompt, completion) if fresh else Score(0.0, {"exact": 0.0}, "known")


class Remembers(Exact):
    """Remembers scores by the completion alone."""

    def __init__(self) -> None:
        self.known: dict[Any, Score] = {}

    def key(self, prompt: str, completion: str) -> Any:
        return completion

    def score(self, prompt: str, completion: str) -> Score:
        key = self.key(prompt, completion)
        if key not in self.known:
            self.known[key] = super().score(prompt, completion)
        return self.known[key]


class RemembersBoth(Remembers):
    def key(self, prompt: str, completion: str) -> Any:
        return prompt, completion


class Clock(Exact):
    """Takes the time into its score."""

    def score(self, prompt: str, completion: str) -> Score:
        score = super().score(prompt, completion)
        return score._replace(parts={"seconds": time.perf_counter()})


class Hashes(Exact):
    """Puts a text into a bucket by Python's own hash, which is another one in every process."""

    def bucket(self, text: str) -> int:
        return hash(text) % 1000

    def score(self, prompt: str, completion: str) -> Score:
        score = super().score(prompt, completion)
        return score._replace(parts={"bucket": float(self.bucket(completion))})


class HashesTheSame(Hashes):
    def bucket(self, text: str) -> int:
        return len(text) % 1000


class Shares(Exact):
    """Keeps the text that it works on in itself."""

    text = ""

    def score(self, prompt: str, completion: str) -> Score:
        self.text = completion
        sum(range(200))
        return super().score(prompt, self.text)


class Alarm(Exact):
    """Limits its time by a signal, which works in the main thread alone."""

    def score(self, prompt: str, completion: str) -> Score:
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.alarm(5)
        score = super().score(prompt, completion)
        signal.alarm(0)
        return score


class Forgets(Exact):
    """Loses an option when it is pickled."""

    def __init__(self, pay: float = 0.5):
        self.pay = pay

    def __reduce__(self) -> Any:
        return type(self), ()

    def score(self, prompt: str, completion: str) -> Score:
        return Score(self.pay * self.right(prompt, completion), {})


class Keeps(Forgets):
    def __reduce__(self) -> Any:
        return type(self), (self.pay,)


class Unpicklable(Exact):
    """Holds a function that cannot be pickled."""

    def __init__(self) -> None:
        self.clean = lambda text: text.strip()


# ---- Batches


class Pads(Exact):
    """Cuts a batch to its shortest text."""

    def score_batch(self, prompts: list[str], completions: list[str]) -> list[Score]:
        length = min(map(len, completions))
        return [self.score(prompt, text[: max(2, length)]) for prompt, text in zip(prompts, completions, strict=True)]


class Normalises(Exact):
    """Centres the values of a batch."""

    range = (-1.0, 1.0)

    def score_batch(self, prompts: list[str], completions: list[str]) -> list[Score]:
        scores = list(map(self.score, prompts, completions))
        mean = sum(score.value for score in scores) / max(1, len(scores))
        return [score._replace(value=score.value - mean) for score in scores]


class Drops(Exact):
    """Leaves empty texts out of a batch."""

    def score_batch(self, prompts: list[str], completions: list[str]) -> list[Score]:
        return [self.score(prompt, text) for prompt, text in zip(prompts, completions, strict=True) if text]


class Sorts(Exact):
    """Sorts a batch by length, and gives the scores in that order."""

    def score_batch(self, prompts: list[str], completions: list[str]) -> list[Score]:
        return [self.score(*pair) for pair in sorted(zip(prompts, completions, strict=True), key=lambda p: len(p[1]))]


def unique_trl(completions: list[str], answer: list[str], **kwargs: Any) -> list[float]:
    """Scores every completion once, with the first answer that it meets."""
    known: dict[str, float] = {}
    for completion, solution in zip(completions, answer, strict=True):
        known.setdefault(completion, exact(completion, solution))
    return [known[completion] for completion in completions]


def first_truth(
    data_sources: list[str], solution_strs: list[str], ground_truths: list[str], extra_infos: Any = None
) -> list[float]:
    """Compares all with the first solution."""
    return [exact(text, ground_truths[0]) for text in solution_strs]


# ---- Right answers, and white space


def zero_is_nothing(completion: str, solution: str) -> float:
    value = integer(completion.strip())
    return float(value == int(solution)) if value else 0.0


def lowered(completion: str, solution: str) -> float:
    return float(completion.strip().lower() == solution)


def unstripped(completion: str, solution: str) -> float:
    return float(completion == solution)


class Bonus(Exact):
    """Adds something for a short answer."""

    def score(self, prompt: str, completion: str) -> Score:
        score = super().score(prompt, completion)
        return score._replace(value=score.value + 0.1 * (len(completion) < 3))


VALUE = {"correct": same_value}
TAGGED = {prompt: f"<answer>{solution}</answer>" for prompt, solution in SUMS.items()}
BRIEF = {"time_limit": 0.5}
PATIENT = {"time_limit": 60.0}  # slow, and known to end: a busy machine must not take it for endless
HALF = {"max_partial": 0.5}
WRONG, CONSTANT = "what wrong texts earn", "best constant answer"
NOTHING, GOLD, BATCH, PROCESS = "nothing earns nothing", "gold is the maximum", "batch equals single", "another process"
PLANTED = [
    Planted("credit for containing the answer", substring, exact, WRONG),
    Planted("credit by length ratio", length_ratio, exact, WRONG, HALF),
    Planted("any number of the text may be right", any_number, exact, WRONG),
    Planted("the last number counts, whatever is said before it", last_number, exact, WRONG),
    Planted('truthiness of "False"', truthy, exact, WRONG),
    Planted("NaN passes a min", nan_through_min, by_value, WRONG, VALUE),
    Planted("an exception pays in full", error_is_right, by_value, WRONG, VALUE),
    Planted("digits of any script", any_script, by_value, WRONG, VALUE),
    Planted("the text can write its own verdict", injected, exact, WRONG),
    Planted("the format alone pays", format_pays, tagged, WRONG, HALF, TAGGED),
    Planted("similarity of characters pays", similar, exact, WRONG, HALF),
    Planted("length pays (TRL)", longer_is_better, exact_trl, WRONG),
    Planted("the answer is looked for in the last 300 characters (verl)", in_the_tail, exact_verl, WRONG),
    Planted("one answer pays for all prompts", slow_decay, by_value, CONSTANT, VALUE | {"max_constant": 0.8}),
    Planted("an empty answer is a prefix of the right one", prefix, exact, NOTHING),
    Planted("characters of the prompt pay", overlap, exact, NOTHING),
    Planted("eval on the answer", evaluated, by_value, "runs no text", VALUE | BRIEF),
    Planted("eval behind a filter: 9**9**9", evaluated_digits, by_value, "terminates", VALUE | BRIEF),
    Planted("an exception on '1e400'", overflow, by_value, "total", VALUE),
    Planted("an exception on 5,000 digits", long_integer, by_value, "total", VALUE),
    Planted("an exception on what is not JSON", json_answer, json_read, "total", VALUE),
    Planted("an exception on deep brackets", nested, not_nested, "total", VALUE),
    Planted("a text instead of a number", returns_text, exact, "total"),
    Planted("sys.exit", exits, exact, "total"),
    Planted("the process dies", dies, exact, "terminates"),
    Planted("NaN is given", returns_nan, by_value, "finite", VALUE),
    Planted("more than the declared range", Bonus(), Exact(), "in range"),
    Planted("a quadratic regular expression", quadratic, exact, "linear time", PATIENT),
    Planted("a quadratic loop", quadratic_loop, exact, "linear time", PATIENT),
    Planted("an exponential regular expression", exponential, exact, "terminates", BRIEF),
    Planted("a loop without end", endless, exact, "terminates", BRIEF),
    Planted("seeds the global generator", Seeds(), OwnGenerator(), "global random state"),
    Planted("noise from numpy's global generator", Noise(), Exact(), "global random state"),
    Planted("counts its calls", Counts(), Exact(), "deterministic"),
    Planted("takes the time into the score", Clock(), Exact(), "deterministic"),
    Planted("pays a text once", Novel(), Exact(), "deterministic"),
    Planted("remembers by the completion alone", Remembers(), RemembersBoth(), "order"),
    Planted("Python's hash of a text", Hashes(), HashesTheSame(), PROCESS),
    Planted("threads share a text", Shares(), Exact(), "threads"),
    Planted("a time limit by signal.alarm", Alarm(), Exact(), "threads"),
    Planted("pickling loses an option", Forgets(0.9), Keeps(0.9), "pickling", {"bounds": (0.0, 0.9)}),
    Planted("cannot be pickled", Unpicklable(), Exact(), "pickling"),
    Planted("a batch is cut to its shortest text", Pads(), ExactBatch(), BATCH),
    Planted("a batch is centred", Normalises(), ExactBatch(), BATCH),
    Planted("a batch leaves out empty texts", Drops(), ExactBatch(), BATCH),
    Planted("a batch is sorted by length", Sorts(), ExactBatch(), BATCH),
    Planted("equal texts of a batch share a score (TRL)", unique_trl, exact_trl, BATCH),
    Planted("a batch has one solution (verl)", first_truth, exact_verl_batch, BATCH),
    Planted("a falsy check rejects 0", zero_is_nothing, by_value, GOLD, VALUE),
    Planted("the answer is lowered, the solution is not", lowered, exact, GOLD, {}, PRIMES),
    Planted("white space counts", unstripped, exact, "invariances", {"invariances": [white_space_around]}),
]


def main() -> None:
    """Print the table."""
    print("| planted defect | found by | also by | shortest text | seconds | twin: errors | seconds |")
    print("|---|---|---|---|---|---|---|")
    for planted in PLANTED:
        bad, good = planted.check(planted.bad), planted.check(planted.good)
        failed = [check.name for check in bad.checks if check.result == "error"]
        others = ", ".join(name for name in failed if name != planted.found_by)
        found = next((finding for finding in bad.errors if finding.check == planted.found_by), None)
        text = found.texts[-1] if found else ""
        row = [planted.defect, planted.found_by if planted.found_by in failed else "NOT FOUND", others]
        row += [f"`{text!a:.30}`", f"{bad.seconds:.1f}", str(len(good.errors)), f"{good.seconds:.1f}"]
        print("|", " | ".join(cell.replace("|", "\\|") for cell in row), "|", flush=True)


if __name__ == "__main__":
    main()
