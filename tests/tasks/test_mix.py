"""Mixtures: parts read from data, problems, rewards, tags and masks, by hand and as laws."""

import json
import re
from collections import Counter
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formal_envs.adapters.rows import rows, score
from formal_envs.errors import ConfigError
from formal_envs.rewards import ArithmeticReward
from formal_envs.score import score_batch
from formal_envs.tasks import make_task
from formal_envs.tasks.mix.judge import Right
from formal_envs.tasks.mix.parts import MOST_PARTS, read_parts
from formal_envs.tasks.mix.reward import TaggedReward
from formal_envs.tasks.mix.tags import read_tag, tag
from formal_envs.tasks.streams import problem_keys, seeded_stream
from formal_envs.tokenizers import VocabularyTokenizer

law = settings(deadline=None, max_examples=60)
SUMS = "FormalArith-v0 terms=2..4"
SEVERAL = "FormalArith-v0 terms=2; FormalCountdown-v0 numbers=3; FormalRewriting-v0 mode=sort length=3 reward=exact"
MIXTURES = [
    SUMS,
    SEVERAL,
    "FormalArith-v0 terms=2; FormalArith-v0 terms=3 operators=+-() answer=chain",
    "FormalArith-v0 terms=2; FormalArith-v0 terms=2 reward=exact; FormalSentiment-v0",
    "FormalGrammar-v0 size=10; FormalGame-v0",
]
mixtures = st.sampled_from(MIXTURES)
MADE = {text: make_task("Mix", parts=text) for text in MIXTURES}


def keys(seed, count):
    return problem_keys(seeded_stream(seed), np.arange(count))


# ---- Parts


def test_the_short_form_by_hand():
    parts = read_parts("FormalArith-v0 terms=2..3 operators=+- ; FormalCountdownToken-v0 numbers=3;")
    assert [(part.task, part.options) for part in parts] == [
        ("Arith", {"terms": 2, "operators": "+-"}),
        ("Arith", {"terms": 3, "operators": "+-"}),
        ("Countdown", {"numbers": 3}),
    ]
    assert str(parts[0]) == "FormalArith-v0 terms=2 operators=+-"
    assert str(read_parts([{"env": "FormalArith-v0", "terms": None}])[0]) == "FormalArith-v0 terms=null"


def test_a_list_its_text_and_the_short_form_are_one():
    stated = [{"env": "FormalArith-v0", "terms": 2}, {"env": "FormalArith-v0", "terms": 3, "operators": "+-"}]
    short = "; ".join(map(str, read_parts(stated)))
    assert read_parts(stated) == read_parts(json.dumps(stated)) == read_parts(short)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "must be a list"),
        ([], "must be a list"),
        ({"env": "FormalArith-v0"}, "must be a list"),
        (7, "must be a list"),
        ("[1", "no JSON"),
        ("[" * 9_999, "no JSON"),
        ("x" * 20_001, "at most 20,000 characters"),
        ([{}], "part 1 of the mixture: expected an object"),
        (["FormalArith-v0"], "part 1 of the mixture: expected an object"),
        ("FormalArith-v0; FormalArit-v0", "part 2 of the mixture: unknown environment .* did you mean 'FormalArith"),
        ("os:FormalArith-v0", "unknown environment"),
        ("FormalMix-v0", "no part of another"),
        ("FormalMixToken-v0", "no part of another"),
        ("FormalArith-v0 split=test", "state the split of the whole"),
        ("FormalArith-v0 tems=2", "unknown option 'tems'; did you mean 'terms'"),
        ("FormalArith-v0 attempts=2", "unknown option"),
        ("FormalArith-v0 reward=papr", "did you mean 'paper'"),
        ([{"env": "FormalArith-v0", "reward": 1}], "unknown reward"),
        ("FormalArith-v0 reward=[]", "must be a text, a number"),
        ("FormalArith-v0 terms", "each option has a value"),
        ("FormalArith-v0 terms=3..2", "empty range"),
        ("FormalArith-v0 terms=2..999999999", "at most 64 parts"),
        ("FormalArith-v0 terms=2..20 max_operand=1..20", "at most 64 parts"),
        ([{"env": "FormalArith-v0"}] * (MOST_PARTS + 1), "at most 64 parts"),
        ("FormalArith-v0 terms=2; FormalArith-v0 terms=1", "part 2 of the mixture: terms must be an integer in"),
    ],
)
def test_what_states_no_parts_is_refused(given, said):
    with pytest.raises(ConfigError, match=said):
        make_task("Mix", parts=given)


@settings(deadline=None)
@given(st.text(max_size=60) | st.text('[]{}":,Foralith-v0 .;=29', max_size=60).map("[{}]".format))
def test_any_text_is_parts_or_an_error_of_ours(text):
    with suppress(ConfigError):
        assert 1 <= len(read_parts(text)) <= MOST_PARTS


# ---- Problems


@law
@given(mixtures, st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_a_problem_depends_on_its_key_and_the_weights_alone(text, drawn, random):
    task, _ = MADE[text]
    weights = np.array([random.randint(0, 3) for _ in task.parts]) + np.eye(len(task.parts))[0]

    def problems_of(some):
        problems = task.sample(np.array(some, np.uint64), weights)
        parts, levels = task.part_of(problems).tolist(), task.difficulty(problems).tolist()
        return list(zip(problems.prompts, problems.solutions, parts, levels, strict=True))

    whole = problems_of(drawn)
    order = random.sample(range(len(drawn)), len(drawn))
    assert problems_of([drawn[place] for place in order]) == [whole[place] for place in order]
    assert problems_of(drawn[:1]) == whole[:1]


@law
@given(mixtures, st.integers(0, 2**32))
def test_a_key_has_one_problem_of_each_part_whatever_the_weights(text, seed):
    task, _ = MADE[text]
    drawn = keys(seed, 6)
    alone = [task.sample(drawn, weights).prompts for weights in np.eye(len(task.parts))]
    for weights in (None, np.ones(len(task.parts)), np.arange(1, len(task.parts) + 1)):
        problems = task.sample(drawn, weights)
        assert problems.prompts == [alone[part][place] for place, part in enumerate(problems.parts.tolist())]
    assert task.sample(drawn).prompts == task.sample(drawn, np.full(len(task.parts), 7.0)).prompts


def test_each_part_is_asked_for_as_often_as_its_weight_says():
    task, _ = make_task("Mix", parts="FormalArith-v0 terms=2..5")
    for weights in (None, np.array([5.0, 0.0, 3.0, 2.0])):
        counts = Counter(task.sample(keys(3, 20_000), weights).parts.tolist())
        for part, share in enumerate([0.25] * 4 if weights is None else [0.5, 0.0, 0.3, 0.2]):
            assert abs(counts[part] / 20_000 - share) <= 5 * np.sqrt(share * (1 - share) / 20_000)


@pytest.mark.parametrize("weights", [[1.0], [0.0, 0.0, 0.0], [1.0, -1.0, 1.0], [1.0, np.nan, 1.0], [[1.0] * 3]])
def test_weights_without_a_meaning_are_refused(weights):
    with pytest.raises(ConfigError, match="weights must be 3 numbers"):
        make_task("Mix", parts=SUMS)[0].sample(keys(1, 2), np.array(weights))


def test_an_empty_batch_has_no_problems():
    task, _ = MADE[SEVERAL]
    problems = task.sample(keys(1, 0))
    assert (problems.prompts, problems.solutions) == ([], [])
    assert task.difficulty(problems).shape == (0,)


@law
@given(mixtures, st.integers(0, 2**32), st.sampled_from(["train", "test", "all"]))
def test_bounds_hold_and_difficulty_is_the_parts_own(text, seed, split):
    task, _ = make_task("Mix", parts=text, split=split)
    problems = task.sample(keys(seed, 8))
    assert all(own.split == split for own in task.tasks)
    for part, places, own in problems.of_parts:
        assert task.difficulty(problems)[places].tolist() == task.tasks[part].difficulty(own).tolist()
    for texts, characters, tokens in (
        (problems.prompts, task.max_prompt_length, task.max_prompt_tokens),
        (problems.solutions, task.max_solution_length, task.max_solution_tokens),
    ):
        assert max(map(len, texts)) <= characters
        assert set().union(*texts) <= set(task.charset)
        if task.vocabulary:
            assert max(len(VocabularyTokenizer(task.vocabulary).encode(each)) for each in texts) <= tokens


def test_words_are_there_where_all_parts_have_some():
    task, _ = MADE[SEVERAL]
    assert {"#1 ", "#2 ", "#3 ", "99", " -> "} <= set(task.vocabulary)
    assert not make_task("Mix", parts="FormalArith-v0; FormalArith-v0 terms=2 max_operand=1000")[0].vocabulary


# ---- Rewards


def test_one_reward_scores_all_where_the_parts_have_the_same():
    for parts in (SUMS, "FormalArith-v0 terms=2; FormalArith-v0 terms=3 reward=paper operators=+-"):
        task, reward = make_task("Mix", parts=parts)
        assert reward == ArithmeticReward("paper")
        assert not task.tagged
        assert not any("#" in prompt for prompt in task.sample(keys(1, 50)).prompts)


@law
@given(st.sampled_from(MIXTURES[1:]), st.integers(0, 2**32), st.booleans(), st.text("0123456789+-*/() #", max_size=8))
def test_scores_are_those_of_the_parts_own_rewards(text, seed, right, said):
    task, reward = MADE[text]
    problems = task.sample(keys(seed, 6))
    completions = problems.solutions if right else [said] * 6
    found = score_batch(reward, problems.prompts, completions)
    assert found == [reward.score(*each) for each in zip(problems.prompts, completions, strict=True)]
    for part, places, own in problems.of_parts:
        stated = task.stated[part]
        _, alone = make_task(stated.task, **stated.with_split("train"))
        assert alone.range[0] >= reward.range[0]
        assert alone.range[1] <= reward.range[1]
        for place, prompt in zip(places.tolist(), own.prompts, strict=True):
            expected = alone.score(prompt, completions[place])
            assert found[place]._replace(parts={}) == expected._replace(parts={})
            assert found[place].parts.items() <= expected.parts.items()
    assert len({tuple(score.parts) for score in found}) == 1


def test_scores_by_hand():
    _, reward = MADE[SEVERAL]
    assert isinstance(reward, TaggedReward)
    assert reward.score("#1 6+8=", "14") == (1.0, {"exact": 1.0}, None, None)
    assert reward.score("#2 2 3 25 -> 75: ", "25+3") == (0.1, {"exact": 0.0}, "the value is 28, not 75", None)
    assert reward.score("#3 sort 5 4 9: ", "4 9 5") == (0.0, {"exact": 0.0}, "expected '5 9', got '9 5'", 2)
    for prompt in ("6+8=", "#4 6+8=", "#0 6+8=", "#01 6+8=", "# 6+8=", "#1", "#٣ 6+8=", ""):
        score = reward.score(prompt, "14")
        assert score == (0.0, {"exact": 0.0}, "the prompt names no part of the mixture", None)
        assert score_batch(reward, [prompt], ["14"]) == [score]


@given(st.integers(0, MOST_PARTS - 1), st.text(max_size=9))
def test_tags_are_read_as_they_are_written(part, rest):
    assert read_tag(tag(part) + rest) == (part, rest)


def test_the_judge_is_the_parts_own():
    task, reward = MADE[SEVERAL]
    check = task.reward_check(reward)
    assert isinstance(check.correct, Right)
    assert check.correct("#1 6+8=", "(14)", "14")
    assert not check.correct("#1 6+8=", "13", "14")
    assert check.correct("#2 2 3 25 -> 75: ", "25*3", "3*25")
    assert not check.correct("#2 2 3 25 -> 75: ", "75", "3*25")
    assert check.correct("#3 sort 5 4 9: ", "4 5 9", "4 5 9")
    assert not check.correct("6+8=", "14", "14")


@pytest.mark.parametrize("parts", [SUMS, SEVERAL])
def test_the_reward_passes_its_check(parts):
    from click.testing import CliRunner

    from agents.cli import main

    done = CliRunner().invoke(
        main, ["check-reward", "--env", "FormalMix-v0", "--set", f"parts={parts}", "--budget", "300"]
    )
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("prompt", "completion", "kind", "parts"),
    [
        ("#1 6+8=", "15", "chain", {"error", "exact", "well_formed"}),
        ("#2 2 3 25 -> 75: ", "25*3", None, {"exact", "legal"}),
        ("#9 6+8=", "14", None, {"exact"}),
    ],
)
def test_the_lab_explains_by_the_part(prompt, completion, kind, parts):
    from formal_envs.lab.forms import Chosen
    from formal_envs.lab.trying import answer

    question = {"chosen": Chosen("Mix", (("parts", SEVERAL),)), "prompt": prompt, "completion": completion}
    found = answer({"ask": "score", **question})
    assert found["score"] == MADE[SEVERAL][1].score(prompt, completion).value
    assert found["parts"].keys() == parts
    assert (found["explanation"] or {"kind": None})["kind"] == kind


# ---- Rows and masks


def test_rows_hold_the_parts_where_they_are_trusted():
    stated = json.dumps([{"env": "FormalArith-v0", "terms": 2}])
    row = next(rows("FormalMix-v0", 1, parts=stated))
    assert re.fullmatch(r"[0-9]+\+[0-9]+=", row["prompt"])
    with pytest.raises(ConfigError, match="state parts="):
        score(row["id"], row["solution"])
    assert score(row["id"], row["solution"], trusted=[{"parts": stated}]).value == 1
    assert score(next(rows("FormalMix-v0", 1))["id"], "no number").value < 1  # what is mixed by default says nothing


@pytest.mark.parametrize(
    "parts", [SUMS, "FormalArith-v0 terms=2; FormalArith-v0 terms=3 answer=chain", SEVERAL, MIXTURES[4]]
)
def test_masks_let_solutions_through_and_are_the_parts_own(parts):
    pytest.importorskip("llguidance")
    from formal_envs.envs.masks import GrammarMasks
    from formal_envs.tokenizers import char_tokenizer

    task, _ = make_task("Mix", parts=parts)
    tokenizer = char_tokenizer(task.charset)
    masks, problems = GrammarMasks(task, tokenizer), task.sample(keys(2, 6))
    for part, places, own in problems.of_parts:
        alone = GrammarMasks(task.tasks[part], tokenizer)
        for place, prompt, solution in zip(places.tolist(), own.prompts, own.solutions, strict=True):
            masks.begin(0, problems.prompts[place])
            alone.begin(0, prompt)
            for token in (*tokenizer.encode(solution), tokenizer.eos_id):
                assert masks.rows[0, token]
                assert (masks.rows == alone.rows).all()
                masks.take(0, token)
                alone.take(0, token)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ("FormalArith-v0 terms=2; FormalArith-v0 terms=2 operators=+-", "the parts' grammars differ"),
        ("FormalArith-v0 terms=2; FormalSentiment-v0", "FormalSentiment-v0 has not"),
    ],
)
def test_masks_that_cannot_be_are_refused(parts, said):
    pytest.importorskip("llguidance")
    from formal_envs.envs.masks import GrammarMasks
    from formal_envs.tokenizers import char_tokenizer

    task, _ = make_task("Mix", parts=parts)
    prompts = task.sample(keys(1, 40)).prompts
    tokenizer = char_tokenizer(task.charset)

    def begin_all():
        GrammarMasks(task, tokenizer, 40).begin_all(range(40), prompts)

    with pytest.raises(ConfigError, match=said):
        begin_all()
