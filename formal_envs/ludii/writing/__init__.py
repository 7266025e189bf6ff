"""What helps to write games: which types and names a gap allows, and what a brief says."""
