"""Arithmetic: chains that reduce an expression to a number."""
