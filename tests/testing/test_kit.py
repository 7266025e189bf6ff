"""The kit's own parts: laws by hand, forms of rewards, shrinking, the report, the command."""

import json
import runpy
import sys
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st
from planted_rewards import SUMS, Exact, by_value, exact, exact_trl, exact_verl, exact_verl_batch, substring

from agents.cli import main
from formal_envs.errors import ConfigError
from formal_envs.score import Score
from formal_envs.testing import check_reward, completions, exact_match, same_value
from formal_envs.testing.calls import as_scorer, read_score
from formal_envs.testing.cases import Case, Problem, literal
from formal_envs.testing.isolation import Judge
from formal_envs.testing.shrinking import shrunk

PROMPTS, SOLUTIONS = list(SUMS), list(SUMS.values())
CASE = Case(Problem("6+8=", "14", "14"), "14")
quick = partial(check_reward, prompts=PROMPTS, solutions=SOLUTIONS, budget=100)
law = settings(deadline=None, max_examples=200)


# ---- What is right


@pytest.mark.parametrize(
    ("completion", "solution", "same"),
    [
        ("14", "14", True),
        (" (14) ", "14", True),
        ("--14", "14", True),
        ("+14", "14", True),
        ("2*(3+4)", "14", True),
        ("14.0", "14", True),
        ("28/2", "14", True),
        ("6+8=14", "14", True),
        ("10-4-3", "3", True),
        ("-2*3", "-6", True),
        ("2+3*4", "14", True),
        ("14=15", "14", False),
        ("15", "14", False),
        ("", "14", False),
        ("1(4)", "14", False),
        ("(14", "14", False),
        ("14)", "14", False),
        ("1 4", "14", False),
        ("14 or 15", "14", False),
        ("1/0", "14", False),
        ("+", "14", False),
        ("١٤", "14", False),
        ("nan", "nan", False),
        ("9" * 5_000, "14", False),
        ("(" * 400 + "14" + ")" * 400, "14", True),
        ("1" * 20_000, "14", False),
    ],
)
def test_same_value_by_hand(completion, solution, same):
    assert same_value(completion, solution) is same


@law
@given(st.text(alphabet="0123456789+-*/() =.", max_size=20), st.text(max_size=20))
@example("9**9**9", "((((")
def test_what_is_right_is_told_of_any_text(text, other):
    for one in (text, other):
        assert same_value(one, "14") in (True, False)
        assert exact_match(f" {one}\n", one) is True


# ---- Texts as code, and shorter ones


@law
@given(st.text(), st.integers(1, 300), st.text(max_size=5))
@example("\ud800", 200, "'\"\\")
def test_a_literal_is_the_text(unit, times, tail):
    text = unit * times + tail
    assert eval(literal(text)) == text
    assert literal(text).isascii()


def test_a_literal_of_repetitions_is_short():
    assert literal("9" * 5_000) == "'9' * 5000"
    assert literal("a" + " " * 500 + "!") == "'a' + ' ' * 500 + '!'"


@law
@given(st.text(alphabet="abc", max_size=60), st.text(alphabet="abc", max_size=60))
def test_what_is_shrunk_is_as_short_as_can_be(before, behind):
    """Of a text with an 'x' and a 'y' in it, in this order, these two are left."""
    assert shrunk(f"{before}x{behind}y{before}", lambda text: "x" in text and "y" in text) == "xy"
    assert shrunk([1, 2, 3, 4], lambda rows: 3 in rows, least=2) in ([3, 4], [2, 3], [1, 3])


# ---- Forms of rewards


def one(completion):
    return float(completion == "14")


def two(question, response):
    return float((question, response) == ("6+8=", "14"))


def swapped(answer, question, response):
    return float((answer, question, response) == ("14", "6+8=", "14"))


async def awaited(completions, **kwargs):
    return [float(text == answer) for text, answer in zip(completions, kwargs["answer"], strict=True)]


@pytest.mark.parametrize(
    ("reward", "kind", "code"),
    [
        (one, "function", "reward('14')"),
        (two, "function", "reward('6+8=', '14')"),
        (swapped, "function", "reward('14', '6+8=', '14')"),
        (exact, "function", "reward('14', '14')"),
        (exact_trl, "trl", "reward(prompts=['6+8='], completions=['14'], answer=['14'])[0]"),
        (exact_verl, "verl", "reward(data_source='check_reward', solution_str='14', ground_truth='14', extra_info={})"),
        (
            exact_verl_batch,
            "verl batch",
            "reward(data_sources=['check_reward'], solution_strs=['14'], ground_truths=['14'], extra_infos=[{}])[0]",
        ),
        (Exact(), "object", "reward.score('6+8=', '14')"),
    ],
)
def test_the_form_of_a_reward_is_told_by_its_parameters(reward, kind, code):
    scorer = as_scorer(reward, with_solutions=True)
    assert scorer.kind == kind
    assert read_score(scorer.score(CASE)).value == 1.0
    assert [read_score(score).value for score in scorer.score_batch([CASE, CASE._replace(completion="x")])] == [
        1.0,
        0.0,
    ]
    assert scorer.code(CASE) == code
    assert eval(code, {"reward": reward}) == scorer.score(CASE)  # what is printed is the call that was made
    assert quick(reward).reward in (scorer.name, repr(reward)) if kind != "function" else True


def test_trl_passes_columns_by_name_and_awaits():
    scorer = as_scorer(awaited, with_solutions=True)
    assert scorer.kind == "trl"
    assert scorer.score(CASE) == 1.0


@pytest.mark.parametrize(
    ("result", "score"),
    [
        (1, (1.0, {})),
        (True, (1.0, {})),
        (Score(0.5, {"part": 1}, "why"), (0.5, {"part": 1.0}, "why")),
        ({"score": 0.5, "acc": True, "pred": "14"}, (0.5, {"acc": 1.0})),
        ((True, "14"), (1.0, {})),  # as verl's default reads it
    ],
)
def test_what_a_reward_may_give(result, score):
    assert tuple(read_score(result))[: len(score)] == score


@pytest.mark.parametrize("result", ["1.0", None, [1.0], {}, (), ("1.0", 1.0)])
def test_what_is_no_score(result):
    with pytest.raises(TypeError, match="expected a number"):
        read_score(result)


@pytest.mark.parametrize(
    ("reward", "said"),
    [
        (Exact, "make an object"),
        (3, "or a function"),
        (lambda: 1.0, "takes a completion"),
        (lambda a, b: 1.0, r"of <lambda>\(a, b\) are prompt, completion and solution: say roles="),
        (lambda a, b, c, d: 1.0, r"roles=\{'a': 'completion', 'b': 'solution', 'c': 'prompt'\}"),
    ],
)
def test_what_is_no_reward(reward, said):
    with pytest.raises(ConfigError, match=said):
        quick(reward)


@pytest.mark.parametrize("reward", [exact, exact_trl, exact_verl, exact_verl_batch])
def test_a_reward_that_takes_solutions_has_to_get_them(reward):
    with pytest.raises(ConfigError, match="solutions="):
        check_reward(reward, prompts=PROMPTS)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"prompts": []}, "at least one"),
        ({"solutions": ["14"]}, "for each of 8 prompts, got 1"),
        ({"budget": 0}, "budget"),
        ({"time_limit": 0}, "time_limit"),
    ],
)
def test_arguments_without_meaning(options, said):
    with pytest.raises(ConfigError, match=said):
        check_reward(exact, **{"prompts": PROMPTS, "solutions": SOLUTIONS, **options})


# ---- The process


def test_a_case_that_hangs_is_ended_and_the_next_ones_are_scored():
    def hangs(completion):
        while completion == "hang":
            pass
        return 1.0

    with Judge(as_scorer(hangs, with_solutions=False), time_limit=0.3) as judge:
        outcomes = judge.single([CASE, CASE._replace(completion="hang"), CASE])
        assert [outcome.state for outcome in outcomes] == ["scored", "hung", "scored"]
        assert outcomes[1].problem == "does not end within 0.3 s"


@pytest.mark.parametrize("bound", [False, True], ids=["lambda", "partial"])
def test_a_lambda_is_scored_as_a_partial_of_it_is(bound):
    def times(completion, solution, k=1.0):
        return k * exact(completion, solution)

    report = quick(partial(times, k=1.0) if bound else times)
    assert report.ok, str(report)
    results = {check.name: check for check in report.checks}
    assert (results["pickling"].result, results["another process"].result) == ("-", "ok")
    assert "cannot be pickled" in results["pickling"].remark


# ---- The report


def test_the_same_seed_gives_the_same_report():
    def parts(report):
        return report.findings, [(check.name, check.result, check.remark) for check in report.checks]

    reports = [quick(substring, seed=seed) for seed in (0, 0, 1)]
    assert parts(reports[0]) == parts(reports[1])
    assert parts(reports[0]) != parts(reports[2])


def half_for_any_number(completion, solution):
    return 1.0 if completion.strip() == solution else 0.5 * completion.strip().isdigit()


@pytest.mark.parametrize(
    ("options", "errors"),
    [
        ({}, []),
        ({"max_partial": 0.6}, []),
        ({"max_partial": 0.4}, ["what wrong texts earn"]),
        ({"max_constant": 0.4}, ["best constant answer"]),
    ],
)
def test_partial_credit_is_a_note_up_to_a_threshold(options, errors):
    report = quick(half_for_any_number, **options)
    assert [finding.check for finding in report.errors] == errors
    assert report.ok is (not errors)
    partial_credit, constant = (
        f for f in report.findings if f.check in ("what wrong texts earn", "best constant answer")
    )
    sizes = {partial_credit.check: partial_credit.size, constant.check: constant.size}
    assert sizes["what wrong texts earn"] == 0.5
    assert sizes["best constant answer"] == (1 + 7 * 0.5) / 8  # right for one of eight sums


def test_the_report_says_what_was_checked_and_prints_a_case():
    report = quick(substring)
    text = str(report)
    assert text.startswith("substring: ")
    for check in report.checks:
        assert check.name in text
    finding = next(finding for finding in report.errors if finding.check == "what wrong texts earn")
    assert finding.code in text.replace("\n    ", "\n")
    names: dict = {"reward": substring}
    exec(finding.code, names)
    with pytest.raises(AssertionError):
        names["test_what_wrong_texts_earn"]()


def test_a_grammar_makes_completions():
    grammar = 'start: "<" NUMBER ">"\nNUMBER: /[0-9]{1,3}/'
    seen = []

    @settings(max_examples=300, database=None)
    @given(completions("6+8=", grammar=grammar))
    def draw(text):
        seen.append(text)

    draw()
    assert any(text[:1] == "<" and text[-1:] == ">" and text[1:-1].isdigit() for text in seen)
    assert any(text[:1] == "<" and not text[1:-1].isdigit() for text in seen)  # broken by an edit


def test_without_hypothesis_the_fix_is_named(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("formal_envs.testing")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(ConfigError, match=r"formal-envs\[testing\]"):
        import formal_envs.testing  # noqa: F401


# ---- The command


def run(*arguments, code=0, input=None):
    result = CliRunner().invoke(main, ["check-reward", *map(str, arguments)], input=input)
    assert result.exit_code == code, result.output
    return result.output


def test_the_command_checks_an_environments_own_reward():
    text = run("--env", "FormalArith-v0", "--n", 16, "--budget", 100)
    assert text.startswith("ArithmeticReward('paper'): ok")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("grammar", "functions"),
    [
        ("", {}),
        ("examples/logic.lark", {"prompt": "logic_grammar.py:table", "evaluator": "logic_grammar.py:agreement"}),
        ("sql", {"prompt": "sql_grammar.py:rows", "evaluator": "sql_grammar.py:same_rows"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("reward", ["partial", "exact"])
def test_the_command_knows_what_a_right_sentence_is(grammar, functions, reward):
    root = Path(__file__).parents[2]
    if grammar == "sql":
        grammar = runpy.run_path(str(root / "examples" / "sql_grammar.py"))["GRAMMAR"]
    elif grammar:
        grammar = str(root / grammar)
    options = {"reward": reward, "grammar": grammar}
    options |= {option: f"{root}/examples/{name}" for option, name in functions.items()}
    settings = [f"--set={option}={value}" for option, value in options.items()]
    report = json.loads(run("--env", "FormalGrammar-v0", "--budget", 200, "--n", 16, "--json", *settings))
    assert not [finding for finding in report["findings"] if finding["severity"] == "error"]
    checked = {check["name"] for check in report["checks"] if check["result"] != "-"}
    assert {"gold is the maximum", "nothing earns nothing"} <= checked


def test_the_command_s_options_reach_the_kit():
    """Any number earns a half: a floor of that makes it nothing, and a changed number is not the same answer."""
    name = "test_kit:half_for_any_number"
    rows = "".join(json.dumps({"prompt": p, "solution": s}) + "\n" for p, s in SUMS.items())
    checks = json.loads(run(name, "--in", "-", "--budget", 100, "--floor", 0.5, "--json", input=rows))["checks"]
    assert {check["name"]: check["result"] for check in checks}["what wrong texts earn"] == "ok"
    strict = json.loads(run(name, "--in", "-", "--budget", 100, "--form", "gold", "--json", input=rows))["checks"]
    assert {check["name"]: check["result"] for check in strict}["right answers in other forms"] == "ok"
    change = ["--invariance", "test_kit:with_a_nine"]
    output = run(name, "--in", "-", "--budget", 100, *change, code=1, input=rows)
    assert "after with_a_nine" in output
    assert "no time is left" in run(name, "--in", "-", "--max-seconds", 1e-9, input=rows)
    assert "runs_code=True" in run("test_kit:evaluated", "--in", "-", "--budget", 20, code=1, input=rows)
    assert "runs_code=True" not in run(
        "test_kit:evaluated", "--in", "-", "--budget", 20, "--runs-code", code=1, input=rows
    )


def evaluated(completion, solution):
    return float(eval(completion) == int(solution))


def with_a_nine(completion):
    return f"{completion}9"


def test_the_command_checks_a_reward_of_the_users():
    rows = "".join(json.dumps({"prompt": p, "solution": s}) + "\n" for p, s in SUMS.items())
    row = json.loads(run("planted_rewards:substring", "--in", "-", "--budget", 100, "--json", code=1, input=rows))
    assert row["ok"] is False
    assert "what wrong texts earn" in {finding["check"] for finding in row["findings"]}
    correct = ["--correct", "formal_envs.testing:same_value"]
    assert run("planted_rewards:by_value", "--in", "-", "--budget", 100, *correct, input=rows).startswith(
        "by_value: ok"
    )
    assert by_value("14", "14") == 1.0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"prompt": 3, "solution": "14"}, 'line 1: "prompt" must be a string or a list of messages: got 3'),
        ({"question": "6+8=", "answer": "14"}, "it has question, answer"),
        ({"prompt": "6+8=", "answer": "14"}, 'line 1: "solution" is not there, but "answer": rename it'),
        ({"prompt": "6+8=", "solution": "14", "gold": 14}, 'line 1: "gold" must be a string or null, got 14'),
    ],
)
def test_the_command_says_which_line_is_wrong(row, said):
    assert said in run("planted_rewards:substring", "--in", "-", code=1, input=json.dumps(row))


def summed(guess, nums, target):
    return float(guess.strip() == str(sum(nums)) and isinstance(target, int))


def test_fields_of_a_line_are_columns_and_roles_are_options():
    rows = [{"prompt": "6+8=", "solution": 14, "nums": [6, 8]}, {"prompt": "1+1=", "solution": 2, "nums": [1, 1]}]
    rows.append({"prompt": "2+2=", "solution": None, "nums": [2, 2]})
    text = "\n".join(map(json.dumps, rows))
    roles = ["--role", "guess=completion", "--role", "target=solution"]
    output = run("test_kit:summed", "--in", "-", "--budget", 20, *roles, input=text)
    assert "called as reward('14', [6, 8], 14)" in output
    assert "PARAMETER=ROLE" in run("test_kit:summed", "--in", "-", "--role", "guess", code=1, input=text)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--env"),
        (["planted_rewards:substring"], "--env"),
        (["--in", "-"], "MODULE:OBJECT"),
        (["substring", "--env", "FormalArith-v0"], "'module:name'"),
        (["planted_rewards:substrin", "--env", "FormalArith-v0"], "substrin"),
        (["no_such_module:x", "--env", "FormalArith-v0"], "no_such_module"),
        (["planted_rewards:substring", "--in", "-"], "line 1"),
    ],
)
def test_the_command_says_what_is_missing(arguments, said):
    assert said in run(*arguments, code=1, input='{"solution": "14"}\n')
