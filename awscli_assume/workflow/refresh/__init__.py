"""Profiles of ours assumed again as recorded."""
