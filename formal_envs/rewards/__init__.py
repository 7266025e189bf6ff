"""Programmed rewards: objects with ``score(prompt, completion) -> Score``."""

from formal_envs.rewards.arithmetic import ArithmeticReward
from formal_envs.rewards.classifier import ClassifierReward
from formal_envs.rewards.game import GameReward
from formal_envs.rewards.grammar import GrammarReward
from formal_envs.rewards.sentiment import VaderReward

__all__ = ["ArithmeticReward", "ClassifierReward", "GameReward", "GrammarReward", "VaderReward"]
