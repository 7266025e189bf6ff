"""A reward some of whose scores cannot be given."""

from __future__ import annotations

import zlib

from agents.runs.spec import RunSpec
from formal_envs.score import Unscored


class Lossy:
    """A reward without scores for the given share of pairs of prompt and completion, or of prompts, always the same."""

    def __init__(self, reward, share, whole_prompts=False):
        self.reward, self.share, self.whole_prompts, self.range = reward, share, whole_prompts, reward.range

    def score(self, prompt, completion):
        drawn = zlib.crc32(repr((prompt, "" if self.whole_prompts else completion)).encode()) / 2**32
        if drawn < self.share:
            raise Unscored("the server is away")
        return self.reward.score(prompt, completion)

    def steps(self, prompt, completion):
        return self.reward.steps(prompt, completion)


class LossySpec(RunSpec):
    """A spec whose reward loses scores."""

    share, whole_prompts = 0.3, False

    def build(self):
        """The task and its reward."""
        task, reward = super().build()
        return task, Lossy(reward, self.share, self.whole_prompts)


class LossyPromptsSpec(LossySpec):
    """A spec whose reward loses those of most prompts."""

    share, whole_prompts = 0.8, True
