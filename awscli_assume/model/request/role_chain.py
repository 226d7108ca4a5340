"""What is asked of each role on the way to another one, and of that one: role chaining.

Sources: IAM User Guide, "Monitor and control actions taken with assumed roles" (a
source identity stays for the whole chain and is never changed), "Pass session
tags in AWS STS" (transitive tags are inherited by all sessions that follow; to
pass one of them again is refused) and "Secure API access with MFA" (what
AssumeRole answers does not tell later requests of the device).
"""

from __future__ import annotations

from dataclasses import replace

from awscli_assume.model.arns import Role
from awscli_assume.model.request.limits import DURATION_MIN
from awscli_assume.model.request.request import AssumeRoleRequest


def requests_in_order(request: AssumeRoleRequest) -> list[AssumeRoleRequest]:
    """Return the requests of a whole one, each signed by what the one before it answered.

    The first has what is the person's and stays: the MFA device and its code, the
    source identity and the tags that are transitive. The last has all that is about
    the role that was meant: its duration, policies, external ID, contexts and the
    other tags. Between them is nothing but a session name, which all have. What is
    on the way lives as short as STS has it.
    """
    if not request.via:
        return [request]
    transitive = {key.lower() for key in request.transitive_tag_keys}
    inherited = tuple(tag for tag in request.tags if tag[0].lower() in transitive)
    first, *others = (_hop(role, request) for role in request.via)
    first = replace(
        first,
        serial_number=request.serial_number,
        token_code=request.token_code,
        source_identity=request.source_identity,
        tags=inherited,
        transitive_tag_keys=request.transitive_tag_keys,
    )
    last = replace(
        request.without_device(),
        via=(),
        is_chained=True,
        source_identity=None,
        tags=tuple(tag for tag in request.tags if tag not in inherited),
        transitive_tag_keys=(),
    )
    return [first, *others, last]


def _hop(role: Role, request: AssumeRoleRequest) -> AssumeRoleRequest:
    return AssumeRoleRequest(role, request.role_session_name, duration_seconds=DURATION_MIN)
