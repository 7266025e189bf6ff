"""The typed grammar and the checks of types accept the same texts."""

import re

import pytest
from game_texts import ERRORS, GAMES, LINES, ludemes, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from lark import Lark
from lark.exceptions import UnexpectedInput

from formal_envs.ludii.language.checker import check_as
from formal_envs.ludii.language.printer import one_line
from formal_envs.ludii.language.signatures import SIGNATURES
from formal_envs.ludii.language.typed_grammar import START, typed_grammar

slow = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def typed():
    return Lark(typed_grammar(), start=START, parser="earley", lexer="basic")


def _samples(terminal):
    """A strategy for a terminal, with a blank after it where the next one might run into it."""
    pattern = terminal.pattern.value
    if terminal.name.startswith("H_"):
        head = re.match(r"\\\(\\s\*(.*?)\(\?=", pattern)[1]
        names = head[3:-1].split("|") if head.startswith("(?:") else [head]
        return st.sampled_from(["(" + re.sub(r"\\(.)", r"\1", name) + " " for name in names])
    if terminal.name.startswith("W_"):
        return st.sampled_from([first + rest + " " for first, rest in re.findall(r"\[\w(\w)\](\w*)", pattern)])
    literals = {
        "STRING": st.sampled_from(['"A1" ', '"" ']),
        "INT": st.integers(-9, 99).map("{} ".format),
        "FLOAT": st.sampled_from(["0.5 ", "-.25 ", "1. "]),
        "COMMENT": st.just("// (\n"),
    }
    return literals.get(terminal.name)


@pytest.mark.parametrize("start", ["game", "effect", "region", "graph"])
def test_the_checks_accept_every_sentence_of_the_typed_grammar(start):
    lark = Lark(typed_grammar(start), start=START, parser="earley", lexer="basic")
    samples = {terminal.name: _samples(terminal) for terminal in lark.terminals if _samples(terminal) is not None}

    @settings(slow, max_examples=50)
    @given(from_lark(lark, start=START, explicit=samples))
    def accepted(sentence):
        assert check_as(sentence, start)

    accepted()


@pytest.mark.parametrize("game", GAMES)
def test_the_typed_grammar_accepts_games(typed, game):
    assert typed.parse(game)


@settings(slow, max_examples=25)
@given(tree=ludemes("game", 3))
def test_the_typed_grammar_accepts_every_tree(typed, tree):
    assert typed.parse(one_line(tree))


@pytest.mark.parametrize("error", [error for error in ERRORS if error[2] in ("types", "syntax")], ids=lambda e: e[1])
def test_the_typed_grammar_refuses_what_the_types_refuse(typed, error):
    with pytest.raises(UnexpectedInput):
        typed.parse(LINES.replace(error[0], error[1], 1))


def test_the_typed_grammar_has_a_rule_for_every_signature_and_type():
    rules = set(re.findall(r"^([a-z]\w*):", typed_grammar(), re.MULTILINE))
    assert len(rules) > 600
    reachable = {signature.slug for signature in SIGNATURES.values()} - rules
    assert reachable <= {"match", "games", "subgame"}
    assert {"t_role_type", "t_int", "t_region", "a_int"} <= rules


def test_the_typed_grammar_accepts_published_games(typed):
    for game in rows("games")[::25]:
        if len(game["text"]) < 3000:
            assert typed.parse(game["text"])
