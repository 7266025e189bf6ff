"""The agents that come with the suite, and one of a user's own."""

import numpy as np
import pytest

from agents.evaluation.agent import Agent, LearningAgent, evaluate, train_agent
from agents.evaluation.baselines import ConstantAgent, OracleAgent, RandomAgent
from formal_envs.errors import ConfigError
from formal_envs.tasks import make_task


class Greedy:
    """Learns the answer with the best mean reward; a user's agent, in a few lines."""

    def __init__(self):
        self.totals = np.zeros((100, 2))
        self.asked = 0

    def act(self, prompts):
        answers = [str((self.asked + n) % 100) for n in range(len(prompts))]
        self.asked += len(prompts)
        return answers

    def learn(self, prompts, completions, scores):
        for completion, score in zip(completions, scores, strict=True):
            self.totals[int(completion)] += score.value, 1

    @property
    def best(self):
        return str(np.argmax(self.totals[:, 0] / self.totals[:, 1]))


def test_an_agent_of_ones_own_trains_on_a_task():
    agent = Greedy()
    assert isinstance(agent, LearningAgent)
    means = train_agent(agent, *make_task("Arith"), batches=20, batch_size=1000, seed=0)
    assert len(means) == 20
    assert abs(int(agent.best) - 25) <= 3  # the best constant answer is 25
    assert abs(int(ConstantAgent.best(*make_task("Arith"), seed=0).answer) - 25) <= 3


def test_every_problem_is_asked_once_whatever_the_batch_size():
    class Recorder:
        def __init__(self):
            self.seen = []

        def act(self, prompts):
            self.seen += prompts
            return ["0"] * len(prompts)

    seen = []
    for batch_size in (7, 100):
        agent = Recorder()
        evaluate(agent, *make_task("Arith"), episodes=30, seed=3, batch_size=batch_size)
        seen.append(agent.seen)
    assert seen[0] == seen[1]
    assert len(seen[0]) == 30


def test_who_watches_an_evaluation_sees_each_batch():
    told = []
    task, reward = make_task("Arith")

    def watch(problems, completions, scores):
        prompts = problems.prompts
        assert completions == ["25"] * len(prompts)
        assert scores == reward.score_batch(prompts, completions)
        told.append(len(prompts))

    evaluate(ConstantAgent("25"), task, reward, episodes=30, seed=3, batch_size=7, watch=watch)
    assert told == [7, 7, 7, 7, 2]


@pytest.mark.parametrize("options", [{}, {"answer": "chain"}, {"terms": 4, "operators": "+-*()", "reward": "exact"}])
def test_the_oracle_earns_everything(options):
    task, reward = make_task("Arith", **options)
    result = evaluate(OracleAgent(task, 200, seed=5), task, reward, episodes=200, seed=5)
    assert result["reward_mean"] == result["exact"] == 1.0
    with pytest.raises(ConfigError, match="oracle"):
        OracleAgent(task, 1, seed=5).act(["1+1="])


def test_baselines_are_agents_and_random_ones_repeat():
    task, _ = make_task("Arith")
    prompts = ["1+2="] * 50
    assert RandomAgent(task, 1).act(prompts) == RandomAgent(task, 1).act(prompts)
    assert RandomAgent(task, 1).act(prompts) != RandomAgent(task, 2).act(prompts)
    assert all(set(text) <= set(task.charset) and text for text in RandomAgent(task, 1).act(prompts))
    assert ConstantAgent("25").act(prompts) == ["25"] * 50
    for agent in (RandomAgent(task, 1), ConstantAgent("25"), OracleAgent(task, 1, 0)):
        assert isinstance(agent, Agent)


def test_the_completion_that_is_given_most_often_is_counted():
    task, reward = make_task("Arith", split="test")

    class Hesitant:
        def act(self, prompts):
            return [("25", "25", "25", "26")[number % 4] for number in range(len(prompts))]

    assert evaluate(Hesitant(), task, reward, episodes=16, seed=0)["mode_share"] == 0.75


@pytest.mark.parametrize("value", [0.5, None, (0.5, {}), "good"])
@pytest.mark.parametrize("batched", [False, True])
def test_a_reward_that_returns_no_score_is_told_what_is_expected(value, batched):
    class Wrong:
        range = (0.0, 1.0)

        def score(self, prompt, completion):
            return value

    reward = Wrong()
    if batched:
        reward.score_batch = lambda prompts, completions: [value] * len(prompts)
    task, _ = make_task("Arith")
    with pytest.raises(ConfigError, match=r"must return a Score, such as Score\(0.5, {}\), got "):
        evaluate(RandomAgent(task, 0), task, reward, episodes=4, seed=0)


def test_a_batch_of_another_length_is_refused():
    class Short:
        range = (0.0, 1.0)
        score = None

        def score_batch(self, prompts, completions):
            return make_task("Arith")[1].score_batch(prompts, completions)[1:]

    task, _ = make_task("Arith")
    with pytest.raises(ConfigError, match="must return a list of 4 Scores"):
        evaluate(RandomAgent(task, 0), task, Short(), episodes=4, seed=0)
