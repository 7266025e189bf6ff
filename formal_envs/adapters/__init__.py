"""Adapters to other trainers. What they import is optional: each module says which extra it needs."""
