"""Regular expressions: match these words, and not those."""

from formal_envs.tasks.protocol import Recipe, TaskSpec
from formal_envs.tasks.regex.reward import exact, graded
from formal_envs.tasks.regex.task import RegexTask

SPEC = TaskSpec(
    RegexTask,
    {"graded": graded, "exact": exact},
    plain=frozenset({"letters", "examples", "size", "split"}),
    recipe=Recipe(model={"mask": "grammar", "context": 128}),
    difficulty="characters of the solution",
)
