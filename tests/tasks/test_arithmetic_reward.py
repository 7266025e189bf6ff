"""The arithmetic evaluator and reward, held to oracles that share no code with them and to numbers worked by hand."""

import io
import math
import pickle
import tokenize
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from work import work

import formal_envs
from formal_envs.errors import ConfigError, ParseFailure
from formal_envs.rewards import ArithmeticReward
from formal_envs.score import Reward, Score, score_batch
from formal_envs.tasks.arithmetic import reward as arithmetic
from formal_envs.tasks.arithmetic.reward import (
    MAX_DIGITS,
    MAX_ERROR,
    MAX_STATEMENT,
    MAX_TEXT,
    MAX_VALUE,
    Value,
    _evaluate_by_grammar,
    _evaluate_plain,
    evaluate,
)

law = settings(deadline=None)
wide_law = settings(deadline=None, max_examples=300)
PAPER, EXACT = ArithmeticReward("paper"), ArithmeticReward("exact")


# ---- The evaluator against trees


def trees():
    """Expressions as trees: an integer, ("-", tree), or (operator, tree, tree)."""
    leaves = st.one_of(st.integers(0, 12), st.integers(0, 10**MAX_DIGITS - 1))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(st.tuples(st.just("-"), inner), st.tuples(st.sampled_from("+-*"), inner, inner)),
        max_leaves=12,
    )


def walk(tree):
    """Value and number of binary operators of a tree."""
    if isinstance(tree, int):
        return tree, 0
    if len(tree) == 2:
        value, operators = walk(tree[1])
        return -value, operators
    (left, m), (right, n) = walk(tree[1]), walk(tree[2])
    value = {"+": left + right, "-": left - right, "*": left * right}[tree[0]]
    return value, m + n + 1


def render(tree, level, extra):
    """Text of a tree where a sum (0), a product (1) or a factor (2) may stand; ``extra`` adds brackets and spaces."""
    if isinstance(tree, int):
        own, text = 2, str(tree)
    elif len(tree) == 2:
        own, text = 2, "-" + render(tree[1], 2, extra)
    else:
        own = 1 if tree[0] == "*" else 0
        text = f"{render(tree[1], own, extra)}{extra()}{tree[0]}{extra()}{render(tree[2], own + 1, extra)}"
    if own < level:
        return f"({text})"
    return f"({extra()}{text}{extra()})" if extra() else text


def fate(function, statement):
    """The value of a statement, or why there is none and where."""
    try:
        return tuple(function(statement))
    except ParseFailure as failure:
        return failure.reason, failure.text, failure.column


@wide_law
@given(trees(), st.integers(0, 2**32).map(Random))
def test_evaluate_agrees_with_a_walk_over_the_tree(tree, random):
    expected = walk(tree)
    for extra in (lambda: "", lambda: random.choice(["", "", "", " ", "  "])):
        text = render(tree, 0, extra)
        assume(len(text) <= MAX_STATEMENT)
        if abs(expected[0]) < MAX_VALUE:
            assert fate(evaluate, text) == expected
        else:
            assert fate(evaluate, text) == ("value of 10^15 or more", text, 0)


@wide_law
@given(
    st.from_regex(r"-?(0|[1-9][0-9]{0,11})([+\-*](0|[1-9][0-9]{0,6})){0,7}", fullmatch=True, alphabet="0123456789+-*")
)
@example("-0*5")
@example("-2*3-4*0")
@example("999999999999*99")
@example("-99999999999*99")
@example("9999999*9999999")
def test_the_plain_way_and_the_grammar_agree(statement):
    statement = statement[:15]
    assume(statement[-1].isdigit())
    assert fate(_evaluate_plain, statement) == fate(_evaluate_by_grammar, statement)


@wide_law
@given(st.text(alphabet="0123456789+-*() =a\n٣", max_size=24))
def test_evaluate_and_the_grammar_agree_on_any_text(statement):
    assert fate(evaluate, statement) == fate(_evaluate_by_grammar, statement)


@pytest.mark.parametrize(
    ("statement", "value", "operators"),
    [
        ("0", 0, 0),
        ("-0", 0, 0),
        ("6+0+8+6+7", 27, 4),
        ("2+3*4", 14, 2),
        ("2*3+4", 10, 2),
        ("(2+3)*4", 20, 2),
        ("2*(3+4)-5", 9, 3),
        ("10-4-3", 3, 2),  # to the left
        ("10-(4-3)", 9, 2),
        ("10-4+3", 9, 2),
        ("-2+7", 5, 1),
        ("-2*3", -6, 1),
        ("3*-2", -6, 1),
        ("3--2", 5, 1),
        ("3+-2", 1, 1),
        ("--5", 5, 0),
        ("---5", -5, 0),
        ("-(2+3)", -5, 1),
        ("-(-(-(1)))", -1, 0),
        ("((((7))))", 7, 0),
        (" 1 + 2 ", 3, 1),
        ("- 1", -1, 0),
        ("( 1 )", 1, 0),
    ],
)
def test_values_by_hand(statement, value, operators):
    assert evaluate(statement) == Value(value, operators)


# ---- Where a statement goes wrong

MALFORMED = {  # reason -> examples: statement, 0-based column
    "empty statement": [("", 0), (" ", 0), ("   ", 0), ("\n", 0), ("\u3000", 0)],
    "unexpected end": [("1+", 2), ("-", 1), ("(1", 2), ("1*(2-", 5), ("1+ ", 3), ("((1)", 4)],
    "unexpected '+'": [("+5", 0), ("1++2", 2), ("(+1)", 1), ("-+1", 1)],
    "unexpected '*'": [("*5", 0), ("9**9", 2), ("9**9**9", 2), ("-*1", 1)],
    "unexpected ')'": [(")", 0), ("()", 1), ("1)", 1), ("(1))", 3), ("(1+)", 3)],
    "unexpected '('": [("1(2)", 1), ("(1)(2)", 3), ("2 (3)", 2)],
    "unexpected '0'": [("007", 1), ("00", 1), ("1 0", 2)],
    "unexpected '7'": [("07", 1), ("1 7", 2), ("(1)7", 3), ("-07", 2)],
    "unexpected character 'a'": [("a", 0), ("2+a", 2), ("1 and 2", 2)],
    "unexpected character '٣'": [("٣", 0), ("1٣", 1), ("1+٣", 2)],
    "unexpected character '\N{FULLWIDTH DIGIT THREE}'": [
        ("\N{FULLWIDTH DIGIT THREE}", 0),
        ("1+\N{FULLWIDTH DIGIT THREE}", 2),
    ],
    "unexpected character '.'": [("1.0", 1), (".5", 0)],
    "unexpected character '_'": [("1_0", 1)],
    "unexpected character '/'": [("4/2", 1)],
    "unexpected character '='": [("1=1", 1)],
    "unexpected character '\\n'": [("1\n", 1), ("1+\n1", 2)],
    "unexpected character '\\x00'": [("\0", 0), ("12\0", 2)],
    "unexpected character '\\ud800'": [("\ud800", 0), ("1+\ud800", 2)],
    "unexpected character '\N{MINUS SIGN}'": [("1\N{MINUS SIGN}1", 1)],
    "integer of 13 digits, at most 12 allowed": [("1234567890123", 0), ("1+1234567890123", 2), ("-(1000000000000)", 2)],
    "statement of 1001 characters, at most 1000 allowed": [("1" * 1001, 1000), ("(" * 1001, 1000)],
    "value of 10^15 or more": [("1000000*1000000*1000", 0), ("0-1000*1000000*1000000", 0)],
}
WRONG = [(reason, *statement) for reason, examples in MALFORMED.items() for statement in examples]


@pytest.mark.parametrize(("reason", "statement", "column"), WRONG)
def test_malformed_statements_by_message(reason, statement, column):
    with pytest.raises(ParseFailure) as caught:
        evaluate(statement)
    failure = caught.value
    assert (failure.reason, failure.column, failure.text) == (reason, column, statement)
    assert str(failure) == f"{reason} at column {column + 1}"


@pytest.mark.parametrize(
    ("statement", "caret"),
    [
        ("1++2", "1++2\n  ^"),
        ("(1+2", "(1+2\n    ^"),
        ("1+1234567890123", "1+1234567890123\n  ^"),
        ("2*1\0", "2*1\N{REPLACEMENT CHARACTER}\n   ^"),
        ("1+" * 40 + "x", "1+" * 15 + "x\n" + " " * 30 + "^"),
    ],
)
def test_the_caret_stands_below_the_first_wrong_character(statement, caret):
    with pytest.raises(ParseFailure) as caught:
        evaluate(statement)
    assert caught.value.caret() == caret


def first_error(statement):
    """Offset of the first character that no continuation can mend, or None: a scan with one state and a depth."""
    if not statement or statement.isspace():
        return 0
    operand_next, depth, place = True, 0, 0
    while place < len(statement):
        character = statement[place]
        if character == " ":
            pass
        elif operand_next and character in "-(":
            depth += character == "("
        elif operand_next and character in "0123456789":
            while character != "0" and place + 1 < len(statement) and statement[place + 1] in "0123456789":
                place += 1
            operand_next = False
        elif not operand_next and character in "+-*":
            operand_next = True
        elif not operand_next and character == ")" and depth:
            depth -= 1
        else:
            return place
        place += 1
    return place if operand_next or depth else None


@settings(deadline=None, max_examples=500)
@given(st.text(alphabet="012+-*() x٣", max_size=MAX_DIGITS))  # too short to reach the other bounds
def test_the_column_is_the_first_character_that_is_wrong(statement):
    expected = first_error(statement)
    if expected is None:
        evaluate(statement)
        return
    with pytest.raises(ParseFailure) as caught:
        evaluate(statement)
    assert caught.value.column == expected


# ---- Bounds, at the edge and past it


def test_twelve_digits_pass_and_thirteen_fail():
    assert evaluate("9" * 12) == Value(10**12 - 1, 0)
    assert evaluate("-" + "9" * 12) == Value(1 - 10**12, 0)
    assert evaluate("(" + "9" * 12 + ")") == Value(10**12 - 1, 0)
    for statement in ("9" * 13, "1" + "0" * 12, "-" + "9" * 13, "0*" + "9" * 13):
        with pytest.raises(ParseFailure, match="13 digits, at most 12"):
            evaluate(statement)


def test_values_pass_below_ten_to_the_fifteen_and_fail_at_it():
    below = "999999999999*1000+999"  # 999999999999000 + 999
    assert evaluate(below) == Value(10**15 - 1, 2)
    assert evaluate(f"-({below})") == Value(1 - 10**15, 2)
    for statement in (below + "+1", f"0-({below})-1", "100000000000*10000", "100000000000*-10000"):
        with pytest.raises(ParseFailure, match=r"value of 10\^15 or more"):
            evaluate(statement)


def test_the_bound_holds_for_the_value_and_not_on_the_way_to_it():
    assert evaluate("999999999999*999999999999*0") == Value(0, 2)
    assert evaluate("*".join(["9"] * 499) + "*0") == Value(0, 499)
    assert evaluate("1000000*1000000*1000-1000000*1000000*1000") == Value(0, 5)


def test_a_thousand_characters_pass_and_one_more_fails():
    assert evaluate("-" * 999 + "1") == Value(-1, 0)
    assert evaluate("(" * 499 + "11" + ")" * 499) == Value(11, 0)
    assert evaluate("1+" * 499 + "10") == Value(509, 499)
    assert evaluate(" " * 999 + "1") == Value(1, 0)
    for statement in ("-" * 1000 + "1", "(" * 500 + "1" + ")" * 500, "1+" * 500 + "1", " " * 1000 + "1"):
        with pytest.raises(ParseFailure, match="1001 characters, at most 1000"):
            evaluate(statement)


# ---- The reward by hand

CHAINS = [  # prompt, completion, error, or None where malformed
    ("6+0+8+6+7=6+8+6+7=6+8+13=14+13=", "27", 0),  # the paper's example
    ("6+0+8=", "6+8=14", 0),
    ("6+8=", "14", 0),
    ("0+0=", "0", 0),  # a value of 0 is as good as any
    ("2-5=", "-3", 0),
    ("2*3+4=", "6+4=10", 0),
    ("2*(3+4)=", "2*7=14", 0),
    ("6+8=", " 14 ", 0),
    ("6+8=", "(14)", 0),
    ("6+8=", "--14", 0),
    ("6+8=", "13", 1),
    ("6+8=", "15", 1),
    ("6+8=", "-14", 28),
    ("6+0+8=", "6+8=15", 1),
    ("6+0+8=", "6+9=14", 1),
    ("6+0+8=", "6+9=15", 2),  # the sum over both
    ("6+0+8=", "6+9=13", 2),  # of magnitudes: 1 too many and 1 too few do not cancel
    ("6+8=", "24", 10),
    ("6+8=", "513", 499),
    ("6+8=", "514", 500),
    ("6+8=", "515", 500),
    ("6+8=", "999999999999", 500),
    ("6+0+8=", "14", None),  # two operators fewer
    ("6+8=", "6+8=14", None),  # none fewer
    ("6+8=", "14=14", None),
    ("6+8=", "7+7", None),
    ("14=", "14", None),
    ("6+8", "", None),  # no '='
    ("", "", None),
    ("6+8=", "", None),  # empty statements
    ("=", "", None),
    ("=", "14", None),
    ("6+8=", "=14", None),
    ("6+8=", "14=", None),
    ("6+0+8=", "6+8", None),  # stops early
    ("6+8=", "1x", None),
    ("6+8+=", "14", None),
]


@pytest.mark.parametrize(("prompt", "completion", "error"), CHAINS)
def test_errors_by_hand(prompt, completion, error):
    paper, exact = PAPER.score(prompt, completion), EXACT.score(prompt, completion)
    right, formed = float(error == 0), float(error is not None)
    assert paper.parts == {"error": 500.0 if error is None else error, "exact": right, "well_formed": formed}
    assert exact.parts == paper.parts
    assert exact.value == right
    assert (paper.failure is None) == (exact.failure is None) == (error == 0)


def test_paper_values_by_hand():
    def value(text):
        return PAPER.score("6+8=", text).value

    assert value("14") == 1.0  # 2 / (1 + e^0)
    assert value("15") == pytest.approx(0.9500416250421, rel=1e-12)  # 2 / (1 + e^0.1), e^0.1 = 1.105170918075648
    assert value("24") == pytest.approx(0.5378828427400, rel=1e-12)  # 2 / (1 + e)
    assert value("114") == pytest.approx(9.0795737404e-05, rel=1e-9)  # 2 / (1 + e^10), e^10 = 22026.4657948
    assert value("514") == pytest.approx(3.8574996959e-22, rel=1e-9)  # 2 / (1 + e^50), e^50 = 5.18470552859e21
    assert value("9999") == value("514")  # the cap
    assert value("x") == value("514")  # malformed


@law
@given(st.integers(0, 99), st.integers(0, 99), st.integers(-700, 700))
def test_paper_value_is_one_minus_a_tanh_of_the_error(a, b, off):
    """2 / (1 + exp(x)) = 1 - tanh(x / 2)."""
    score = PAPER.score(f"{a}+{b}=", str(a + b + off))
    assert score.parts["error"] == min(abs(off), 500)
    assert score.value == pytest.approx(1 - math.tanh(min(abs(off), 500) / 20), abs=1e-15)
    assert EXACT.score(f"{a}+{b}=", str(a + b + off)).value == float(off == 0)


def test_failures_say_what_is_wrong():
    def failure(prompt, completion):
        return PAPER.score(prompt, completion).failure

    assert failure("6+8=", "15") == "off by 1 from the solution 14"
    assert failure("6+0+8=", "14") == "statement 2: 0 operators, expected 1"
    assert failure("6+0+8=", "6+8=7+7") == "statement 3: 1 operators, expected 0"
    assert failure("6+0+8=", "6+8") == "the chain stops with 1 operators left"
    assert failure("6+8=", "") == "statement 2: empty statement at column 1"
    assert failure("6+x=", "14") == "statement 1: unexpected character 'x' at column 3"
    assert failure("6+8", "") == "no '=' in the text"
    assert "100001" in failure("6+8=", "1" * (MAX_TEXT - 3))


def test_an_unknown_kind_is_an_error_that_names_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'paper'"):
        ArithmeticReward("papr")
    assert ArithmeticReward() == PAPER != EXACT


# ---- What must not pay

HOSTILE = [
    *("nan", "NaN", "-nan", "inf", "-inf", "Infinity", "1e400", "1e1", "14.0", "14.", "1.4e1", "True", "None"),
    *("9**9**9", "9" * 13, "9" * 5_000, "-" + "9" * 5_000, "0" * 5_000 + "14"),
    *("014", "+14", "1_4", "0x0e", "0b1110", "0o16"),
    *("(" * 10_000 + "14" + ")" * 10_000, "(" * 10_000, ")" * 10_000, "-" * 10_000 + "14"),
    *("[14]", "{14}", "(14", "14)"),
    *("\0", "14\0", "\x0014", "14\n", "\n14", "14\r", "\t14", "14\u200b", "\ufeff14", "14\u3000", "\u202e41"),
    *("١٤", "\N{FULLWIDTH DIGIT ONE}4", "1\N{MATHEMATICAL BOLD DIGIT FOUR}", "¹⁴", "一四", "1٤", "14²", "½"),
    *("\ud800", "14\ud800", "\udfff14", "🙂", "e\u0301"),
    *("", " ", "=", "==", "14=", "=14", "14=14", "7+7", "14 15 16", "14 or 15", "14;15", "14,15"),
    *("14 14", "13=14", "14=13=14"),
    *("__import__('os')", "lambda: 14", "int('14')", "sum([6,8])", "len('x'*14)", "14if 1else 0"),
    *("14#", "# 14", "14 # 15"),
    *("28/2", "14//1", "14%100", "2^3", "~-15", "14j", "14L", "1\N{MINUS SIGN}1", "14+", "answer: 14", "1 4", "'14'"),
]  # fmt: skip


@pytest.mark.parametrize("completion", HOSTILE, ids=lambda c: ascii(c[:20]))
def test_hostile_answers_earn_nothing_and_hear_why(completion):
    paper, exact = PAPER.score("6+8=", completion), EXACT.score("6+8=", completion)
    assert 0 <= paper.value < 1e-20
    assert exact.value == 0.0
    for score in (paper, exact):
        assert score.failure
        score.failure.encode("utf-8")  # can be printed
        assert len(score.failure) < 200
        assert score.parts == {"error": 500.0, "exact": 0.0, "well_formed": 0.0}


@pytest.mark.parametrize("completion", HOSTILE, ids=lambda c: ascii(c[:20]))
def test_hostile_prompts_earn_nothing_and_hear_why(completion):
    score = EXACT.score(completion + "=", "14")
    assert score.value == 0.0 or completion == "7+7"
    assert score.failure or completion == "7+7"


def test_a_right_answer_among_others_earns_nothing():
    listed = " ".join(map(str, range(100)))
    for completion in (listed, listed.replace(" ", "="), listed.replace(" ", ",")):
        assert PAPER.score("6+8=", completion).value < 1e-20


def check_score(reward, score):
    """What holds of every score."""
    low, high = reward.range
    assert isinstance(score.value, float)
    assert math.isfinite(score.value)
    assert low <= score.value <= high
    assert set(score.parts) == {"error", "exact", "well_formed"}
    assert all(isinstance(part, float) and math.isfinite(part) for part in score.parts.values())
    assert score.parts["exact"] in (0.0, 1.0)
    assert score.parts["well_formed"] in (0.0, 1.0)
    assert score.parts["well_formed"] >= score.parts["exact"]
    assert 0 <= score.parts["error"] <= MAX_ERROR
    assert (score.failure is None) == (score.parts["exact"] == 1) == (score.value == 1) == (score.parts["error"] == 0)
    if score.failure is not None:
        assert score.failure
        score.failure.encode("utf-8")


def plain_chain(random, terms):
    """A solved chain of sums, with numbers merged at random."""
    numbers = [random.choice([random.randint(0, 10), random.randint(0, 10**9)]) for _ in range(terms)]
    statements = ["+".join(map(str, numbers))]
    while len(numbers) > 1:
        place = random.randrange(len(numbers) - 1)
        numbers[place : place + 2] = [sum(numbers[place : place + 2])]
        statements.append("+".join(map(str, numbers)))
    return "=".join(statements)


def mutate(random, text):
    """One small change to a text."""
    place = random.randrange(len(text) + 1)
    character = random.choice("0123456789+-*()= \n\0x٣é🙂\ud800")
    return random.choice(
        [
            text[:place] + character + text[place:],
            text[:place] + character + text[place + 1 :],
            text[:place] + text[place + 1 :],
            text[:place] + text[place : place + 3] + text[place:],
            text[:place],
        ]
    )


@st.composite
def chains(draw):
    """(prompt, completion): a solved chain, a slightly damaged one, or something else."""
    random = Random(draw(st.integers(0, 2**32)))
    kind = draw(st.sampled_from(["solved", "damaged", "damaged", "any", "long number", "long chain"]))
    if kind == "any":
        text = draw(st.text(max_size=40))
    elif kind == "long number":
        text = f"{draw(st.integers(0, 10))}+{'9' * draw(st.integers(10, 400))}={draw(st.integers(0, 10**12))}"
    else:
        text = plain_chain(random, draw(st.integers(22, 28)) if kind == "long chain" else draw(st.integers(1, 6)))
        for _ in range(draw(st.integers(1, 3)) if kind == "damaged" else 0):
            text = mutate(random, text)
    cut = random.randrange(len(text) + 1)
    return text[:cut], text[cut:]


@law
@given(chains())
@example(("6+8=", "14"))
def test_every_score_of_a_damaged_chain_is_lawful(pair):
    for reward in (PAPER, EXACT):
        score = reward.score(*pair)
        check_score(reward, score)
        assert reward.score(*pair) == score
        assert reward.score("", "".join(pair)) == score == reward.score("".join(pair), "")


@law
@given(
    unit=st.text(min_size=1, max_size=8) | st.text(alphabet="0123456789+-*()= ", min_size=1, max_size=8),
    length=st.sampled_from([0, 1, 10, 999, 1000, 1001, 20_000, 99_999, 100_000, 100_001, 300_000]),
    head=st.sampled_from(["", "6+8=", "6+8", "1+" * 400 + "1="]),
    tail=st.sampled_from(["", "=14", "14"]),
)
def test_every_score_of_a_long_text_is_lawful(unit, length, head, tail):
    text = (unit * (length // len(unit) + 1))[:length] + tail
    for reward in (PAPER, EXACT):
        score = reward.score(head, text)
        check_score(reward, score)
        assert reward.score_batch([head], [text]) == [score]
        if len(head + text) > MAX_TEXT:
            assert str(MAX_TEXT) in score.failure


def test_a_long_correct_chain_still_earns_one():
    terms = 300  # 44,999 numbers and separators
    text = "=".join("+".join(["1"] * (terms - 1 - step) + [str(1 + step)]) for step in range(terms))
    assert 80_000 < len(text) < MAX_TEXT
    assert PAPER.score(text[:50], text[50:]) == Score(1.0, {"error": 0.0, "exact": 1.0, "well_formed": 1.0}, None)
    assert PAPER.score_batch([text[:50]], [text[50:]]) == [PAPER.score(text[:50], text[50:])]


# ---- Batches


@law
@given(st.lists(chains(), max_size=8), st.integers(0, 2**32).map(Random))
@example([], None)
@example([("", "")], None)
@example([("", ""), ("", ""), ("1+1=", "2")], None)
@example([("1+1=", "2"), ("", "")], None)
@example([("1+1=", "2\n"), ("1+1=2\n1+1=", "2"), ("\n", "\n")], None)
@example([("0", ""), ("0+0=0", ""), ("00+0=0", ""), ("0+00=0", ""), ("0+0=00", "")], None)
@example([("999999999999+1=", "1000000000000"), ("9999999999999+1=", "1"), ("1+999999999999=", "999999999999")], None)
@example([("1+" * 100 + "1=", "1"), ("9" * 3_000 + "+1=", "5"), ("1+1=", "2")], None)
@example([("00+5=5", "")], None)
@example([("07+5=12", ""), ("7+5=12", "")], None)
@example([("1=1", ""), ("+1=1", ""), ("1+=1", ""), ("1+1=+2", ""), ("=", ""), ("+", "")], None)
def test_a_batch_is_its_scores_one_by_one_in_any_order(pairs, random):
    prompts, completions = [p for p, _ in pairs], [c for _, c in pairs]
    for reward in (PAPER, EXACT):
        singles = [reward.score(*pair) for pair in pairs]
        assert score_batch(reward, prompts, completions) == singles
        order = list(range(len(pairs)))
        if random is not None:
            random.shuffle(order)
        shuffled = score_batch(reward, [prompts[i] for i in order], [completions[i] for i in order])
        assert shuffled == [singles[i] for i in order]
        for score in shuffled:
            check_score(reward, score)


@pytest.mark.parametrize("length", [998, 999, 1000, 1001])
def test_a_batch_agrees_at_the_bound_on_statements(length):
    first = "1+" * ((length - 1) // 2) + ("1" if length % 2 else "10")
    assert len(first) == length
    texts = [first, f"{first}=", f"{first}=1", "1+1=2"]
    batch = PAPER.score_batch(texts, [""] * len(texts))
    assert batch == [PAPER.score(text, "") for text in texts]
    assert batch[-1].value == 1.0
    assert ("characters" in batch[0].failure) == (length > MAX_STATEMENT)


@law
@given(st.lists(st.integers(0, 10**12 - 1), min_size=2, max_size=60), st.integers(-3, 3))
def test_a_batch_agrees_on_sums_of_large_numbers(numbers, off):
    total = sum(numbers)
    text = "+".join(map(str, numbers)) + "=" + "+".join(map(str, [numbers[0] + numbers[1] + off, *numbers[2:]]))
    texts = [text, text + "=" + str(total)]
    assert PAPER.score_batch(texts, ["", ""]) == [PAPER.score(text, "") for text in texts]


def test_a_batch_of_plain_chains_never_scores_one_by_one():
    """The short way is what makes a batch fast; a slip in it would show in no score."""

    class BatchOnly(ArithmeticReward):
        def score(self, prompt, completion):
            raise AssertionError("scored alone")

    random = Random(1)
    texts = [plain_chain(random, random.randint(2, 6)) for _ in range(200)]
    assert [score.value for score in BatchOnly().score_batch(texts, [""] * 200)] == [1.0] * 200
    with pytest.raises(AssertionError, match="scored alone"):
        BatchOnly().score_batch(texts, ["x"] * 200)


def test_parts_are_not_shared_between_scores():
    pairs = [("6+8=", "14"), ("6+8=", "14"), ("6+8=", "15"), ("6+8=", "15"), ("6+8=", "x"), ("6+8=", "x")]
    batch = PAPER.score_batch(*map(list, zip(*pairs, strict=True)))
    scores = [*batch, *(PAPER.score(*pair) for pair in pairs)]
    assert len({id(score.parts) for score in scores}) == len(scores)
    for score in scores:
        score.parts.clear()
    assert [PAPER.score(*pair).parts["error"] for pair in pairs] == [0, 0, 1, 1, 500, 500]


@pytest.mark.parametrize("reward", [PAPER, EXACT], ids=repr)
def test_rewards_and_scores_survive_pickling(reward):
    again = pickle.loads(pickle.dumps(reward))
    assert again == reward
    assert hash(again) == hash(reward)
    assert repr(again) == repr(reward)
    for pair in (("6+8=", "14"), ("6+8=", "15"), ("6+8=", "x")):
        score = reward.score(*pair)
        assert again.score(*pair) == score == pickle.loads(pickle.dumps(score))


def test_scores_are_the_same_off_the_main_thread():
    pairs = [(p, c) for p, c, _ in CHAINS] * 20
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda pair: PAPER.score(*pair), pairs)) == [PAPER.score(*pair) for pair in pairs]


# ---- Rewards of one's own


class LengthReward:
    """The least that a reward needs."""

    range = (0.0, 10.0)

    def score(self, prompt, completion):
        if not completion:
            raise ZeroDivisionError("a bug in this reward")
        return Score(float(len(completion)), {}, None)


def test_score_and_range_are_enough_for_a_reward():
    reward = LengthReward()
    assert isinstance(reward, Reward)
    assert [s.value for s in score_batch(reward, ["a", "b", "c"], ["1", "333", "22"])] == [1.0, 3.0, 2.0]
    assert score_batch(reward, [], []) == []
    assert not isinstance(object(), Reward)


def test_a_rewards_own_batch_is_used():
    class Batched(LengthReward):
        def score_batch(self, prompts, completions):
            return [Score(7.0, {}, None) for _ in prompts]

    assert [s.value for s in score_batch(Batched(), ["a", "b"], ["1", "2"])] == [7.0, 7.0]


@pytest.mark.parametrize("reward", [PAPER, LengthReward()], ids=["batched", "plain"])
def test_a_batch_of_unequal_lengths_is_an_error_that_gives_both(reward):
    with pytest.raises(ConfigError, match=r"as many completions as prompts \(2\), got 3"):
        score_batch(reward, ["a", "b"], ["1", "2", "3"])


def test_a_bug_in_a_reward_is_an_exception_and_no_low_score():
    with pytest.raises(ZeroDivisionError):
        score_batch(LengthReward(), ["a", "b"], ["1", ""])
    with pytest.raises(TypeError):
        PAPER.score("6+8=", None)


# ---- Work, counted and not timed


NESTS = {
    "brackets": lambda n: "(" * (n // 2) + "1" + ")" * (n // 2 - 1),
    "open brackets": lambda n: "(" * n,
    "signs": lambda n: "-" * (n - 1) + "1",
    "sum": lambda n: "1+" * (n // 2 - 1) + "12",
    "product": lambda n: "1*" * (n // 2 - 1) + "12",
    "spaces": lambda n: " " * (n - 1) + "1",
    "nested sums": lambda n: "(1+" * (n // 4) + "1" + ")" * (n // 4 - 1),
}


@pytest.mark.parametrize("name", NESTS)
def test_work_on_a_statement_is_linear_in_its_length(name):
    PAPER.score("1+1=", " 2")  # loads the grammar
    small, large = (work(PAPER.score, NESTS[name](n), "=1") for n in (200, 800))
    assert large <= 4.5 * small + 200  # quadratic would be 16 times


@pytest.mark.parametrize("unit", ["1=", "=", "1+1=", "(", "1", "-", " ", "1+", "9" * 13 + "=", "٣", "(1)="])
def test_work_on_a_long_text_stays_small_once_it_is_wrong(unit):
    PAPER.score("1+1=", " 2")
    text = (unit * MAX_TEXT)[:MAX_TEXT]
    assert work(PAPER.score, text, "") <= 20 * MAX_STATEMENT


def test_work_on_a_long_chain_is_linear_in_its_text():
    def chain(terms):
        return "=".join("+".join([" 1"] * (terms - 1 - step) + [str(1 + step)]) for step in range(terms))

    PAPER.score("1+1=", " 2")
    small, large = chain(30), chain(60)
    assert PAPER.score(small, "").value == PAPER.score(large, "").value == 1.0
    per_character = work(PAPER.score, small, "") / len(small)
    assert work(PAPER.score, large, "") <= 1.2 * per_character * len(large) + 200


def test_work_on_a_batch_is_linear_in_the_batch():
    texts = [f"{a}+{b}=" for a in range(40) for b in range(40)]
    answers = [str(n % 90) for n in range(len(texts))]
    PAPER.score_batch(texts, answers)
    quarter = len(texts) // 4
    small = work(PAPER.score_batch, texts[:quarter], answers[:quarter])
    assert work(PAPER.score_batch, texts, answers) <= 4.5 * small + 200


# ---- Nothing is handed to Python to read


def test_no_source_of_the_package_calls_an_evaluator_of_python():
    """Neither eval, exec, compile nor __import__ is called, and nothing of ast is imported.

    But for the kit's way with programs: it reads their trees, to make mutants, and to refuse what it will not run.
    """
    programs = {("judges", "code.py"), ("texts", "family.py"), ("texts", "programs.py")}
    sources = sorted(Path(formal_envs.__file__).parent.rglob("*.py"))
    assert len(sources) > 5
    for path in sources:
        tokens = list(tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline))
        strings = [token.string for token in tokens]
        for before, name, after in zip(strings, strings[1:], strings[2:], strict=False):
            of_programs = name == "ast" and path.parts[-3] == "testing" and path.parts[-2:] in programs
            assert name not in ("eval", "exec", "literal_eval", "__import__", "ast") or of_programs, path
            assert (name, after) != ("compile", "(") or before == ".", path  # re.compile


def test_the_scorer_hands_no_text_to_float_and_only_short_ascii_to_int(monkeypatch):
    seen = []

    def guarded_float(value=0.0):
        assert not isinstance(value, str)
        return float(value)

    def guarded_int(value=0):
        if isinstance(value, str):
            seen.append(value)
            assert value.isascii()
            assert value.lstrip("-").isdigit()
            assert len(value) <= MAX_DIGITS + 1
        return int(value)

    monkeypatch.setattr(arithmetic, "float", guarded_float, raising=False)
    monkeypatch.setattr(arithmetic, "int", guarded_int, raising=False)
    for text in [*HOSTILE, "81347 + 1", "81348+1"]:
        PAPER.score("6+8=", text)
        PAPER.score(text + "=", "1")
        PAPER.score_batch(["6+8=", text + "="], [text, "1"])
    assert "81347" in seen  # the guard is in place


def test_steps_by_hand():
    # 2+3+4 is 9: 5+4 is right, 8 is off by one; a step that is malformed, and all behind it, has an error of 500.
    reward = ArithmeticReward()
    assert reward.steps("2+3+4=", "5+4=8") == [(3, 1.0), (5, 2 / (1 + math.exp(0.1)))]
    assert reward.steps("2+3+4=", "5+5=9") == [(3, 2 / (1 + math.exp(0.1))), (5, 2 / (1 + math.exp(0.1)))]
    assert reward.steps("2+3+4=5+4=", "9") == [(1, 1.0)]
    assert reward.steps("2+3+4=5+", "4=9") == [(1, 1.0), (3, 1.0)]
    assert reward.steps("2+3+4=", "5+4=x=9") == [(3, 1.0), (7, 2 / (1 + math.exp(50)))]


@law
@given(chains())
def test_the_last_step_is_the_whole_and_steps_never_rise(pair):
    reward = ArithmeticReward()
    steps = reward.steps(*pair)
    ends, values = zip(*steps, strict=True)
    assert ends[-1] == len(pair[1])
    assert values[-1] == reward.score(*pair).value
    assert list(ends) == sorted(ends)
    assert list(values) == sorted(values, reverse=True)
    assert all(0 < end <= len(pair[1]) for end in ends[:-1])
