"""Agents that train and are evaluated on formal_envs. Importing this package does not import torch."""

# Part of formal-envs: by this line formal_envs/__main__.py tells this package from another one of the same name.
