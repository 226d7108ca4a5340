"""Where the road begins: the source profile, and the region of the first client."""

from __future__ import annotations

import logging
from typing import Any, Mapping, Optional

from awscli_assume.commands.plan import Plan
from awscli_assume.host import use_profile
from awscli_assume.profiles.source import Ends

LOG = logging.getLogger("awscli.assume.road")


def start_region(plan: Plan, env: Mapping[str, str]) -> Optional[str]:
    """Answer the region of the profile that names the role, unless a variable names another."""
    is_named = any(env.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION"))
    return None if is_named else plan.region


def use_source(session: Any, ends: Ends) -> None:
    """Make the source profile the session's own, where it is not already."""
    current = session.get_config_variable("profile") or "default"
    if ends.source is not None and ends.source != current:
        LOG.debug("The source profile is %s", ends.source)
        # "default" need not exist: an instance or container role may be the source.
        is_there = ends.source in session.available_profiles or ends.source != "default"
        use_profile(session, ends.source if is_there else None)
