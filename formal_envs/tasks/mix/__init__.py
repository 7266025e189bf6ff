"""Mixtures: problems of several environments and difficulties in one stream."""

from formal_envs.tasks.arithmetic.recipe import RECIPE
from formal_envs.tasks.mix.reward import own
from formal_envs.tasks.mix.task import MixTask
from formal_envs.tasks.protocol import TaskSpec

SPEC = TaskSpec(
    MixTask,
    {"own": own},
    plain=frozenset({"split"}),
    recipe=RECIPE,  # of what is mixed if nothing else is said
    difficulty="what the part's own task counts",
)
