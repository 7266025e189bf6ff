"""The reward of programs: does one compute the function whose outputs a prompt shows, on other inputs too?"""

from __future__ import annotations

from formal_envs.errors import ParseFailure, check_choice
from formal_envs.score import Score
from formal_envs.tasks.programs.functions import INPUTS, read_prompt
from formal_envs.tasks.programs.interpreter import RunFailure, read_program, run

PARTIAL = 0.2
"""What a program earns that is right on all inputs but one in very many: this times the share that it is right on."""


class ProgramsReward:
    """1 for a program with the right output for each of the inputs 0 to 9, of which a prompt shows a few.

    What is right for those that are hidden follows from those that are shown: one function of the task alone has these
    outputs. With ``kind="graded"`` other programs earn 0.2 times the share of inputs on which they are right.
    Text that is no program earns 0. A run ends at 2,000 steps, or where a value reaches 10^12, and is wrong then.

    Parts: ``exact`` and ``well_formed`` in {0, 1}; ``shown`` and ``hidden`` in [0, 1], the shares of these inputs for
    which the program is right.

    Raises:
        ConfigError: ``kind`` is neither "graded" nor "exact".
    """

    range = (0.0, 1.0)

    def __init__(self, kind: str = "graded"):
        self.kind = check_choice("reward", kind, ("graded", "exact"))

    def __repr__(self) -> str:
        return f"ProgramsReward({self.kind!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ProgramsReward) and other.kind == self.kind

    def __hash__(self) -> int:
        return hash((ProgramsReward, self.kind))

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion, in at most 20,000 steps and what it takes to read 200 characters."""
        asked = read_prompt(prompt)
        if asked is None:
            return _broken("the prompt shows the outputs of no function of this task, or of several")
        program = read_program(completion)
        if isinstance(program, ParseFailure):
            return _broken(str(program), program.column)
        right: list[bool] = []
        failure = ""
        for x in INPUTS:
            try:
                given = str(run(program, x))
            except RunFailure as error:
                given = str(error)
            right.append(given == str(asked.outputs[x]))
            if not right[-1] and not failure:  # what is hidden is not told
                failure = f"for {x}: {given}, not {asked.outputs[x]}" if x in asked.shown else ""
        hidden = [each for x, each in enumerate(right) if x not in asked.shown]
        parts = {
            "exact": float(all(right)),
            "well_formed": 1.0,
            "shown": sum(right[x] for x in asked.shown) / len(asked.shown),
            "hidden": sum(hidden) / len(hidden),
        }
        if all(right):
            return Score(1.0, parts)
        worth = PARTIAL * sum(right) / len(right) if self.kind == "graded" else 0.0
        return Score(worth, parts, failure or "right for the inputs that are shown, wrong for others")


def _broken(failure: str, place: int | None = None) -> Score:
    return Score(0.0, {"exact": 0.0, "well_formed": 0.0, "shown": 0.0, "hidden": 0.0}, failure, place)


def graded() -> ProgramsReward:
    """1 for the function, else 0.2 times the share of inputs that are right."""
    return ProgramsReward("graded")


def exact() -> ProgramsReward:
    """1 for the function, 0 for anything else."""
    return ProgramsReward("exact")
