"""Sentences of any Lark grammar."""
