"""``--dry-run``: what would be asked and what would change, without doing either."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Mapping, Optional, Sequence, Union

from awscli_assume.aws.callers import CallerCache
from awscli_assume.aws.sts.max_duration import STEPS, MaxDurationCache
from awscli_assume.host.environment import Environment
from awscli_assume.model.arns import parse_arn
from awscli_assume.model.request.request import requests_in_order
from awscli_assume.outputs.summary import changes
from awscli_assume.profiles.record import read_record
from awscli_assume.profiles.target import Target, region_to_write
from awscli_assume.profiles.writer.diff import NEW, FileDiff, unknown_credentials
from awscli_assume.workflow.credentials.copy_source import Copy, expected_copy
from awscli_assume.workflow.credentials.start_region import region_of_variable
from awscli_assume.workflow.planning.plan import Plan
from awscli_assume.workflow.refresh.credential_process import process_line

# STS's own default (AWS STS API reference, "AssumeRole").
_DEFAULT_SECONDS = 3600


def with_known_role(
    plan: Plan, profiles: Mapping[str, Any], memory: Optional[CallerCache] = None
) -> Plan:
    """Return the plan with the role's account as far as it is known without a call.

    What only STS can tell stands there as PARTITION and ACCOUNT.
    """
    role = plan.request.role
    key_id = profiles.get(plan.profile_pair.source or "", {}).get("aws_access_key_id")
    memory = memory if memory is not None else CallerCache()
    caller = memory.load(key_id) if key_id else None
    partition, account = (
        (caller.partition, caller.account_id) if caller is not None else ("PARTITION", "ACCOUNT")
    )
    held = read_record(profiles.get(plan.profile_pair.target))
    known = held.role_arn if held is not None else None
    if caller is None and role.account_id is not None and known is not None:
        # No account is of two partitions: one that was named has the record's.
        partition = parse_arn(known).partition
    plan = plan.completed(partition, account)
    return plan.chained() if caller is not None and caller.is_role_session else plan


def expected_target(
    plan: Union[Plan, Copy],
    profiles: Mapping[str, Any],
    region: Optional[str],
    environment: Environment,
) -> Target:
    """Return what the target would hold, with ``(new)`` for what STS would hand out."""
    before = profiles.get(plan.profile_pair.target)
    written = region_to_write(before, region, _region(plan, profiles, environment))
    if isinstance(plan, Copy):
        return expected_copy(plan, written, environment, NEW)
    request, now = plan.request, environment.now()
    seconds = request.seconds or _DEFAULT_SECONDS
    if not isinstance(seconds, int):
        # The longest that the role allows: as far as it is known, else STS's own bound.
        seconds = MaxDurationCache().load(request.role.arn, now) or STEPS[0]
    expiration = now + timedelta(seconds=seconds)
    session_name = request.role_session_name or NEW
    credentials = unknown_credentials(request.role, session_name, expiration)
    record = plan.record(request, written)
    process = process_line(plan.profile_pair.target, record, environment)
    return Target(plan.profile_pair.target, credentials, record, written, process)


def _region(
    plan: Union[Plan, Copy], profiles: Mapping[str, Any], environment: Environment
) -> Optional[str]:
    """Return the region of the first client, without ``--region``."""
    by_variable = region_of_variable(environment.variables)
    if by_variable is not None:
        return by_variable
    if isinstance(plan, Plan) and plan.region is not None:
        return plan.region
    # Beside keys in the environment the settings alone count, of the profile there.
    profile = profiles.get(plan.profile_pair.source or plan.profile_pair.configuration, {})
    region: Optional[str] = profile.get("region")
    return region


def dry_run_result(
    plans: Sequence[Union[Plan, Copy]], diffs: Sequence[FileDiff]
) -> dict[str, Any]:
    """Return the requests and the changes of files, as an object to print."""
    return {
        "Requests": [request for plan in plans for request in _requests(plan)],
        "Changes": changes(diffs),
    }


def _requests(plan: Union[Plan, Copy]) -> list[dict[str, Any]]:
    """Return the requests of a plan in order; a profile stands only at its ends."""
    if isinstance(plan, Copy):
        return [
            {
                "Operation": "GetCallerIdentity",
                "SourceProfile": plan.profile_pair.source,
                "TargetProfile": plan.profile_pair.target,
                "Parameters": {},
            }
        ]
    asked = requests_in_order(plan.request)
    return [
        {
            "Operation": request.operation,
            "SourceProfile": plan.profile_pair.source if request is asked[0] else None,
            "TargetProfile": plan.profile_pair.target if request is asked[-1] else None,
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
