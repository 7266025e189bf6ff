"""The engine against another engine's records, and its speed."""
