"""The caller's side: whether their own policies allow the call, as IAM simulates it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Mapping, Optional

from awscli_assume.aws.iam.policy_simulation import OPERATION, Decision, simulate
from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.model.arns import role_of_session
from awscli_assume.model.diagnosis import (
    NOT_APPLICABLE,
    OK,
    PERMISSIONS,
    PROBLEM,
    UNKNOWN,
    Step,
)
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.trust.callers import ROLE_SESSION, USER, Caller
from awscli_assume.model.trust.context import Circumstances, context_of
from awscli_assume.model.trust.evaluation import Verdict, needed_actions
from awscli_assume.model.trust.values import Missing, Value
from awscli_assume.workflow.explain.simulated import judged
from awscli_assume.workflow.explain.subject import Subject
from awscli_assume.workflow.explain.suggested_commands import Lines

# IAM Identity Center names the roles of its permission sets so.
_PERMISSION_SET = "AWSReservedSSO_"
_MFA = "aws:multifactorauth"


def look_at_permissions(
    subject: Subject,
    caller: Caller,
    request: AssumeRoleRequest,
    circumstances: Circumstances,
    verdict: Optional[Verdict],
    lines: Lines,
) -> Step:
    """Return what the caller's own policies say. ``verdict`` is the trust policy's."""
    principal = _principal(caller)
    if principal is None:
        evidence = f"{caller.name} has no policies that allow AssumeRole"
        return Step(PERMISSIONS, NOT_APPLICABLE, (evidence,))
    actions = needed_actions(caller, request)
    context = context_of(caller, request, circumstances).values
    known = {key: value for key, value in context.items() if isinstance(value, tuple)}
    try:
        found = simulate(subject.iam(), principal, actions, request.role.arn, known)
    except CallUnavailable as error:
        evidence = f"whether the caller may {' and '.join(actions)} is not known: {error}"
        return Step(PERMISSIONS, UNKNOWN, (evidence,), (_by_another(principal, request),))
    if not found:
        return Step(PERMISSIONS, UNKNOWN, (f"{OPERATION} answered nothing",))
    decisions = [_settled(one, context) for one in found]
    answers = [judged(one, caller, request, verdict) for one in decisions]
    status = next(
        one for one in (PROBLEM, UNKNOWN, OK) if one in {answer.status for answer in answers}
    )
    sentences = [answer.sentence for answer in answers if answer.status == status]
    if caller.kind == ROLE_SESSION:
        sentences.append("a session policy of the caller's own session is not part of it")
    commands = []
    if status == PROBLEM and all(a.can_be_granted for a in answers if a.status == PROBLEM):
        commands += _grant(caller, actions, request, lines)
    if status == PROBLEM and _asks_for_device(found, context):
        sentences.append("a policy of the caller has a condition on an MFA device")
        commands.insert(0, _with_device(request, lines))
    return Step(PERMISSIONS, status, tuple(sentences), tuple(commands))


def _principal(caller: Caller) -> Optional[str]:
    if caller.kind == USER:
        return caller.name
    if caller.kind == ROLE_SESSION:
        return caller.role_arn or role_of_session(caller.name)
    return None


def _settled(decision: Decision, context: Mapping[str, Value]) -> Decision:
    """Return the decision without the keys that the request is known not to have."""
    left = tuple(
        key for key in decision.missing_keys if not isinstance(context.get(key.lower()), Missing)
    )
    return replace(decision, missing_keys=left)


def _asks_for_device(decisions: tuple[Decision, ...], context: Mapping[str, Value]) -> bool:
    keys = [key.lower() for one in decisions for key in one.missing_keys]
    return any(key.startswith(_MFA) and isinstance(context.get(key), Missing) for key in keys)


def _with_device(request: AssumeRoleRequest, lines: Lines) -> str:
    return lines.by_caller(
        "assume", "--role-arn", request.role.arn, "--serial-number", "ARN-OF-YOUR-DEVICE"
    )


def _grant(
    caller: Caller, actions: tuple[str, ...], request: AssumeRoleRequest, lines: Lines
) -> list[str]:
    if caller.kind == ROLE_SESSION and str(caller.role_name).startswith(_PERMISSION_SET):
        return []
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": request.role.arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    kind, name = ("user", caller.user_name) if caller.kind == USER else ("role", caller.role_name)
    return [
        lines.by_caller(
            "iam", f"put-{kind}-policy", f"--{kind}-name", str(name), "--policy-name",
            f"assume-{request.role.name}", "--policy-document", document,
        )
    ]  # fmt: skip


def _by_another(principal: str, request: AssumeRoleRequest) -> str:
    return Lines("ADMINISTRATOR", None).by_caller(
        "iam", "simulate-principal-policy", "--policy-source-arn", principal, "--action-names",
        "sts:AssumeRole", "--resource-arns", request.role.arn,
    )  # fmt: skip
