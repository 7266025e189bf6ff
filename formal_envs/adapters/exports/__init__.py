"""Packages that are written for other trainers, a module per format.

The code in them is a few constant lines that call an adapter here. What differs between two packages is their name, the
folder's, and ``environment.json``.
"""
