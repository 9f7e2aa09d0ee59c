"""Faces: parse, call one use case, print. No judgement."""
