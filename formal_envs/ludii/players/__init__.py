"""Players that choose moves, matches between them, and proofs of who wins."""
