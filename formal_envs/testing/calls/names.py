"""What the parameters of rewards are called, and what each name stands for."""

from __future__ import annotations

from collections.abc import Sequence


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROMPT = _words(
    "prompt question query problem instruction input prompt_text prompt_str question_text input_text user_prompt "
    "problem_statement observation"
)
COMPLETION = _words(
    "completion response output prediction pred predicted predict_str prediction_str y_pred hypothesis candidate reply "
    "generated generation generated_text generated_answer generated_str model_output model_answer model_response "
    "model_completion solution_str response_str completion_str output_str text completion_text response_text "
    "output_text predicted_answer student_answer user_answer given_answer submission submitted attempt guess "
    "llm_output llm_response llm_answer rollout action actual pred_answer pred_str assistant_response"
)
SOLUTION = _words(
    "gold ground_truth reference target label expected expected_output expected_answer truth gt golden oracle "
    "oracle_answer reference_answer target_answer true_answer correct_answer gold_answer gold_solution "
    "reference_solution ground_truth_answer answer_key y_true ref solution_text golden_answer groundtruth gold_label "
    "gt_answer true_label gold_str label_str expected_result expected_value reference_text"
)
EITHER = _words("answer solution ans result")
"""Names that some use for the completion and some for the reference: told by what the others are."""
SOLUTIONS = SOLUTION | {"answer", "solution"}
"""Names of columns that hold the solution."""
USUAL = ("answer", "expected", "gold", "ground_truth", "label", "reference", "solution", "target")
"""Those under which it is given to a reward whose code does not say which it reads."""
OTHERS = {
    "completion_ids": "ids",
    "trainer_state": "trainer_state",
    "log_extra": "log",
    "log_metric": "log",
    "extra_info": "extra_info",
    "data_source": "data_source",
    "entry": "entry",
    "trace": "trace",
    "state": "state",
    "info": "info",
    "parser": "parser",
    "runtime": "nothing",
}
"""Names that the trainers give, and the role of each."""
WAYS = ("prompt", "completion", "solution")
ROLES = frozenset(
    [*WAYS, "messages", "blocks", "query", "action", "observation", "task_data", "task_name", *OTHERS.values()]
)
"""What a parameter may be given."""


def singular(name: str) -> str:
    """A name without its plural: ``completions`` is a list of what ``completion`` is."""
    if name in ("queries", "hypotheses", "guesses"):
        return {"queries": "query", "hypotheses": "hypothesis", "guesses": "guess"}[name]
    if name.endswith("s") and name[:-1] in PROMPT | COMPLETION | SOLUTION | EITHER | {"extra_info", "data_source"}:
        return name[:-1]
    return name


def roles_of(names: Sequence[str]) -> dict[str, str]:
    """The roles of the parameters whose names tell, each of prompt, completion and solution once.

    A name that some use for the completion and some for the reference is what the other names leave; where they leave
    both, it has none.
    """
    roles: dict[str, str] = {}
    for kinds, role in ((COMPLETION, "completion"), (SOLUTION, "solution"), (PROMPT, "prompt")):
        roles |= dict.fromkeys([name for name in names if singular(name) in kinds][:1], role)
    for name in names:
        if singular(name) in OTHERS:
            roles[name] = OTHERS[singular(name)]
    left = [name for name in names if name not in roles]
    either = [name for name in left if singular(name) in EITHER]
    taken = set(roles.values())
    if len(either) == 1 and ("completion" in taken) != ("solution" in taken):
        roles[either[0]] = "completion" if "solution" in taken else "solution"
    elif len(either) == 1 and not taken & {"completion", "solution"} and len(left) == 1:
        roles[either[0]] = "completion"
    elif either == left[1:] and len(left) == 2 and not taken & {"completion", "solution"}:
        roles |= {left[0]: "completion", left[1]: "solution"}
    return roles
