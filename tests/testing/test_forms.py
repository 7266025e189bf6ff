"""Right answers in their usual forms: how they are written, which a reward reads, and what is said of it."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formal_envs.errors import ConfigError
from formal_envs.testing import same_value
from formal_envs.testing.answers import kind_of, near, read_answer
from formal_envs.testing.forms import check_names, right_forms
from formal_envs.testing.usual import USUAL, usual_forms

NUMBERS = {"6+8=": "14", "1+1=": "2", "40+2=": "42", "1200+34=": "1234"}
LISTS = {"Primes below 6?": "2, 3, 5", "Roots of x^2 = 9?": "-3, 3"}


def forms_of(gold, known=None):
    return usual_forms(read_answer(gold, known))


# ---- Answers


@pytest.mark.parametrize(
    ("gold", "known", "head", "bare", "tail", "kind"),
    [
        ("14", None, "", "14", "", "number"),
        ("1,234.5", None, "", "1,234.5", "", "number"),
        ("3/4", None, "", "3/4", "", "number"),
        ("\\boxed{14}", None, "\\boxed{", "14", "}", "number"),
        ("I add.\n#### 14", None, "I add.\n#### ", "14", "", "number"),
        ("<think>1 4</think><answer>14</answer>", None, "<think>1 4</think><answer>", "14", "</answer>", "number"),
        ("<answer>\\boxed{3}</answer>", None, "<answer>\\boxed{", "3", "}</answer>", "number"),
        ("The answer is 42.", None, "The answer is ", "42", ".", "number"),
        ("So it is [[B]]!", "B", "So it is [[", "B", "]]!", "choice"),
        ("B", None, "", "B", "", "choice"),
        ("Paris", None, "", "Paris", "", "word"),
        ("A fox jumped over a dog.", None, "", "A fox jumped over a dog.", "", "sentence"),
        ("First, add. Then, stop.", None, "", "First, add. Then, stop.", "", "sentence"),
        ("2, 3, 5", None, "", "2, 3, 5", "", "list"),
        ("7 7 8", None, "", "7 7 8", "", "list"),
        ('["a", "b"]', None, "", '["a", "b"]', "", "list"),
        ('{"a": 1}', None, "", '{"a": 1}', "", "JSON"),
        ("(93-43)+1", None, "", "(93-43)+1", "", "expression"),
        ("x=3", None, "", "x=3", "", "expression"),
        ("def f(x):\n    return x", None, "", "def f(x):\n    return x", "", "code"),
    ],
)
def test_an_answer_is_taken_apart(gold, known, head, bare, tail, kind):
    answer = read_answer(gold, known)
    assert (answer.head, answer.bare, answer.tail, answer.kind) == (head, bare, tail, kind)


golds = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.sampled_from(["\\boxed{%s}", "#### %s", "<answer>%s</answer>", "The answer is %s."]).flatmap(
        lambda format: st.text("0123456789, abcAB-=/", max_size=12).map(lambda bare: format % bare)
    ),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=3).map(json.dumps),
    st.lists(st.text(max_size=3), max_size=3).map(json.dumps),
)


@given(golds, st.none() | st.text(max_size=3))
def test_an_answer_of_any_text_is_made_of_its_parts(gold, known):
    answer = read_answer(gold, known)
    assert answer.head + answer.bare + answer.tail == gold == answer.with_bare(answer.bare)
    assert near(answer.bare, answer.kind) != answer.bare or not answer.bare
    forms = usual_forms(answer)
    assert list(forms) == [name for name in USUAL if name in forms]
    assert [name for name, text in forms.items() if text == gold] == ["gold"]


@pytest.mark.parametrize(
    ("bare", "other"),
    [
        ("14", "15"),
        ("-9", "-10"),
        ("3/4", "3/5"),
        ("D", "A"),
        ("b", "c"),
        ("Yes", "No"),
        ("false", "true"),
        ("2, 3, 5", "2, 3"),
        ("7 7 8", "7 7"),
        ("[1, 2]", "[1, 3]"),
        ('{"age": 30}', '{"age": 31}'),
        ("Alice paid Bob", "Alice paid"),
        ("Paris", "Pari"),
        ("def f(x):\n    return x + x", "def f(x):\n    return x - x"),
    ],
)
def test_near_answers_by_hand(bare, other):
    assert near(bare, kind_of(bare)) == other


# ---- Forms


def test_forms_of_a_number_by_hand():
    assert forms_of("1234") == {
        "gold": "1234",
        "blanks behind": "1234  ",
        "newline": "1234\n",
        "full stop": "1234.",
        "decimal": "1234.0",
        "thousands": "1,234",
        "dollars": "$1234$",
        "boxed": "\\boxed{1234}",
        "bold": "**1234**",
        "assignment": "x = 1234",
        "sentence": "The answer is 1234.",
        "fence": "```\n1234\n```",
        "reasoning before": "Let me work it out step by step.\n\n1234",
        "<think> before": "<think>\nI work it out.\n</think>\n1234",
        "<|im_end|>": "1234<|im_end|>",
        "</s>": "1234</s>",
    }


@pytest.mark.parametrize(
    ("gold", "some"),
    [
        ("1,234", {"thousands": "1234", "decimal": "1,234.0"}),
        ("14", {"thousands": None}),
        ("3.5", {"decimal": None}),
        (
            "\\boxed{14}",
            {
                "full stop": "\\boxed{14}.",
                "dollars": "$\\boxed{14}$",
                "boxed": None,
                "decimal": "\\boxed{14.0}",
                "sentence": "The answer is \\boxed{14}.",
                "without its format": "14",
            },
        ),
        (
            "<answer>Paris</answer>",
            {
                "full stop": "<answer>Paris.</answer>",
                "lower case": "<answer>paris</answer>",
                "sentence": "<answer>The answer is Paris.</answer>",
                "boxed": None,
            },
        ),
        ("B", {"brackets": "(B)", "lower case": "b", "upper case": None}),
        ("2, 3, 5", {"list without blanks": "2,3,5", "other order": "5, 3, 2"}),
        ("1 2 3", {"other order": "3 2 1", "list without blanks": None}),
        ('["a", "b"]', {"other order": '["b", "a"]', "list without blanks": '["a","b"]'}),
        (
            '{"a": 1, "b": [2]}',
            {
                "other order of keys": '{"b": [2], "a": 1}',
                "JSON without blanks": '{"a":1,"b":[2]}',
                "indented JSON": '{\n  "a": 1,\n  "b": [\n    2\n  ]\n}',
                "fence": '```json\n{"a": 1, "b": [2]}\n```',
                "full stop": None,
            },
        ),
        ("It is so.", {"full stop": "It is so", "lower case": "it is so."}),
        ("<think>a</think>14", {"<think> before": None}),
        ("x=3", {"assignment": None, "dollars": "$x=3$"}),
    ],
)
def test_some_forms_by_hand(gold, some):
    forms = forms_of(gold)
    assert {name: forms.get(name) for name in some} == some


# ---- What a reward reads


def exact(completion, solution):
    return float(completion.strip() == solution)


def any_form(completion, solution):
    """Reads the last number, however it is written."""
    found = re.findall(r"-?[0-9][0-9,]*(?:\.[0-9]+)?", completion)
    return float(bool(found) and float(found[-1].replace(",", "")) == float(solution))


def falsy(completion, solution):
    return float(bool(int(solution)) and completion.strip() == solution)


def shorter_is_better(completion, solution):
    return exact(completion, solution) * (1 - 0.03 * (len(completion) - len(solution)))


def checked(bench_of, reward, asked=NUMBERS, declared=None, **options):
    with bench_of(reward, asked, **options) as bench:
        findings = right_forms(bench, 2000, declared)
        return bench.forms, findings


def test_a_strict_reward_is_a_note_that_names_the_option(bench_of):
    forms, (finding,) = checked(bench_of, exact)
    paid = {row.name: (row.paid.hits, row.paid.of) for row in forms.rows}
    read = {name for name, (hits, _) in paid.items() if hits}
    assert read == {"gold", "blanks behind", "newline"}
    assert {paid[name] for name in read} == {(4, 4)}
    assert paid["thousands"] == (0, 1)  # 1234 alone has any
    assert forms.kinds == ("number",)
    assert forms.verdict == "strict: reads the gold alone, with or without white space behind it"
    assert finding.severity == "note"
    assert "forms=['gold']" in finding.message
    assert finding.texts == ("2.",)
    assert finding.size == 13 / 15
    names = {"reward": exact}
    exec(finding.code, names)
    with pytest.raises(AssertionError):
        names["test_right_answers_in_other_forms"]()


def test_a_reward_that_reads_all_is_not_remarked_on(bench_of):
    forms, findings = checked(bench_of, any_form)
    assert not findings
    assert forms.verdict == "reads every usual form"
    assert {row.paid.share for row in forms.rows} == {1.0}


@pytest.mark.parametrize(
    ("declared", "severity"),
    [((), None), (("gold", "newline"), None), (("full stop",), "error"), (("newline", "boxed"), "error")],
)
def test_forms_can_be_declared(bench_of, declared, severity):
    _, findings = checked(bench_of, exact, declared=declared)
    assert [finding.severity for finding in findings] == [severity] * (severity is not None)
    assert all(declared[-1] in finding.message for finding in findings)


@pytest.mark.parametrize(("names", "said"), [(("boxd",), "did you mean 'boxed'"), ("gold", "a list of names")])
def test_a_form_that_there_is_not(names, said):
    with pytest.raises(ConfigError, match=said):
        check_names(names)


def test_an_answer_that_no_form_reaches_is_an_error(bench_of):
    forms, (finding,) = checked(bench_of, falsy, {"1+1=": "2", "0+0=": "0"})
    assert finding.severity == "error"
    assert "unreachable: no usual form of the right answer of 1 of 2 problems" in finding.message
    assert finding.texts == ("0",)
    assert forms.verdict == finding.message


def test_a_penalty_for_length_is_none_for_the_form(bench_of):
    """Two blanks cost 0.06 of 1, and a form is paid from 0.9 on."""
    forms, _ = checked(bench_of, shorter_is_better)
    paid = {row.name: row.paid.share for row in forms.rows}
    assert paid["blanks behind"] == 1.0
    assert paid["full stop"] == 0.0


def harder_pays_more(completion, solution):
    return exact(completion, solution) * int(solution) / 1234


def test_a_problem_that_pays_less_is_not_out_of_reach(bench_of):
    """2 pays 0.0016 of what 1234 does, in each form that is read."""
    forms, (finding,) = checked(bench_of, harder_pays_more)
    assert finding.severity == "note"
    assert {row.name for row in forms.rows if row.paid.hits == 4} == {"gold", "blanks behind", "newline"}


def boxed_pays_more(completion, solution):
    return 1.0 if completion == f"\\boxed{{{solution}}}" else 0.1 * exact(completion, solution)


def test_a_gold_that_is_paid_little_is_not_taken_for_the_measure(bench_of):
    forms, _ = checked(bench_of, boxed_pays_more)
    assert {row.name for row in forms.rows if row.paid.hits} == {"boxed"}


def same_set(completion, solution):
    return sorted(re.findall(r"-?[0-9]+", completion)) == sorted(re.findall(r"-?[0-9]+", solution))


def test_another_order_is_asked_for_where_the_judge_says_so(bench_of):
    forms, _ = checked(bench_of, exact, LISTS)
    assert "other order" not in {row.name for row in forms.rows}
    forms, (finding,) = checked(bench_of, exact, LISTS, correct=same_set)
    missed = {row.name: row.missed.hits for row in forms.rows}
    assert missed["other order"] == 2
    assert "right by the judge" in finding.message


def test_what_the_judge_takes_for_right_and_is_not_paid_is_missed(bench_of):
    forms, _ = checked(bench_of, exact, correct=same_value)
    missed = {row.name: (row.missed.hits, row.missed.of) for row in forms.rows}
    assert missed["decimal"] == (4, 4)
    assert missed["newline"] == (0, 4)
    assert missed["boxed"] == (0, 0)  # same_value reads no box


def test_the_budget_bounds_the_problems(bench_of):
    with bench_of(exact, {f"{n}?": str(n) for n in range(10, 40)}) as bench:
        bench.counted()
        right_forms(bench, 200, None)
        assert bench.forms.rows[0].paid.of == 200 // 4 // 15
        assert bench.counted() <= 50


def boxed_or_bare(completion, solution):
    return completion.strip() in (solution, solution.removeprefix("\\boxed{").removesuffix("}"))


def test_an_answer_without_its_format_is_not_missed(bench_of):
    """A judge of answers takes it for right, and the prompt asks for the format."""
    boxes = {prompt: f"\\boxed{{{answer}}}" for prompt, answer in NUMBERS.items()}
    forms, (finding,) = checked(bench_of, exact, boxes, correct=boxed_or_bare)
    row = next(row for row in forms.rows if row.name == "without its format")
    assert (row.paid.hits, row.missed.of) == (0, 0)
    assert "right by the judge" not in finding.message
