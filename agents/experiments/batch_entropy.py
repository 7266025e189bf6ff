"""The effect of the batch entropy's coefficient, with the paper's PPO: one completion a prompt, GAE, whitening."""

from agents.experiments import Experiment

EXPERIMENT = Experiment(
    title="FormalArith-v0 from random weights, 128 prompts x 1 completion, 4 epochs, b_ENT = 0.",
    env="FormalArith-v0",
    settings={
        "steps": 400,
        "prompts": 128,
        "completions": 1,
        "advantage": "gae",
        "epochs": 4,
        "width": 64,
        "learning_rate": 1e-3,
        "schedule": "linear",
        "entropy_coef": 0.0,
        "entropy_target": -1.0,
    },
    variants={f"b_BENT = {coef}": {"batch_entropy_coef": coef} for coef in (0.0, 0.1, 0.3)},
    seeds=(0, 1, 2),
)
