"""Assume many roles at once."""
