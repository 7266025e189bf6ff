"""Schedules: pure functions of the step, and two coefficients that follow a measurement."""

from __future__ import annotations

import math


def learning_rate(step: int, total: int, peak: float, warmup: int, schedule: str) -> float:
    """Learning rate of a step: a linear rise over ``warmup`` steps, then constant, or a fall.

    Args: step in [0, total); schedule "constant"; "linear" or "cosine", to a twentieth of the peak; or "inverse_sqrt",
        by the square root of the steps over those of the rise (Vaswani et al., arXiv:1706.03762, section 5.3), and over
        the last fifth of all steps by a line to 0 as well (Zhai et al., arXiv:2106.04560, section 3.5).
    """
    if step < warmup:
        return peak * (step + 1) / warmup
    if schedule == "inverse_sqrt":
        return peak * math.sqrt(max(1, warmup) / max(1, step)) * min(1.0, 5 * (1 - step / total))
    progress = (step - warmup) / max(1, total - warmup)  # in [0, 1)
    shares = {"constant": 1.0, "linear": 1 - progress, "cosine": 0.5 * (1 + math.cos(math.pi * progress))}
    return peak * (0.05 + 0.95 * shares[schedule])


def interpolate(start: float, end: float, progress: float) -> float:
    """The value at ``progress`` (clipped to [0, 1]) on the line from ``start`` to ``end``."""
    return start + (end - start) * min(1.0, max(0.0, progress))


def entropy_bonus(entropy: float, target: float, gain: float) -> float:
    """What b_ENT is raised by: ``gain`` times what its entropy (nats per token) falls short of its target.

    It keeps nothing from step to step. A coefficient that adds up shortfalls, as dual ascent does (Haarnoja et al.,
    arXiv:1812.05905), is still high when the entropy has come back, and drives it far past the target.

    Source: the gradient of the penalty gain / 2 * max(0, target - H)^2 is that of -bonus * H; Nocedal and
    Wright, Numerical Optimization, 2006, section 17.1.
    """
    return gain * max(0.0, target - entropy)


def adapt_kl_coef(coef: float, kl: float, target: float, horizon: float, samples: int) -> float:
    """The next KL coefficient after ``samples`` completions with a mean KL of ``kl`` nats per completion.

    Source: Ziegler et al., arXiv:1909.08593, section 2.2 (the proportional error is clipped to 20 %).
    """
    error = min(0.2, max(-0.2, kl / target - 1))
    return coef * (1 + error * samples / horizon)
