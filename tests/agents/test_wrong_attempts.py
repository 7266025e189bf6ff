"""Supervised examples of second attempts: what is wrong in them, what is told of it, and what is learned."""

from itertools import chain, permutations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from lossy_rewards import Lossy  # noqa: E402

from agents.models.build import load_model  # noqa: E402
from agents.runs.config import SFTConfig  # noqa: E402
from agents.runs.folder import Run  # noqa: E402
from agents.runs.spec import RunSpec  # noqa: E402
from agents.sft import encode_examples, to_batch, train_supervised, validation_loss  # noqa: E402
from agents.wrong_attempts import TRIES, wrong_attempts  # noqa: E402
from formal_envs.envs.attempts import Attempts, Episode  # noqa: E402
from formal_envs.errors import ConfigError  # noqa: E402
from formal_envs.score import Score, score_batch  # noqa: E402
from formal_envs.tasks.streams import problem_keys, seeded_stream  # noqa: E402

SMALL = {"examples": 64, "batch": 16, "layers": 1, "width": 16, "heads": 2, "warmup": 2, "validation": 32}
SMALL |= {"evaluate_every": 4, "test_episodes": 32, "device": "cpu", "context": 512, "attempts": 3}


def spec_of(env="FormalArith-v0", **changes):
    return RunSpec.parse(env, {**SMALL, **changes}, SFTConfig)


class Recorded:
    """A reward that remembers the texts which it was asked to score, of each prompt."""

    def __init__(self, reward):
        self.reward, self.range = reward, reward.range
        self.asked = {}

    def score_batch(self, prompts, completions):
        for prompt, completion in zip(prompts, completions, strict=True):
            self.asked.setdefault(prompt, []).append(completion)
        return score_batch(self.reward, prompts, completions)


class Same:
    """Says the same of every text."""

    range = (0.0, 1.0)

    def __init__(self, failure):
        self.failure = failure

    def score(self, prompt, completion):
        return Score(float(self.failure is None), {}, self.failure)


def made(spec, reward=None, *, seed=0, count=40, most=3):
    """A layout, problems and the tokens of wrong attempts at them."""
    layout, keys = spec.layout(), problem_keys(seeded_stream(seed), np.arange(count))
    problems = spec.task().sample(keys)
    wrong = problem_keys(seeded_stream(seed, 1), np.arange(count))
    return layout, problems, wrong_attempts(layout, reward or spec.build()[1], problems, wrong, most)


TASKS = {  # in tokens of which no two make another one, so that a text has one spelling
    "sums": ("FormalArith-v0", {}),
    "chains": ("FormalArith-v0", {"answer": "chain", "terms": 3, "tokenizer": "char"}),
    "countdown": ("FormalCountdown-v0", {"tokenizer": "char"}),
    "formulas": ("FormalSatisfaction-v0", {"width": 3}),
    "games": ("FormalGame-v0", {"context": 2048}),
    "compositions": ("FormalGame-v0", {"context": 2048, "mode": "compose"}),
}


@pytest.mark.parametrize("name", TASKS)
@given(st.integers(0, 2**32))
@settings(max_examples=5, deadline=None)
def test_what_stands_before_a_solution_is_what_an_episode_has_told(name, seed):
    """Texts that the reward refuses, as the environment lays them out, with what it tells of them."""
    env, options = TASKS[name]
    spec = spec_of(env, **options)
    reward = Recorded(spec.build()[1])
    layout, problems, between = made(spec, reward, seed=seed)
    tokenizer, tried = layout.tokenizer, 0
    for prompt, solution, ids in zip(problems.prompts, problems.solutions, between, strict=True):
        refused = []
        for text in reward.asked.get(prompt, []):
            score = reward.reward.score(prompt, text)
            episode = Episode(Attempts(3), prompt, solution)
            if not episode.answer(text, score)[1]:
                said = [*tokenizer.encode(text), tokenizer.eos_id][: layout.max_tokens]
                refused.append(said + layout.retry(episode.told[0]))
        laid_out = [[*chain(*some)] for count in range(3) for some in permutations(refused, count)]
        assert ids in laid_out
        tried += bool(ids)
    assert 8 < tried < 32  # of 40


def test_half_of_the_examples_have_none_and_the_others_one_to_all_but_one():
    """Every text is refused in so many words, so that each attempt is seen by them."""
    spec = spec_of("FormalCountdown-v0")
    layout, _, between = made(spec, Same("7777777777"), count=2000, most=4)
    (mark,) = {tuple(layout.retry("7777777777"))}
    counts = [sum(tuple(ids[n : n + len(mark)]) == mark for n in range(len(ids))) for ids in between]
    shares = [counts.count(number) / 2000 for number in range(5)]
    assert shares == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6, 0], abs=0.03)


def test_what_no_corruption_spoils_stays_plain_after_a_few_tries():
    spec = spec_of("FormalCountdown-v0")
    reward = Recorded(Same(None))
    _, problems, between = made(spec, reward, most=2)
    assert between == [[]] * 40
    asked = [len(texts) for texts in reward.asked.values()]
    assert max(asked) == TRIES
    assert not any(
        solution in reward.asked.get(prompt, [])
        for prompt, solution in zip(problems.prompts, problems.solutions, strict=True)
    )


def test_a_text_without_a_score_is_no_wrong_attempt():
    spec = spec_of("FormalCountdown-v0")
    assert made(spec, Lossy(Same("wrong"), 1.0))[2] == [[]] * 40


def test_each_wrong_attempt_is_its_solution_with_one_thing_wrong():
    """A token for another one, or one less, or the beginning of it; of characters, which have one spelling."""
    spec = spec_of("FormalCountdown-v0", tokenizer="char")
    reward, kinds = Recorded(Same("wrong")), set()
    layout, problems, _ = made(spec, reward, count=100)
    texts = [layout.tokenizer.encode(solution) for solution in problems.solutions]
    pairs = {pair for ids in texts for pair in zip([None, *ids], ids, strict=False)}
    for prompt, right in zip(problems.prompts, texts, strict=True):
        for text in reward.asked.get(prompt, []):
            ids = layout.tokenizer.encode(text)
            replaced = [n for n in range(len(right)) if right[:n] + right[n + 1 :] == ids[:n] + ids[n + 1 :]]
            if len(ids) == len(right):
                (place,) = replaced
                assert (right[place - 1] if place else None, ids[place]) in pairs
                kinds.add("replaced")
            elif ids == right[: len(ids)] and len(ids) < len(right) - 1:
                kinds.add("cut short")
            else:
                assert ids in [right[:n] + right[n + 1 :] for n in range(len(right))]
                kinds.add("left out")
    assert kinds == {"replaced", "left out", "cut short"}


@pytest.mark.parametrize("loss", ["all", "completion"])
def test_the_solution_alone_is_learned_behind_wrong_attempts(loss):
    spec = spec_of("FormalCountdown-v0")
    layout, problems, between = made(spec)
    tokenizer = layout.tokenizer
    examples = encode_examples(layout, problems, loss, between)
    ids, _, labels = to_batch(examples, tokenizer.pad_id)
    for row, (prompt, solution, wrong) in enumerate(zip(problems.prompts, problems.solutions, between, strict=True)):
        before, after = tokenizer.encode(prompt) + wrong, [*tokenizer.encode(solution), tokenizer.eos_id]
        assert ids[row, : len(before + after)].tolist() == before + after[: layout.max_tokens]
        learned = labels[row][labels[row] >= 0].tolist()
        assert learned == ((before + after)[1:] if loss == "all" and not wrong else after)
    plain = encode_examples(layout, problems, loss)
    for example, alone, wrong in zip(examples, plain, between, strict=True):
        assert wrong or (example.ids.tolist(), example.begin) == (alone.ids.tolist(), alone.begin)


def test_the_same_keys_make_the_same_attempts():
    spec = spec_of("FormalCountdown-v0")
    assert made(spec)[2] == made(spec)[2] != made(spec, seed=1)[2]


def test_a_run_measures_what_is_right_at_the_first_attempt_and_at_any(tmp_path):
    summary = train_supervised(spec_of(steps=4), tmp_path / "run")
    rows = Run.open(tmp_path / "run").metrics()
    for row in [rows[0], rows[-1], summary["sampled_test"]]:
        assert 0 <= row["right_first"] <= row["right_within"] <= 1


def test_what_does_not_fit_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="raise context"):
        train_supervised(spec_of("FormalCountdown-v0", context=32), tmp_path / "short")
    with pytest.raises(ConfigError, match=r"attempt_cost must be less than 0\.5"):
        train_supervised(spec_of(attempt_cost=0.5), tmp_path / "dear")
    with pytest.raises(ConfigError, match="attempts must be an integer"):
        spec_of(attempts=0)


@pytest.mark.train
def test_solutions_behind_wrong_attempts_are_learned(tmp_path):
    """They are foreign to a model that has seen solutions alone, however well it knows those."""
    sums = {"terms": 2, "max_operand": 5, "split": "all", "loss": "completion"}
    size = {"steps": 150, "batch": 32, "width": 32, "examples": 1024, "learning_rate": 5e-3, "evaluate_every": 150}
    losses = {}
    for attempts in (1, 3):
        spec = spec_of(**sums, **size, attempts=attempts)
        train_supervised(spec, tmp_path / str(attempts))
        layout, problems, between = made(spec_of(**sums), seed=7, count=200)
        examples = encode_examples(layout, problems, "completion", between)
        model, pad_id = load_model(str(Run.open(tmp_path / str(attempts)).checkpoint)), layout.tokenizer.pad_id
        for number in (0, 1, 2):
            chosen = [example for example, ids in zip(examples, between, strict=True) if _count(ids, layout) == number]
            losses[attempts, number] = validation_loss(model, chosen, pad_id, 64)
    assert losses[1, 0] < 1
    assert losses[3, 0] < 1
    for number in (1, 2):
        assert losses[3, number] < 1 < 2 < losses[1, number]


def _count(ids, layout):
    """How many wrong attempts these tokens have, of a task whose failures are told by BOS alone."""
    return ids.count(layout.tokenizer.bos_id)
