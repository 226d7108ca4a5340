"""What IAM returns about roles and users."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.iam.roles import (
    KnownRole,
    find_role,
    get_max_duration,
    get_role,
    get_user_tags,
    list_known_roles,
    list_role_arns,
)
from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.host import ClientError
from awscli_assume.model.arns import Role

ROLE = Role("my-iam-role", "/team/", "123456789012", "aws")
TRUST = {"Version": "2012-10-17", "Statement": []}


@pytest.fixture
def iam(mocker: MockerFixture) -> Any:
    """Return an IAM client with one role."""
    client = mocker.Mock()
    client.get_role.return_value = {
        "Role": {
            "Arn": ROLE.arn,
            "AssumeRolePolicyDocument": TRUST,
            "MaxSessionDuration": 7200,
            "Tags": [{"Key": "team", "Value": "blue"}],
        }
    }
    return client


def failing(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetRole")


def test_known_role(iam: Any) -> None:
    """A role has its ARN, trust policy, maximum session duration and tags."""
    expected = KnownRole(ROLE.arn, TRUST, 7200, (("team", "blue"),))

    assert find_role(iam, "my-iam-role") == expected


@pytest.mark.parametrize("code", ["NoSuchEntity", "NoSuchEntityException"])
def test_role_that_does_not_exist(iam: Any, code: str) -> None:
    """Both spellings of IAM's error code mean that there is no role."""
    iam.get_role.side_effect = failing(code)

    assert get_role(iam, "my-iam-role") is None
    assert find_role(iam, "my-iam-role") is None
    assert get_max_duration(lambda: iam, ROLE) is None


def test_role_that_may_not_be_read(iam: Any) -> None:
    """Who lacks the permission is named, and the role is not taken to be missing."""
    iam.get_role.side_effect = failing("AccessDenied")

    with pytest.raises(ClientError, match="AccessDenied"):
        get_role(iam, "my-iam-role")
    with pytest.raises(CallUnavailable, match="the profile 'x' lacks the permission iam:GetRole"):
        find_role(iam, "my-iam-role", "the profile 'x'")
    assert get_max_duration(lambda: iam, ROLE) is None


def test_maximum_that_is_no_number(iam: Any) -> None:
    """A MaxSessionDuration of another type counts as unknown; missing tags are none."""
    iam.get_role.return_value = {
        "Role": {"Arn": ROLE.arn, "AssumeRolePolicyDocument": TRUST, "MaxSessionDuration": "7200"}
    }

    assert find_role(iam, "my-iam-role") == KnownRole(ROLE.arn, TRUST)


def test_list_of_roles_has_a_limit(mocker: MockerFixture) -> None:
    """At most 50 pages are read: 5,000 roles, the quota of an account."""
    client = mocker.Mock()
    client.get_paginator.return_value.paginate.return_value = iter(
        {"Roles": [{"Arn": str(number)}]} for number in range(60)
    )

    assert list_role_arns(client) == [str(number) for number in range(50)]


def test_tags_of_the_user(mocker: MockerFixture) -> None:
    """The tags of the calling user are key and value."""
    client = mocker.Mock()
    client.get_user.return_value = {"User": {"Tags": [{"Key": "team", "Value": "blue"}]}}

    assert get_user_tags(client) == (("team", "blue"),)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ({"Arn": ROLE.arn, "MaxSessionDuration": 7200}, 7200),
        ({"Arn": ROLE.arn.replace("/team", ""), "MaxSessionDuration": 7200}, None),
        ({"Arn": ROLE.arn, "MaxSessionDuration": 60}, None),
        ({"Arn": ROLE.arn, "MaxSessionDuration": 86400}, None),
        ({"Arn": ROLE.arn, "MaxSessionDuration": None}, None),
        ({"Arn": ROLE.arn}, None),
        (None, None),
    ],
)
def test_maximum_of_a_role(mocker: MockerFixture, role: Any, expected: Any) -> None:
    """IAM's value counts if it is valid and belongs to this ARN."""
    client = mocker.Mock()
    client.get_role.return_value = {"Role": role}

    assert get_max_duration(lambda: client, ROLE) == expected
    client.get_role.assert_called_once_with(RoleName="my-iam-role")


def test_all_roles_with_their_trust_policies(iam: Any) -> None:
    """All pages are read, each as large as IAM allows."""
    role = {"Arn": ROLE.arn, "AssumeRolePolicyDocument": TRUST}
    pages = iam.get_paginator.return_value.paginate
    pages.return_value = [{"Roles": [role]}, {"Roles": [{**role, "Arn": "arn:2"}]}]

    assert list_known_roles(iam) == [KnownRole(ROLE.arn, TRUST), KnownRole("arn:2", TRUST)]
    pages.assert_called_once_with(PaginationConfig={"PageSize": 1000})


def test_roles_that_cannot_be_listed(iam: Any) -> None:
    """A refusal names the permission."""
    iam.get_paginator.return_value.paginate.side_effect = failing("AccessDenied")

    with pytest.raises(CallUnavailable, match="iam:ListRoles"):
        list_known_roles(iam)
