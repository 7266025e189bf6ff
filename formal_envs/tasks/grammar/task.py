"""The grammar task: write sentences of any grammar. The reward parses them.

Problems are made of sentences that are drawn from the grammar, so that each has a solution: to go on with the sentence,
to write one, or to write the one that a prompt of the user's own making describes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, Literal

import numpy as np
from lark import Tree
from numpy.typing import NDArray

from formal_envs.errors import ConfigError, ParseFailure, check_choice, check_integer
from formal_envs.languages.language import Language, read
from formal_envs.languages.mask_grammar import Continuation, plain_grammar
from formal_envs.languages.sentences import Sentences
from formal_envs.references import Function, is_reference
from formal_envs.score import Reward
from formal_envs.tasks.grammar.reward import PARTIAL, Evaluator, GrammarReward
from formal_envs.tasks.protocol import RewardCheck
from formal_envs.tasks.splits import held_out
from formal_envs.tasks.streams import Keys, problem_keys, seeded_stream
from formal_envs.tokenizers import VocabularyTokenizer

TRIALS = 256
"""Problems that are made first, the same for every split: no longer ones are asked for, nor other characters."""
LEAST_MADE = 0.05
"""The least share of the sentences drawn for trials that must make a problem."""


@dataclass(frozen=True)
class GrammarProblems:
    """A batch of n problems.

    Attributes:
        prompts: the texts to continue.
        solutions: for each prompt a completion that is a sentence, or with the prompt is one.
    """

    prompts: list[str]
    solutions: list[str]


class GrammarTask:
    """Write sentences of a grammar.

    Attributes:
        language: of the sentences.
        continues: the prompt is the beginning of the sentence.

    Args:
        grammar: the text of a grammar in Lark's form, or the path of a ``.lark`` file; "" is JSON.
        start: the rule that a sentence is.
        parser: "lalr" or "earley".
        prompt: None: the beginning of a sentence, itself no sentence, which the completion goes on with. A text: the
            prompt of all problems, after which any sentence is to be written. A function ``(tree) -> str``, or its
            name, such as "module:function" or "path/to/file.py:function": what to ask for the sentence with this tree.
        size: of the largest trees of the sentences that are drawn, in nodes: terminals and uses of rules. A rule with a
            priority (``call.3: ...``) is drawn as many times as often.
        split: "train", "test" or "all". A tenth of the problems is for test, chosen by a hash of the prompt, or of the
            solution where the prompt is one for all.

    Raises:
        ConfigError: an option has no meaning, or no problem can be made with these.
    """

    problems_ahead = 64

    def __init__(
        self,
        *,
        grammar: str = "",
        start: str = "start",
        parser: Literal["lalr", "earley"] = "lalr",
        prompt: str | Callable[[Tree[Any]], str] | None = None,
        size: int = 60,
        split: Literal["train", "test", "all"] = "train",
    ):
        self.split = check_choice("split", split, ("train", "test", "all"))
        self.language = Language.open(read("json") if grammar == "" else grammar, start, parser)
        self.continues = prompt is None
        self._text, self._describe = "", None
        if isinstance(prompt, str) and prompt and not is_reference(prompt):
            self._text = prompt
        elif prompt == "":
            raise ConfigError("prompt must have a character or more; None asks for the rest of a sentence")
        elif prompt is not None:
            self._describe = Function("prompt", prompt)
        self._sentences = Sentences(self.language, check_integer("size", size, 1, 1_000))
        trials = self._trials()
        self.charset = "".join(sorted(set().union(*self._sentences.words, *map("".join, trials))))
        self.vocabulary = tuple(sorted({*self.charset, *self._sentences.words}))
        self._tokenizer = VocabularyTokenizer(self.vocabulary)
        prompts, solutions = zip(*trials, strict=True)
        self.max_prompt_length, self.max_prompt_tokens = self._bounds(prompts)
        self.max_solution_length, self.max_solution_tokens = self._bounds(solutions)
        if not any(self._in_split(*problem) for problem in trials):
            raise ConfigError(f"split {split!r} is empty here: use a larger size, or split='all'")

    def sample(self, keys: Keys) -> GrammarProblems:
        """Make the problem of each key: a pure function of the key and the options.

        Args: keys (n,), 64-bit integers.
        """
        problems = GrammarProblems([], [])
        for key in keys.tolist():
            random = Random(key)
            while True:
                problem = self._attempt(random, self._in_split)
                if not isinstance(problem, ParseFailure) and self._fits(*problem):
                    break
            problems.prompts.append(problem[0])
            problems.solutions.append(problem[1])
        return problems

    def difficulty(self, problems: GrammarProblems) -> NDArray[np.float64]:
        """The tokens of each sentence, (n,), the part that stands in the prompt among them."""
        begun = problems.prompts if self.continues else [""] * len(problems.prompts)
        texts = [prompt + solution for prompt, solution in zip(begun, problems.solutions, strict=True)]
        return np.array([len(self._tokenizer.encode(text)) for text in texts], float)

    def continuation(self, prompt: str) -> Continuation:
        """A sentence, or the rest of the one that the prompt begins."""
        return Continuation(self._plain_grammar, prompt if self.continues else "", self.language)

    def reward_check(self, reward: Reward) -> RewardCheck:
        """Right is what the grammar and the evaluator say; any character may begin a sentence, and earn for that."""
        if not isinstance(reward, GrammarReward):
            return RewardCheck(grammar=self.language.lark)
        return RewardCheck(reward.is_right, self.language.lark, PARTIAL * (reward.kind == "partial"))

    @cached_property
    def _plain_grammar(self) -> str:
        return plain_grammar(self.language)

    def _trials(self) -> list[tuple[str, str]]:
        keys = problem_keys(seeded_stream(0), np.arange(TRIALS)).tolist()
        attempts = [self._attempt(Random(key), lambda prompt, solution: True) for key in keys]
        failures = [attempt for attempt in attempts if isinstance(attempt, ParseFailure)]
        if len(failures) > (1 - LEAST_MADE) * TRIALS:
            raise ConfigError(
                f"hardly any sentence of this grammar makes a problem: {failures[0].reason} ({failures[0].text!r})"
            )
        return [attempt for attempt in attempts if not isinstance(attempt, ParseFailure)]

    def _attempt(self, random: Random, wanted: Callable[[str, str], bool]) -> tuple[str, str] | ParseFailure:
        """A prompt that is wanted, and its solution; or why there is none."""
        texts = self._sentences.draw(random)
        sentence = "".join(texts)
        cut = len(texts) // 3 + random.randrange(len(texts) // 3 + 1)
        prompt = "".join(texts[:cut]) if self.continues else self._text
        solution = sentence[len(prompt) :] if self.continues else sentence
        if not self._describe and not wanted(prompt, solution):
            return ParseFailure("of the other split", sentence)
        try:
            tree = self.language.parse(sentence)
        except ParseFailure as failure:
            return failure
        if self._describe:
            prompt = self._describe(tree)
            if not isinstance(prompt, str):
                raise ConfigError(f"the function of prompts must give a text, got {prompt!r}")
            if not wanted(prompt, solution):
                return ParseFailure("of the other split", sentence)
        if not prompt or not solution:
            return ParseFailure("an empty prompt or solution", sentence)
        if self.continues and self.language.accepts(prompt):
            return ParseFailure("its beginning is a sentence", sentence, len(prompt))
        return prompt, solution

    def _in_split(self, prompt: str, solution: str) -> bool:
        return self.split == "all" or held_out(solution if self._text else prompt) == (self.split == "test")

    def _fits(self, prompt: str, solution: str) -> bool:
        """Whether a problem is within what the trials hold."""
        if not set(prompt + solution) <= set(self.charset):
            return False
        (prompt_length, prompt_tokens), (length, tokens) = self._bounds([prompt]), self._bounds([solution])
        return (
            prompt_length <= self.max_prompt_length
            and prompt_tokens <= self.max_prompt_tokens
            and length <= self.max_solution_length
            and tokens <= self.max_solution_tokens
        )

    def _bounds(self, texts: Sequence[str]) -> tuple[int, int]:
        """The most characters, and the most tokens of the vocabulary, that one of the texts has."""
        return max(map(len, texts)), max(len(self._tokenizer.encode(text)) for text in texts)


def partial_credit(task: GrammarTask, /, *, evaluator: str | Evaluator | None = None) -> GrammarReward:
    """1 for a sentence, times the evaluator's value, and 0.1 times the share before the error for other texts."""
    return GrammarReward(task.language, evaluator=evaluator, kind="partial", continues=task.continues)


def exact(task: GrammarTask, /, *, evaluator: str | Evaluator | None = None) -> GrammarReward:
    """1 for a sentence, times the evaluator's value, and nothing for other texts."""
    return GrammarReward(task.language, evaluator=evaluator, kind="exact", continues=task.continues)
