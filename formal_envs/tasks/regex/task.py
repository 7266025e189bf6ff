"""The task of regular expressions: match some words, and not others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from random import Random
from typing import Literal

import numpy as np
from lark import Lark
from numpy.typing import NDArray

from formal_envs.errors import ConfigError, check_choice, check_integer
from formal_envs.languages.mask_grammar import Continuation
from formal_envs.score import Reward
from formal_envs.tasks.protocol import RewardCheck
from formal_envs.tasks.regex.expressions import LETTERS, REPEATS, Expression, language, read_expression
from formal_envs.tasks.regex.grammar import continuation
from formal_envs.tasks.regex.reward import read_prompt
from formal_envs.tasks.splits import held_out
from formal_envs.tasks.streams import Keys

SLACK = 2
"""An answer may have so many characters more than the expression that the words were drawn by."""
_SIMPLE = 4
_TRIED, _LEAST = 400, 2  # expressions that are tried first, and how many of them must make a problem
_LONGEST_WORD = {2: 6, 3: 5, 4: 4}
_WORDS = ("match ", "; not ", "; at most ", ": ", " ")


@dataclass(frozen=True)
class RegexProblems:
    """A batch of n problems.

    Attributes:
        prompts: the texts to continue.
        solutions: for each prompt the expression that its words were drawn by.
    """

    prompts: list[str]
    solutions: list[str]


class RegexTask:
    """Write a regular expression that matches some words and not others, in few characters.

    A prompt is ``match ab aab b; not ba a bb; at most 5: ``. An expression is drawn, then words that it matches and
    as many that it does not, of the same lengths where there are such. An answer may be two characters longer than the
    expression, and at most half of what a list of the words takes. No
    expression of four characters or fewer is right.

    Args:
        letters: how many there are, 2 to 4.
        examples: words of each kind, 4 to 8.
        size: the most letters and operators of the expression, 3 to 12.
        split: "train", "test" (a tenth, chosen by a hash of all short words that the expression matches, so that what
            is held out are languages) or "all".

    Raises:
        ConfigError: an option is out of range, or hardly any problem fits them all.
    """

    problems_ahead = 64

    def __init__(
        self, *, letters: int = 2, examples: int = 6, size: int = 7, split: Literal["train", "test", "all"] = "train"
    ):
        self.letters = LETTERS[: check_integer("letters", letters, 2, 4)]
        self.examples = check_integer("examples", examples, 4, 8)
        self.size = check_integer("size", size, 3, 12)
        self.split = check_choice("split", split, ("train", "test", "all"))
        longest = _LONGEST_WORD[letters]
        self._longest = min(3 * size // 2 + SLACK, (examples * (longest + 1) - 1) // 2)
        self.vocabulary = (*_WORDS, *map(str, range(self._longest + 1)), *self.letters, *"|()", *REPEATS)
        self.charset = "".join(sorted(set("".join(self.vocabulary)) | set("0123456789")))
        self.max_prompt_length = 2 * examples * (longest + 1) - 2 + len("match ; not ; at most 00: ")
        self.max_prompt_tokens = 2 * examples * (longest + 1) - 2 + 5
        self.max_solution_length = self.max_solution_tokens = self._longest - SLACK
        random = Random(0)
        if sum(self._attempt(random) is not None for _ in range(_TRIED)) < _LEAST:
            raise ConfigError(f"hardly any expression of split {split!r} makes a problem: use a larger size")

    def sample(self, keys: Keys) -> RegexProblems:
        """Make the problem of each key: a pure function of the key and the options.

        Args: keys (n,), 64-bit integers.
        """
        made = []
        for key in keys.tolist():
            random = Random(key)
            problem = None
            while problem is None:
                problem = self._attempt(random)
            made.append(problem)
        return RegexProblems([prompt for prompt, _ in made], [solution for _, solution in made])

    def difficulty(self, problems: RegexProblems) -> NDArray[np.float64]:
        """The characters of each solution, (n,)."""
        return np.array([len(solution) for solution in problems.solutions], float)

    def continuation(self, prompt: str) -> Continuation:
        """Expressions that are no longer than the prompt allows."""
        asked = read_prompt(prompt)
        return continuation(self.letters, asked.longest if asked else self._longest)

    def reward_check(self, reward: Reward) -> RewardCheck:
        """Right is what Python's regular expressions say, which know nothing of the automata."""
        return RewardCheck("formal_envs.tasks.regex.judge:right", _grammar())

    def _attempt(self, random: Random) -> tuple[str, str] | None:
        solution, _ = _draw(random, random.randint(3, self.size), self.letters)
        words, parents, ends = _words(self.letters)
        inside = language(Expression(solution), words, parents, ends)
        if self.split != "all" and held_out("".join("01"[each] for each in inside)) != (self.split == "test"):
            return None
        wanted = [word for word, each in zip(words, inside, strict=True) if each]
        unwanted = [word for word, each in zip(words, inside, strict=True) if not each]
        if min(len(wanted), len(unwanted)) < self.examples:
            return None
        wanted = random.sample(wanted, self.examples)
        longest = len(solution) + SLACK
        if 2 * longest > len("|".join(wanted)) or longest > self._longest:
            return None
        unwanted = _alike(unwanted, wanted, random)
        places = {word: 1 << place for place, word in enumerate(words)}
        ins, outs = (sum(places[word] for word in kind) for kind in (wanted, unwanted))
        if any(simple & ins == ins and not simple & outs for simple in _simple(self.letters)):
            return None
        return f"match {' '.join(wanted)}; not {' '.join(unwanted)}; at most {longest}: ", solution


def _alike(words: list[str], others: Sequence[str], random: Random) -> list[str]:
    """As many of the words as there are others, of the same lengths where there are such, in any order."""
    random.shuffle(words)
    chosen: list[str] = []
    for other in others:
        same = next((word for word in words if len(word) == len(other)), words[0])
        words.remove(same)
        chosen.append(same)
    random.shuffle(chosen)
    return chosen


def _draw(random: Random, size: int, letters: str) -> tuple[str, int]:
    """An expression of so many letters and operators, and how strongly it binds: 0 for ``|`` to 3 for one letter."""
    if size == 1:
        return random.choice(letters), 3
    kind = random.randrange(4) if size > 2 else 0
    if kind == 0:
        inside, binds = _draw(random, size - 1, letters)
        return f"{_in_brackets(inside, binds, 3)}{random.choice(REPEATS)}", 2
    share = random.randint(1, size - 2 if kind == 1 else size - 1)
    left, left_binds = _draw(random, share, letters)
    right, right_binds = _draw(random, size - 1 - share if kind == 1 else size - share, letters)
    if kind == 1:
        return f"{left}|{right}", 0
    return _in_brackets(left, left_binds, 1) + _in_brackets(right, right_binds, 1), 1


def _in_brackets(text: str, binds: int, least: int) -> str:
    return text if binds >= least else f"({text})"


@cache
def _words(letters: str) -> tuple[list[str], list[int], list[str]]:
    """All short words, the shortest first, the place of each without its last letter, and that letter."""
    words = ["".join(word) for n in range(1, _LONGEST_WORD[len(letters)] + 1) for word in product(letters, repeat=n)]
    places = {word: place for place, word in enumerate(words)}
    return words, [places.get(word[:-1], -1) for word in words], [word[-1] for word in words]


@cache
def _simple(letters: str) -> list[int]:
    """The languages of all expressions of up to four characters: bits of short words."""
    texts = ("".join(text) for n in range(1, _SIMPLE + 1) for text in product(letters + "|()" + REPEATS, repeat=n))
    read = [expression for expression in map(read_expression, texts) if isinstance(expression, Expression)]
    found = {sum(1 << n for n, each in enumerate(language(one, *_words(letters))) if each) for one in read}
    return sorted(found)


@cache
def _grammar() -> Lark:
    """Of expressions of any length."""
    return Lark(
        'start: row ("|" row)*\nrow: part+\npart: (/[abcd]/ | "(" start ")") SIGN?\nSIGN: /[*+?]/', parser="lalr"
    )
