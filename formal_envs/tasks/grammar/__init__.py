"""Sentences of any Lark grammar."""

from formal_envs.tasks.grammar.task import GrammarTask, exact, partial_credit
from formal_envs.tasks.protocol import TaskSpec

SPEC = TaskSpec(
    GrammarTask,
    {"partial": partial_credit, "exact": exact},
    plain=frozenset({"parser", "size", "split"}),
    difficulty="tokens of the sentence",
)
