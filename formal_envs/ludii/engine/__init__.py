"""The engine in C, and how Python builds, loads and calls it."""
