"""How a model is trained on arithmetic where a trainer's defaults do not suit it."""

from formal_envs.tasks.protocol import Recipe

RECIPE = Recipe(
    # Muon takes a third of Adam's steps, and the rate is small by the time that most answers are right: they stay so.
    cold={
        "steps": 2200,
        "prompts": 128,
        "completions": 32,
        "optimizer": "muon",
        "learning_rate": 3e-3,
        "schedule": "inverse_sqrt",
        "entropy_target": 1.7,
        "entropy_target_end": 0.8,
        "entropy_gain": 2.0,
        "batch_entropy_coef": 0.6,  # answers that are seldom right are given up on with less
        "ema_decay": 0.95,  # right answers fall and rise with the weights themselves
    },
)
