"""Completions that could not be scored: nothing is learned from them, and nothing of the others is lost."""

import math
import zlib

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from hypothesis import example, given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from lossy_rewards import Lossy, LossySpec  # noqa: E402
from tiny_runs import SMALL, alone, draw, make_policy, terms_of, without_times  # noqa: E402

from agents.evaluation.agent import evaluate, train_agent  # noqa: E402
from agents.evaluation.baselines import ConstantAgent  # noqa: E402
from agents.objective.advantages import gae, group_centre, group_normalise, whiten  # noqa: E402
from agents.ppo import train  # noqa: E402
from agents.rollout import collect  # noqa: E402
from agents.runs.folder import Run  # noqa: E402
from agents.runs.spec import RunSpec  # noqa: E402
from agents.scored import score, steps_of  # noqa: E402
from formal_envs.errors import ConfigError  # noqa: E402
from formal_envs.score import Score, Step, Unscored  # noqa: E402
from formal_envs.tasks import make_task  # noqa: E402
from formal_envs.tasks.streams import problem_keys, seeded_stream  # noqa: E402

CHAIN = {**SMALL, "prompts": 6, "answer": "chain", "tokenizer": "char", "terms": 3}
WAYS = {
    "centred": {},
    "group": {"advantage": "group", "filter_groups": True},
    "gae": {"advantage": "gae"},
    "error": {"credit": "error"},
    "steps": {"credit": "steps", "gamma": 0.9},
    "kl_cov": {"kl_cov": 0.2},
}


class Various:
    """A reward that differs from text to text, and says of some where they went wrong."""

    range = (0.0, 1.0)

    def score(self, prompt, completion):
        drawn = zlib.crc32(f"{prompt}{completion}".encode()) % 5
        return Score(drawn / 4, {}, failed_at=len(completion) // 2 if drawn < 2 else None)

    def steps(self, prompt, completion):
        return [Step(len(completion) // 2, 1.0), Step(len(completion), self.score(prompt, completion).value)]


def policy_of(spec):
    """A policy with values."""
    policy, layout = make_policy(spec)
    torch.nn.init.normal_(policy.value_head.weight)
    return policy, layout


def collected(spec, policy, layout, share, whole_prompts=False):
    """What a lossy reward leaves of a batch."""
    task, _ = spec.build()
    prompts = task.sample(problem_keys(seeded_stream(0), np.arange(spec.config.prompts))).prompts
    lossy = Lossy(Various(), share, whole_prompts)
    noise = draw(len(prompts), spec.config.completions)
    return collect(policy, None, layout, lossy, prompts, spec.config, 0.0, noise, alone())


def ragged_advantages(values, places, advantage):
    """Advantages of completions that earned ``values``, each of the prompt at its place, prompt by prompt."""
    values, places = np.array(values), np.array(places)
    found = np.zeros(len(values))
    for place in set(places.tolist()):
        own = values[places == place]
        found[places == place] = own - own.mean()
        if advantage == "group":
            found[places == place] /= (own.std(ddof=1) if len(own) > 1 else 0.0) + 1e-6
    return found if advantage == "group" else found / (math.sqrt((found**2).mean()) + 1e-6)


def without(sampled, config):
    """The batch of the completions that have scores alone: each a prompt of its own, with its advantage by hand."""
    batch, group = sampled.rollout, config.completions
    kept = [place for place, result in enumerate(sampled.scores) if isinstance(result, Score)]
    rows = torch.tensor([place // group for place in kept])
    one = {
        name: x.flatten(0, 1)[kept][:, None] for name, x in batch._asdict().items() if x is not None and x.dim() == 3
    }
    values, mask = [sampled.scores[place].value for place in kept], one["mask"][:, 0].float()
    if config.advantage == "gae":
        earned = torch.zeros_like(mask).scatter(1, mask.sum(1, keepdim=True).long() - 1, torch.tensor(values)[:, None])
        raw = gae(earned, one["values"][:, 0], mask, config.gamma, config.gae_lambda)
        one["advantages"] = whiten(raw, mask)[:, None]
    else:
        whole = torch.tensor(ragged_advantages(values, rows.tolist(), config.advantage)).float()
        one["advantages"] = (whole[:, None] * mask)[:, None]
    one["weights"] = one["mask"].float()
    if config.filter_groups:
        mixed = [len({v for v, r in zip(values, rows.tolist(), strict=True) if r == row}) > 1 for row in rows.tolist()]
        one["weights"] = one["weights"] * torch.tensor(mixed)[:, None, None]
    return batch._replace(**one, prompts=batch.prompts[rows], prompt_mask=batch.prompt_mask[rows])


def gradient(policy, batch, config):
    policy.zero_grad()
    terms = terms_of(policy, batch, config)
    return torch.cat([x.grad.flatten() for x in policy.parameters() if x.grad is not None]), terms


@pytest.mark.parametrize("way", ["centred", "group", "gae"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.8])
def test_the_gradient_is_that_of_the_batch_without_them(way, share):
    spec = RunSpec.parse("FormalArith-v0", {**CHAIN, **WAYS[way], "batch_entropy_coef": 0.0})
    policy, layout = policy_of(spec)
    sampled = collected(spec, policy, layout, share)
    lost = sum(isinstance(result, Unscored) for result in sampled.scores)
    assert (lost > 0) == (share > 0)
    assert sampled.stats["unscored"] == pytest.approx(lost / len(sampled.scores))
    found, terms = gradient(policy, sampled.rollout, spec.config)
    expected, others = gradient(policy, without(sampled, spec.config), spec.config)
    assert expected.norm() > 0
    assert torch.allclose(found, expected, atol=1e-5 * expected.norm())
    assert terms == pytest.approx(others, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("way", WAYS)
def test_whole_prompts_without_scores_are_as_if_they_had_not_been_asked(way):
    spec = RunSpec.parse("FormalArith-v0", {**CHAIN, **WAYS[way], "batch_entropy_coef": 0.0})
    policy, layout = policy_of(spec)
    sampled = collected(spec, policy, layout, 0.4, whole_prompts=True)
    kept = sampled.rollout.scored.amax(dim=(1, 2)).bool()
    assert 0 < kept.sum() < len(kept)
    found, _ = gradient(policy, sampled.rollout, spec.config)
    expected, _ = gradient(policy, sampled.rollout.select(kept.nonzero()[:, 0]), spec.config)
    assert torch.allclose(found, expected, atol=1e-5 * expected.norm())


def test_steps_are_asked_of_rewards_that_have_them_and_of_texts_with_a_score():
    reward, gone = make_task("Arith")[1], Unscored("the server is away")
    right = reward.score("2+3+4=", "5+4=9")
    found = steps_of(reward, ["2+3+4="], ["5+4=9", "5+4=9", "5"], [right, right, gone])
    assert found == [[(3, 1.0), (5, 1.0)], [(3, 1.0), (5, 1.0)], ()]
    with pytest.raises(ConfigError, match="needs a reward with a method steps"):
        steps_of(make_task("Sentiment")[1], ["a"], ["b"], [Score(0.0, {})])


def test_batch_entropy_has_all_completions():
    """So that it does not fall when a server is away."""
    spec = RunSpec.parse("FormalArith-v0", {**CHAIN, "batch_entropy_coef": 0.3})
    policy, layout = make_policy(spec)
    every, some = (collected(spec, policy, layout, share) for share in (0.0, 0.5))
    for name in ("batch_entropy", "entropy", "kl", "completion_tokens"):
        assert some.stats[name] == every.stats[name]
    assert some.stats["reward_mean"] == pytest.approx(
        np.mean([result.value for result in some.scores if isinstance(result, Score)])
    )


@given(st.lists(st.lists(st.none() | st.floats(-2, 2), min_size=4, max_size=4), min_size=1, max_size=5))
@example([[None, 1.3471338435109885, 1.3471338435109885, 1.3471338435109885]])  # whose mean is rounded
def test_advantages_within_groups_are_those_of_the_present(groups):
    returns = torch.tensor([[7.0 if value is None else value for value in group] for group in groups])
    present = torch.tensor([[value is not None for value in group] for group in groups]).float()
    values = [value for group in groups for value in group if value is not None]
    places = [place for place, group in enumerate(groups) for value in group if value is not None]
    for name, found in {"group": group_normalise(returns, present), "centred": group_centre(returns, present)}.items():
        assert found[present == 0].abs().sum() == 0
        expected = ragged_advantages(values, places, name) if values else []
        assert found[present == 1].tolist() == pytest.approx(list(expected), rel=1e-3, abs=2e-2)


def test_equal_completions_share_what_could_not_be_given():
    scored = score(Lossy(make_task("Arith")[1], 1.0), ["1+1=", "2+2="], ["2", "2", "3", "4"])
    assert len(scored.distinct) == 3
    assert not scored.known().any()
    scored = score(Lossy(make_task("Arith")[1], 0.0), ["1+1=", "2+2="], ["2", "2", "3", "4"])
    assert scored.known().tolist() == [True] * 4
    assert scored.sums(["exact"])["exact"] == 3.0


class DyingSpec(RunSpec):
    """A spec whose reward gives some batches, and none after that."""

    left = 5

    def build(self):
        task, reward = super().build()
        return task, Dying(reward, self.left)


class Dying:
    def __init__(self, reward, left):
        self.reward, self.range, self.left = reward, reward.range, left

    def score(self, prompt, completion):
        raise AssertionError("there is a batch method")

    def score_batch(self, prompts, completions):
        self.left -= 1
        if self.left < 0:
            raise Unscored("the server is away")
        return self.reward.score_batch(prompts, completions)


@pytest.mark.train
@pytest.mark.parametrize("minibatches", [1, 8])
def test_a_run_goes_on_without_some_scores(tmp_path, minibatches):
    settings = {**SMALL, "steps": 4, "minibatches": minibatches, "evaluate_every": 2, "validation": 64}
    spec = LossySpec.parse("FormalArith-v0", settings)
    summary = train(spec, tmp_path / "run")
    rows = Run.open(tmp_path / "run").metrics()
    assert [row["step"] for row in rows] == [1, 2, 3, 4]
    for row in rows:
        assert 0 < row["unscored"] < 1
        assert all(math.isfinite(value) for value in row.values())
    assert rows[-1]["greedy_unscored"] > 0
    assert summary["greedy_test"]["unscored"] > 0
    samples = Run.open(tmp_path / "run").samples()
    lost = [row for row in samples if row["reward"] is None]
    assert 0 < len(lost) < len(samples)
    assert {row["unscored"] for row in lost} == {"the server is away"}


@pytest.mark.train
@pytest.mark.parametrize("left", [0, 5])
def test_a_step_without_any_score_ends_the_run_which_can_go_on(tmp_path, monkeypatch, left):
    monkeypatch.setattr(DyingSpec, "left", left)
    spec = DyingSpec.parse("FormalArith-v0", {**SMALL, "steps": 12})
    with pytest.raises(Unscored, match=r"none of the step's 64 completions has one.*the server is away.*--resume"):
        train(spec, tmp_path / "run")
    assert len(Run.open(tmp_path / "run").metrics()) == left
    monkeypatch.setattr(DyingSpec, "left", math.inf)
    for folder in ("run", "whole"):
        train(spec, tmp_path / folder, resume=folder == "run")
    assert without_times(Run.open(tmp_path / "run")) == without_times(Run.open(tmp_path / "whole"))


def test_evaluation_counts_them_apart():
    task, reward = make_task("Arith")
    whole = evaluate(ConstantAgent("7"), task, reward, episodes=200, seed=0)
    part = evaluate(ConstantAgent("7"), task, Lossy(reward, 0.4), episodes=200, seed=0)
    assert "unscored" not in whole
    assert 40 < part["unscored"] < 120
    assert part["reward_mean"] > 0.5 * whole["reward_mean"]  # were they 0, it were 0.6 of it at most
    with pytest.raises(Unscored, match="the server is away"):
        evaluate(ConstantAgent("7"), task, Lossy(reward, 1.0), episodes=20, seed=0)


class Pupil(ConstantAgent):
    """An agent that notes what it is told."""

    def __init__(self):
        super().__init__("7")
        self.told = []

    def learn(self, prompts, completions, scores):
        assert len(prompts) == len(completions) == len(scores)
        self.told += scores


def test_an_agent_of_ones_own_is_told_of_those_with_scores():
    task, reward = make_task("Arith")
    pupil = Pupil()
    train_agent(pupil, task, Lossy(reward, 0.4), batches=2, batch_size=50, seed=0)
    assert 30 < len(pupil.told) < 90
    assert all(isinstance(result, Score) for result in pupil.told)
