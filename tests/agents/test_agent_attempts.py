"""Episodes of several attempts: sampled as the environment has them, credited, learned from and evaluated."""

import json
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from click.testing import CliRunner  # noqa: E402
from killed_runs import whole_and_killed  # noqa: E402
from lossy_rewards import Lossy  # noqa: E402
from tiny_runs import SMALL, accelerator, alone, draw, terms_of, without_times  # noqa: E402

from agents.attempts import check_attempts, collect_attempts  # noqa: E402
from agents.cli import main  # noqa: E402
from agents.evaluation.agent import evaluate  # noqa: E402
from agents.evaluation.policy_agent import PolicyAgent  # noqa: E402
from agents.models.build import load_model, new_model  # noqa: E402
from agents.models.policy import Policy  # noqa: E402
from agents.ppo import train  # noqa: E402
from agents.runs.folder import Run  # noqa: E402
from agents.runs.spec import RunSpec  # noqa: E402
from agents.update import accumulate  # noqa: E402
from formal_envs.envs.attempts import Attempts, told  # noqa: E402
from formal_envs.errors import ConfigError  # noqa: E402
from formal_envs.score import Score, Unscored  # noqa: E402
from formal_envs.tasks import make_task  # noqa: E402
from formal_envs.tasks.streams import problem_keys, seeded_stream  # noqa: E402

EASY = {"numbers": 2, "max_number": 4, "max_target": 8, "operators": "+-"}
SETTINGS = {
    **SMALL,
    **EASY,
    "prompts": 6,
    "completions": 4,
    "attempts": 3,
    "mask": "grammar",
    "context": 512,
    "tokenizer": "char",
}
COUNTDOWN = "FormalCountdown-v0"


def spec_of(**settings):
    return RunSpec.parse(COUNTDOWN, {**SETTINGS, **settings})


def policy_of(spec):
    torch.manual_seed(0)
    layout = spec.layout()
    policy = Policy(new_model(layout.tokenizer, 1, 16, 2, spec.config.context), layout)
    torch.nn.init.normal_(policy.value_head.weight)
    return policy, layout


def problems_of(spec, count=6):
    return spec.task().sample(problem_keys(seeded_stream(0), np.arange(count)))


def played(spec, reward=None):
    """A policy and a batch of its episodes."""
    policy, layout = policy_of(spec)
    noise = [draw(spec.config.prompts, spec.config.completions, seed) for seed in range(4)]
    sampled = collect_attempts(
        policy,
        None,
        layout,
        reward or spec.build()[1],
        problems_of(spec, spec.config.prompts),
        spec.config,
        0.0,
        noise.__getitem__,
        alone(),
    )
    return policy, layout, sampled


def rows_of(rollouts, attempt):
    """The tokens before, the tokens said, and the prompt's number of each row of an attempt."""
    rollout = rollouts.rollouts[attempt]
    group = rollout.tokens.shape[1]
    rows = []
    for row, (ids, live) in enumerate(zip(rollout.tokens.flatten(0, 1), rollout.mask.flatten(0, 1), strict=True)):
        before = rollout.prompts[row // group][rollout.prompt_mask[row // group].bool()]
        rows.append((before.tolist(), ids[live.bool()].tolist(), int(rollouts.owners[attempt][row // group])))
    return rows


def test_an_attempt_is_read_behind_those_before_it():
    """Its prompt, each completion with what is told of it, as the token environment writes them."""
    spec = spec_of(numbers=4, max_number=20)  # so that no two prompts are the same
    _, layout, sampled = played(spec)
    attempts = [rows_of(sampled.rollout, attempt) for attempt in range(3)]
    assert len(attempts[0]) == 24 > len(attempts[1]) >= len(attempts[2]) > 5
    problems, reward = problems_of(spec), spec.build()[1]
    for before, _, owner in attempts[0]:
        assert before == layout.tokenizer.encode(problems.prompts[owner])
    for number in (1, 2):
        for before, said, owner in attempts[number]:
            prompt, solution = problems.prompts[owner], problems.solutions[owner]
            first = next(row for row in attempts[number - 1] if before[: len(row[0] + row[1])] == row[0] + row[1])
            text = layout.tokenizer.decode(first[1])
            score = reward.score(prompt, text)
            assert score.failure is not None
            assert before == first[0] + first[1] + layout.retry(told(text, score, solution))
            assert (owner, len(said) > 0) == (first[2], True)


def test_what_is_sampled_is_read_again_with_the_same_probabilities():
    """So that ratios are 1: the tokens before an attempt, its masks and its places are the same in both."""
    policy, _, sampled = played(spec_of())
    for rollout in sampled.rollout.rollouts:
        said = policy(rollout.prompts, rollout.prompt_mask, rollout.tokens, rollout.mask, rollout.allowed)
        assert torch.allclose(said.logp, rollout.logp[rollout.mask.bool()], atol=1e-5)
    terms = terms_of(policy, sampled.rollout, spec_of().config)
    assert terms["ratio"] == pytest.approx(1.0, abs=1e-5)


class Steps:
    """Right is an answer with a 1; a wrong one earns 0.3."""

    range = (0.0, 1.0)

    def score(self, prompt, completion):
        return Score(1.0, {}) if "1" in completion else Score(0.3, {}, "no 1")


def test_credit_goes_to_the_attempt_that_earned():
    """Of each prompt: an attempt's return is the episode's reward, with the costs before it paid back, less the mean
    of those of the prompt's attempts of its number, over the spread of all of that number."""
    spec = spec_of(attempt_cost=0.1, prompts=8)
    _, layout, sampled = played(spec, Steps())
    values = np.array([score.value for score in sampled.scores]).reshape(8, 4)
    texts = np.array(sampled.texts).reshape(8, 4)
    for attempt in range(3):
        owners = [owner for *_, owner in rows_of(sampled.rollout, attempt)]
        rollout = sampled.rollout.rollouts[attempt]
        got = rollout.advantages.flatten(0, 1)[:, 0].numpy()
        returns = rollout.returns.flatten(0, 1)[:, 0].numpy()
        for owner in range(8):
            own = [row for row, each in enumerate(owners) if each == owner]
            if own:
                centred = returns[own] - returns[own].mean()
                if np.abs(centred).max() < 1e-6:
                    assert np.allclose(got[own], 0, atol=1e-4)
                else:
                    assert np.allclose(got[own] / np.abs(got[own]).max(), centred / np.abs(centred).max(), atol=1e-4)
        said = [layout.tokenizer.decode(ids) for _, ids, _ in rows_of(sampled.rollout, attempt)]
        right = np.array(["1" in text for text in said])
        assert np.allclose(returns[right], 1.0)  # whatever was paid before
        if attempt == 2:
            assert np.allclose(returns[~right], 0.3)
        else:
            assert set(returns[~right].astype(float).round(4)) <= {0.9, 0.8, 0.2, 0.1} - (
                {0.8, 0.1} if attempt else {0.2}
            )
    for value, text in zip(values.ravel(), texts.ravel(), strict=True):
        assert round(value, 4) in ({1.0, 0.9, 0.8} if "1" in text else {0.1})
    assert sampled.stats["reward_mean"] == pytest.approx(values.mean())
    assert sampled.stats["right_within"] == pytest.approx(np.mean(["1" in text for text in texts.ravel()]))
    assert sampled.stats["right_first"] == pytest.approx(np.mean(values == 1.0))
    lengths = [len(rows_of(sampled.rollout, attempt)) for attempt in range(3)]
    assert sampled.stats["attempts"] == pytest.approx(sum(lengths) / 32)


@pytest.mark.parametrize(
    "settings",
    [{}, {"advantage": "gae"}, {"advantage": "group", "filter_groups": True}, {"credit": "error"}, {"kl_cov": 0.3}],
    ids=str,
)
def test_a_gradient_is_the_same_however_the_batch_is_split(settings):
    spec = spec_of(**settings)
    policy, _, sampled = played(spec)
    gradients = []
    for micro_batch in (0, 1, 4):
        policy.zero_grad()
        config = replace(spec.config, micro_batch=micro_batch, batch_entropy_coef=0.1)
        terms = accumulate(policy, sampled.rollout, config, 0.1, accelerator(), alone())
        gradients.append((terms["loss"], [p.grad.clone() for p in policy.parameters() if p.grad is not None]))
    for loss, gradient in gradients[1:]:
        assert loss == pytest.approx(gradients[0][0], abs=1e-5)
        assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(gradient, gradients[0][1], strict=True))


def test_mini_batches_share_out_all_attempts():
    _, _, sampled = played(spec_of())
    parts = [sampled.rollout.select(torch.tensor(rows)) for rows in ([0, 3], [1, 5], [2, 4])]
    whole = [sorted(map(repr, rows_of(sampled.rollout, attempt))) for attempt in range(3)]
    assert sum(len(each) for each in whole) == sum(
        len(rows_of(part, attempt)) for part in parts for attempt in range(len(part.rollouts))
    )
    for rows, part in zip(([0, 3], [1, 5], [2, 4]), parts, strict=True):
        for attempt in range(len(part.rollouts)):
            assert {owner for *_, owner in rows_of(part, attempt)} <= set(rows)


def test_an_episode_that_lost_a_score_teaches_nothing():
    spec = spec_of()
    lossy = Lossy(spec.build()[1], 0.3)
    _, _, sampled = played(spec, lossy)
    lost = np.array([isinstance(score, Unscored) for score in sampled.scores])
    assert 0 < lost.sum() < len(lost)
    first = sampled.rollout.rollouts[0]
    assert np.array_equal(first.scored.flatten(0, 1).amax(dim=1).numpy() == 0, lost)
    for rollout in sampled.rollout.rollouts:
        absent = rollout.scored == 0
        assert not rollout.advantages[absent].any()
        assert not rollout.weights[absent].any()
    assert sampled.stats["unscored"] == pytest.approx(lost.mean())


# Evaluation.


class Tries:
    """Answers by what it is asked, and remembers it."""

    def __init__(self):
        self.asked = []

    def act(self, prompts):
        self.asked += [*prompts]
        return ["no" if prompt.count("\n! ") < 1 else "1" for prompt in prompts]


def test_any_agent_is_asked_again_by_the_text_forms_observation():
    task, _ = make_task("Countdown", **EASY)
    agent = Tries()
    result = evaluate(agent, task, Steps(), episodes=20, seed=0, attempts=Attempts(3, 0.1))
    assert (result["right_first"], result["right_within"]) == (0.0, 1.0)
    assert result["reward_mean"] == pytest.approx(0.9)
    assert len(agent.asked) == 40
    assert agent.asked[20] == f"{agent.asked[0]}no\n! no 1\n{agent.asked[0]}"


def test_a_policy_is_asked_again_as_it_was_trained():
    """Its greedy episodes are those of the token environment with greedy steps."""
    spec = spec_of()
    policy, layout = policy_of(spec)
    agent = PolicyAgent(policy, layout)
    seen = []
    results = evaluate(
        agent,
        spec.task(),
        spec.build()[1],
        episodes=8,
        seed=0,
        attempts=Attempts(3),
        watch=lambda problems, texts, scores: seen.extend(zip(problems.prompts, texts, scores, strict=True)),
    )
    assert results["right_first"] <= results["right_within"]
    assert len(seen) == 8
    for prompt, text, score in seen:
        ids, said = layout.tokenizer.encode(prompt), ""
        reward = spec.build()[1]
        (solution,) = [
            solution
            for asked, solution in zip(*(lambda p: (p.prompts, p.solutions))(evaluated(spec)), strict=True)
            if asked == prompt
        ][:1]
        for number in range(1, 4):
            masks = layout.masks(1)
            masks.begin_all([0], [prompt])
            done = policy.sample(torch.tensor([ids]), torch.ones(1, len(ids)).long(), 1, layout.max_tokens, None, masks)
            tokens = done.tokens[0, 0][done.mask[0, 0].bool()].tolist()
            said = layout.tokenizer.decode(tokens)
            found = reward.score(prompt, said)
            if found.failure is None or number == 3:
                break
            ids = ids + tokens + layout.retry(told(said, found, solution))
        assert (said, score.value) == (text, found.value - 0.05 * (number - 1))


def evaluated(spec):
    """The problems of an evaluation with seed 0."""
    return spec.task().sample(problem_keys(seeded_stream(0, 1), np.arange(8)))


# Settings.


def test_what_does_not_fit_is_refused():
    spec = spec_of(context=64)
    policy, layout = policy_of(spec)
    with pytest.raises(ConfigError, match="raise context"):
        check_attempts(spec.config, policy, layout, spec.build()[1], alone())
    spec = spec_of()
    policy, layout = policy_of(spec)
    two = alone()
    two.count = 2
    with pytest.raises(ConfigError, match="attempts must be 1 where several processes train"):
        check_attempts(spec.config, policy, layout, spec.build()[1], two)
    with pytest.raises(ConfigError, match="credit='steps' is for one attempt, got attempts="):
        check_attempts(spec_of(credit="steps").config, policy, layout, spec.build()[1], alone())
    with pytest.raises(ConfigError, match=r"attempt_cost must be less than 0\.5"):
        check_attempts(spec_of(attempt_cost=0.5).config, policy, layout, spec.build()[1], alone())
    with pytest.raises(ConfigError, match="attempts must be an integer"):
        spec_of(attempts=0)


@pytest.mark.parametrize(("architecture", "positions"), [("llama", 300), ("gpt2", 64)])
def test_rotary_positions_can_be_more_than_a_model_had(architecture, positions, tmp_path):
    model = new_model(spec_of().layout().tokenizer, 1, 16, 2, 64, architecture)
    model.save_pretrained(tmp_path)
    assert load_model(str(tmp_path), 300).config.max_position_embeddings == positions
    assert load_model(str(tmp_path), 32).config.max_position_embeddings == 64


# Runs.


@pytest.mark.train
def test_it_learns_at_the_first_attempt_and_within_all(tmp_path):
    sums = {"terms": 2, "max_operand": 5, "attempts": 2, "context": 256}
    free = {"entropy_target": -1.0, "batch_entropy_coef": 0.02}  # so few steps leave no time to explore
    size = {"prompts": 32, "completions": 32, "width": 32, "heads": 4, "test_episodes": 512}
    settings = {**SMALL, **sums, **free, **size, "steps": 150, "learning_rate": 3e-3, "warmup": 5}
    spec = RunSpec.parse("FormalArith-v0", settings)
    summary = train(spec, tmp_path / "run")
    rows = Run.open(tmp_path / "run").metrics()
    names = ("right_first", "right_within")
    before, after = ([np.mean([row[name] for row in part]) for name in names] for part in (rows[:5], rows[-5:]))
    assert after[0] > before[0] + 0.1
    assert after[1] > before[1] + 0.2
    assert after[1] > 1.3 * after[0]
    assert summary["sampled_test"]["right_within"] > summary["sampled_test"]["right_first"]

    def evaluated(*settings):
        command = ["eval", str(tmp_path / "run"), "--episodes", "64", "--sampled", "--json", *settings]
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    both, one = evaluated(), evaluated("--set", "attempts=1")
    assert 0 < both["right_first"] < both["right_within"]
    assert "right_first" not in one
    assert one["exact"] == pytest.approx(both["right_first"])


@pytest.mark.train
@pytest.mark.process
def test_a_killed_run_resumes_exactly(tmp_path):
    whole, killed = whole_and_killed("train", {**SMALL, "attempts": 2, "context": 256}, tmp_path)
    rows = without_times(Run.open(whole))
    assert rows == without_times(Run.open(killed))
    assert all(1 < row["attempts"] <= 2 for row in rows)
