"""What a caller's own policies say of a call, as IAM simulates it.

Source: IAM API reference, "SimulatePrincipalPolicy" and "EvaluationResult".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Optional, Sequence

from awscli_assume.aws.optional_call import optional_call

# IAM User Guide, "AWS global condition context keys": data types other than text.
_TYPES = {
    "aws:multifactorauthpresent": "boolean", "aws:securetransport": "boolean",
    "aws:viaawsservice": "boolean", "aws:principalisawsservice": "boolean",
    "aws:multifactorauthage": "numeric", "aws:epochtime": "numeric", "aws:currenttime": "date",
    "aws:sourceip": "ip", "aws:tagkeys": "stringList", "sts:transitivetagkeys": "stringList",
}  # fmt: skip
ALLOWED, EXPLICIT_DENY, IMPLICIT_DENY = "allowed", "explicitDeny", "implicitDeny"
OPERATION = "iam:SimulatePrincipalPolicy"


@dataclass(frozen=True)
class Decision:
    """IAM's answer for one action.

    ``policies`` are the ids of those that decide. The two that follow are None
    where the answer does not carry them. ``missing_keys`` are condition keys that
    the simulation had no value for.
    """

    action: str
    decision: str
    policies: tuple[str, ...] = ()
    allowed_by_organization: Optional[bool] = None
    allowed_by_boundary: Optional[bool] = None
    missing_keys: tuple[str, ...] = ()


def simulate(
    iam: Any,
    principal_arn: str,
    actions: Sequence[str],
    role_arn: str,
    context: Mapping[str, tuple[str, ...]],
) -> tuple[Decision, ...]:
    """Ask IAM whether a user or role may call the actions on a role. Raises NotAnswered.

    ``context`` are the condition keys of the request that are known.
    """
    entries = [
        {
            "ContextKeyName": key,
            "ContextKeyValues": list(values),
            "ContextKeyType": _TYPES.get(key.lower(), "string"),
        }
        for key, values in context.items()
    ]
    with optional_call(OPERATION):
        answer = iam.simulate_principal_policy(
            PolicySourceArn=principal_arn,
            ActionNames=list(actions),
            ResourceArns=[role_arn],
            ContextEntries=entries,
        )
        return tuple(_decision(one) for one in answer["EvaluationResults"])


def _decision(result: Mapping[str, Any]) -> Decision:
    organization = result.get("OrganizationsDecisionDetail") or {}
    boundary = result.get("PermissionsBoundaryDecisionDetail") or {}
    matched = result.get("MatchedStatements") or ()
    # With a resource the keys stand there, and not always at the top as well.
    places = (result, *(result.get("ResourceSpecificResults") or ()))
    missing = [key for place in places for key in place.get("MissingContextValues") or ()]
    return Decision(
        result["EvalActionName"],
        result["EvalDecision"],
        tuple(dict.fromkeys(str(one.get("SourcePolicyId", "")) for one in matched)),
        organization.get("AllowedByOrganizations"),
        boundary.get("AllowedByPermissionsBoundary"),
        tuple(dict.fromkeys(missing)),
    )
