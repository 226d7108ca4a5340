"""``--dry-run``: what would be asked and what would change, without doing either."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Mapping, Optional, Sequence, Union

from awscli_assume.aws.callers import CallerMemory
from awscli_assume.aws.longest import STEPS, DurationMemory
from awscli_assume.commands.copying import Copy, expected_copy
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.plan import Plan
from awscli_assume.commands.program import process_line
from awscli_assume.model.hops import requests_in_order
from awscli_assume.outputs.listing import changes
from awscli_assume.profiles.preview import NEW, FileDiff, unknown_credentials
from awscli_assume.profiles.record import read_record
from awscli_assume.profiles.target import Target, region_to_write

# STS's own default (AWS STS API reference, "AssumeRole").
_DEFAULT_SECONDS = 3600


def with_known_role(
    plan: Plan, profiles: Mapping[str, Any], memory: Optional[CallerMemory] = None
) -> Plan:
    """Answer the plan with the role's account as far as it is known without a call.

    What only STS can tell stands there as PARTITION and ACCOUNT.
    """
    role = plan.request.role
    key_id = profiles.get(plan.ends.source or "", {}).get("aws_access_key_id")
    memory = memory if memory is not None else CallerMemory()
    caller = memory.recall(key_id) if key_id else None
    partition, account = (
        (caller.partition, caller.account_id) if caller is not None else ("PARTITION", "ACCOUNT")
    )
    held = read_record(profiles.get(plan.ends.target))
    known = held.role_arn if held is not None else None
    if caller is None and role.account_id is not None and known is not None:
        # No account is of two partitions: one that was named has the record's.
        partition = known.split(":")[1]
    plan = plan.completed(partition, account)
    return plan.chained() if caller is not None and caller.is_role_session else plan


def expected_target(
    plan: Union[Plan, Copy],
    profiles: Mapping[str, Any],
    region: Optional[str],
    environment: Environment,
) -> Target:
    """Answer what the target would hold, with ``(new)`` for what STS would hand out."""
    source = profiles.get(plan.ends.source or "", {})
    before = profiles.get(plan.ends.target)
    if isinstance(plan, Copy):
        written = region_to_write(before, region, source.get("region"))
        return expected_copy(plan, written, environment, NEW)
    request, now = plan.request, environment.now()
    seconds = request.seconds or _DEFAULT_SECONDS
    if not isinstance(seconds, int):
        # The longest that the role allows: as far as it is known, else STS's own bound.
        seconds = DurationMemory().recall(request.role.arn, now) or STEPS[0]
    expiration = now + timedelta(seconds=seconds)
    session_name = request.role_session_name or NEW
    credentials = unknown_credentials(request.role, session_name, expiration)
    written = region_to_write(before, region, plan.region or source.get("region"))
    record = plan.record(request, written)
    process = process_line(plan.ends.target, record, environment)
    return Target(plan.ends.target, credentials, record, written, process)


def rehearsal(plans: Sequence[Union[Plan, Copy]], diffs: Sequence[FileDiff]) -> dict[str, Any]:
    """Answer the requests and the changes of files, as an object to print."""
    return {
        "Requests": [request for plan in plans for request in _requests(plan)],
        "Changes": changes(diffs),
    }


def _requests(plan: Union[Plan, Copy]) -> list[dict[str, Any]]:
    """Answer the requests of a plan in order; a profile stands only at its ends."""
    if isinstance(plan, Copy):
        return [
            {
                "Operation": "GetCallerIdentity",
                "SourceProfile": plan.ends.source,
                "TargetProfile": plan.ends.target,
                "Parameters": {},
            }
        ]
    asked = requests_in_order(plan.request)
    return [
        {
            "Operation": request.operation,
            "SourceProfile": plan.ends.source if request is asked[0] else None,
            "TargetProfile": plan.ends.target if request is asked[-1] else None,
            "Parameters": _without_code(request.parameters()),
        }
        for request in asked
    ]


def _without_code(parameters: dict[str, Any]) -> dict[str, Any]:
    if "TokenCode" in parameters:
        parameters["TokenCode"] = "******"
        # What only IAM can tell, as PARTITION and ACCOUNT are.
        parameters.setdefault("SerialNumber", "SERIAL")
    return parameters
