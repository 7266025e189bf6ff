"""Runs: their settings, folders, logs, samples, plots and checkpoints."""
