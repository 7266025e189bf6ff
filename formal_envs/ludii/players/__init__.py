"""Players that choose moves, and matches between them."""
