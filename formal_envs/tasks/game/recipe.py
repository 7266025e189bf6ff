"""How a model is trained on games where a trainer's defaults do not suit them."""

from formal_envs.tasks.protocol import Recipe

RECIPE = Recipe(
    model={"architecture": "llama", "layers": 4, "width": 128, "context": 512},
    # Many games, few at a time.
    supervised={
        "steps": 10_000,
        "examples": 98_304,
        "batch": 16,
        "window": 32,
        "optimizer": "muon",
        "learning_rate": 4e-3,
        "warmup": 100,
        "evaluate_every": 1000,
        "validation": 256,
        "test_episodes": 1024,
    },
    # Small batches, which show how it goes within minutes: a completion has a hundred tokens, and is played 100 times.
    cold={
        "steps": 200,
        "prompts": 8,
        "completions": 8,
        "credit": "error",
        "checkpoint_every": 20,
        "test_episodes": 64,
    },
    # Batches that the reward can play in about the time that the model needs.
    warm={
        "steps": 80,
        "prompts": 32,
        "completions": 8,
        "minibatches": 2,
        "credit": "error",
        "batch_entropy_coef": 0.01,
        "kl_coef": 0.005,
        "checkpoint_every": 20,
        "test_episodes": 512,
    },
)
