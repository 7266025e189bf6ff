"""Environments whose reward could not be given raise it: a trainer sees an error, and never 0."""

import pytest
from gymnasium.error import ResetNeeded

from formal_envs.envs.text import TextEnv
from formal_envs.envs.token import TokenEnv
from formal_envs.envs.vector import VectorTextEnv, VectorTokenEnv
from formal_envs.score import Score, Unscored, Watched, all_scored, score_batch, to_json
from formal_envs.tasks import make_task


class Away:
    """A reward that is away for the given calls, and then says how long a completion is."""

    range = (0.0, 100.0)

    def __init__(self, *away):
        self.away, self.calls = away, 0

    def score(self, prompt, completion):
        self.calls += 1
        if self.calls - 1 in self.away:
            raise Unscored(f"call {self.calls - 1}")
        return Score(float(len(completion)), {})


def test_a_text_environment_asks_the_same_again():
    env = TextEnv("Arith", reward=Away(0))
    env.reset(seed=3)
    with pytest.raises(Unscored, match="no score could be given: call 0"):
        env.step("12")
    assert env.step("12")[1:4] == (2.0, True, False)
    with pytest.raises(ResetNeeded):
        env.step("12")


def test_a_token_environment_is_over():
    env = TokenEnv("Arith", reward=Away(0), max_tokens=1)
    env.reset(seed=3)
    with pytest.raises(Unscored):
        env.step(5)
    with pytest.raises(ResetNeeded):
        env.step(5)
    env.reset()
    assert env.step(5)[2]


def test_the_vector_form_names_the_slots_and_asks_the_same_again():
    env = VectorTextEnv(12, "Arith", reward=Away(2, 5))
    first, _ = env.reset(seed=3)
    with pytest.raises(Unscored, match=r"in 2 of 12 slots \(2, 5\): call 2"):
        env.step(["12"] * 12)
    _, rewards, *_, infos = env.step(["12"] * 12)
    assert rewards.tolist() == [2.0] * 12
    assert tuple(infos["final_obs"]) == first


def test_the_vector_of_tokens_goes_on_with_the_next_problems():
    broken, whole = (VectorTokenEnv(3, "Arith", reward=Away(*away), max_tokens=1) for away in ((1,), ()))
    for env in (broken, whole):
        env.reset(seed=3)
    with pytest.raises(Unscored, match=r"in 1 of 3 slots \(1\)"):
        broken.step([5, 5, 5])
    whole.step([5, 5, 5])
    assert (broken.step([5, 6, 7])[0] == whole.step([5, 6, 7])[0]).all()


def test_many_slots_are_not_all_named():
    env = VectorTextEnv(20, "Arith", reward=Away(*range(20)))
    env.reset(seed=3)
    with pytest.raises(Unscored, match=r"in 20 of 20 slots \(0, 1, 2, 3, 4, 5, 6, 7, \.\.\.\)"):
        env.step(["1"] * 20)


def test_a_batch_keeps_the_scores_that_there_are():
    results = score_batch(Away(1), ["", "", ""], ["a", "bc", "def"])
    assert [to_json(result) for result in results] == [
        {"score": 1.0, "parts": {}, "failure": None, "failed_at": None},
        {"score": None, "unscored": "call 1"},
        {"score": 3.0, "parts": {}, "failure": None, "failed_at": None},
    ]
    with pytest.raises(Unscored, match="call 1"):
        all_scored(results)


class AllAway(Away):
    """One that loses whole batches."""

    def score_batch(self, prompts, completions):
        raise Unscored("the model does not fit into memory")


def test_a_batch_method_that_raises_it_has_given_none():
    results = score_batch(AllAway(), ["", ""], ["a", "b"])
    assert [result.reason for result in results] == ["the model does not fit into memory"] * 2


def test_what_is_watched_beside_a_reward_costs_the_score_where_it_is_away():
    results = score_batch(Watched(make_task("Arith")[1], Away(1)), ["1+1=", "1+1="], ["2", "2"])
    assert isinstance(results[0], Score)
    assert isinstance(results[1], Unscored)
