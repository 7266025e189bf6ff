"""The game description language: signatures, syntax, types, names, and the typed grammar."""
