"""Whether a target already holds what is asked for, so that nothing has to be called."""

from __future__ import annotations

from typing import Optional

from awscli_assume.profiles.record import Record
from awscli_assume.profiles.state import ProfileState
from awscli_assume.workflow.planning.plan import Plan


def is_enough(
    held: Optional[ProfileState],
    least: Optional[int],
    plan: Plan,
    region: Optional[str],
) -> bool:
    """Return whether a target holds what the plan asks for, with more than so many seconds left.

    The plan's role has its account as far as that is known, where ``least`` is given.
    """
    if least is None:
        return False
    return holds(held, least, plan.record(plan.request, None), region)


def holds(
    held: Optional[ProfileState], least: Optional[int], wanted: Record, region: Optional[str]
) -> bool:
    """Return whether a target holds what a record asks for, with more than so many seconds left.

    ``least`` None asks for it anew in any case.
    """
    if held is None or least is None or held.seconds_left <= least:
        return False
    return (
        wanted.asks_the_same_as(held.record)
        and region in (None, held.region)
        and held.principal_arn is not None
    )
