"""The task of programs: write the function that a few inputs and outputs belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formal_envs.errors import check_choice, check_integer
from formal_envs.languages.mask_grammar import Continuation, plain_grammar
from formal_envs.score import Reward
from formal_envs.tasks.programs.functions import INPUTS, KINDS, LARGEST, SHOWN, functions
from formal_envs.tasks.programs.interpreter import language
from formal_envs.tasks.protocol import RewardCheck
from formal_envs.tasks.splits import held_out
from formal_envs.tasks.streams import Keys, integers
from formal_envs.tokenizers import VocabularyTokenizer


@dataclass(frozen=True)
class ProgramsProblems:
    """A batch of n problems.

    Attributes:
        prompts: the texts to continue.
        solutions: for each prompt a program of its function.
    """

    prompts: list[str]
    solutions: list[str]


class ProgramsTask:
    """Write a program that computes the function whose outputs for a few inputs are shown, for all inputs 0 to 9.

    A prompt is ``f(4)=13 f(0)=1 f(5)=16 f(1)=4: ``, an answer ``r=x*3+1``. Of all functions of the task, those of other
    kinds too, only one has the outputs that are shown.

    Args:
        kind: "expressions", sums and products of the input; "loops", such as powers and sums of squares; or "all".
        examples: how many inputs are shown, 3 to 6, of 0 to 6.
        split: "train", "test" (a tenth of the functions, chosen by a hash of all outputs) or "all".

    Raises:
        ConfigError: an option is out of range.
    """

    problems_ahead = 1024
    charset = "0123456789 f()=-:rsx+*;{}lop"
    vocabulary = ("f(", ")=", ": ", " ", *"0123456789-+*()=;{}rsx", "loop ")

    def __init__(self, *, kind: str = "all", examples: int = 4, split: Literal["train", "test", "all"] = "train"):
        self.kind = check_choice("kind", kind, KINDS)
        self.examples = check_integer("examples", examples, 3, len(SHOWN) - 1)
        self.split = check_choice("split", split, ("train", "test", "all"))
        programs, outputs = functions(kind)
        chosen = [n for n, row in enumerate(outputs.tolist()) if self._in_split(row)]
        self._programs = [programs[n] for n in chosen]
        self._outputs = outputs[chosen]  # (functions, inputs)
        self._tokens = VocabularyTokenizer(self.vocabulary)
        self.max_solution_length = max(map(len, programs))
        self.max_solution_tokens = max(len(self._tokens.encode(program)) for program in programs)
        digits = max(len(str(value)) for value in outputs[:, : len(SHOWN)].ravel().tolist())
        self.max_prompt_length = examples * (digits + len("f(0)= ")) + 1
        self.max_prompt_tokens = examples * (digits + 4)

    def sample(self, keys: Keys) -> ProgramsProblems:
        """Make the problem of each key: a pure function of the key and the options.

        Args: keys (n,), 64-bit integers.
        """
        prompts, solutions = [""] * len(keys), [""] * len(keys)
        left, attempt = np.arange(len(keys)), 0
        while len(left):
            begin = attempt * (1 + len(SHOWN))
            which = integers(keys[left], begin, len(self._programs))
            ranks = np.stack([integers(keys[left], begin + 1 + x, 1 << 20) for x in SHOWN], axis=1)  # (left, inputs)
            shown = np.argsort(ranks, axis=1, kind="stable")[:, : self.examples]  # in any order
            again = []
            for place, function, inputs in zip(left.tolist(), which.tolist(), shown.tolist(), strict=True):
                outputs = self._outputs[function, inputs].tolist()
                if len(functions().matching(inputs, outputs)) == 1:
                    pairs = zip(inputs, outputs, strict=True)
                    prompts[place] = f"{' '.join(f'f({x})={value}' for x, value in pairs)}: "
                    solutions[place] = self._programs[function]
                else:
                    again.append(place)
            left, attempt = np.array(again, int), attempt + 1
        return ProgramsProblems(prompts, solutions)

    def difficulty(self, problems: ProgramsProblems) -> NDArray[np.float64]:
        """The tokens of each solution, (n,)."""
        return np.array([len(self._tokens.encode(solution)) for solution in problems.solutions], float)

    def continuation(self, prompt: str) -> Continuation:
        """Programs."""
        return Continuation(plain_grammar(language()), language=language())

    def reward_check(self, reward: Reward) -> RewardCheck:
        """Right is what has the outputs of the solution."""
        return RewardCheck("formal_envs.tasks.programs.judge:right", language().lark)

    def _in_split(self, row: list[int]) -> bool:
        return self.split == "all" or held_out(" ".join(map(str, row))) == (self.split == "test")


assert len(INPUTS) > len(SHOWN)
assert LARGEST < 10**4  # which a prompt can show
