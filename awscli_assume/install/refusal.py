"""The one exception of this room."""

from __future__ import annotations


class Refusal(Exception):
    """Something stands in the way; the text names it and the next command to type. Exit code 1."""
