"""Scopes: their session policies, partitions and names."""

from __future__ import annotations

import json

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.request.session_scope import (
    SessionScope,
    chain_policy,
    check_scope_name,
    in_partition,
    managed_scope,
    own_scope,
    unknown_scope,
)

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OWN = "arn:aws:iam::123456789012:policy/Deploy"
POLICY = '{"Version": "2012-10-17", "Statement": []}'


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("read-only", "ReadOnlyAccess"),
        ("view-only", "job-function/ViewOnlyAccess"),
        ("security-audit", "SecurityAudit"),
    ],
)
def test_a_word_is_a_policy_of_aws(name: str, policy: str) -> None:
    """The paths are those of the IAM User Guide."""
    assert managed_scope(name) == SessionScope(name, (f"arn:aws:iam::aws:policy/{policy}",))
    assert managed_scope(policy) is None


@pytest.mark.parametrize(
    ("arn", "partition", "expected"),
    [
        (READ_ONLY, "aws-cn", "arn:aws-cn:iam::aws:policy/ReadOnlyAccess"),
        (READ_ONLY, "aws", READ_ONLY),
        ("arn:aws-us-gov:iam::aws:policy/X", "aws-eusc", "arn:aws-eusc:iam::aws:policy/X"),
        (OWN, "aws-cn", OWN),
    ],
)
def test_partition(arn: str, partition: str, expected: str) -> None:
    """AWS's own policies are in each partition, those of an account in one."""
    assert in_partition(arn, partition) == expected


def test_own_scopes() -> None:
    """A setting has ARNs between commas or on lines, or an inline policy."""
    assert own_scope("x", f"{READ_ONLY},{OWN}") == SessionScope("x", (READ_ONLY, OWN))
    assert own_scope("x", f"\n{READ_ONLY}\n{OWN}\n") == SessionScope("x", (READ_ONLY, OWN))
    assert own_scope("x", f"\n {POLICY}\n") == SessionScope("x", policy=POLICY)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The scope 'x' has no policy"),
        (" , ", "The scope 'x' has no policy"),
        ("ReadOnlyAccess", "Invalid policy ARN"),
        ("{", "Invalid session policy: not JSON"),
        (",".join([OWN] * 11), "11 given, and the maximum is 10"),
    ],
)
def test_invalid_scopes(text: str, message: str) -> None:
    """What STS would refuse, and what would not narrow at all."""
    with pytest.raises(InvalidRequest, match=message):
        own_scope("x", text)


@pytest.mark.parametrize("name", ["", "X", "a b", "-x", "a.b", "x" * 42, "ä", "a/b"])
def test_invalid_names(name: str) -> None:
    """A name becomes the key of a setting."""
    with pytest.raises(InvalidRequest, match="Invalid scope"):
        check_scope_name(name)


def test_unknown_scope() -> None:
    """The message lists the scopes, with those of the settings."""
    text = str(unknown_scope("deploy", {"b", "a"}))

    assert "only: read-only, view-only, security-audit, a, b, none" in text
    assert "assume.scope_deploy" in text


def test_policies_are_compared_in_any_partition() -> None:
    """A record has the ARN of the role's partition."""
    scope = managed_scope("read-only")

    assert scope is not None
    assert scope.is_policy_of(None, ["arn:aws-cn:iam::aws:policy/ReadOnlyAccess"])
    assert not scope.is_policy_of(POLICY, [READ_ONLY])
    assert not scope.is_policy_of(None, [READ_ONLY, OWN])
    assert not scope.is_policy_of(None, [])


@pytest.mark.parametrize("has_contexts", [True, False])
def test_policy_of_earlier_roles(has_contexts: bool) -> None:
    """It allows what AssumeRole with all of its parameters needs, and is short."""
    (statement,) = json.loads(chain_policy(has_contexts))["Statement"]
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]

    assert statement["Action"] == actions + ["sts:SetContext"] * has_contexts
    assert len(chain_policy(has_contexts)) < 200
