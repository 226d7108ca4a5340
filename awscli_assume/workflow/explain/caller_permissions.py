"""The caller's own policies: whether they allow the call, as IAM simulates it.

Source: IAM User Guide, "Policy evaluation logic" and "Permissions boundaries for IAM
entities": within one account a trust policy that names the user or the session suffices
without any policy of the caller, also if a boundary does not allow the call. A trust
policy that names the caller's role suffices only if no boundary limits the role.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Mapping, Optional

from awscli_assume.aws.iam.policy_simulation import (
    ALLOWED,
    EXPLICIT_DENY,
    OPERATION,
    Decision,
    simulate,
)
from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.host.protocols import IamClient
from awscli_assume.model.arns import iam_arn
from awscli_assume.model.diagnosis import NOT_APPLICABLE, OK, PERMISSIONS, PROBLEM, UNKNOWN, Step
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.trust.callers import ROLE_SESSION, USER, Caller
from awscli_assume.model.trust.context import Circumstances, context_of
from awscli_assume.model.trust.document import ALLOW
from awscli_assume.model.trust.evaluation import ALLOWED as TRUSTED
from awscli_assume.model.trust.evaluation import UNKNOWN as UNKNOWN_VERDICT
from awscli_assume.model.trust.evaluation import Verdict, needed_actions
from awscli_assume.model.trust.values import Missing, Value, any_holds
from awscli_assume.workflow.explain.caller import SuggestedCommands

# The prefix of the roles of IAM Identity Center, which nobody else can change.
_PERMISSION_SET = "AWSReservedSSO_"
_MFA = "aws:multifactorauth"
_WORST_FIRST = (PROBLEM, UNKNOWN, OK)


@dataclass(frozen=True)
class ActionResult:
    """The result for one action; ``can_be_granted`` if a policy of the caller could allow it."""

    status: str
    sentence: str
    can_be_granted: bool = False


# The key is not "true". Without a value, a policy that denies the MCP server would decide nothing.
_NOT_MCP = {"aws:viaawsmcpservice": ("false",)}


def check_permissions(
    iam: IamClient,
    principal: Caller,
    request: AssumeRoleRequest,
    circumstances: Circumstances,
    verdict: Optional[Verdict],
    commands: SuggestedCommands,
) -> Step:
    """Return what the caller's own policies say. ``verdict`` is that of the trust policy."""
    arn = simulated_arn(principal)
    if arn is None:
        evidence = f"{principal.name} cannot call AssumeRole, whatever its policies say"
        return Step(PERMISSIONS, NOT_APPLICABLE, (evidence,))
    actions = needed_actions(principal, request)
    context = context_of(principal, request, circumstances).values
    known = {key: value for key, value in context.items() if isinstance(value, tuple)}
    try:
        decisions = simulate(iam, arn, actions, request.role.arn, {**_NOT_MCP, **known})
    except CallUnavailable as error:
        evidence = f"cannot tell whether the caller may call {' and '.join(actions)}: {error}"
        return Step(PERMISSIONS, UNKNOWN, (evidence,), (_simulate_command(arn, request),))
    if not decisions:
        return Step(PERMISSIONS, UNKNOWN, (f"{OPERATION} returned no result",))
    results = [
        combined_result(decision, context, principal, request, verdict) for decision in decisions
    ]
    status = min((result.status for result in results), key=_WORST_FIRST.index)
    results = [result for result in results if result.status == status]
    sentences = [result.sentence for result in results]
    if principal.kind == ROLE_SESSION:
        sentences.append("the simulation does not include a session policy of the caller")
    suggested = []
    if status == PROBLEM and _depends_on_mfa(decisions, context):
        sentences.append("a policy of the caller has a condition on MFA")
        words = ("--role-arn", request.role.arn, "--serial-number", "ARN-OF-YOUR-DEVICE")
        suggested.append(commands.as_caller("assume", *words))
    if all(result.can_be_granted for result in results):
        suggested += _grant(principal, actions, request, commands)
    return Step(PERMISSIONS, status, tuple(sentences), tuple(suggested))


def simulated_arn(principal: Caller) -> Optional[str]:
    """Return the user or role whose policies apply; None if it can't call AssumeRole."""
    if principal.kind == ROLE_SESSION:
        resource = f"role/{principal.role_name}"
        return principal.role_arn or iam_arn(principal.partition, principal.account_id, resource)
    return principal.name if principal.kind == USER else None


def _without_absent_keys(decision: Decision, context: Mapping[str, Value]) -> Decision:
    """Return the decision; a key that the request certainly does not have is not missing."""
    unknown = tuple(
        key for key in decision.missing_keys if not isinstance(context.get(key.lower()), Missing)
    )
    return replace(decision, missing_keys=unknown)


def _depends_on_mfa(decisions: tuple[Decision, ...], context: Mapping[str, Value]) -> bool:
    keys = [key.lower() for decision in decisions for key in decision.missing_keys]
    return any(key.startswith(_MFA) and isinstance(context.get(key), Missing) for key in keys)


def combined_result(
    decision: Decision,
    context: Mapping[str, Value],
    caller: Caller,
    request: AssumeRoleRequest,
    verdict: Optional[Verdict],
) -> ActionResult:
    """Combine IAM's decision on one action with the verdict of the trust policy."""
    decision = _without_absent_keys(decision, context)
    action, policies = decision.action, ", ".join(filter(None, decision.policies))
    source = f" ({policies})" if policies else ""
    is_allowed = decision.decision == ALLOWED
    suffices = not is_allowed and _trust_policy_suffices(decision, caller, request, verdict)
    can_be_granted = False
    status, sentence = PROBLEM, f"no policy of the caller allows {action}"
    if suffices:
        status, sentence = OK, f"{sentence}, but the trust policy names the caller, which suffices"
    elif decision.missing_keys:
        keys = ", ".join(decision.missing_keys)
        status, sentence = UNKNOWN, f"the result for {action} depends on {keys}, which is unknown"
    elif is_allowed:
        status, sentence = OK, f"the caller's policies allow {action}{source}"
    elif decision.allowed_by_organization is False:
        sentence = f"the organization's service control policies (SCPs) do not allow {action}"
    elif decision.decision == EXPLICIT_DENY:
        sentence = f"a policy of the caller denies {action}{source}"
    elif suffices is None:
        status, sentence = UNKNOWN, f"{sentence}, so the trust policy must name the caller"
    elif decision.allowed_by_boundary is False:
        sentence = f"the caller's permissions boundary does not allow {action}"
    else:
        sentence, can_be_granted = f"{sentence} on {request.role.arn}", True
    return ActionResult(status, sentence, can_be_granted)


def _trust_policy_suffices(
    decision: Decision, caller: Caller, request: AssumeRoleRequest, verdict: Optional[Verdict]
) -> Optional[bool]:
    """Return whether the trust policy suffices without the caller's policies; None if unknown."""
    if decision.decision == EXPLICIT_DENY or decision.allowed_by_organization is False:
        return False
    if caller.account_id != request.role.account_id:
        return False
    if verdict is None:
        return None
    verdict = verdict.of(decision.action)
    is_trusted = verdict.outcome == TRUSTED
    direct = [
        one
        for one in verdict.evidence
        if one.effect == ALLOW and one.is_direct and (one.holds or not is_trusted)
    ]
    if not direct:
        is_unknown = verdict.outcome == UNKNOWN_VERDICT
        trusts_account = is_trusted or (is_unknown and verdict.needs_identity_policy)
        return False if trusts_account else None
    if decision.allowed_by_boundary is False:
        # How a boundary affects a trust policy for everyone is not documented.
        return any_holds(one.is_exact for one in direct)
    return True


def _grant(
    principal: Caller,
    actions: tuple[str, ...],
    request: AssumeRoleRequest,
    commands: SuggestedCommands,
) -> list[str]:
    """Return the command that adds a policy to the caller, unless nobody can change the caller."""
    kind, name = "user", str(principal.user_name)
    if principal.kind == ROLE_SESSION:
        kind, name = "role", str(principal.role_name)
        if name.startswith(_PERMISSION_SET):
            return []
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": request.role.arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    policy = ("--policy-name", f"assume-{request.role.name}", "--policy-document", document)
    return [commands.as_caller("iam", f"put-{kind}-policy", f"--{kind}-name", name, *policy)]


def _simulate_command(arn: str, request: AssumeRoleRequest) -> str:
    return SuggestedCommands("ADMINISTRATOR").as_caller(
        "iam", "simulate-principal-policy", "--policy-source-arn", arn, "--action-names",
        "sts:AssumeRole", "--resource-arns", request.role.arn,
    )  # fmt: skip
