"""Programmed rewards: objects with ``score(prompt, completion) -> Score``."""

from formal_envs.rewards.arithmetic import ArithmeticReward

__all__ = ["ArithmeticReward"]
