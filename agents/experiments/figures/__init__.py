"""A module per figure, each with ``figure(scale)``."""
