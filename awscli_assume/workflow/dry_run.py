"""``--dry-run``: the requests and the changes of files, without making either."""

from __future__ import annotations

from typing import Mapping, Optional, Sequence

from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import Profile
from awscli_assume.outputs.listing import changes
from awscli_assume.profiles.target import Target, region_to_write
from awscli_assume.profiles.writer.diff import FileDiff
from awscli_assume.workflow.planning.plan import Plan
from awscli_assume.workflow.refresh.credential_process import process_line


def expected_target(
    plan: Plan, profiles: Mapping[str, Profile], region: Optional[str], environment: Environment
) -> Target:
    """Return what the target would hold, with ``(new)`` for what STS would hand out.

    ``profiles`` are those of both files, ``region`` is that of ``--region``.
    """
    target = plan.profile_pair.target
    written = region_to_write(profiles.get(target), region, plan.expected_region(environment))
    record = plan.record(written)
    return Target(
        target,
        plan.expected_credentials(environment.now()),
        record,
        written,
        process_line(target, record, environment),
        expires=plan.expected_expiry,
    )


def dry_run_result(plans: Sequence[Plan], diffs: Sequence[FileDiff]) -> dict[str, object]:
    """Return the requests and the changes of files, as an object to print."""
    return {
        "Requests": [request for plan in plans for request in plan.dry_run_requests()],
        "Changes": changes(diffs),
    }
