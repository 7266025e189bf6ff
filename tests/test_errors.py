"""The errors: what they are, and that their messages name the fix and the place."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formal_envs.errors import ConfigError, FormalEnvError, ParseFailure, check_choice, check_integer, unknown

law = settings(deadline=None)


def test_every_error_is_a_formal_env_error_and_a_config_error_is_a_value_error():
    assert issubclass(ConfigError, FormalEnvError)
    assert issubclass(ConfigError, ValueError)
    assert issubclass(ParseFailure, FormalEnvError)
    assert not issubclass(ParseFailure, ValueError)  # `except ValueError` around a parser must not swallow it


def test_parse_failure_keeps_its_parts_and_counts_columns_from_one_in_its_text():
    failure = ParseFailure("unexpected 'x'", "1+x", 2)
    assert (failure.reason, failure.text, failure.column) == ("unexpected 'x'", "1+x", 2)
    assert str(failure) == "unexpected 'x' at column 3"


def test_parse_failure_survives_pickling():
    failure = pickle.loads(pickle.dumps(ParseFailure("unexpected end", "1+", 2)))
    assert (failure.reason, failure.text, failure.column) == ("unexpected end", "1+", 2)
    assert str(failure) == "unexpected end at column 3"


@pytest.mark.parametrize(
    ("text", "column", "width", "expected"),
    [
        ("1+x", 2, 60, "1+x\n  ^"),
        ("1+", 2, 60, "1+\n  ^"),
        ("", 0, 60, "\n^"),
        ("0123456789", 8, 4, "6789\n  ^"),
        ("0123456789", 1, 4, "0123\n ^"),
        ("0123456789", 10, 4, "89\n  ^"),
        ("1\n2", 1, 60, "1\N{REPLACEMENT CHARACTER}2\n ^"),
        ("1\0\ud800", 2, 60, "1\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}\n  ^"),
    ],
)
def test_caret(text, column, width, expected):
    assert ParseFailure("wrong", text, column).caret(width) == expected


@law
@given(text=st.text(max_size=200), data=st.data(), width=st.integers(2, 80))
def test_caret_stands_below_its_character_within_the_width(text, data, width):
    column = data.draw(st.integers(0, len(text)))
    line, below = ParseFailure("wrong", text, column).caret(width).split("\n")
    assert len(line) <= width
    assert below.strip(" ") == "^"
    place = below.index("^")
    assert place < width
    if column == len(text):
        assert place == len(line)
    elif text[column].isprintable():
        assert line[place] == text[column]
    else:
        assert line[place] == "\N{REPLACEMENT CHARACTER}"
    line.encode("utf-8")  # can be printed


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("papr", "unknown reward 'papr'; did you mean 'paper'?"),
        ("Exact", "unknown reward 'Exact'; did you mean 'exact'?"),
        ("zzz", "unknown reward 'zzz'; expected one of exact, paper"),
        ("", "unknown reward ''; expected one of exact, paper"),
        (3, "unknown reward 3; expected one of exact, paper"),
    ],
)
def test_unknown_names_the_nearest_or_lists_all(name, message):
    assert str(unknown("reward", name, ["paper", "exact"])) == message


def test_check_choice_returns_a_choice_and_names_the_nearest_otherwise():
    assert check_choice("split", "test", ("train", "test")) == "test"
    for wrong in ("tst", "Test", "", None, 3, True, ["test"], ("train", "test")):
        with pytest.raises(ConfigError, match=r"unknown split .*(test|train)"):
            check_choice("split", wrong, ("train", "test"))


def test_check_choice_does_not_take_a_part_of_a_string_for_a_choice():
    with pytest.raises(ConfigError):
        check_choice("split", "tra", ("train", "test"))


@law
@given(value=st.integers(-20, 20), low=st.integers(-10, 0), high=st.integers(0, 10))
def test_check_integer_takes_exactly_the_closed_interval(value, low, high):
    if low <= value <= high:
        assert check_integer("terms", value, low, high) == value
    else:
        with pytest.raises(ConfigError, match=rf"terms must be an integer in \[{low}, {high}\], got {value}$"):
            check_integer("terms", value, low, high)


@pytest.mark.parametrize("wrong", [True, False, 2.0, "2", None, float("nan"), [2]])
def test_check_integer_takes_nothing_but_integers(wrong):
    with pytest.raises(ConfigError, match="terms must be an integer"):
        check_integer("terms", wrong, 0, 10)
