"""What games that agree with a record speak for, and what they do not."""

from game_texts import GAMES, LINES, ludemes
from hypothesis import given
from hypothesis import strategies as st

from formal_envs.ludii import evaluate_game
from formal_envs.ludii.conformance.compare import Comparison
from formal_envs.ludii.conformance.groups import by_group, evidence_of, group_table
from formal_envs.ludii.conformance.replay import Difference
from formal_envs.ludii.language import evidence
from formal_envs.ludii.language.checker import check, check_as
from formal_envs.ludii.language.signatures import LANGUAGE

RECORDS = [{"id": name, "group": group, "text": LINES} for name, group in (("a", "old"), ("b", "old"), ("c", "new"))]


def compared(id, verdict, *sections, traces=1, replayed=1):
    differences = [Difference(section, "") for section in sections]
    return Comparison(id, id, verdict, differences, traces=traces, traces_replayed=replayed)


def test_groups_are_counted_apart():
    results = [
        compared("a", "agrees"),
        compared("b", "differs", "board", "moves", replayed=0),
        compared("c", "unsupported"),
    ]
    groups = by_group(results, RECORDS)
    assert groups["old"] == (2, 2, 1, 1, 2, 1, 2, 0, 0)
    assert groups["new"] == (1, 0, 0, 0, 0, 0, 0, 1, 0)
    lines = group_table(groups).splitlines()
    assert lines[1].split() == ["old", "2", "2", "1", "1", "2", "1", "2", "0", "0", "0.500"]


def test_a_ludeme_is_told_by_its_arguments_and_keywords():
    assert evidence.shapes(check_as("(is Line 3 Orthogonal)", "bool")) == [
        "length,absoluteDirection",
        "absoluteDirection=Orthogonal",
    ]
    assert evidence.shapes(check_as("(mover)", "int")) == ["-"]


@given(st.sampled_from(["game", "bool", "region"]).flatmap(ludemes))
def test_a_game_speaks_for_itself(tree):
    known = {line.split()[0]: set(line.split()[1:]) for line in evidence.written([tree]).splitlines()[1:]}
    for call in evidence.calls(tree):
        assert set(evidence.shapes(call)) <= known[call.signature.slug]


def test_only_games_that_agree_speak():
    texts = [{"id": str(n), "group": "own", "text": text} for n, text in enumerate(GAMES)]
    results = [compared(str(n), "differs" if n else "agrees") for n in range(len(GAMES))]
    assert evidence_of(results, texts) == evidence.written([check(GAMES[0])]) != evidence.written(map(check, GAMES))


def test_what_no_record_confirms_is_said_with_its_place():
    text = LINES.replace("(is Line 3)", "(is Line 3 throughHowMuch:2)").replace("(end", "\n(end")
    report = evaluate_game(text, playouts=1)
    line = text.count("\n", 0, text.index("(is Line")) + 1
    assert any(f"line {line}, " in said and "is Line" in said for said in report.unconfirmed)


def test_each_line_of_the_evidence_is_of_a_ludeme_that_there_is():
    for slug, known in evidence.confirmed().items():
        slots = set(LANGUAGE.signatures[slug].slot) | {"-"}
        assert all(set(shape.partition("=")[0].split(",")) <= slots for shape in known), slug
