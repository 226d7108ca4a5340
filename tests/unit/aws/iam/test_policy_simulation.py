"""Policy simulation: the request to IAM, and the decisions in its response."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.iam.policy_simulation import Decision, simulate
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
