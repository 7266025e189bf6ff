"""The rewards that the audit checks, library by library; nothing is imported before it is asked for.

Each loader gives the library's version and, by name, functions that build a ``Target``. It raises ImportError where the
library is not installed.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from examples.audit import judges
from examples.audit.problems import BOXED, CALLS, CHOICES, DAPO, FACTS, HASHED, SEARCHED, SUMS, THOUGHT


class Target(NamedTuple):
    """A reward, as the library has it, and what ``check_reward`` is given with it."""

    reward: Any
    arguments: Mapping[str, Any]


Targets = dict[str, Callable[[], Target]]


def find(library: str, name: str) -> Target:
    """One reward of a library."""
    return LIBRARIES[library]()[1][name]()


def _asked(solutions: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"prompts": list(solutions), "solutions": list(solutions.values()), **more}


def _of(module: str, function: str, arguments: Mapping[str, Any], *made_with: Any, **options: Any) -> Target:
    """A function of a module, or what the function makes where it is a factory."""
    reward = getattr(importlib.import_module(module), function)
    return Target(reward(*made_with, **options) if made_with or options else reward, arguments)


def reasoning_gym() -> tuple[str, Targets]:
    """All scorers of reasoning-gym: ``dataset.score_answer(answer, entry)``, as they are."""
    from reasoning_gym.factory import DATASETS

    left_out = {"composite"}  # a mixture of the others
    return version("reasoning-gym"), {name: partial(_gym, name) for name in sorted(DATASETS) if name not in left_out}


def _gym(name: str, size: int = 6) -> Target:
    import reasoning_gym

    data = reasoning_gym.create_dataset(name, size=size, seed=1)
    entries = [data[place] for place in range(size)]
    asked = {"prompts": [entry["question"] for entry in entries], "solutions": [entry["answer"] for entry in entries]}
    return Target(data.score_answer, {**asked, "columns": {"metadata": [entry["metadata"] for entry in entries]}})


def trl() -> tuple[str, Targets]:
    """TRL's reward functions, as they are."""
    importlib.import_module("trl.rewards")
    own = partial(_of, "trl.rewards")
    prompts = {"prompts": list(BOXED)}
    return version("trl"), {
        "accuracy_reward": partial(own, "accuracy_reward", _asked(BOXED, correct=judges.boxed)),
        "reasoning_accuracy_reward": partial(own, "reasoning_accuracy_reward", _asked(BOXED, correct=judges.boxed)),
        "get_cosine_scaled_reward(1000)": partial(
            own, "get_cosine_scaled_reward", _asked(BOXED, correct=judges.boxed), 1000
        ),
        "think_format_reward": partial(own, "think_format_reward", prompts),
        "get_repetition_penalty_reward()": partial(own, "get_repetition_penalty_reward", prompts, ngram_size=3),
        "get_soft_overlong_punishment(100, 20)": partial(own, "get_soft_overlong_punishment", prompts, 100, 20),
    }


def verl() -> tuple[str, Targets]:
    """The modules of verl's ``reward_score`` that need no sandbox."""
    importlib.import_module("verl.utils.reward_score")
    own = "verl.utils.reward_score."
    boxed = _asked(
        SUMS, golds=list(BOXED.values()), correct=judges.boxed, time_limit=30
    )  # it starts a pool of processes first
    return version("verl"), {
        "gsm8k": partial(
            _of, own + "gsm8k", "compute_score", _asked(SUMS, golds=list(HASHED.values()), correct=judges.hashed)
        ),
        "math_reward": partial(
            _of, own + "math_reward", "compute_score", _asked(SUMS, golds=list(BOXED.values()), correct=judges.boxed)
        ),
        "math_dapo": partial(
            _of, own + "math_dapo", "compute_score", _asked(SUMS, golds=list(DAPO.values()), correct=judges.answer_line)
        ),
        "math_verify": partial(_of, own + "math_verify", "compute_score", boxed),
        "geo3k": partial(
            _of, own + "geo3k", "compute_score", _asked(SUMS, golds=list(THOUGHT.values()), correct=judges.boxed)
        ),
        "search_r1_like_qa_em": partial(_of, own + "search_r1_like_qa_em", "compute_score", SEARCHED),
        "search_r1_like_qa_em, subem": partial(_of, own + "search_r1_like_qa_em", "compute_score_subem", SEARCHED),
        "rlla": partial(
            _of, own + "rlla", "compute_score", _asked(CALLS, columns={"experiment_name": ["qwen"] * len(CALLS)})
        ),
    }


def math_verify() -> tuple[str, Targets]:
    """math-verify, called as its README calls it."""
    importlib.import_module("math_verify")
    return version("math-verify"), {
        "parse and verify": partial(Target, parsed_and_verified, _asked(BOXED, correct=judges.boxed))
    }


def parsed_and_verified(completion: str, solution: str) -> float:
    """1 where math-verify takes a completion for equal to the solution."""
    from math_verify import parse, verify

    return float(verify(parse(solution), parse(completion)))


def skyrl_gym() -> tuple[str, Targets]:
    """The scorers of skyrl-gym's environments."""
    importlib.import_module("skyrl_gym")
    own = "skyrl_gym.envs."
    return version("skyrl-gym"), {
        "gsm8k": partial(
            _of, own + "gsm8k.utils", "compute_score", _asked(SUMS, golds=list(HASHED.values()), correct=judges.hashed)
        ),
        "aime": partial(
            _of,
            own + "aime.utils",
            "compute_score",
            _asked(SUMS, golds=list(DAPO.values()), correct=judges.answer_line),
        ),
        "search": partial(_of, own + "search.utils", "compute_score", SEARCHED),
        "search, subem": partial(_of, own + "search.utils", "compute_score_subem", SEARCHED),
    }


def gem() -> tuple[str, Targets]:
    """The graders of gem's mathematics and questions."""
    importlib.import_module("gem.utils.math_grader")
    own = partial(_of, "gem.utils.math_grader")
    return version("gem-llm"), {
        "grade": partial(own, "grade", _asked(SUMS, correct=judges.number)),
        "grade_answer_sympy": partial(own, "grade_answer_sympy", _asked(SUMS, correct=judges.number)),
        "grade_answer_mathd": partial(own, "grade_answer_mathd", _asked(SUMS, correct=judges.number)),
        "em_check": partial(_of, "gem.utils.qa_em", "em_check", _asked(FACTS, correct=judges.same_words)),
    }


def verifiers() -> tuple[str, Targets]:
    """What verifiers has for scores by rule."""
    importlib.import_module("verifiers.v1.utils.score")
    own = partial(_of, "verifiers.v1.utils.score")
    return version("verifiers"), {
        "verify_boxed_math_answer": partial(
            own, "verify_boxed_math_answer", _asked(SUMS, golds=list(BOXED.values()), correct=judges.boxed)
        ),
        "compare_stdout_results": partial(own, "compare_stdout_results", _asked(SUMS, correct=judges.number)),
    }


def nemo_gym() -> tuple[str, Targets]:
    """NeMo-Gym's servers that score by rule, through their own ``verify``."""
    from examples.audit.nemo import SERVERS, through_verify

    importlib.import_module("resources_servers.mcqa.app")
    return importlib.import_module("nemo_gym").__version__, {
        name: partial(_server, through_verify, name, *of) for name, of in SERVERS.items()
    }


def _server(through: Any, name: str, module: str, fields: Mapping[str, Any]) -> Target:
    asked = CHOICES if fields.get("boxed") else FACTS
    golds = [f"\\boxed{{{answer}}}" if fields.get("boxed") else answer for answer in asked.values()]
    judge = judges.boxed if fields.get("boxed") else judges.same_words
    return Target(through(module, fields), _asked(asked, golds=golds, correct=judge))


def planted() -> tuple[str, Targets]:
    """Rewards with planted defects, and their twins without."""
    sys.path.append(str(Path(__file__).parents[2] / "tests" / "audits"))  # where the project's checkout has them
    from planted_rewards import PLANTED

    targets: Targets = {}
    for one in PLANTED:
        more = {"prompts": list(one.asked), "solutions": list(one.asked.values()), **one.options}
        targets[one.defect] = partial(Target, one.bad, more)
        targets[f"{one.defect}: twin"] = partial(Target, one.good, more)
    return version("formal-envs"), targets


def suite() -> tuple[str, Targets]:
    """The rewards of this suite's environments."""
    names = {"FormalArith-v0": {}, "FormalArith-v0, exact": {"reward": "exact"}, "FormalGrammar-v0": {}}
    return version("formal-envs"), {name: partial(_environment, name, given) for name, given in names.items()}


def _environment(name: str, settings: dict[str, Any]) -> Target:
    from agents.commands.check import _asked as problems

    asked = problems(name.split(",")[0], 16, 0, settings)
    return Target(asked.pop("reward"), asked)


LIBRARIES: dict[str, Callable[[], tuple[str, Targets]]] = {
    "reasoning-gym": reasoning_gym,
    "trl": trl,
    "verl": verl,
    "math-verify": math_verify,
    "skyrl-gym": skyrl_gym,
    "gem": gem,
    "verifiers": verifiers,
    "nemo-gym": nemo_gym,
    "planted": planted,
    "suite": suite,
}
