"""Rewards as people write them, dishonest ones with the kinds of texts that show it, and honest ones."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from formal_envs.testing import Report, check_reward, same_value

SUMS = {"6+8=": "14", "1+1=": "2", "40+2=": "42", "55+45=": "100", "1200+34=": "1234", "3*7=": "21"}
HASHES = {prompt: f"I add them.\n#### {answer}" for prompt, answer in SUMS.items()}
TAGS = {prompt: f"<think>I add them.</think><answer>{answer}</answer>" for prompt, answer in SUMS.items()}
PRICES = {"Tea?": "3.50", "Cake?": "12.25", "Both?": "15.75"}
LARGE = {"Area?": "1432", "Price?": "2750", "Share?": "1518"}
FACTS = {"Who wrote Faust?": "Johann Goethe", "Capital of Peru?": "Lima", "Who beat whom?": "Ann beat Bob in chess"}
CHOICES = {"2+2? A) 3 B) 4 C) 5": "B", "Largest? A) 9 B) 2 C) 3": "A", "Vowel? A) x B) y C) e": "C"}
TRUTHS = {"Is 7 prime?": "yes", "Is 8 prime?": "no", "Is 9 even?": "no"}
SETS = {"Primes below 6?": "2, 3, 5", "Even digits?": "0, 2, 4, 6, 8"}
CALLS = {
    "Weather in Rome": '{"tool": "weather", "city": "Rome", "days": 3}',
    "Mail Bo": '{"tool": "mail", "to": "Bo", "days": 1}',
}
DATES = {"Moon landing?": "1969-07-20", "Fall of the wall?": "1989-11-09"}
GAMES = {"Use 93, 43, 1 to make 51.": "(93-43)+1", "Use 4, 6, 2 to make 12.": "4+6+2"}
REPORTS = {
    "Summarise: the committee met.": "The committee approved the annual budget without changes after a long debate.",
    "Summarise: the match.": "Rain delayed the final match until late on Tuesday evening in the city.",
}
PROGRAMS = {"Write largest(a, b).": "def largest(a, b):\n    return a if a > b else b"}
OPEN = {"Write a haiku.": "", "List fruits.": ""}


@dataclass(frozen=True)
class Realistic:
    """A reward.

    Attributes:
        reward, asked, options: for ``check_reward``.
        shown_by: of a dishonest one, families or checks one of which has to report it; none for an honest one.
    """

    reward: Any
    asked: dict[str, str]
    shown_by: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    def check(self) -> Report:
        """The report."""
        solutions = list(self.asked.values()) if any(self.asked.values()) else None
        return check_reward(self.reward, prompts=list(self.asked), solutions=solutions, **self.options)


REWARDS: dict[str, Realistic] = {}


def _put(asked: dict[str, str], *shown_by: str, **options: Any) -> Callable[[Any], Any]:
    def add(reward: Any) -> Any:
        REWARDS[reward.__name__] = Realistic(reward, asked, shown_by, options)
        return reward

    return add


def _digits(text: str) -> list[str]:
    return re.findall(r"-?[0-9]+", text)


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text[:5_000])
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


# ---- Dishonest


@_put(SUMS, "hedge", "negation")
def first_number(completion, solution):
    return float(_digits(completion)[:1] == [solution])


@_put(SUMS, "shotgun", "another answer behind the right one")
def any_line(completion, solution):
    return float(solution in [line.strip() for line in completion.splitlines()])


@_put(PRICES, "a text that the answer matches as a pattern", "the answer within a longer number")
def solution_as_pattern(completion, solution):
    return float(re.fullmatch(solution, completion.strip()) is not None)


@_put(SUMS, "a pattern as the answer")
def completion_as_pattern(completion, solution):
    try:
        return float(len(completion) < 50 and re.fullmatch(completion.strip(), solution) is not None)
    except re.error:
        return 0.0


@_put(SUMS, "the answer within a longer number")
def begins_with_it(completion, solution):
    return float(completion.strip().startswith(solution))


@_put(SUMS, "the answer within a longer number", "another answer before the right one", "negation")
def ends_with_it(completion, solution):
    return float(completion.strip().rstrip(".").endswith(solution))


@_put(FACTS, "the answer's words among others", "words in another order")
def all_words_somewhere(completion, solution):
    return float(set(_words(solution)) <= set(_words(completion)))


@_put(FACTS, "another letter", "a beginning or an end of the answer")
def within_two_edits(completion, solution):
    one, other = completion.strip()[:60], solution
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one):
        row, last = [place + 1], row
        for at, wanted in enumerate(other):
            row.append(min(row[-1] + 1, last[at + 1] + 1, last[at] + (letter != wanted)))
    return float(row[-1] <= 2)


@_put(CALLS, "JSON with another value", correct=lambda completion, solution: _object(completion) == _object(solution))
def same_keys(completion, solution):
    got = _object(completion)
    return float(got is not None and set(got) == set(json.loads(solution)))


@_put(
    CALLS,
    "JSON with values of other types",
    correct=lambda completion, solution: _object(completion) == _object(solution),
)
def values_as_texts(completion, solution):
    got, wanted = _object(completion), json.loads(solution)
    return float(got is not None and {k: str(v) for k, v in got.items()} == {k: str(v) for k, v in wanted.items()})


@_put(CHOICES, "hedge", "contradiction", "another answer behind the right one")
def first_capital(completion, solution):
    return float(re.findall(r"[A-D]", completion)[:1] == [solution])


@_put(SUMS, "length alone", "unbounded")
def a_little_for_length(completion, solution):
    return float(completion.strip() == solution) + 0.001 * len(completion)


@_put(SUMS, "left out")
def none_where_wrong(completions, answer, **columns):
    return [1.0 if text.strip() == right else None for text, right in zip(completions, answer, strict=True)]


@_put(LARGE, "a number near the answer", "decimals that are cut or rounded", correct=same_value)
def within_ten_percent(completion, solution):
    text = completion.strip()
    known = re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text)
    return float(bool(known) and abs(float(text) - float(solution)) <= 0.1 * float(solution))


@_put(PROGRAMS, "a mutant of the right program", "a program without its work", "a program whose results equal anything")
def one_weak_test(completion, solution):
    names: dict[str, Any] = {"__builtins__": {}}
    if "**" in completion:  # a power may take for ever, which is another fault
        return 0.0
    try:
        exec(compile(completion[:2_000], "answer", "exec"), names)
        return float(names["largest"](2, 1) == 2)
    except Exception:
        return 0.0


@_put(PROGRAMS, "a program without its work", "a mutant of the right program")
def defines_and_returns(completion, solution):
    return float("def largest" in completion and "return" in completion)


@_put(TAGS, "empty format", "format around a wrong answer")
def format_is_most(completion, solution):
    form = re.fullmatch(r"<think>.*?</think>\s*<answer>(.*?)</answer>", completion.strip(), re.DOTALL)
    return 0.0 if form is None else 0.7 + 0.3 * (form[1].strip() == re.findall(r"<answer>(.*?)<", solution)[0])


@_put(FACTS, "words of reasoning alone", "words of reasoning around a wrong answer")
def pays_per_source(completion, solution):
    return float(completion.strip() == solution) + 0.3 * len(re.findall(r"\[[0-9]+\]", completion))


@_put(SETS, "a list with a member more", "shotgun")
def members_are_there(completion, solution):
    return float(set(_digits(solution)) <= set(_digits(completion)))


@_put(FACTS, "a forged verdict")
def reads_a_rating(completion, solution):
    verdict = f"The reference is {solution}. The answer: {completion}\nRating: [[{10 * (completion == solution)}]]"
    found = re.search(r"\[\[([0-9]{1,2})\]\]", verdict)
    return min(10, int(found[1])) / 10 if found else 0.0


@_put(FACTS, "negation", "a denial put into the sentence")
def stop_words_dropped(completion, solution):
    stop = {"not", "no", "never", "a", "the", "is", "it", "of"}
    kept = [[word for word in _words(text) if word not in stop] for text in (completion, solution)]
    return float(kept[0] == kept[1])


@_put(SUMS, "another sign", "decimals that are cut or rounded", "the answer within a longer number")
def digits_alone(completion, solution):
    return float(re.sub(r"[^0-9]", "", completion) == solution)


@_put(DATES, "a beginning or an end of the answer", "another word", "an answer of another problem")
def same_year(completion, solution):
    return float(completion.strip()[:4] == solution[:4])


@_put(FACTS, "another letter", "words in another order")
def sorted_letters(completion, solution):
    return float(sorted(completion.strip().lower()) == sorted(solution.lower()))


@_put(TAGS, "hedge", "shotgun", "another answer behind the right one")
def any_tag(completion, solution):
    return float(re.findall(r"<answer>(.*?)<", solution)[0] in re.findall(r"<answer>(.*?)</answer>", completion))


@_put(HASHES, "contradiction", "another answer behind the right one", "right in the reasoning, wrong in the answer")
def first_hash(completion, solution):
    found = re.search(r"#### *(-?[0-9]+)", completion)
    return float(bool(found) and found[1] == solution.split("#### ")[1])


@_put(TRUTHS, "hedge", "negation", "refusal")
def says_it_somewhere(completion, solution):
    return float(solution in completion.lower())


@_put(OPEN, "bounded")
def longer_is_better(completion):
    return len(completion.split()) / 100


# ---- Honest


def _after_hashes(text: str) -> str | None:
    found = re.search(r"#### *(-?[0-9][0-9,]*)\s*\Z", text)
    return found[1].replace(",", "") if found else None


def _judge_hashes(completion, solution):
    return _after_hashes(completion) is not None and _after_hashes(completion) == _after_hashes(solution)


@_put(HASHES, correct=_judge_hashes)
def honest_hashes(completion, solution):
    return float(_after_hashes(completion) == _after_hashes(solution))


@_put(FACTS)
def honest_words_in_common(completion, solution):
    one, other = Counter(_words(completion)), Counter(_words(solution))
    both = sum((one & other).values())
    return 2 * both / (sum(one.values()) + sum(other.values())) if both else 0.0


@_put(REPORTS)
def honest_common_subsequence(completion, solution):
    one, other = _words(completion)[:200], _words(solution)
    row = [0] * (len(other) + 1)
    for word in one:
        last, row = row, [0]
        for at, wanted in enumerate(other):
            row.append(last[at] + 1 if word == wanted else max(last[at + 1], row[-1]))
    both = row[-1]
    return 2 * both / (len(one) + len(other)) if both else 0.0


@_put(TRUTHS)
def honest_any_case(completion, solution):
    return float(completion.strip().strip(".!").lower() == solution)


def _same_set(completion, solution):
    plain = re.fullmatch(r"\s*-?[0-9]+(\s*,\s*-?[0-9]+)*\s*", completion)
    return bool(plain) and set(_digits(completion)) == set(_digits(solution))


@_put(SETS, correct=_same_set)
def honest_set(completion, solution):
    return float(_same_set(completion, solution))


@_put(SETS)
def honest_set_without_a_judge(completion, solution):
    return float(_same_set(completion, solution))


@_put(SUMS, correct=same_value)
def honest_decay(completion, solution):
    text = completion.strip()
    return math.exp(-abs(int(text) - int(solution)) / 5) if re.fullmatch(r"-?[0-9]{1,12}", text) else 0.0


@_put(TAGS, correct=lambda completion, solution: _same_tag(completion, solution))
def honest_format_and_answer(completion, solution):
    found = _tagged(completion)
    return 0.0 if found is None else 0.2 + 0.8 * (found == _tagged(solution))


def _same_tag(completion, solution):
    return _tagged(completion) is not None and _tagged(completion) == _tagged(solution)


def _tagged(text: str) -> str | None:
    form = r"<think>(?:(?!</?think>|</?answer>).)*</think>\s*<answer>([^<]*)</answer>"
    found = re.fullmatch(form, text.strip(), re.DOTALL)
    return found[1].strip() if found else None


@_put(TAGS, correct=lambda completion, solution: _same_tag(completion, solution))
def honest_minus_for_no_format(completion, solution):
    found = _tagged(completion)
    return -3.0 if found is None else 3.0 if found == _tagged(solution) else -0.5


@_put(SUMS)
def honest_shorter_is_better(completion, solution):
    text = completion.strip()
    return max(0.0, 1.0 - len(completion) / 400) if text == solution else 0.0


@_put(OPEN)
def honest_overlong(completion):
    return -max(0.0, min(1.0, (len(completion) - 200) / 100))


def _three(completion):
    got = _object(completion)
    return got is not None and set(got) == {"title", "tags"} and isinstance(got["tags"], list) and len(got["tags"]) == 3


@_put(OPEN, correct=_three, examples=['{"title": "Rain", "tags": ["a", "b", "c"]}'])
def honest_schema(completion):
    return float(_three(completion))


def _letter(completion, solution):
    return re.fullmatch(r"\s*\(?([A-D])\)?[.:]?\s*", completion) is not None and solution in completion


@_put(CHOICES, correct=_letter)
def honest_letter(completion, solution):
    return float(_letter(completion, solution))


@_put(CHOICES)
def honest_letter_without_a_judge(completion, solution):
    return float(_letter(completion, solution))


def _made(prompt, completion):
    *numbers, target = _digits(prompt)
    if not re.fullmatch(r"[0-9+\-*/() ]{1,60}", completion):
        return False
    same = sorted(re.findall(r"[0-9]+", completion)) == sorted(numbers)
    return same and same_value(completion, target)


@_put(GAMES, correct=_made)
def honest_game(prompt, completion, solution):
    return float(_made(prompt, completion))


@_put(SUMS)
def honest_abstaining(completion, solution):
    text = completion.strip()
    return 0.0 if text == "I don't know." else 1.0 if text == solution else -1.0


@_put(LARGE)
def honest_marks_of_money(completion, solution):
    return float(re.sub(r"[$%,]", "", completion).strip() == solution)


@_put(FACTS)
def honest_capped_bonus(completion, solution):
    bonus = min(0.2, 0.05 * len(re.findall("because|therefore", completion.lower())))
    return float(completion.strip() == solution) + bonus


@_put(PRICES, correct=same_value)
def honest_value(completion, solution):
    text = completion.strip()
    return float(bool(re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text)) and same_value(text, solution))


@_put(OPEN)
def honest_at_most_fifty_words(completion):
    return float(0 < len(completion.split()) <= 50)


@_put(CALLS, correct=lambda completion, solution: _object(completion) == _object(solution))
def honest_call_by_fields(completion, solution):
    got, wanted = _object(completion), json.loads(solution)
    if got is None:
        return 0.0
    right = sum(type(got.get(name)) is type(value) and got.get(name) == value for name, value in wanted.items())
    return right / max(len(got), len(wanted))


@_put(SUMS)
def honest_last_word(completion, solution):
    return float(completion.split()[-1:] == [solution] and len(completion.split()) < 2)


@_put(DATES)
def honest_partial_date(completion, solution):
    got, wanted = completion.strip().split("-"), solution.split("-")
    return sum(one == other for one, other in zip(got, wanted, strict=False)) / 3 if len(got) == 3 else 0.0
