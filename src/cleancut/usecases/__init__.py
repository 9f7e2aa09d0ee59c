"""Verbs: load, call the pure core, commit once."""
