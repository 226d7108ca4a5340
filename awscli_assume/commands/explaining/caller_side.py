"""The caller's side: whether their own policies allow the call, as IAM simulates it."""

from __future__ import annotations

import json
from typing import Mapping, Optional

from awscli_assume.aws.asking import NotAnswered
from awscli_assume.aws.permissions import (
    ALLOWED,
    EXPLICIT_DENY,
    OPERATION,
    Decision,
    simulate,
)
from awscli_assume.commands.explaining.subject import Subject
from awscli_assume.model.diagnosis import (
    NOT_APPLICABLE,
    OK,
    PERMISSIONS,
    PROBLEM,
    UNKNOWN,
    Step,
)
from awscli_assume.model.request import AssumeRoleRequest
from awscli_assume.model.trust.callers import ROLE_SESSION, USER, Caller
from awscli_assume.model.trust.context import Circumstances, context_of
from awscli_assume.model.trust.evaluation import ALLOWED as TRUSTED
from awscli_assume.model.trust.evaluation import Verdict, needed_actions

# IAM Identity Center names the roles of its permission sets so.
_PERMISSION_SET = "AWSReservedSSO_"
_SIMULATED = (
    "sts:", "aws:requesttag/", "aws:tagkeys", "aws:multifactorauthpresent",
)  # fmt: skip


def look_at_permissions(
    subject: Subject,
    caller: Caller,
    request: AssumeRoleRequest,
    circumstances: Circumstances,
    verdict: Optional[Verdict],
) -> Step:
    """Answer what the caller's own policies say. ``verdict`` is the trust policy's."""
    principal = _principal(caller)
    if principal is None:
        evidence = f"{caller.name} has no policies that allow AssumeRole"
        return Step(PERMISSIONS, NOT_APPLICABLE, (evidence,))
    actions = needed_actions(caller, request)
    context = _context(caller, request, circumstances)
    try:
        decisions = simulate(subject.iam(), principal, actions, request.role.arn, context)
    except NotAnswered as error:
        evidence = f"whether the caller may {' and '.join(actions)} is not known: {error}"
        return Step(PERMISSIONS, UNKNOWN, (evidence,), (_by_another(principal, request),))
    judged = [_judged(one, caller, request, verdict) for one in decisions]
    if not judged:
        return Step(PERMISSIONS, UNKNOWN, (f"{OPERATION} answered nothing",))
    status = next(one for one in (PROBLEM, UNKNOWN, OK) if one in dict(judged))
    sentences = tuple(text for found, text in judged if found == status)
    if caller.kind == ROLE_SESSION:
        sentences += ("a session policy of the caller's own session is not part of it",)
    commands = (_grant(caller, actions, request),) if status == PROBLEM else ()
    return Step(PERMISSIONS, status, sentences, tuple(line for line in commands if line))


def _principal(caller: Caller) -> Optional[str]:
    if caller.kind == USER:
        return caller.name
    if caller.kind == ROLE_SESSION:
        plain = f"arn:{caller.partition}:iam::{caller.account_id}:role/{caller.role_name}"
        return caller.role_arn or plain
    return None


def _context(
    caller: Caller, request: AssumeRoleRequest, circumstances: Circumstances
) -> Mapping[str, tuple[str, ...]]:
    found = context_of(caller, request, circumstances).values
    return {
        key: value
        for key, value in found.items()
        if key.startswith(_SIMULATED) and isinstance(value, tuple)
    }


def _judged(
    decision: Decision, caller: Caller, request: AssumeRoleRequest, verdict: Optional[Verdict]
) -> tuple[str, str]:
    action, ids = decision.action, ", ".join(filter(None, decision.policies))
    by = f" ({ids})" if ids else ""
    if decision.decision == ALLOWED:
        return OK, f"the caller's policies allow {action}{by}"
    if decision.allowed_by_organization is False:
        return PROBLEM, f"a policy of the organization (SCP) does not allow {action}"
    if decision.decision == EXPLICIT_DENY:
        return PROBLEM, f"a policy of the caller denies {action}{by}"
    if decision.missing_keys:
        keys = ", ".join(decision.missing_keys)
        return UNKNOWN, f"whether {action} is allowed depends on {keys}, not known here"
    if _trust_is_enough(decision, caller, verdict):
        return OK, f"no policy of the caller allows {action}: the trust policy alone does"
    if decision.allowed_by_boundary is False:
        return PROBLEM, f"the permissions boundary of the caller does not allow {action}"
    if verdict is None and caller.account_id == request.role.account_id:
        return UNKNOWN, (
            f"no policy of the caller allows {action}, which is enough only where the trust "
            "policy names the caller itself"
        )
    return PROBLEM, f"no policy of the caller allows {action} on {request.role.arn}"


def _trust_is_enough(decision: Decision, caller: Caller, verdict: Optional[Verdict]) -> bool:
    """Tell whether a trust policy that names the caller stands in for their own policies.

    Source: IAM User Guide, "Policy evaluation logic", on resource-based policies within
    one account; a boundary limits a role that is named, not a user.
    """
    if verdict is None or verdict.needs_identity_policy or verdict.outcome != TRUSTED:
        return False
    return decision.allowed_by_boundary is not False or caller.kind == USER


def _grant(caller: Caller, actions: tuple[str, ...], request: AssumeRoleRequest) -> str:
    if caller.kind == ROLE_SESSION and str(caller.role_name).startswith(_PERMISSION_SET):
        return ""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": request.role.arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    kind, name = ("user", caller.user_name) if caller.kind == USER else ("role", caller.role_name)
    return (
        f"aws iam put-{kind}-policy --{kind}-name {name} --policy-name "
        f"assume-{request.role.name} --policy-document '{document}'"
    )


def _by_another(principal: str, request: AssumeRoleRequest) -> str:
    return (
        f"aws iam simulate-principal-policy --policy-source-arn {principal} --action-names "
        f"sts:AssumeRole --resource-arns {request.role.arn} --profile ADMINISTRATOR"
    )
