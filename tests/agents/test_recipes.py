"""Recipes: settings of tasks that the trainers have."""

import gymnasium
import pytest

pytest.importorskip("torch")

from agents.runs.config import PPOConfig, SFTConfig
from agents.runs.recipes import recipe
from formal_envs.tasks import TASKS, env_ids, find_task


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("kind", "warm"), [(SFTConfig, False), (PPOConfig, False), (PPOConfig, True)])
def test_a_recipe_is_of_settings_that_its_trainer_takes(task, kind, warm):
    settings = recipe(task, kind, warm)
    assert kind.from_dict(settings).as_dict().items() >= settings.items()


def test_a_cold_start_and_a_warm_one_have_settings_of_their_own():
    own = find_task("Game").recipe
    assert recipe("Game", PPOConfig, warm=False) == {**own.model, **own.cold} != own.model
    assert recipe("Game", PPOConfig, warm=True).items() >= own.warm.items()


@pytest.mark.parametrize("task", [task for task in TASKS if find_task(task).recipe.model])
def test_a_new_model_has_room_for_every_problem_of_a_task(task):
    window = gymnasium.make(env_ids(task)[1]).unwrapped.layout.window
    assert window <= PPOConfig.from_dict(recipe(task, PPOConfig, warm=False)).context
