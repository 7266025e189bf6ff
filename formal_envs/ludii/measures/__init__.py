"""What play by players that think says of a game."""
