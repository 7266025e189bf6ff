"""What a model that learned sums reads: its answers where statements of a chain are those of another one.

python -m tests.audits.what_it_adds RUN
"""

import argparse
from pathlib import Path

import numpy as np

from agents.evaluation.policy_agent import PolicyAgent
from agents.runs.folder import Run
from formal_envs.tasks import make_task
from formal_envs.tasks.streams import problem_keys, seeded_stream

COUNT = 1024
"""Held-out prompts of each kind."""


def problems(terms):
    """Prompts and answers of sums of so many terms."""
    task, _ = make_task("Arith", terms=terms, split="test")
    made = task.sample(problem_keys(seeded_stream(7), np.arange(COUNT)))
    return list(made.prompts), list(made.solutions)


def share(agent, prompts, answers):
    """Of the prompts that the agent answers so."""
    said = agent.act(prompts)
    return sum(one == other for one, other in zip(said, answers, strict=True)) / len(said)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="of sums of five terms")
    agent = PolicyAgent.load(Run.open(parser.parse_args().run))
    five, four = problems(5), problems(4)
    turned = [np.roll(texts, 1).tolist() for texts in five]  # those of another chain
    firsts, lasts = [text.split("=")[0] for text in five[0]], [text.split("=")[-2] for text in five[0]]
    last_own = [f"{other.rsplit('=', 2)[0]}={last}=" for other, last in zip(turned[0], lasts, strict=True)]
    first_other = [f"{other}={text.split('=', 1)[1]}" for other, text in zip(np.roll(firsts, 1), five[0], strict=True)]
    with_zero = [f"{text.split('=')[0]}+0={text}" for text in four[0]]
    figures = {
        "five terms, right": share(agent, *five),
        "the last statement alone is its own, right": share(agent, last_own, five[1]),
        "the last statement alone is its own, the other chain's sum": share(agent, last_own, turned[1]),
        "the first statement is another chain's, right": share(agent, first_other, five[1]),
        "four terms, right": share(agent, *four),
        "four terms with +0 as a fifth, right": share(agent, with_zero, four[1]),
    }
    for name, figure in figures.items():
        print(f"{figure:.3f}  {name}")


if __name__ == "__main__":
    main()
