"""What is suspicious in a game that compiles: ``lint`` finds it, each with its place."""

from formal_envs.ludii.lint.lint import Finding, error_found, lint

__all__ = ["Finding", "error_found", "lint"]
