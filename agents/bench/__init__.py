"""How fast training is, in shares of what the processor can do, and beside others."""
