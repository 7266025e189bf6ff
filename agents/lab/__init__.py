"""Runs to look at: their files read within bounds, and what the lab's page asks of them."""
