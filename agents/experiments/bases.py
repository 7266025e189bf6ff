"""The runs that figures are variations of, at both scales."""

from __future__ import annotations

from agents.experiments.plan import Plan

PAPER_PPO = {
    "advantage": "gae",
    "completions": 1,
    "epochs": 4,
    "optimizer": "adam",
    "learning_rate": 1.41e-5,
    "schedule": "constant",
    "entropy_coef": 0.0,
    "entropy_target": -1.0,
    "batch_entropy_coef": 0.0,
}
"""PPO as the paper ran it: one completion per prompt, generalised advantage estimation, whitening, four epochs."""

ARCHITECTURES = {"GPT-2": "gpt2", "GPT-NeoX": "gpt_neox", "Llama": "llama"}
_HUB_MODELS = {
    "GPT-2": "lvwerra/gpt2-imdb",
    "GPT-NeoX": "EleutherAI/pythia-410m",
    "Llama": "TinyLlama/TinyLlama_v1.1",  # ours: the paper's third model is not named where we could read it
}

CLASSIFIER = Plan("classifier", seconds=45)


def sentiment(scale: str, reward: str = "classifier", base: str = "GPT-2") -> Plan:
    """PPO on film reviews, from a model that writes them.

    Args:
        reward: "classifier" or "vader".
        base: a key of ``ARCHITECTURES``.
    """
    if scale == "paper":
        learned = {"classifier": "lvwerra/distilbert-imdb", "output": "logit"} if reward == "classifier" else {}
        settings = {
            "model": _HUB_MODELS[base],
            "dataset": "stanfordnlp/imdb",
            "reward": reward,
            **learned,
            **PAPER_PPO,
            "prompts": 256,
            "minibatches": 16,
            "steps": 400,
            "kl_coef": 0.2,
            "kl_target": 6.0,
        }
        return Plan("ppo", "FormalSentiment-v0", settings, seconds=3600)
    start = Plan(
        "sft",
        "FormalSentiment-v0",
        {"architecture": ARCHITECTURES[base], "steps": 300, "evaluate_every": 150, "test_episodes": 512},
        seconds=45,
    )
    bonuses = {"entropy_coef": 0.0, "batch_entropy_coef": 0.0, "kl_coef": 0.005}  # by name: variants share runs then
    settings = {"reward": reward, "steps": 80, "learning_rate": 5e-4, **bonuses, "test_episodes": 1024}
    return Plan(
        "ppo",
        "FormalSentiment-v0",
        settings,
        start=start,
        classifier=CLASSIFIER if reward == "classifier" else None,
        seconds=80,
    )


def chains(scale: str, examples: int) -> Plan:
    """Supervised training on solved chains of sums."""
    settings = {"examples": examples, "steps": 1000, "test_episodes": 4096}
    if scale == "paper":
        settings |= {"steps": 20_000, "layers": 12, "width": 768, "heads": 12, "evaluate_every": 500}
    return Plan("sft", "FormalArith-v0", settings, seconds=60 if scale == "tiny" else 7200)


def arithmetic(scale: str, examples: int) -> Plan:
    """The paper's PPO on chains, from a model that has learned that many of them, 0 being none."""
    settings = {**PAPER_PPO, "prompts": 128, "steps": 300, "learning_rate": 1e-3, "schedule": "linear", "kl_coef": 0.0}
    start = chains(scale, examples) if examples else None
    if scale == "paper":
        settings |= {"steps": 5000, "learning_rate": 1.41e-5, "schedule": "constant"}
        if not examples:
            settings |= {"layers": 12, "width": 768, "heads": 12}
    return Plan("ppo", "FormalArith-v0", settings, start=start, seconds=75 if scale == "tiny" else 3600)


def games_start(scale: str) -> Plan:
    """Supervised training on games with a part cut out."""
    if scale == "paper":
        settings = {"model": "EleutherAI/pythia-410m", "steps": 20_000, "optimizer": "adam", "learning_rate": 1e-5}
        return Plan("sft", "FormalGame-v0", settings, seconds=36_000)
    settings = {"steps": 1500, "examples": 16_384, "evaluate_every": 250, "test_episodes": 256, "validation": 128}
    return Plan("sft", "FormalGame-v0", settings, seconds=360)


def games(scale: str) -> Plan:
    """PPO on games with a part cut out, from a model that has learned the language."""
    if scale == "paper":
        own = {"reward": "paper", "credit": "completion", "prompts": 12, "steps": 2000, "kl_coef": 0.0}
        settings = {**PAPER_PPO, **own}
        return Plan("ppo", "FormalGame-v0", settings, start=games_start(scale), seconds=36_000)
    settings = {"steps": 60, "prompts": 16, "minibatches": 1, "test_episodes": 256}
    return Plan("ppo", "FormalGame-v0", settings, start=games_start(scale), seconds=240)
