"""The region of the first client."""

from __future__ import annotations

from typing import Mapping, Optional

from awscli_assume.commands.plan import Plan


def start_region(plan: Plan, env: Mapping[str, str]) -> Optional[str]:
    """Answer the region of the profile that names the role, unless a variable names another."""
    is_named = any(env.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION"))
    return None if is_named else plan.region
