"""The region of the first client, and the one that a variable names."""

from __future__ import annotations

from typing import Mapping, Optional

from awscli_assume.host import REGION_VARIABLES
from awscli_assume.workflow.planning.plan import Plan


def start_region(plan: Plan, env: Mapping[str, str]) -> Optional[str]:
    """Return the region of the profile that names the role, unless a variable names another."""
    return plan.region if region_of_variable(env) is None else None


def region_of_variable(env: Mapping[str, str]) -> Optional[str]:
    """Return the region of the first variable that names one, as the host reads them."""
    return next((env[name] for name in REGION_VARIABLES if env.get(name)), None)
