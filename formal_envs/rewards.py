"""Programmed rewards: objects with ``score(prompt, completion) -> Score``."""

from formal_envs.tasks.arithmetic.reward import ArithmeticReward
from formal_envs.tasks.countdown.reward import CountdownReward
from formal_envs.tasks.game.reward import GameReward
from formal_envs.tasks.grammar.reward import GrammarReward
from formal_envs.tasks.programs.reward import ProgramsReward
from formal_envs.tasks.regex.reward import RegexReward
from formal_envs.tasks.rewriting.reward import RewritingReward
from formal_envs.tasks.satisfaction.reward import SatisfactionReward
from formal_envs.tasks.sentiment.classifier import ClassifierReward
from formal_envs.tasks.sentiment.reward import VaderReward

__all__ = [
    "ArithmeticReward",
    "ClassifierReward",
    "CountdownReward",
    "GameReward",
    "GrammarReward",
    "ProgramsReward",
    "RegexReward",
    "RewritingReward",
    "SatisfactionReward",
    "VaderReward",
]
