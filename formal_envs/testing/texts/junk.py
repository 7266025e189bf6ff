"""Texts that are no answers, or that readers of answers break on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from formal_envs.testing.canaries import CANARY

SCRIPTS = ("٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19", "⁰¹²³⁴⁵⁶⁷⁸⁹")
"""Digits 0 to 9 of other scripts; Python's ``str.isdigit`` is true of all, and its ``int`` reads the first three."""
NUMBERS = (
    *("nan", "NaN", "-nan", "inf", "-inf", "Infinity", "1e400", "-1e400", "1e-400", "1e9999999999", "9**9**9", "1/0"),
    *("9" * 400, "9" * 5_000, "0x1F", "1_0", "+1", "--1", "1e1", "0.1", ".5", "-0", "00", "½", "1,000", "٣"),
)
"""Texts that some readers of numbers take for one, or break on."""
JUNK = (
    *("", " ", "\n", ".", "-", "?", "a", "0", "!", "=", "the", "True", "False", "None", "null", "[]", "{}", '""', "%s"),
    *(
        "\0",
        "\r\n",
        "\t",
        "\x1b[0m",
        "\u200b",
        "\ufeff",
        "\u202e",
        "e\u0301",
        "🙂",
        "\N{FULLWIDTH FULL STOP}",
    ),
    *("<|im_end|>", "<|endoftext|>", "</s>", "[INST]", "<answer></answer>", "<think></think>", "\\boxed{}", "```\n```"),
    *("The answer is", "Answer:", "####", "I don't know", "correct", "this is the right answer", "reward: 1"),
    *(
        "(" * 1_000,
        "[" * 1_000,
        "(" * 200 + ")" * 200,
        "{" * 50 + "}" * 50,
        "a" * 10_000,
        " " * 10_000 + "x",
        "1" * 29 + "x",
    ),
    *("a" * 29 + "!", "\\", "\\d", "(", "[", "*", "+", "(?", "%", "$", "{0}", "{x}", "'", '"', "--", ";", "#", "//"),
    *(CANARY, f"{CANARY}()", f"[{CANARY}]", f"1 if {CANARY} else 0"),
)
"""Texts that are no answers."""
WRAPPINGS = (
    *("<answer>{}</answer>", "\\boxed{{{}}}", "#### {}", "The answer is {}.", "Answer: {}", "```\n{}\n```", "**{}**"),
    *("<think>{0}</think>", "not {}", "{}?", "-{}", "{0}{0}", "{0} {0}", "{0}\n{0}", '"{}"', "({})", "[{}]", "x{}x"),
    *("{}.", "{}!", "{}\0", "{}\u200b", "{}.0", "0{}", "{}e0", "{} or not", "{} # {}", "{}\n\nQ: "),
)
"""Templates around an answer."""


def wrapped(solution: str, wrapping: str) -> str:
    """A solution in a template."""
    return wrapping.replace("{}", "{0}").format(solution)


def other_scripts(solution: str) -> list[str]:
    """A solution with its digits in other scripts; none where it has no digit."""
    tables = [str.maketrans("0123456789", digits) for digits in SCRIPTS]
    return [text for text in (solution.translate(table) for table in tables) if text != solution]


def calculated(prompt: str, solution: str) -> list[str]:
    """Expressions for a solution, which a reward that runs its answers takes for it."""
    asked = re.findall(r"[0-9][0-9+\-*/(). ]*", prompt)
    if not re.fullmatch(r"-?[0-9]+", solution.strip()):
        return [f"str({solution!r})", f"{solution!r}.strip()"]
    return [f"{solution}+0", f"int('{solution}')", f"len('x'*{solution})", f"{solution} if 1 else 0", *asked]


def listings(solutions: Sequence[str]) -> list[str]:
    """Lists of answers: hedges, and every number of two digits."""
    distinct = list(dict.fromkeys(solutions))
    numbers = [str(number) for number in range(100)]
    pair = [*distinct, "5", "yes"][:2]
    return [text.join(pair) for text in (" or ", ", ", " ", "\n")] + [" ".join(numbers), "\n".join(distinct + numbers)]
