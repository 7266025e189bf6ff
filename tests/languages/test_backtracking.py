"""Patterns for which Python's regular expressions go back: refused, or for shorter texts, and never found too cheap."""

import re
import runpy
from itertools import product
from pathlib import Path

import lark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark.load_grammar import load_grammar

from formal_envs.errors import ConfigError
from formal_envs.languages.backtracking import MOST_WORK, TooAmbiguousError, degree, longest_text
from formal_envs.languages.language import Language, read

ROOT = Path(__file__).parents[2]
LARKS = Path(lark.__file__).parent / "grammars"

# ---- Patterns without end

EVIL = [
    r"(a+)+b",
    r"(a*)*b",
    r"(a|a)*b",
    r"(a|aa)+b",
    r"(a|ab|b)*c",
    r"([a-z]+\s*)+x",
    r"(\w+\s?)*;",
    r"(([a-z])+.)+[A-Z]([a-z])+;",
    r"(x+x+)+y",
    r"(.*,){12}P",
    r"(a|aa){40}b",
    r"(a?){30}a{30}",
    "a?" * 40 + "b",
    r"(?:(?=(a+)+b)a)*c",
    r"(?i:(k\d|\u212a1)+)b",  # the Kelvin sign is a k
    r"(\u03b1|[^a])*b",
    r"(?s:(.|\n)*b)",
    r"\/(?!\/)(\\\/|\\\\|[^\/])*?\/[imslux]*",  # lark.lark's own, of regular expressions
]


@pytest.mark.parametrize("parser", ["lalr", "earley"])
@pytest.mark.parametrize("pattern", EVIL)
def test_a_pattern_that_can_be_read_in_too_many_ways_is_refused(pattern, parser):
    with pytest.raises(ConfigError, match=r"pattern of terminal A, .* too many ways"):
        Language(f"start: A\nA: /{pattern}/", parser=parser)


@pytest.mark.parametrize(
    ("patterns", "lalr", "earley"),
    [
        (["[a-z]+"], 100_000, 512),
        (["a+b"], 100_000, 512),  # one that fails is the last
        (["a+b|a"], 20_000, 512),  # from each a to the end: the square, of which 400 million steps are for 20,000
        (["a+b", "a"], 20_000, 512),
        (["a*a*b"], 20_000, 512),
        (["a*a*b|a"], 736, 512),  # 736^3 is just below 400 million
        (["a*a*a*b"], 736, 141),  # 141^4
        (["a*a*a*b|a"], 141, 141),
        (["/", "[*]", r"/\*(.|\n)*?\*/"], 20_000, 512),  # a comment that does not end, from each slash
        (["/", r"//[^\n]*"], 100_000, 512),
        (["if", "[a-z]+"], 100_000, 512),
        (["(a(a*b)?)+"], 20_000, 512),  # one token, from each of whose a's the end is looked for in vain
        (["(a|aa)+", "(#[^\n]*)+"], 100_000, 512),  # in no way in vain: any of them is a text
    ],
)
def test_longest_texts_by_hand(patterns, lalr, earley):
    named = {f"T{n}": pattern for n, pattern in enumerate(patterns)}
    assert longest_text(named, 100_000, everywhere=False) == lalr
    assert longest_text(named, 512, everywhere=True) == earley


# ---- What is usual


@pytest.mark.parametrize("name", ["common", "unicode", "python"])
def test_larks_own_terminals_are_all_read_in_a_few_ways(name):
    grammar, _ = load_grammar((LARKS / f"{name}.lark").read_text(), name, [], False)
    names = [term for term, (tree, _) in grammar.term_defs if tree is not None and not term.startswith("__")]
    parts = [term for term in names if term not in ("_STRING_INNER", "_STRING_ESC_INNER")]  # which may be empty
    parser = lark.Lark(f"%import {name} ({', '.join(parts)})\nstart: {' | '.join(parts)}", parser="earley")
    assert len(parser.terminals) >= len(parts) > 1
    assert {degree(terminal.pattern.to_regexp()) for terminal in parser.terminals} <= {0, 1}


@pytest.mark.parametrize(
    "grammar",
    [
        read("json"),
        (ROOT / "examples" / "logic.lark").read_text(),
        runpy.run_path(str(ROOT / "examples" / "sql_grammar.py"))["GRAMMAR"],
        "%import common (ESCAPED_STRING, CNAME, WS)\n%ignore WS\nstart: (ESCAPED_STRING | CNAME)+",
        "start: A\nA: /[a-z]{1,200}/ | /([0-9a-f]{4}-)+/ | /\\s*;/",
        "start: WORD\nWORD: " + " | ".join(f'"w{n}"' for n in range(2000)),
    ],
)
def test_usual_grammars_take_as_long_a_text_as_ever(grammar):
    assert Language(grammar).max_text == 100_000
    assert Language(grammar, parser="earley").max_text == 512


# ---- No pattern is found faster than it is: against a matcher that goes back, and counts how often

MOST = 200_000

letters = st.sampled_from("ab")
trees = st.recursive(
    letters,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from([".", "|"]), inner, inner),
        st.tuples(st.sampled_from(["*", "?", "+", "{2}", "{1,2}"]), inner),
    ),
    max_leaves=4,
)


def written(tree):
    if isinstance(tree, str):
        return tree
    kind, *inner = tree
    parts = [written(each) for each in inner]
    return f"(?:{'|'.join(parts) if kind == '|' else ''.join(parts)})" + (kind if kind not in ".|" else "")


class TooManyError(Exception):
    """The matcher went back too often."""


def ends(tree, text, place, steps):
    """The places at which the tree's texts end, a way of reading them at a time."""
    steps[0] += 1
    if steps[0] > MOST:
        raise TooManyError
    if isinstance(tree, str):
        if text[place : place + 1] == tree:
            yield place + 1
        return
    kind, *inner = tree
    if kind == ".":
        for middle in ends(inner[0], text, place, steps):
            yield from ends(inner[1], text, middle, steps)
    elif kind == "|":
        for each in inner:
            yield from ends(each, text, place, steps)
    else:
        low, high = {"*": (0, MOST), "+": (1, MOST), "?": (0, 1), "{2}": (2, 2), "{1,2}": (1, 2)}[kind]
        yield from repeated(inner[0], low, high, text, place, steps)


def repeated(tree, low, high, text, place, steps):
    if high:
        for middle in ends(tree, text, place, steps):
            if middle > place:  # nothing is repeated without end
                yield from repeated(tree, max(low - 1, 0), high - 1, text, middle, steps)
            elif low:
                yield from repeated(tree, low - 1, low - 1, text, middle, steps)
    if not low:
        yield place


def cost(tree, text, place=0):
    """Where the first text that is found ends, and the steps until then."""
    steps = [0]
    return next(ends(tree, text, place, steps), None), steps[0]


def total_cost(tree, text):
    """The steps of reading a text as tokens: a text of the tree where there is one, else a character."""
    place, steps = 0, 0
    while place < len(text):
        end, more = cost(tree, text, place)
        steps += more
        place = max(end or 0, place + 1)
    return steps


def test_the_matcher_finds_what_pythons_finds():
    for tree in ((".", ("*", ("|", "a", "b")), "a"), ("+", (".", "a", ("?", "b"))), ("{2}", ("*", "a"))):
        for text in map("".join, product("ab", repeat=5)):
            longest = max(ends(tree, text, 0, [0]), default=None)
            found = [end for end in range(6) if re.compile(written(tree)).fullmatch(text, 0, end)]
            assert longest == max(found, default=None)


@settings(max_examples=200, deadline=None)
@given(trees, st.booleans(), st.text("ab", max_size=2), st.text("ab", min_size=1, max_size=3))
def test_the_work_grows_by_no_higher_power_than_is_said(tree, fails, begin, word):
    tree = (".", tree, "c") if fails else tree
    try:
        longest = longest_text({"TREE": written(tree), "OTHER": "[ab]"}, 10**9, everywhere=False)
    except ConfigError:
        return
    power = next(power for power in range(1, 20) if longest == int(MOST_WORK ** (1 / power)))
    short, long = (total_cost(tree, begin + word * (size // len(word))) for size in (30, 60))
    assert long <= 2.3**power * short


@pytest.mark.parametrize("tree", [("+", ("+", "a")), ("*", ("|", "a", (".", "a", "a"))), ("*", ("*", "a"))])
def test_the_matcher_sees_what_is_refused(tree):
    with pytest.raises(TooAmbiguousError):
        degree(written((".", tree, "b")))
    with pytest.raises(TooManyError):
        cost((".", tree, "b"), "a" * 40)
    assert degree(written(tree)) == 0
    assert cost(tree, "a" * 40)[0] == 40
