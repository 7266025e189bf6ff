"""Reference and right completion are two things: what is given, and what is found by asking the reward."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formal_envs.errors import ConfigError
from formal_envs.testing import check_reward
from formal_envs.testing.cases import Case, Outcome, Problem, spellings
from formal_envs.testing.formats import BARE, FORMATS, find_format
from formal_envs.testing.judgement import exact_match, judgement
from formal_envs.testing.problems import read_problems

SUMS = {"6+8=": "14", "1+1=": "2", "40+2=": "42"}
PROBLEMS = [Problem(prompt, solution) for prompt, solution in SUMS.items()]


def asked(reward):
    """A judge without a process."""
    return lambda cases: [Outcome("scored", float(reward(case.completion, case.solution))) for case in cases]


def last(pattern):
    def reward(completion, solution):
        found = re.findall(pattern, completion, re.S)
        return bool(found) and found[-1].strip() == solution

    return reward


@pytest.mark.parametrize(
    ("reward", "gold"),
    [
        (lambda completion, solution: completion.strip() == solution, "14"),
        (last(r"\\boxed\{(.*?)\}"), "\\boxed{14}"),
        (last(r"#### (-?[0-9.,]+)"), "#### 14"),
        (last(r"<answer>(.*?)</answer>"), "<answer>14</answer>"),
        (last(r"^<think>.*</think><answer>(.*?)</answer>$"), "<think>I work it out.</think><answer>14</answer>"),
        (last(r'^\{"answer": "(.*?)"\}$'), '{"answer": "14"}'),
        (last(r"```python\n(.*?)\n```"), "```python\n14\n```"),
        (lambda c, s: (c == s) + 0.5 * (c == f"<answer>{s}</answer>") * 3, "<answer>14</answer>"),  # pays more
        (lambda c, s: 1.0 - len(c) / 1000 if s in c else 0.0, "14"),
    ],
)
def test_the_format_that_earns_the_most_is_found(reward, gold):
    written = find_format(asked(reward), PROBLEMS)
    assert written.earns
    assert written.gold(PROBLEMS[0]) == gold


def test_a_bare_answer_that_earns_the_declared_maximum_is_asked_no_further():
    written = find_format(asked(exact_match), PROBLEMS, most=1.0)
    assert (written.format, written.texts) == (BARE, len(PROBLEMS))


def test_one_odd_row_does_not_decide():
    odd = [Problem("?", "nobody"), *PROBLEMS * 3]
    reward = last(r"\\boxed\{([0-9]*)\}")
    assert find_format(asked(reward), odd).gold(PROBLEMS[0]) == "\\boxed{14}"


@pytest.mark.parametrize(
    ("solution", "paid", "gold"),
    [
        (14, "14", "14"),
        (14.0, "14", "14"),
        (["a", "b"], "a, b", "a, b"),
        (["a", "b"], "#### a", "#### a"),
        (True, "yes", "yes"),
    ],
)
def test_solutions_that_are_no_texts_are_spelled(solution, paid, gold):
    problem = Problem("?", solution)
    assert find_format(asked(lambda completion, _: completion == paid), [problem]).gold(problem) == gold
    assert exact_match(spellings(solution)[0], solution)


@given(st.text(alphabet="01ab .,", max_size=8).map(str.strip).filter(bool), st.sampled_from(FORMATS[1:]))
def test_the_answer_is_read_back_out_of_its_format(answer, form):
    if not answer.endswith("."):  # which the sentence's own may be
        assert form.content(form.wrap(answer)) == answer
        assert form.content(f"So, {form.wrap(answer)}\n") == answer
        assert form.content(form.wrap(answer) + form.wrap(answer)) is None


@pytest.mark.parametrize(
    ("completion", "right"),
    [
        ("#### 14", True),
        ("I add.\n#### 14", True),
        ("14", True),
        ("#### 15", False),
        ("#### 15\n#### 14", False),
        ("#### 14 or 15", False),
    ],
)
def test_what_is_right_in_a_format(completion, right):
    written = find_format(asked(last(r"#### (-?[0-9.,]+)")), PROBLEMS)
    problem = Problem("6+8=", "14", "#### 14")
    assert judgement(None, written, [problem])(Case(problem, completion)) is right


@pytest.mark.parametrize("solution", [["Rome", "Roma"], {"target": ["Rome", "Roma"]}])
def test_any_of_the_answers_that_are_listed_is_right_where_one_is_wanted(solution):
    problem = Problem("Capital of Italy?", solution)
    one = last(r"<answer>(.*?)</answer>")
    written = find_format(asked(lambda text, _: one(text, "Rome") or one(text, "Roma")), [problem])
    problem = Problem(problem.prompt, solution, written.gold(problem))
    told = judgement(None, written, [problem])
    assert problem.gold == "<answer>Rome</answer>"
    texts = ["<answer>Roma</answer>", "Roma", "<answer>Bari</answer>"]
    assert [told(Case(problem, text)) for text in texts] == [True, True, False]


def test_where_there_is_no_right_answer_nothing_is_wrong():
    told = judgement(None, find_format(asked(exact_match), PROBLEMS), [*PROBLEMS, Problem("?")])
    assert told(Case(Problem("?"), "anything"))
    assert not told(Case(PROBLEMS[0], "anything"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"prompts": "6+8="}, "prompts must be texts"),
        ({"prompts": [3]}, "lists of messages"),
        ({"prompts": ["a"], "golds": [14]}, "golds must be texts"),
        ({"prompts": ["a"], "golds": ["x"], "render": str}, "one of them"),
        ({"prompts": ["a"], "render": str}, "give solutions="),
        ({"prompts": ["a"], "solutions": ["1"], "render": int}, "must give a text, got 1"),
        ({"prompts": ["a"], "solutions": ["x"], "render": int}, "render= raises ValueError"),
        ({"prompts": ["a"], "columns": {"nums": [1, 2]}}, "a value of the column 'nums' for each of 1 prompts, got 2"),
        ({"prompts": ["a"], "columns": {"nums": "x"}}, "expected a list with a value of the column 'nums'"),
    ],
)
def test_arguments_that_make_no_problems(arguments, said):
    given = {"solutions": None, "golds": None, "render": None, "columns": None}
    with pytest.raises(ConfigError, match=re.escape(said)):
        read_problems(**given | arguments)


def gsm8k(solution_str, ground_truth, extra_info=None):
    found = re.findall(r"#### (-?[0-9.,]+)", solution_str[-300:])
    return float(bool(found) and found[-1].replace(",", "") == ground_truth and solution_str.count("####") == 1)


@pytest.mark.parametrize(
    "options",
    [{}, {"golds": ["#### 14", "#### 2", "#### 42"]}, {"render": "#### {}".format}],
    ids=["found", "golds", "render"],
)
def test_a_ground_truth_that_is_no_completion(options):
    report = check_reward(gsm8k, prompts=list(SUMS), solutions=list(SUMS.values()), budget=50, **options)
    row = {check.name: check.result for check in report.checks}
    assert row["gold is the maximum"] == "ok"
    assert report.gold == ("" if options else "'#### 14'")
    assert "called as reward(solution_str='#### 14', ground_truth='14', extra_info={})" in str(report)


def test_where_no_format_earns_the_report_says_so():
    report = check_reward(
        lambda completion, solution: 0.0, prompts=list(SUMS), solutions=list(SUMS.values()), budget=20
    )
    (finding,) = [finding for finding in report.errors if finding.check == "gold is the maximum"]
    assert finding.message.startswith("unreachable: no usual form of the solution earns")
