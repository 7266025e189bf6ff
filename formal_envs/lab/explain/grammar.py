"""Grammars: the tree of a sentence, or what could have stood where it went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lark import Token, Tree

from formal_envs.errors import ParseFailure
from formal_envs.lab.explain import Explained, part
from formal_envs.score import Score

PARTS = {
    "sentence": part(0, 1, "1 where the text is a sentence"),
    "position": part(0, 1, "share of the completion before the first error, white space not counted"),
    "exact": part(0, 1, "1 where the reward is 1"),
    "evaluator": part(0, 1, "what the evaluator makes of the tree"),
}
MOST_NODES = 1_500
"""Nodes of a tree that are shown."""
MOST_LEVELS = 120
"""Levels of it."""
_TOKEN = 200  # characters of one
_EXPECTED = 60


@dataclass(frozen=True)
class Node:
    """A node of a tree, which stands in the order of the text, before its children.

    Attributes:
        depth: 0 for the root.
        name: of the rule, or of the terminal.
        token: its text; None for a rule.
        begin: where a token begins in the completion, negative in the prompt; None where the parser does not say.
    """

    depth: int
    name: str
    token: str | None
    begin: int | None


@dataclass(frozen=True)
class Parsed(Explained):
    """What the parser made of a text.

    Attributes:
        start: the rule that a sentence is.
        nodes: of the tree; empty where there is none.
        cut: whether there are more nodes than are shown.
        expected: what could have stood at the first error.
        in_prompt: the error is there: no completion could be right.
    """

    start: str
    nodes: list[Node]
    cut: bool
    expected: list[str]
    in_prompt: bool


def explain(task: Any, reward: Any, prompt: str, completion: str, score: Score) -> Parsed:
    """The tree of a completion, or of prompt and completion where the one goes on with the other."""
    language = task.language
    begun = prompt if task.continues else ""
    text = begun + completion
    if len(text) > language.max_text:
        return Parsed("parsed", language.start, [], False, [], False)
    try:
        tree = language.parse(text)
    except ParseFailure as failure:
        expected = language.follows(text)[:_EXPECTED]
        return Parsed("parsed", language.start, [], False, expected, failure.column < len(begun))
    nodes, cut = flat(tree, len(begun))
    return Parsed("parsed", language.start, nodes, cut, [], False)


def flat(tree: Tree[Any], shift: int) -> tuple[list[Node], bool]:
    """The nodes of a tree in order, as far as they are shown, and whether that is not all. Takes no stack."""
    nodes, cut, waiting = list[Node](), False, [(0, tree)]
    while waiting:
        if len(nodes) == MOST_NODES:
            return nodes, True
        depth, each = waiting.pop()
        if isinstance(each, Tree):
            nodes.append(Node(depth, str(each.data), None, None))
            if depth + 1 < MOST_LEVELS:
                waiting += [(depth + 1, child) for child in reversed(each.children) if child is not None]
            else:
                cut = cut or bool(each.children)
        elif isinstance(each, Token):
            begin = None if each.start_pos is None else each.start_pos - shift
            nodes.append(Node(depth, each.type, str(each)[:_TOKEN], begin))
    return nodes, cut
