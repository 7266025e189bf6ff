"""Schedules: pure functions of the step, and two coefficients that follow a measurement."""

from __future__ import annotations

import math


def learning_rate(step: int, total: int, peak: float, warmup: int, schedule: str) -> float:
    """Learning rate of a step: a linear rise over ``warmup`` steps, then constant, linear or cosine to a twentieth.

    Args: step in [0, total); schedule "constant", "linear" or "cosine".
    """
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = (step - warmup) / max(1, total - warmup)  # in [0, 1)
    shares = {"constant": 1.0, "linear": 1 - progress, "cosine": 0.5 * (1 + math.cos(math.pi * progress))}
    return peak * (0.05 + 0.95 * shares[schedule])


def interpolate(start: float, end: float, progress: float) -> float:
    """The value at ``progress`` (clipped to [0, 1]) on the line from ``start`` to ``end``."""
    return start + (end - start) * min(1.0, max(0.0, progress))


def adapt_entropy_coef(coef: float, entropy: float, target: float, rate: float, limit: float) -> float:
    """The next entropy coefficient: raised while the entropy (nats per token) is below its target, lowered above it.

    Returns: a coefficient in [0, limit].
    Source: dual ascent on the constraint entropy >= target, as in Haarnoja et al., arXiv:1812.05905.
    """
    return min(limit, max(0.0, coef + rate * (target - entropy)))


def adapt_kl_coef(coef: float, kl: float, target: float, horizon: float, samples: int) -> float:
    """The next KL coefficient after ``samples`` completions with a mean KL of ``kl`` nats per completion.

    Source: Ziegler et al., arXiv:1909.08593, section 2.2 (the proportional error is clipped to 20 %).
    """
    error = min(0.2, max(-0.2, kl / target - 1))
    return coef * (1 + error * samples / horizon)
