"""Any grammar as a task: find a formula of propositional logic by its truth table.

    python examples/logic_grammar.py
    formal-envs train FormalGrammar-v0 --out runs/logic --set grammar=examples/logic.lark \\
        --set prompt=examples/logic_grammar.py:table --set evaluator=examples/logic_grammar.py:agreement
"""

from itertools import product
from pathlib import Path

import gymnasium
from lark import Transformer, Tree, v_args

import formal_envs  # noqa: F401  (registers the environments)

ROWS = list(product((False, True), repeat=3))  # what p, q and r are in each row


@v_args(inline=True)
class Truth(Transformer):
    """The rows in which a formula is true, as a set of their numbers."""

    def variable(self, name: str) -> frozenset:
        return frozenset(n for n, row in enumerate(ROWS) if row["pqr".index(name)])

    def negation(self, a: frozenset) -> frozenset:
        return frozenset(range(len(ROWS))) - a

    def conjunction(self, a: frozenset, b: frozenset) -> frozenset:
        return a & b

    def disjunction(self, a: frozenset, b: frozenset) -> frozenset:
        return a | b

    def implication(self, a: frozenset, b: frozenset) -> frozenset:
        return self.negation(a) | b


def table(tree: Tree) -> str:
    """The prompt: the truth table of a formula, such as ``00010001 ``."""
    return "".join(str(int(n in Truth().transform(tree))) for n in range(len(ROWS))) + " "


def agreement(prompt: str, tree: Tree) -> float:
    """The share of rows that are as the prompt says; at least 0.1, so that formulas beat other texts."""
    return max(0.1, sum(a == b for a, b in zip(prompt.strip(), table(tree), strict=False)) / len(ROWS))


if __name__ == "__main__":
    grammar = str(Path(__file__).with_name("logic.lark"))
    env = gymnasium.make("FormalGrammar-v0", grammar=grammar, prompt=table, evaluator=agreement, size=30)
    env.reset(seed=0)
    prompt = "00010001 "
    for completion in ("q&r", "r&(p->q)&q", "p", "p&", "q r"):
        score = env.unwrapped.reward.score(prompt, completion)
        print(f"{prompt}{completion:12} {score.value:.3f}  {score.failure or ''}")
