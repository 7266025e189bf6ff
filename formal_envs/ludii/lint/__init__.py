"""What is suspicious in a game that compiles: ``lint`` finds it, each with its place."""

from formal_envs.ludii.lint.lint import Finding, lint

__all__ = ["Finding", "lint"]
