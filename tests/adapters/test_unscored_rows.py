"""What each trainer is given in place of a score that could not be given."""

import pytest

from formal_envs.adapters.rows import rows, score, score_batch
from formal_envs.adapters.trl import ProblemEnvironment, programmed_reward
from formal_envs.adapters.verl import compute_score, compute_score_batch
from formal_envs.score import Score, Unscored
from formal_envs.tasks.arithmetic.reward import ArithmeticReward


@pytest.fixture
def ids(monkeypatch):
    """Of three problems whose second completion, "lost", cannot be scored."""
    real = ArithmeticReward.score_batch

    def lossy(self, prompts, completions):
        return [
            Unscored("its worker was killed") if text == "lost" else result
            for text, result in zip(completions, real(self, prompts, completions), strict=True)
        ]

    monkeypatch.setattr(ArithmeticReward, "score_batch", lossy)
    return [row["id"] for row in rows("FormalArith-v0", 3)]


def test_rows_keep_the_scores_that_there_are(ids):
    found = score_batch(ids, ["1", "lost", "2"])
    assert [isinstance(result, Score) for result in found] == [True, False, True]
    assert found[1].reason == "its worker was killed"
    with pytest.raises(Unscored, match="its worker was killed"):
        score(ids[1], "lost")


def test_trl_is_given_none(ids):
    logged = {}
    rewards = programmed_reward(["", "", ""], ["1", "lost", "2"], id=ids, log_extra=logged.__setitem__)
    assert [reward is None for reward in rewards] == [False, True, False]
    assert logged["failure"][1] == "no score could be given: its worker was killed"
    environment = ProblemEnvironment()
    environment.reset(id=ids[1])
    environment.answer("lost")
    assert environment.get_reward() is None
    environment.reset(id=ids[0])
    environment.answer("1")
    assert environment.get_reward() == rewards[0]


def test_verl_has_no_value_for_it_and_is_given_the_error(ids):
    with pytest.raises(Unscored, match="its worker was killed"):
        compute_score("", "lost", "", {"id": ids[1]})
    with pytest.raises(Unscored):
        compute_score_batch([""] * 3, ["1", "lost", "2"], [""] * 3, [{"id": each} for each in ids])
