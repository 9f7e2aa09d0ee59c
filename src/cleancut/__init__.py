"""Cleancut: generative-AI clearance for film and series."""

__version__ = "0.1.0"
