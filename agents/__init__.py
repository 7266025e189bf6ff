"""Agents that train and are evaluated on formal_envs. Importing this package does not import torch."""
