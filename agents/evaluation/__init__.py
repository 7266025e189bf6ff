"""The point where agents are swapped, and what they are compared with."""
