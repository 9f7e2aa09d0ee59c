"""Nouns: frozen records that check themselves. Standard library only."""
