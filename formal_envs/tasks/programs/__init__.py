"""Programs: write the function that a few inputs and outputs belong to."""

from formal_envs.tasks.programs.reward import exact, graded
from formal_envs.tasks.programs.task import ProgramsTask
from formal_envs.tasks.protocol import Recipe, TaskSpec

SPEC = TaskSpec(
    ProgramsTask,
    {"graded": graded, "exact": exact},
    plain=frozenset({"kind", "examples", "split"}),
    recipe=Recipe(model={"mask": "grammar", "context": 128}),
    difficulty="tokens of the solution",
)
