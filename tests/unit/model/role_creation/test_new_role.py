"""A role to be made: its options, and the calls in order."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.role_creation.new_role import build_new_role

NONE = dict.fromkeys(
    ("path", "max_session_duration", "description", "permissions_boundary", "policy_arn",
     "inline_policy", "tags")
)  # fmt: skip
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
POLICY = '{"Statement": []}'

# Of the two, Python keeps the last one alone: without MFA.
TWICE = """{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {
    "Bool": {"aws:MultiFactorAuthPresent": "true"}, "Bool": {"aws:SecureTransport": "true"}}}}"""


def build(**options: Any) -> Any:
    return build_new_role({**NONE, "role_name": "r1", **options})


def test_what_was_not_given_is_not_sent() -> None:
    """IAM's own defaults are left to IAM."""
    [call] = build().calls()

    assert call.operation == "CreateRole"
    assert set(call.parameters) == {"Path", "RoleName", "AssumeRolePolicyDocument"}


def test_the_role_comes_before_its_policies() -> None:
    """A policy that is named twice is attached once."""
    calls = build(policy_arn=[READ, READ], inline_policy=POLICY).calls()

    assert [call.operation for call in calls] == [
        "CreateRole", "PutRolePolicy", "AttachRolePolicy",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("r1", None, "/"), ("r1", "/", "/"), ("r1", "team/dev", "/team/dev/"),
        ("r1", "/team/dev/", "/team/dev/"), ("team/dev/r1", None, "/team/dev/"),
    ],
)  # fmt: skip
def test_path(name: str, path: Any, expected: str) -> None:
    """A path is given by its option or with the name; slashes at its ends may be left out."""
    role = build(role_name=name, path=path).role

    assert (role.name, role.path) == ("r1", expected)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"role_name": None}, "--role-name my-iam-role"),
        ({"role_name": "a b"}, "Invalid role name"),
        ({"role_name": "arn:aws:iam::123456789012:role/r1", "path": "/x/"}, "ARN"),
        ({"role_name": "a/b", "path": "/c/"}, "leave one out"),
        ({"path": "/a b/"}, "Invalid role path"),
        ({"max_session_duration": "3599"}, "3600 to 43200"),
        ({"max_session_duration": "43201"}, "3600 to 43200"),
        ({"max_session_duration": "1x"}, "3600 to 43200"),
        ({"description": "x" * 1001}, "1000 characters"),
        ({"description": "a\x1bb"}, "control characters"),
        ({"permissions_boundary": "x"}, "--permissions-boundary"),
        ({"policy_arn": [READ, "x"]}, "--policy-arn"),
        ({"inline_policy": "file"}, "not JSON"),
        ({"inline_policy": "[]"}, "JSON object"),
        ({"inline_policy": "[" * 100000}, "not JSON"),
        ({"inline_policy": '{"Statement": "' + "x" * 10240 + '"}'}, "the maximum is 10240"),
        ({"inline_policy": TWICE}, "'Bool' is twice"),
        ({"inline_policy": '{"Statement": [], "Statement": []}'}, "'Statement' is twice"),
        ({"inline_policy": '{"Statement": 1e999}'}, "1e999 is not a number"),
        ({"inline_policy": '{"Statement": -1e999}'}, "-1e999 is not a number"),
        ({"inline_policy": '{"Statement": NaN}'}, "NaN is not a number"),
        ({"inline_policy": '{"Statement": -Infinity}'}, "-Infinity is not a number"),
        ({"tags": [{"Key": "aws:x", "Value": "y"}]}, "aws:"),
    ],
)
def test_what_iam_would_refuse(options: dict[str, Any], reason: str) -> None:
    """It is refused before IAM is asked, with the way out."""
    with pytest.raises(InvalidRequest, match=reason):
        build(**options)


def test_an_inline_policy_is_kept_as_it_was_written() -> None:
    """Each element reaches IAM, numbers too."""
    text = '{"Statement": [{"a": {"b": 1.5}, "c": 10}, {"a": {"b": "x"}}]}'

    assert build(inline_policy=text).inline_policy == {
        "Statement": [{"a": {"b": 1.5}, "c": 10}, {"a": {"b": "x"}}]
    }


def test_values_at_the_limits_of_iam() -> None:
    """The longest session and the longest description are taken."""
    role = build(max_session_duration="43200", description="\u00ff" * 1000)

    assert (role.maximum_seconds, len(role.description)) == (43200, 1000)
    assert build(max_session_duration="3600").maximum_seconds == 3600
