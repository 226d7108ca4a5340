"""Roles whose names are near to one that does not exist."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Iterable

_MOST = 3
# difflib's ratio: one letter in six may differ, or two letters changed places.
_NEAR = 0.75


def near_matches(name: str, arns: Iterable[str]) -> list[str]:
    """Return at most three role ARNs whose name is like ``name``, the nearest first.

    Case does not count: IAM has no two roles of an account that differ by it alone.
    """
    by_name: dict[str, str] = {}
    for arn in arns:
        by_name.setdefault(arn.rpartition("/")[2].lower(), arn)
    return [by_name[found] for found in get_close_matches(name.lower(), by_name, _MOST, _NEAR)]
