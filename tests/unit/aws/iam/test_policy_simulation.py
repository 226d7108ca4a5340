"""Policy simulation: the request to IAM, and the decisions in its response."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.iam.policy_simulation import Decision, simulate, simulate_roles
from awscli_assume.aws.optional_call import CallUnavailable

USER, ROLE = "arn:aws:iam::123456789012:user/alice", "arn:aws:iam::123456789012:role/r"


def simulated(mocker: MockerFixture, result: dict[str, Any]) -> Any:
    iam = mocker.Mock()
    result = {"EvalActionName": "sts:AssumeRole", "EvalDecision": "allowed", **result}
    iam.simulate_principal_policy.return_value = {"EvaluationResults": [result]}
    return iam


@pytest.mark.parametrize(
    ("key", "type_name"),
    [
        ("aws:SourceIp", "ip"),
        ("aws:MultiFactorAuthPresent", "boolean"),
        ("aws:MultiFactorAuthAge", "numeric"),
        ("aws:CurrentTime", "date"),
        ("aws:TagKeys", "stringList"),
        ("sts:ExternalId", "string"),
    ],
)
def test_context_keys_have_their_type(mocker: MockerFixture, key: str, type_name: str) -> None:
    """IAM gets each known condition key with its data type."""
    iam = simulated(mocker, {})
    simulate(iam, USER, ("sts:AssumeRole",), ROLE, {key: ("1", "2")})

    iam.simulate_principal_policy.assert_called_once_with(
        PolicySourceArn=USER,
        ActionNames=["sts:AssumeRole"],
        ResourceArns=[ROLE],
        ContextEntries=[
            {"ContextKeyName": key, "ContextKeyValues": ["1", "2"], "ContextKeyType": type_name}
        ],
    )


def test_decision(mocker: MockerFixture) -> None:
    """A decision has each deciding policy and missing key once, and both limits."""
    iam = simulated(
        mocker,
        {
            "EvalDecision": "explicitDeny",
            "MatchedStatements": [{"SourcePolicyId": "p1"}, {"SourcePolicyId": "p1"}],
            "OrganizationsDecisionDetail": {"AllowedByOrganizations": True},
            "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False},
            "MissingContextValues": ["aws:SourceIp"],
            "ResourceSpecificResults": [{"MissingContextValues": ["aws:SourceIp", "aws:TagKeys"]}],
        },
    )

    assert simulate(iam, USER, ("sts:AssumeRole",), ROLE, {}) == (
        Decision(
            "sts:AssumeRole", "explicitDeny", ("p1",), True, False, ("aws:SourceIp", "aws:TagKeys")
        ),
    )


def test_response_without_details(mocker: MockerFixture) -> None:
    """What the response lacks is None or empty."""
    decisions = simulate(simulated(mocker, {}), USER, ("sts:AssumeRole",), ROLE, {})

    assert decisions == (Decision("sts:AssumeRole", "allowed"),)


def test_malformed_response(mocker: MockerFixture) -> None:
    """A response of another form is a failed call."""
    iam = mocker.Mock()
    iam.simulate_principal_policy.return_value = {"EvaluationResults": [{}]}

    with pytest.raises(CallUnavailable, match="iam:SimulatePrincipalPolicy failed"):
        simulate(iam, USER, ("sts:AssumeRole",), ROLE, {})


def test_many_roles_at_once(mocker: MockerFixture) -> None:
    """Each role has its own decision, whether IAM lists it by itself or below an action."""
    other, denied = f"{ROLE}2", f"{ROLE}3"
    result = {"EvalActionName": "sts:AssumeRole", "EvalDecision": "allowed"}
    specific = [
        {"EvalResourceName": other, "EvalResourceDecision": "allowed",
         "MissingContextValues": ["aws:SourceIp"]},
        {"EvalResourceName": denied, "EvalResourceDecision": "explicitDeny",
         "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False}},
    ]  # fmt: skip
    pages = [
        {"EvaluationResults": [{**result, "EvalResourceName": ROLE}]},
        {
            "EvaluationResults": [
                {
                    **result,
                    "ResourceSpecificResults": specific,
                    "MissingContextValues": ["aws:SourceIp"],
                }
            ]
        },
    ]
    iam = mocker.Mock()
    iam.get_paginator.return_value.paginate.return_value = pages
    found = simulate_roles(iam, USER, "sts:AssumeRole", [ROLE, other, denied], {})

    assert found == {
        ROLE: Decision("sts:AssumeRole", "allowed"),
        other: Decision("sts:AssumeRole", "allowed", missing_keys=("aws:SourceIp",)),
        denied: Decision("sts:AssumeRole", "explicitDeny", allowed_by_boundary=False),
    }
    iam.get_paginator.assert_called_once_with("simulate_principal_policy")
    iam.get_paginator.return_value.paginate.assert_called_once_with(
        PolicySourceArn=USER,
        ActionNames=["sts:AssumeRole"],
        ResourceArns=[ROLE, other, denied],
        ContextEntries=[],
        PaginationConfig={"PageSize": 1000},
    )
