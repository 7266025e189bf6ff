"""A module a figure, each with ``figure(scale)``."""
