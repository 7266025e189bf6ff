"""How a model is trained on rewriting where a trainer's defaults do not suit it."""

from formal_envs.tasks.protocol import Recipe

RECIPE = Recipe(
    model={"mask": "grammar"},
    cold={  # what sorts five digits after 220,000 completions
        "steps": 500,
        "prompts": 64,
        "completions": 16,
        "optimizer": "muon",
        "learning_rate": 3e-3,
        "schedule": "inverse_sqrt",
        "entropy_target": 1.2,
        "entropy_target_end": 0.3,
    },
)
