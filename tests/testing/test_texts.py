"""Families of wrong texts: frames, what may be right, and that texts of a family are what its name says."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formal_envs.testing.fair import closeness, may_be_right, says_the_answer
from formal_envs.testing.judgement import same_value
from formal_envs.testing.texts.family import FAMILIES, HARMS, About, kind_of, near
from formal_envs.testing.texts.frames import framed

law = settings(deadline=None, max_examples=100)
FAMILY = {family.name: family for family in FAMILIES}


@pytest.mark.parametrize(
    ("gold", "before", "answer", "after"),
    [
        ("14", "", "14", ""),
        (" 14\n", " ", "14", "\n"),
        ("\\boxed{14}", "\\boxed{", "14", "}"),
        ("So \\boxed{\\frac{1}{2}}.", "So \\boxed{", "\\frac{1}{2}", "}."),
        ("<think>add</think><answer>14</answer>", "<think>add</think><answer>", "14", "</answer>"),
        ("<answer>\\boxed{14}</answer>", "<answer>\\boxed{", "14", "}</answer>"),
        ("I add.\n#### 14", "I add.\n#### ", "14", ""),
        ("The answer is 14.", "The answer is ", "14", "."),
        ("```python\nx = 1\n```", "```python\n", "x = 1", "\n```"),
        ('{"answer": "14"}', '{"answer": "', "14", '"}'),
        ("[[B]]", "[[", "B", "]]"),
        ("\\boxed{}", "", "\\boxed{}", ""),
    ],
)
def test_the_bare_answer_is_found(gold, before, answer, after):
    assert framed(gold) == (before, answer, after)


@law
@given(st.text(max_size=60), st.sampled_from(["{}", "\\boxed{{{}}}", "<answer>{}</answer>", "#### {}", "[[{}]]"]))
def test_a_frame_is_the_completion_in_three_parts(text, template):
    completion = template.format(text)
    frame = framed(completion)
    assert frame.put(frame.answer) == completion
    assert frame.answer == frame.answer.strip()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("14", "number"),
        ("-2.5", "number"),
        ("B", "choice"),
        ("(C)", "choice"),
        ("No", "yes or no"),
        ("2, 3, 5", "list"),
        ("7 7 8", "list"),
        ('{"a": 1}', "json"),
        ("def f(x):\n    return x", "code"),
        ("(93-43)+1", "formula"),
        ("3/4", "fraction"),
        ("First, add. Then, stop.", "words"),
        ("12 km", "words"),
        ("", ""),
    ],
)
def test_the_kind_of_an_answer(answer, kind):
    assert kind_of(answer) == kind


@pytest.mark.parametrize(
    ("text", "answer", "may"),
    [
        ("The answer is 14.", "14", True),
        ("$14$", "14", True),
        ("14.0", "14", True),
        ("1,234", "1234", True),
        ("paris", "Paris", True),
        ("the Paris", "Paris", True),
        ("5, 3, 2", "2, 3, 5", True),
        ("2, 3, 5, 5", "2, 3, 5", True),
        ('{"b":2,"a":1}', '{"a": 1, "b": 2}', True),
        ("15", "14", False),
        ("-14", "14", False),
        ("14", "-14", False),
        ("14.7", "14", False),
        ("147", "14", False),
        ("Pari", "Paris", False),
        ("Bob paid Alice", "Alice paid Bob", False),
        ("7 8 9", "7 7 8 9", False),
        ("12 miles", "12 km", False),
        ('{"a": 2}', '{"a": 1}', False),
    ],
)
def test_what_a_fair_reader_may_take_for_right(text, answer, may):
    assert may_be_right(text, About("Q", answer)) is may


def test_the_last_answer_in_the_format_counts():
    about = About("6+8=", "\\boxed{14}", "14")
    assert says_the_answer("\\boxed{15}, no, \\boxed{14}", about)
    assert not says_the_answer("\\boxed{14}, no, \\boxed{15}", about)
    assert not says_the_answer("15, no, 14", About("6+8=", "14"))


@law
@given(st.text(max_size=50))
def test_closeness_is_a_share(text):
    assert 0 <= closeness(text, About("Q", "Alice paid Bob")) <= 1
    assert closeness("Alice paid Bob", About("Q", "Alice paid Bob")) == 1


@law
@given(st.integers(-(10**9), 10**9), st.integers(0, 4), st.integers(-20, 20))
def test_a_number_near_is_so_many_units_of_its_last_place_away(value, places, step):
    number = near(str(value), 0) if not places else f"{value}.{'5' * places}"
    assert same_value(f"({near(number, step)}) - ({number})", str(step) if not places else _units(step, places))


def _units(step, places):
    return f"{'-' * (step < 0)}0.{abs(step):0{places}d}" if abs(step) < 10**places else f"({step})/{10**places}"


ABOUTS = [
    About("6+8=", "14", "", ("2", "42")),
    About("6+8=", "\\boxed{14}", "14", ("\\boxed{2}",)),
    About("Who?", "Ann paid Bob", "", ("Lima",)),
    About("Call", '{"tool": "mail", "days": 3}'),
    About("Use 4, 6, 2 to make 12.", "4+6+2", "", ("8*3+1",)),
    About("Primes?", "2, 3, 5"),
    About("Vowel?", "B", "", ("A",)),
    About("Prime?", "no"),
    About("Half?", "3/4"),
    About("Write f", "def f(a, b):\n    return a + b if a > 0 else b"),
    About("Say something."),
]


@pytest.mark.parametrize("about", ABOUTS, ids=lambda about: about.gold[:20])
def test_no_text_of_a_family_is_the_gold(about):
    for family in FAMILIES:
        texts = family.texts(about)
        assert len(set(texts)) == len(texts)
        assert all(isinstance(text, str) for text in texts)
        assert not about.gold or about.gold.strip() not in [text.strip() for text in texts]
        for text in texts:
            text.encode()  # no lone surrogates, which no tokenizer can write


def test_every_family_has_texts_for_some_problem():
    multi = About("Q", "one two\nthree four five six")
    others = [multi, About("Q", "3.50"), About("Q", "$12"), About("Q", "12 km"), About("Q", "the price rose")]
    for family in FAMILIES:
        assert any(family.texts(about) for about in (*ABOUTS, *others)), family.name
        assert family.harm in HARMS
    assert len(FAMILY) == len(FAMILIES) >= 50


@pytest.mark.parametrize(
    ("name", "about", "text"),
    [
        ("hedge", ABOUTS[0], "14 or 15"),
        ("contradiction", ABOUTS[1], "\\boxed{15=14}"),
        ("negation", ABOUTS[2], "not Ann paid Bob"),
        ("words in another order", ABOUTS[2], "Bob paid Ann"),
        ("JSON with members more", ABOUTS[3], '{"tool": "mail", "days": 3, "extra": 1}'),
        ("numbers of the prompt used again, or left out", ABOUTS[4], "4+6+2+4-4"),
        ("a list with a member more", ABOUTS[5], "2, 3, 5, 6"),
        ("a text that the answer matches as a pattern", About("Q", "3.50"), "3x50"),
        ("another unit", About("Q", "12 km"), "12 miles"),
        ("an opposite word", About("Q", "the price rose"), "the price fell"),
        ("another sign", About("Q", "-14"), "14"),
        ("a mutant of the right program", ABOUTS[9], "def f(a, b):\n    return a * b if a > 0 else b"),
    ],
)
def test_texts_of_families_by_hand(name, about, text):
    assert text in FAMILY[name].texts(about)


def test_json_of_other_types_holds_the_same_names():
    gold = json.loads(ABOUTS[3].gold)
    texts = FAMILY["JSON with values of other types"].texts(ABOUTS[3])
    changed = [json.loads(text) for text in texts if text.startswith("{")]
    assert len(changed) >= 5
    assert all(set(one) == set(gold) and json.dumps(one) != json.dumps(gold) for one in changed)
