"""When a role session is renewed: before it ends, and before an SDK would ask again."""

from __future__ import annotations


def renewal_margin(lifetime_seconds: float) -> float:
    """Answer how many seconds before their end credentials are renewed.

    16 minutes, one more than botocore's advisory refresh (credentials.py), or a
    quarter of a short life.
    """
    return min(960, lifetime_seconds / 4)
