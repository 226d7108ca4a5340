"""One action of a simulation, together with what the trust policy says of it.

Source: IAM User Guide, "Policy evaluation logic" and "Permissions boundaries for IAM
entities": within one account a resource-based policy that names the user or the
session is enough by itself, also beside a boundary; one that names the role is
enough where no boundary limits the role.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from awscli_assume.aws.iam.policy_simulation import ALLOWED, EXPLICIT_DENY, Decision
from awscli_assume.model.diagnosis import OK, PROBLEM, UNKNOWN
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.model.trust.callers import Caller
from awscli_assume.model.trust.document import ALLOW
from awscli_assume.model.trust.evaluation import ALLOWED as TRUSTED
from awscli_assume.model.trust.evaluation import UNKNOWN as NOT_KNOWN
from awscli_assume.model.trust.evaluation import Verdict
from awscli_assume.model.trust.values import any_holds


@dataclass(frozen=True)
class Judgement:
    """What one action comes to; ``can_be_granted`` where a policy of the caller would help."""

    status: str
    sentence: str
    can_be_granted: bool = False


def judged(
    decision: Decision, caller: Caller, request: AssumeRoleRequest, verdict: Optional[Verdict]
) -> Judgement:
    """Return what a decision of IAM's means for the caller."""
    action = decision.action
    if decision.missing_keys:
        is_enough = _is_enough(decision, caller, request, verdict)
        if decision.decision not in (ALLOWED, EXPLICIT_DENY) and is_enough:
            return Judgement(OK, _not_needed(action))
        keys = ", ".join(decision.missing_keys)
        return Judgement(UNKNOWN, f"whether {action} is allowed depends on {keys}, not known here")
    ids = ", ".join(filter(None, decision.policies))
    by = f" ({ids})" if ids else ""
    if decision.decision == ALLOWED:
        return Judgement(OK, f"the caller's policies allow {action}{by}")
    if decision.allowed_by_organization is False:
        return Judgement(PROBLEM, f"a policy of the organization (SCP) does not allow {action}")
    if decision.decision == EXPLICIT_DENY:
        return Judgement(PROBLEM, f"a policy of the caller denies {action}{by}")
    return _not_allowed(decision, caller, request, verdict)


def _not_allowed(
    decision: Decision, caller: Caller, request: AssumeRoleRequest, verdict: Optional[Verdict]
) -> Judgement:
    action = decision.action
    is_enough = _is_enough(decision, caller, request, verdict)
    if is_enough:
        return Judgement(OK, _not_needed(action))
    if is_enough is None:
        return Judgement(
            UNKNOWN,
            f"no policy of the caller allows {action}, which is enough only where the trust "
            "policy names the caller itself",
        )
    if decision.allowed_by_boundary is False:
        text = f"the permissions boundary of the caller does not allow {action}"
        return Judgement(PROBLEM, text)
    text = f"no policy of the caller allows {action} on {request.role.arn}"
    return Judgement(PROBLEM, text, can_be_granted=True)


def _not_needed(action: str) -> str:
    return (
        f"no policy of the caller allows {action}, and none has to: the trust policy names the "
        "caller, and decides"
    )


def _is_enough(
    decision: Decision, caller: Caller, request: AssumeRoleRequest, verdict: Optional[Verdict]
) -> Optional[bool]:
    """Return whether the trust policy stands in for the caller's own; None can't be told."""
    if caller.account_id != request.role.account_id:
        return False
    if verdict is None:
        return None
    of_action = verdict.of(decision.action)
    allows = [
        one
        for one in of_action.evidence
        if one.effect == ALLOW and (one.holds or of_action.outcome != TRUSTED)
    ]
    direct = [one for one in allows if one.is_direct]
    if not direct:
        return _else(of_action)
    if decision.allowed_by_boundary is False:
        # What a boundary does beside a policy for everyone is not documented.
        return any_holds(one.is_exact for one in direct)
    return True


def _else(verdict: Verdict) -> Optional[bool]:
    """Tell of a trust policy that does not name the caller: the account, or nobody that counts."""
    if verdict.outcome == TRUSTED:
        return False
    if verdict.outcome == NOT_KNOWN and verdict.needs_identity_policy:
        return False
    return None
