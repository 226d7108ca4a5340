"""IAM policy simulation: do a principal's own policies allow a call?

Source: IAM API reference, "SimulatePrincipalPolicy" and "EvaluationResult".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Optional, Sequence

from awscli_assume.aws.optional_call import optional_call
from awscli_assume.host.protocols import IamClient

# IAM User Guide, "AWS global condition context keys": data types other than string.
_TYPES = {
    "aws:multifactorauthpresent": "boolean", "aws:securetransport": "boolean",
    "aws:viaawsservice": "boolean", "aws:principalisawsservice": "boolean",
    "aws:viaawsmcpservice": "boolean",
    "aws:multifactorauthage": "numeric", "aws:epochtime": "numeric", "aws:currenttime": "date",
    "aws:sourceip": "ip", "aws:tagkeys": "stringList", "sts:transitivetagkeys": "stringList",
}  # fmt: skip
ALLOWED, EXPLICIT_DENY, IMPLICIT_DENY = "allowed", "explicitDeny", "implicitDeny"
# IAM API reference, "SimulatePrincipalPolicy", MaxItems.
_RESULTS_MAX = 1000
OPERATION = "iam:SimulatePrincipalPolicy"


@dataclass(frozen=True)
class Decision:
    """IAM's decision on one action.

    ``policies`` are the IDs of the policies that decide. ``allowed_by_organization``
    and ``allowed_by_boundary`` are None if the response lacks them. ``missing_keys``
    are the condition keys that the simulation had no value for.
    """

    action: str
    decision: str
    policies: tuple[str, ...] = ()
    allowed_by_organization: Optional[bool] = None
    allowed_by_boundary: Optional[bool] = None
    missing_keys: tuple[str, ...] = ()


def simulate(
    iam: IamClient,
    principal_arn: str,
    actions: Sequence[str],
    role_arn: str,
    context: Mapping[str, tuple[str, ...]],
) -> tuple[Decision, ...]:
    """Return whether a user's or role's policies allow the actions on a role.

    ``context`` has the known condition keys of the request. Raises CallUnavailable.
    """
    with optional_call(OPERATION):
        response = iam.simulate_principal_policy(
            PolicySourceArn=principal_arn,
            ActionNames=list(actions),
            ResourceArns=[role_arn],
            ContextEntries=_entries(context),
        )
        return tuple(_decision(result) for result in response["EvaluationResults"])


def simulate_roles(
    iam: IamClient,
    principal_arn: str,
    action: str,
    role_arns: Sequence[str],
    context: Mapping[str, tuple[str, ...]],
) -> dict[str, Decision]:
    """Return the decision on one action by role, with one call for up to 1000 roles.

    A role without a decision from IAM is left out. Raises CallUnavailable.
    """
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=principal_arn,
        ActionNames=[action],
        ResourceArns=list(role_arns),
        ContextEntries=_entries(context),
        PaginationConfig={"PageSize": _RESULTS_MAX},
    )
    decisions: dict[str, Decision] = {}
    with optional_call(OPERATION):
        for page in pages:
            for result in page["EvaluationResults"]:
                decisions.update(_by_resource(result))
    return decisions


def _by_resource(result: Mapping[str, Any]) -> dict[str, Decision]:
    """Return the decision for each resource of a result."""
    specific = result.get("ResourceSpecificResults") or ()
    if not specific:
        return {result.get("EvalResourceName", "*"): _decision(result)}
    shared = {name: value for name, value in result.items() if name != "ResourceSpecificResults"}
    return {
        one["EvalResourceName"]: _decision(
            {
                **shared,
                "MissingContextValues": (),
                **one,
                "EvalDecision": one["EvalResourceDecision"],
            }
        )
        for one in specific
    }


def _entries(context: Mapping[str, tuple[str, ...]]) -> list[dict[str, object]]:
    return [
        {
            "ContextKeyName": key,
            "ContextKeyValues": list(values),
            "ContextKeyType": _TYPES.get(key.lower(), "string"),
        }
        for key, values in context.items()
    ]


def _decision(result: Mapping[str, Any]) -> Decision:
    organization = result.get("OrganizationsDecisionDetail") or {}
    boundary = result.get("PermissionsBoundaryDecisionDetail") or {}
    matched = result.get("MatchedStatements") or ()
    # Keys that are missing for one resource are not always at the top level as well.
    results = (result, *(result.get("ResourceSpecificResults") or ()))
    missing = [key for one in results for key in one.get("MissingContextValues") or ()]
    return Decision(
        result["EvalActionName"],
        result["EvalDecision"],
        tuple(dict.fromkeys(str(one.get("SourcePolicyId", "")) for one in matched)),
        organization.get("AllowedByOrganizations"),
        boundary.get("AllowedByPermissionsBoundary"),
        tuple(dict.fromkeys(missing)),
    )
