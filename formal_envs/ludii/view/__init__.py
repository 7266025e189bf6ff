"""Positions as text and pictures, and the table of ludemes."""
