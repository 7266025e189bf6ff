"""Sentiment: go on with the opening of a film review."""
