"""The reward of a mixture: that of the part that a prompt is of."""

from __future__ import annotations

from collections.abc import Sequence

from formal_envs.score import Reward, Score, Unscored, score_batch
from formal_envs.tasks.mix.tags import read_tag
from formal_envs.tasks.mix.task import MixTask
from formal_envs.tasks.registry import make_task


class TaggedReward:
    """What the part that a prompt's tag names gives for the rest of the prompt: value, failure and place.

    Parts: those that all rewards have, so that each has a mean over a batch. Which they are is what an empty text of no
    prompt is scored with. A prompt that names no part earns the least.

    Args:
        rewards: of the parts.
    """

    def __init__(self, rewards: Sequence[Reward]):
        self.rewards = tuple(rewards)
        self.range = min(reward.range[0] for reward in rewards), max(reward.range[1] for reward in rewards)
        first, *others = (dict.fromkeys(reward.score("", "").parts) for reward in dict.fromkeys(rewards))
        self._shared = [name for name in first if all(name in other for other in others)]

    def __repr__(self) -> str:
        return f"TaggedReward({list(self.rewards)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TaggedReward) and other.rewards == self.rewards

    def __hash__(self) -> int:
        return hash((TaggedReward, self.rewards))

    def score(self, prompt: str, completion: str) -> Score:
        """Score one completion."""
        part, asked = read_tag(prompt)
        if not 0 <= part < len(self.rewards):
            return self._no_part()
        return self._shown(self.rewards[part].score(asked, completion))

    def score_batch(self, prompts: Sequence[str], completions: Sequence[str]) -> list[Score | Unscored]:
        """Score ``completions[i]`` as an answer to ``prompts[i]``, by each part's own batch method."""
        read = [read_tag(prompt) for prompt in prompts]
        scores: list[Score | Unscored] = [self._no_part()] * len(read)
        for part, reward in enumerate(self.rewards):
            places = [place for place, (named, _) in enumerate(read) if named == part]
            asked, said = [read[place][1] for place in places], [completions[place] for place in places]
            for place, score in zip(places, score_batch(reward, asked, said) if places else (), strict=True):
                scores[place] = self._shown(score) if isinstance(score, Score) else score
        return scores

    def _shown(self, score: Score) -> Score:
        return score._replace(parts={name: score.parts[name] for name in self._shared})

    def _no_part(self) -> Score:
        return Score(self.range[0], dict.fromkeys(self._shared, 0.0), "the prompt names no part of the mixture")


def own(task: MixTask, /) -> Reward:
    """Each part's own reward."""
    made: dict[str, Reward] = {}
    for part in task.stated:
        if part.reward_key not in made:
            made[part.reward_key] = make_task(part.task, **part.with_split(task.split))[1]
    rewards = [made[part.reward_key] for part in task.stated]
    return TaggedReward(rewards) if task.tagged else rewards[0]
