"""Any grammar as a task: write a JSON object with the keys that the prompt names. The grammar is the suite's own.

python examples/json_grammar.py
"""

import gymnasium
from lark import Tree

import formal_envs  # noqa: F401  (registers the environments)


def keys(tree: Tree) -> list[str]:
    """The keys of the outermost object, as they are written."""
    pairs = tree.children if tree.data == "object" else []
    return [pair.children[0] for pair in pairs if pair is not None]


def ask(tree: Tree) -> str:
    """The prompt: the keys of the object that is to be written."""
    return f"keys {' '.join(keys(tree))}\n"


def right_keys(prompt: str, tree: Tree) -> float:
    """The share of right keys in all keys that are asked for or given; at least 0.1, so that JSON beats other texts."""
    wanted, given = set(prompt.split()[1:]), set(keys(tree))
    return max(0.1, len(wanted & given) / len(wanted | given)) if wanted | given else 1.0


if __name__ == "__main__":
    env = gymnasium.make("FormalGrammar-v0", start="object", prompt=ask, evaluator=right_keys, size=50)
    prompt, _ = env.reset(seed=3)
    print(f"asked after reset: {prompt!r}")
    for completion in ('{"a": 1, "b": [true]}', '{"b": {}, "c": null}', "[1, 2]", '{"a": 1, "b": tru}', '{"a": 1,}'):
        score = env.unwrapped.reward.score('keys "a" "b"\n', completion)
        print(f"{completion:24} {score.value:.3f}  {score.failure or ''}")
