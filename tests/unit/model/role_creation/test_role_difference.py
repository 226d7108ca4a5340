"""What distinguishes a role that is there from one that was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from awscli_assume.model.arns import Role
from awscli_assume.model.role_creation.new_role import NewRole
from awscli_assume.model.role_creation.role_difference import (
    UNKNOWN,
    ExistingRole,
    differences,
    external_id_of,
)

STATEMENT = {"Effect": "Allow", "Principal": {"AWS": ["a", "b"]}, "Action": "sts:AssumeRole"}
TRUST = {"Version": "2012-10-17", "Statement": [STATEMENT]}
WANTED = NewRole(Role("r1"), TRUST)
FOUND = {"AssumeRolePolicyDocument": TRUST, "Path": "/", "MaxSessionDuration": 3600}


def items(wanted: NewRole = WANTED, arns: Any = (), inline: Any = None, **found: Any) -> list[str]:
    existing = ExistingRole({**FOUND, **found}, arns, inline or {})
    return [row["Item"] for row in differences(wanted, existing)]


@pytest.mark.parametrize(
    "statement",
    [
        {**STATEMENT, "Principal": {"AWS": ["b", "a"]}},
        {**STATEMENT, "Action": ["sts:AssumeRole"]},
        {**STATEMENT, "Sid": "One"},
    ],
)
def test_another_spelling_is_no_difference(statement: dict[str, Any]) -> None:
    """Order, a list of one, and a Sid mean nothing in a policy."""
    trust = {"Statement": statement, "Version": "2012-10-17"}

    assert items(AssumeRolePolicyDocument=trust) == []


@pytest.mark.parametrize(
    ("found", "item"),
    [
        ({"AssumeRolePolicyDocument": {**TRUST, "Statement": []}}, "TrustPolicy"),
        (
            {"AssumeRolePolicyDocument": {**TRUST, "Statement": [STATEMENT, {"Effect": "Deny"}]}},
            "TrustPolicy",
        ),
        ({"Path": "/x/"}, "Path"),
        ({"MaxSessionDuration": 7200}, "MaxSessionDuration"),
        ({"PermissionsBoundary": {"PermissionsBoundaryArn": "arn"}}, "PermissionsBoundary"),
        ({"arns": ("x",)}, "ManagedPolicies"),
        ({"inline": {"x": {}}}, "InlinePolicies"),
    ],
)
def test_each_thing_that_differs_is_named(found: dict[str, Any], item: str) -> None:
    """One thing that differs is one row, and only that."""
    assert items(**found) == [item]


def test_tags_and_description_count_where_they_were_asked_for() -> None:
    """What somebody else has noted at a role is no difference by itself."""
    noted = {"Description": "x", "Tags": [{"Key": "Sid", "Value": "1"}]}
    asked = replace(WANTED, description="y", tags=(("Sid", "2"),))

    assert items(**noted) == []
    assert items(asked, **noted) == ["Description", "Tags"]


def test_what_may_not_be_read_differs() -> None:
    """Nothing is called equal that nobody has looked at."""
    rows = differences(WANTED, ExistingRole(FOUND))

    assert [(row["Item"], row["Existing"]) for row in rows] == [
        ("ManagedPolicies", UNKNOWN),
        ("InlinePolicies", UNKNOWN),
    ]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([{"StringEquals": {"sts:ExternalId": "a1"}}], "a1"),
        ([{"StringEquals": {"sts:ExternalId": ["a1"]}}, None], "a1"),
        ([{"StringEquals": {"sts:ExternalId": ["a1", "b2"]}}], None),
        ([{"StringEquals": {"sts:ExternalId": x}} for x in ("a1", "b2")], None),
        ([{"StringLike": {"sts:ExternalId": "a*"}}], None),
        ([{"StringEquals": "a1"}], None),
        ([None], None),
    ],
)
def test_the_external_id_of_a_trust_policy(conditions: list, expected: Any) -> None:
    """It is told where a policy asks for exactly one."""
    statements = [{**STATEMENT, "Condition": one} for one in conditions]

    assert external_id_of({"Statement": statements}) == expected


def test_a_trust_policy_of_one_statement_or_none_has_its_external_id() -> None:
    """A statement need not stand in a list, and a document need not be one."""
    condition = {"StringEquals": {"sts:ExternalId": "a1"}}

    assert external_id_of({"Statement": {**STATEMENT, "Condition": condition}}) == "a1"
    assert external_id_of(None) is None
    assert external_id_of({}) is None


def test_role_without_its_defaults() -> None:
    """A path and a duration that IAM leaves out are the defaults."""
    assert differences(WANTED, ExistingRole({"AssumeRolePolicyDocument": TRUST}, (), {})) == []
