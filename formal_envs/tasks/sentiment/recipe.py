"""How a model is trained on reviews where a trainer's defaults do not suit them."""

from formal_envs.tasks.protocol import Recipe

RECIPE = Recipe(
    model={"width": 128},
    supervised={"steps": 600, "batch": 64},
    # The paper's batch of 256, and a reward in [-1, 1] against a KL of some nats per completion.
    warm={"steps": 250, "prompts": 32, "completions": 8, "learning_rate": 5e-4, "kl_coef": 0.005},
)
