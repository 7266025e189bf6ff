"""Games: complete the description of a board game, or write one."""

from formal_envs.tasks.game.picture import draw
from formal_envs.tasks.game.recipe import RECIPE
from formal_envs.tasks.game.reward import gavel, graded, paper, skill
from formal_envs.tasks.game.task import GameTask
from formal_envs.tasks.protocol import TaskSpec

SPEC = TaskSpec(
    GameTask,
    {"graded": graded, "paper": paper, "gavel": gavel, "skill": skill},
    plain=frozenset({"mode", "brief", "split", "playouts", "corpus_share"}),
    recipe=RECIPE,
    draw=draw,
    difficulty="tokens to write",
)
