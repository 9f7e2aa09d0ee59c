"""Judgements: what must and may be. Standard library and records only; no clock, disk, environment or chance."""
