"""Grammars that would have no end, and mistakes in grammars: each is an error with a reason."""

import re
import string
from itertools import product
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lark import Lark
from lark.exceptions import GrammarError
from lark.load_grammar import load_grammar

from formal_envs.errors import ConfigError
from formal_envs.languages.grammar_size import MOST_SYMBOLS, _Size, _size, _written, check_rules
from formal_envs.languages.language import Language, read
from formal_envs.languages.patterns import MOST_PARTS, Pattern
from formal_envs.tasks import make_task

law = settings(deadline=None, max_examples=100)


def optional(count):
    return "start: " + " ".join(f'["{letter}"]' for letter in string.ascii_lowercase[:count])


def doubled(count):
    """A terminal of two, of two, ..."""
    return "start: A0\n" + "".join(f"A{n}: A{n + 1} A{n + 1}\n" for n in range(count)) + f'A{count}: "a"'


@pytest.mark.parametrize("parser", ["lalr", "earley"])
@pytest.mark.parametrize(
    ("grammar", "message"),
    [
        (optional(18), "rule start makes the grammar too large"),
        ("start: " + '("a" | "b")' * 18, "rule start makes the grammar too large"),
        ('start: ("a" | "b")~40', "rule start makes the grammar too large"),
        ('start: ("a" | "b" | "c")~0..30', "rule start makes the grammar too large"),
        (f'start: "a"~{"9" * 3_000}', "rule start makes the grammar too large"),
        ('start: _f{"a"}\n_f{x}: _f{_f{x}}', "template _f makes more than"),
        ('start: _f{"a"}\n_f{x}: "b" | _f{_g{x, x}}\n_g{x, y}: x y', "template _g makes more than"),
        (doubled(40), "terminal A[0-9]+ is too large"),
        ("start: " + "(" * 3_000 + '"a"' + ")" * 3_000, "nested too deeply"),
        ("start: /" + "(" * 3_000 + "a" + ")" * 3_000 + "/", "nested too deeply"),
        ('start: "a" _INDENT\n%declare _INDENT _DEDENT', "%declare _INDENT needs a postlexer"),
        ('start: "a"\nrest: X\n%declare X', "%declare X needs a postlexer"),
        ("start: /a{99999999999}/", "OverflowError: the repetition number is too large"),
        ("start: A\nA: B\nB: A", "Recursion in terminal"),
    ],
    ids=lambda value: value[:40],
)
def test_grammars_without_end_and_without_meaning_are_refused(grammar, message, parser):
    with pytest.raises(ConfigError, match=f"(?s)the grammar that was given cannot be used: .*{message}"):
        Language(grammar, parser=parser)


@pytest.mark.parametrize(
    "grammar",
    [
        optional(8),
        'start: "a"~1..100000',
        'start: ("a" | "b")~1..1000',
        'start: _list{"a", ","} _list{/b/, ";"}\n_list{x, mark}: x | _list{x, mark} mark x',
        "start: " + "[" * 30 + '"a"' + "]" * 30,
        'start: "a"\n%declare UNUSED',
        'start: A\nA: B B | "c"\nB: C~2 ["d"]\nC: "a".."c"\n%extend B: "x"',
    ],
    ids=lambda value: value[:40],
)
def test_grammars_of_ordinary_size_are_taken(grammar):
    assert Language(grammar).lark.rules


atoms = st.sampled_from(['"a"', "B", "c", "/d/", '"e".."f"'])
rules = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["?", "*", "+", "~2", "~0..3", "~60", "~2..70"])).map("({0[0]}){0[1]}".format),
        inner.map("[{}]".format),
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        st.lists(inner, min_size=1, max_size=3).map(" | ".join).map("({})".format),
    ),
    max_leaves=6,
)


@law
@given(rules)
@example("(B c | /d/)~3 [B | c]")
@example("((B | c)+ | B)~60")
@example('("a" | B | c)~2..70')
def test_what_is_counted_is_no_less_than_what_lark_writes(rule):
    """Lark leaves out what is there twice, and so may have less."""
    grammar = f'start: {rule}\nB: "b"\nc: "c" "x"'
    made, _ = load_grammar(grammar, "", [], False)
    try:
        check_rules(made)
    except ConfigError:
        return
    try:
        written = Lark(grammar, parser="earley").rules
    except GrammarError:  # rules that are there twice
        return
    total = 0
    for _, tree in _written(made):
        extra = []
        total += sum(size.symbols + size.alternatives for size in (_size(tree, extra), *extra))
    assert sum(len(rule.expansion) + 1 for rule in written) <= total <= MOST_SYMBOLS


@law
@given(st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=3), max_size=4))
def test_sizes_of_sequences_are_those_of_all_combinations(parts):
    """Parts are lists of alternatives, each of so many symbols."""
    size = _Size(1, 0)
    for part in parts:
        size = size.then(_Size(len(part), sum(part)))
    combinations = list(product(*parts))
    assert size == _Size(len(combinations), sum(map(sum, combinations)))


def mutated(grammar, random):
    """A grammar with some pieces of it moved, doubled, left out or replaced."""
    pieces = re.findall(r'\w+|"[^"\n]*"|/[^/\n]*/|\s+|.', grammar)
    for _ in range(random.randrange(1, 4)):
        place, other = random.randrange(len(pieces)), random.randrange(len(pieces))
        kind = random.randrange(5)
        if kind == 0:
            del pieces[place]
        elif kind == 1:
            pieces[place] = pieces[other]
        elif kind == 2:
            pieces.insert(place, pieces[other])
        elif kind == 3:
            pieces.insert(
                place, random.choice(["(", ")", "[", "]", "*", "+", "~3", "|", ":", "/", '"', "%", "->", "!", "\\"])
            )
        else:
            pieces[place] = random.choice(MISTAKES)
        if not pieces:
            break
    return "".join(pieces)


MISTAKES = [
    "%declare X\n",
    "_f{x}",
    "/(?P<a>b)(?P=a)/",
    "/[/",
    "/x*/",
    '""',
    "..",
    "~5..2",
    "%ignore Y\n",
    ".-3",
    "->",
    "é",
]
TEMPLATES = """start: _sep{item, ","} ["!"]
item.2: NUMBER -> number | "(" start ")" | WORD~1..3
_sep{x, mark}: x (mark x)*
NUMBER: /[0-9]+/
WORD.3: ("a".."c")+ | "x" NUMBER
%import common.WS
%ignore WS
"""


@pytest.mark.parametrize(
    "grammar", [read("arithmetic"), read("json"), TEMPLATES], ids=["arithmetic", "json", "templates"]
)
@pytest.mark.parametrize("parser", ["lalr", "earley"])
def test_any_text_is_a_grammar_or_an_error(grammar, parser):
    random = Random(0)
    made = 0
    for _ in range(60):
        text = mutated(grammar, random)
        try:
            make_task("Grammar", grammar=text, parser=parser, prompt="x: ", size=20, split="all")
        except ConfigError:
            continue
        made += 1
    assert made


# ---- Patterns


@pytest.mark.parametrize("regexp", ["a{60000}", "(a{600}){600}", "(" * 20 + "a*" + ")*" * 20, "(" * 30 + ")*" * 30])
def test_patterns_whose_texts_are_too_long_to_draw_are_refused(regexp):
    with pytest.raises(ConfigError, match=f"more than {MOST_PARTS} parts"):
        Pattern(regexp)


def test_texts_of_nested_repetitions_are_few_or_not_listed():
    assert set(Pattern("(((a?)?)?)?").texts(64)) == {"", "a"}
    assert Pattern("(((a|b)*)*)*").texts(64) == []
