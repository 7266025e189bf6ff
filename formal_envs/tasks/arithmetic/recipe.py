"""How a model is trained on arithmetic where a trainer's defaults do not suit it."""

from formal_envs.tasks.protocol import Recipe

RECIPE = Recipe(
    # Muon takes a third of Adam's steps, and the rate is small by the time that most answers are right: they stay so.
    cold={
        "steps": 1300,
        "prompts": 256,
        "completions": 16,
        "optimizer": "muon",
        "learning_rate": 3e-3,
        "schedule": "inverse_sqrt",
        "entropy_target": 2.2,
        "entropy_gain": 2.0,
    },
)
