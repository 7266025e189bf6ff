"""Programs: the interpreter, functions, problems and rewards, by hand and as laws."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Tree

from formal_envs.errors import ConfigError, ParseFailure
from formal_envs.tasks import make_task
from formal_envs.tasks.programs.functions import INPUTS, functions, read_prompt
from formal_envs.tasks.programs.interpreter import MAX_DEPTH, MAX_STEPS, MAX_TEXT, RunFailure, read_program, run
from formal_envs.tasks.programs.judge import right
from formal_envs.tasks.programs.reward import PARTIAL, ProgramsReward
from formal_envs.tasks.streams import problem_keys, seeded_stream

law = settings(deadline=None, max_examples=40)
ASKED = "f(4)=13 f(0)=1 f(5)=16 f(1)=4: "  # 3 x + 1


def sample(count=100, seed=1, **options):
    task, reward = make_task("Programs", **options)
    return task, reward, task.sample(problem_keys(seeded_stream(seed), np.arange(count)))


@pytest.mark.parametrize(
    ("text", "x", "r"),
    [
        ("r=x*3+1", 4, 13),
        ("r=1+x*3", 4, 13),
        ("r=(1+x)*3", 4, 15),
        ("r=7-2-x", 1, 4),
        ("s=3", 9, 0),
        ("r=1;loop x{r=r*2}", 5, 32),
        ("s=1;loop x{r=r+s;s=r-s}", 6, 8),  # r: 1, 1, 2, 3, 5, 8
        ("loop x{loop x{r=r+1}}", 4, 16),
        ("loop x{x=x+1;r=r+1}", 3, 3),  # the number of rounds is looked at once
        ("loop 2-2{r=1}", 3, None),
        ("loop (x-5){r=1}", 3, 0),
        ("r = x + 1 ; loop 2 { r = r - 3 }", 3, -2),
    ],
)
def test_runs_by_hand(text, x, r):
    program = read_program(text)
    if r is None:  # a sum stands in brackets there
        assert isinstance(program, ParseFailure)
    else:
        assert run(program, x) == r


@pytest.mark.parametrize(
    ("text", "x", "said"),
    [
        ("loop 999999{r=1}", 0, f"more than {MAX_STEPS:,} steps"),
        ("loop 99{loop 99{loop 99{r=1}}}", 0, "steps"),
        ("r=2;loop 99{r=r*r}", 0, "10^12"),
        ("r=999999*999999*9", 0, "10^12"),
    ],
)
def test_runs_end_at_their_bounds(text, x, said):
    with pytest.raises(RunFailure, match=re.escape(said)):
        run(read_program(text), x)


def test_steps_are_counted_by_hand():
    """Of ``r=x``: the statement, the value. Of ``loop 9{r=x}``: the statement, its number, and nine rounds of 3."""
    rounds = (MAX_STEPS - 2) // 3  # each is a round, a statement and a value
    assert run(read_program(f"loop {rounds}" + "{r=x}"), 7) == 7
    with pytest.raises(RunFailure):
        run(read_program(f"loop {rounds + 1}" + "{r=x}"), 7)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 0),
        ("r=", 2),
        ("r=x*3+", 6),
        ("r=3;", 4),
        ("y=3", 0),
        ("r=-3", 2),
        ("r=03", 3),
        ("loop x{}", 7),
        ("loop x{r=1", 10),
        ("r==1", 2),
        ("r=1\n", 3),
        ("import os", 0),
        ("r=٣", 2),
        ("r=" + "(" * 30 + "x" + ")" * 30, None),
        ("r=1" + " " * MAX_TEXT, MAX_TEXT),
    ],
)
def test_what_is_no_program_is_told_with_its_place(text, place):
    score = ProgramsReward().score(ASKED, text)
    if place is None:  # brackets alone leave no level in the tree
        assert score.parts["well_formed"] == 1
    else:
        assert (score.value, score.failed_at) == (0.0, place)


def test_what_is_nested_too_deeply_is_not_run():
    text = "loop x{" * MAX_DEPTH + "r=1" + "}" * MAX_DEPTH
    assert len(text) <= MAX_TEXT
    assert "levels" in ProgramsReward().score(ASKED, text).failure


def test_scores_by_hand():
    graded, exact = ProgramsReward(), ProgramsReward("exact")
    whole = {"exact": 1.0, "well_formed": 1.0, "shown": 1.0, "hidden": 1.0}
    for text in ("r=x*3+1", "r=1;loop x{r=r+3}", "r=x+x+x+1"):
        assert graded.score(ASKED, text) == exact.score(ASKED, text) == (1.0, whole, None, None)
    constant = graded.score(ASKED, "r=4")  # right for 1 alone
    assert constant.value == pytest.approx(PARTIAL / 10)
    assert (constant.parts["shown"], constant.parts["hidden"]) == (0.25, 0.0)
    assert constant.failure == "for 0: 4, not 1"
    memory = "r=x*3+1+x*(x-1)*(x-4)*(x-5)"  # what is shown, and nothing else
    score = graded.score(ASKED, memory)
    assert (score.parts["shown"], score.parts["hidden"]) == (1.0, 0.0)
    assert score.failure == "right for the inputs that are shown, wrong for others"
    assert score.value == pytest.approx(PARTIAL * 4 / 10)
    assert exact.score(ASKED, memory).value == 0
    assert "2,000 steps" in graded.score(ASKED, "loop 9999{r=1}").failure
    assert "no function" in graded.score("6+8=", "14").failure
    assert read_prompt("f(0)=1 f(1)=77: ") is None
    assert read_prompt(ASKED).outputs == tuple(3 * x + 1 for x in INPUTS)


def test_functions_are_different_and_programs_of_them():
    programs, outputs = functions()
    assert len(programs) > 400
    assert len({tuple(row) for row in outputs.tolist()}) == len(programs)
    for program, row in zip(programs[::20], outputs[::20].tolist(), strict=True):
        assert [run(read_program(program), x) for x in INPUTS] == row


@law
@given(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["expressions", "loops", "all"]),
            "examples": st.integers(3, 6),
            "split": st.sampled_from(["train", "test", "all"]),
        }
    ),
    st.integers(0, 2**32),
)
def test_every_solution_is_right_and_within_bounds(options, seed):
    task, reward, problems = sample(5, seed, **options)
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        assert reward.score(prompt, solution).value == 1
        assert right(solution, solution)
        assert prompt.count("f(") == options["examples"]
        assert ("loop" in solution) <= (options["kind"] != "expressions")
        assert set(prompt + solution) <= set(task.charset)
        assert len(prompt) <= task.max_prompt_length
        assert len(solution) <= task.max_solution_length


def test_functions_of_train_and_test_are_apart():
    train, test = (set(sample(2000, split=split)[2].solutions) for split in ("train", "test"))
    assert len(test) > 20
    assert not train & test


def test_a_problem_depends_on_its_key_alone():
    task, _, problems = sample(20)
    keys = problem_keys(seeded_stream(1), np.arange(20))
    assert task.sample(keys[::-1]).prompts == problems.prompts[::-1]
    made = type(problems)([ASKED] * 2, ["r=x*3+1", "r=1;loop x{r=r*2}"])
    assert task.difficulty(made).tolist() == [7, 13]  # "loop " is a token


def test_options_without_a_meaning_are_refused():
    with pytest.raises(ConfigError, match="examples must be"):
        make_task("Programs", examples=2)
    with pytest.raises(ConfigError, match="did you mean 'loops'"):
        make_task("Programs", kind="loop")


@law
@given(st.text("rsx=+-*()0123456789;{}lop ", max_size=30))
def test_any_text_is_scored(text):
    score = ProgramsReward().score(ASKED, text)
    assert 0 <= score.value <= 1
    assert isinstance(read_program(text), Tree) == bool(score.parts["well_formed"])


def test_masks_let_solutions_through():
    pytest.importorskip("llguidance")
    from formal_envs.envs.masks import GrammarMasks
    from formal_envs.tokenizers import VocabularyTokenizer

    task, _, problems = sample(20)
    tokenizer = VocabularyTokenizer(task.vocabulary)
    masks = GrammarMasks(task, tokenizer)
    for prompt, solution in zip(problems.prompts, problems.solutions, strict=True):
        masks.begin(0, prompt)
        for token in (*tokenizer.encode(solution), tokenizer.eos_id):
            assert masks.rows[0, token]
            masks.take(0, token)
