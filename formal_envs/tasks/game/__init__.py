"""Game synthesis: write a part of a board game's description, or the whole of it."""
