"""How rewards are called: by what they are called in the trainers, and by the names of their parameters."""

import functools
import re
from types import SimpleNamespace

import pytest

from formal_envs.errors import ConfigError
from formal_envs.testing import check_reward
from formal_envs.testing.calls import as_scorer, read_score
from formal_envs.testing.calls.results import read_scores
from formal_envs.testing.cases import Case, Problem
from formal_envs.testing.trying import settle

COLUMNS = {"nums": [6, 8], "target": "14"}
PROBLEM = Problem("6+8=", "14", "14", COLUMNS)
RIGHT, WRONG = Case(PROBLEM, " 14"), Case(PROBLEM, "15")


def same(completion, solution):
    return float(completion.strip() == solution)


# ---- One text at a time


def f_prediction_truth(prediction, truth):
    return same(prediction, truth)


def f_generated_expected(generated, expected_output):
    return same(generated, expected_output)


def f_answer_gold(answer, gold):
    return same(answer, gold)


def f_gold_answer(gold, answer):
    return same(answer, gold)


def f_solution_ground_truth(solution, ground_truth):
    return same(solution, ground_truth)


def f_response_answer(response, answer):
    return same(response, answer)


def f_question_answer(question, answer):
    return same(answer, "14") * (question == "6+8=")


def f_keywords(*, completion, solution):
    return same(completion, solution)


def f_positions(completion, solution, /):
    return same(completion, solution)


def f_default_of_none(completion, answer=None):
    return same(completion, answer)


def f_default_that_is_kept(completion, solution, label="15"):
    return same(completion, solution) * (label == "15")


def f_unknown_with_a_solution(x, solution):
    return same(x, solution)


def f_alone(x):
    return same(x, "14")


def f_ignored(_, completion, solution):
    return same(completion, solution)


def f_column(completion, nums):
    return float(completion.strip() == str(sum(nums)))


async def f_awaited(completion, solution):
    return same(completion, solution)


def f_with_more(completion, solution, weight):
    return weight * same(completion, solution)


class Methods:
    def grade(self, output, label):
        return same(output, label)

    async def later(self, output, label):
        return same(output, label)

    def __call__(self, reply, reference):
        return same(reply, reference)


class Called:
    async def __call__(self, completion, solution):
        return same(completion, solution)


class Scores:
    def score(self, completion, solution):
        return same(completion, solution)


class ScoresWithPrompt:
    def score(self, prompt, completion, solution):
        return same(completion, solution) * (prompt == "6+8=")


@functools.lru_cache
def f_cached(completion, solution):
    return same(completion, solution)


@functools.wraps(f_prediction_truth)
def f_wrapped(*args, **kwargs):
    return f_prediction_truth(*args, **kwargs)


# ---- As the trainers call them


def trl(completions, target, nums, **kwargs):
    return [same(c, t) * (n == [6, 8]) for c, t, n in zip(completions, target, nums, strict=True)]


def trl_everything(prompts, completions, completion_ids, answer, trainer_state, log_extra, log_metric, **kwargs):
    log_extra("answer", list(answer))
    log_metric("mean", 0.5)
    assert [len(ids) for ids in completion_ids] == [len(text) for text in completions]
    assert (trainer_state.global_step, prompts[0]) == (0, "6+8=")
    return [same(c, a) for c, a in zip(completions, answer, strict=True)]


async def trl_awaited(completions, **kwargs):
    assert [len(ids) for ids in kwargs["completion_ids"]] == [len(text) for text in completions]
    return [same(c, a) if a else None for c, a in zip(completions, kwargs["answer"], strict=True)]


def trl_messages(prompts, completions, answer, **kwargs):
    assert prompts[0][-1]["content"] == "6+8="
    return [same(c[0]["content"], a) for c, a in zip(completions, answer, strict=True)]


def trl_blocks(completions, answer, **kwargs):
    return [same(c[0]["content"][0]["text"], a) for c, a in zip(completions, answer, strict=True)]


def trl_annotated(completions: list[list[dict[str, str]]], solution: list[str], **kwargs) -> list[float]:
    return [same(c[0]["content"], a) for c, a in zip(completions, solution, strict=True)]


def trl_careful(completions, answer, **kwargs):
    def text(completion):
        try:
            return completion[-1]["content"]
        except TypeError:
            return ""

    return [same(text(c), a) for c, a in zip(completions, answer, strict=True)]


def verl(data_source, solution_str, ground_truth, extra_info=None):
    assert (data_source, extra_info) == ("check_reward", COLUMNS)
    return {"score": same(solution_str, ground_truth), "acc": True}


async def verl_awaited(data_source, solution_str, ground_truth, extra_info):
    return verl(data_source, solution_str, ground_truth, extra_info)


def verl_batch(data_sources, solution_strs, ground_truths, extra_infos):
    return [verl(*row) for row in zip(data_sources, solution_strs, ground_truths, extra_infos, strict=True)]


def verl_predict(predict_str: str, ground_truth: str, use_boxed: bool = True, format_score: float = 0.1) -> float:
    return same(predict_str, ground_truth) * use_boxed


class ReasoningGym:
    def score_answer(self, answer, entry):
        return same(answer, entry["answer"]) * (entry["question"] == "6+8=") * (entry["metadata"] == {})


def openrlhf(queries, prompts, labels, **kwargs):
    scores = [same(q[len(p) :], label) for q, p, label in zip(queries, prompts, labels, strict=True)]
    return {"rewards": scores, "scores": scores, "extra_logs": {"length": [len(q) for q in queries]}}


class Rubric:
    def forward(self, action, observation):
        return same(action.message, observation.metadata["answer"]) * (observation.prompt == "6+8=")


class HookedRubric(Rubric):
    def __call__(self, action, observation):
        return self.forward(action, observation)


async def verifiers(self, trace):
    assert trace.messages[0].content == self.prompt_text == "6+8="
    return {"right": same(trace.last_reply, self.answer), "format": 0.0 * len(trace.transcript)}


async def verifiers_plugged(task, trace, runtime=None):
    return same(trace.assistant_messages[-1].content, task.answer)


def verifiers_older(prompt, completion, answer, state, parser, info, task):
    assert (task, state["answer"], info["target"], prompt[0]["role"]) == ("default", "14", "14", "user")
    return same(parser.parse_answer(completion), answer) * bool(completion[-1]["content"])


def lists(predictions, references):
    return [same(p, r) for p, r in zip(predictions, references, strict=True)]


FORMS = [
    (f_prediction_truth, "function"),
    (f_generated_expected, "function"),
    (f_answer_gold, "function"),
    (f_gold_answer, "function"),
    (f_solution_ground_truth, "function"),
    (f_response_answer, "function"),
    (f_question_answer, "function"),
    (f_keywords, "function"),
    (f_positions, "function"),
    (f_default_of_none, "function"),
    (f_default_that_is_kept, "function"),
    (f_unknown_with_a_solution, "function"),
    (f_alone, "function"),
    (f_ignored, "function"),
    (f_column, "function"),
    (f_awaited, "function"),
    (f_cached, "function"),
    (f_wrapped, "function"),
    (functools.partial(f_with_more, weight=1.0), "function"),
    (functools.partial(f_with_more, weight=1.0, solution="14"), "function"),
    (functools.partial(Methods().grade), "function"),
    (lambda completion, solution: same(completion, solution), "function"),
    (Methods().grade, "function"),
    (Methods().later, "function"),
    (Methods(), "function"),
    (Called(), "function"),
    (Scores(), "object"),
    (ScoresWithPrompt(), "object"),
    (verl_predict, "function"),
    (trl, "trl"),
    (trl_everything, "trl"),
    (trl_awaited, "trl"),
    (trl_messages, "trl"),
    (trl_blocks, "trl"),
    (trl_annotated, "trl"),
    (trl_careful, "trl"),
    (verl, "verl"),
    (verl_awaited, "verl"),
    (verl_batch, "verl batch"),
    (ReasoningGym().score_answer, "reasoning-gym"),
    (openrlhf, "OpenRLHF"),
    (Rubric(), "OpenEnv"),
    (HookedRubric(), "OpenEnv"),
    (verifiers, "verifiers"),
    (verifiers_plugged, "verifiers"),
    (verifiers_older, "function"),
    (lists, "lists"),
]


@pytest.mark.parametrize(
    ("reward", "kind"), FORMS, ids=lambda of: of if isinstance(of, str) else getattr(of, "__name__", type(of).__name__)
)
def test_a_reward_is_called_as_it_is(reward, kind):
    columns = {} if kind == "reasoning-gym" else COLUMNS
    problem = Problem("6+8=", "14", "14", columns)
    scorer = as_scorer(reward, with_solutions=True, columns=columns)
    assert scorer.kind == kind
    scorer, _, _ = settle(scorer, [problem], 1.0, 5.0)
    cases = [Case(problem, " 14"), Case(problem, "15")]
    values = [read_score(scorer.score(case)).value for case in cases]
    assert values == [1.0, 0.0]
    assert [read_score(score).value for score in scorer.score_batch(cases)] == values
    assert scorer.code(cases[0]).startswith("reward")


@pytest.mark.parametrize(
    ("reward", "said"),
    [
        (lambda a, b: 1.0, "say roles={'a': 'completion', 'b': 'solution'}"),
        (lambda a, b, c: 1.0, "say roles="),
        (lambda answer, solution: 1.0, "say roles="),
        (lambda completion, difficulty: 1.0, "or columns= for what else"),
        (lambda completions, level, **kwargs: [1.0], "give columns={'level': [...]}"),
        (lambda *texts: 1.0, "takes a completion"),
        (print, "takes a completion"),
        (SimpleNamespace(grade=1), "expected an object with score"),
    ],
)
def test_where_names_do_not_tell_the_fix_is_named(reward, said):
    with pytest.raises(ConfigError, match=re.escape(said)):
        as_scorer(reward, with_solutions=True)


@pytest.mark.parametrize(
    ("reward", "roles", "call"),
    [
        (lambda a, b: same(b, a), {"a": "solution", "b": "completion"}, "reward('14', ' 14')"),
        (lambda a, b: [same(*row) for row in zip(a, b, strict=True)], {"a": "completions", "b": "solutions"}, None),
        (lambda c, s: same(c[0]["content"], s), {"c": "messages", "s": "solution"}, None),
        (lambda x, y: same(x, y), {"x": "completion", "y": "target"}, "reward(' 14', '14')"),
        (
            lambda action, goal: same(action["move"], goal),
            {"action": lambda case: {"move": case.completion}, "goal": "solution"},
            "reward({'move': ' 14'}, '14')",
        ),
        (lambda completion, truth: same(truth, completion), {"completion": "solution", "truth": "completion"}, None),
    ],
)
def test_roles_say_what_is_what(reward, roles, call):
    scorer = as_scorer(reward, with_solutions=True, roles=roles, columns=COLUMNS)
    assert [read_score(scorer.score(case)).value for case in (RIGHT, WRONG)] == [1.0, 0.0]
    assert call is None or scorer.code(RIGHT) == call


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ({"complet": "completion"}, "did you mean 'completion'?"),
        ({"completion": "complet"}, "did you mean 'completion'?"),
    ],
)
def test_roles_that_there_are_not(roles, said):
    with pytest.raises(ConfigError, match=re.escape(said)):
        as_scorer(same, with_solutions=True, roles=roles)


def test_results_of_batches():
    assert read_scores({"rewards": [1.0, None]}) == [1.0, None]
    assert read_scores((1.0, 0.0)) == [1.0, 0.0]
    assert read_scores(1.0) == [1.0]
    with pytest.raises(TypeError, match='expected "rewards"'):
        read_scores({"score": 1.0})


def test_a_task_of_verifiers_is_given_the_case_s_data():
    class Data(SimpleNamespace):
        def model_copy(self, update):
            return Data(**{**vars(self), **update})

    class Task:
        def __init__(self):
            self.data = Data(prompt="", answer="", level=0)

        async def right(self, trace):
            return same(trace.last_reply, self.data.answer) * (self.data.prompt == "6+8=") * self.data.level

    task = Task()
    scorer = as_scorer(task.right, with_solutions=True)
    assert scorer.score(Case(Problem("6+8=", "14", columns={"level": 2}), "14")) == 2.0
    assert task.data.answer == ""


def test_prompts_may_be_messages():
    prompts = [[{"role": "system", "content": "Add."}, {"role": "user", "content": "6+8="}]]
    report = check_reward(trl_messages, prompts=prompts, solutions=["14"], budget=20)
    assert {check.name: check.result for check in report.checks}["total"] == "ok"
    assert "[{'role': 'assistant', 'content': '14'}]" in report.call


class TestOfTRL:
    """TRL's own functions, as they are."""

    trl = pytest.importorskip("trl.rewards")
    PROMPTS, SOLUTIONS = ["6+8=", "1+1="], ["14", "2"]

    @pytest.mark.parametrize(
        ("reward", "solutions"),
        [
            (trl.think_format_reward, None),
            (trl.get_soft_overlong_punishment(100, 20), None),
        ],
        ids=["think", "overlong"],
    )
    def test_scores_come_of_every_text(self, reward, solutions):
        report = check_reward(reward, prompts=self.PROMPTS, solutions=solutions, budget=60)
        assert {check.name: check.result for check in report.checks}["total"] == "ok"
