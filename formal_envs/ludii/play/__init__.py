"""Compiled games: their states and moves, and random playouts with their metrics."""
