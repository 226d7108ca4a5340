"""Roles of IAM Identity Center: their names, and the roles of IAM that stand for them."""

from __future__ import annotations

from typing import Optional

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import Role, parse_role_arn
from awscli_assume.model.assumable_role import identity_center_key
from awscli_assume.model.identity_center import (
    IdentityCenterRole,
    account_and_permission_set,
    check_permission_set,
    permission_set_of,
    reserved_role,
)

ROLE = IdentityCenterRole("corp", "123456789012", "Admin", "production", "dev")


def test_names_of_a_role() -> None:
    """The profile of the session, the key of its uses, the options and the shown name."""
    assert ROLE.profile == "corp/123456789012/Admin"
    assert ROLE.profile == identity_center_key("corp", "123456789012", "Admin")
    assert ROLE.options == "--sso-session corp --account-id 123456789012 --role-name Admin"
    assert str(ROLE) == "production/Admin"
    assert str(IdentityCenterRole("corp", "123456789012", "Admin")) == "123456789012/Admin"


def test_options_are_quoted() -> None:
    """A name of a section may have blanks, a permission set may begin with a dash."""
    role = IdentityCenterRole("my corp", "123456789012", "-x")
    assert role.options == "--sso-session 'my corp' --account-id 123456789012 --role-name=-x"


def test_equal_roles() -> None:
    """The name of the account and the settings do not make another role."""
    assert IdentityCenterRole("corp", "123456789012", "Admin") == ROLE


def test_role_that_is_assumed_from_it() -> None:
    """It is in the same account unless it names one."""
    other = Role("r", account_id="210987654321")
    named = Role("r", account_name="production")
    assert ROLE.with_account(Role("r")).account_id == "123456789012"
    assert ROLE.with_account(other) == other
    assert ROLE.with_account(named) == named


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("production/Admin", ("production", "Admin")),
        ("production:Admin", ("production", "Admin")),
        ("my account/Admin", ("my account", "Admin")),
        ("123456789012/Admin", ("123456789012", "Admin")),
        ("Admin", None),
        ("/Admin", None),
        ("production/", None),
        ("team/dev/Admin", None),
        ("a/b:Admin", ("a/b", "Admin")),
        ("production/" + "x" * 33, None),
        ("arn:aws:iam::123456789012:role/Admin", None),
        ("https://signin.aws.amazon.com/switchrole", None),
    ],
)
def test_account_and_permission_set(text: str, names: Optional[tuple[str, str]]) -> None:
    """A permission set has no path and at most 32 characters."""
    assert account_and_permission_set(text) == names


@pytest.mark.parametrize("name", ["team/Admin", "x" * 33, "a b", ""])
def test_invalid_permission_set(name: str) -> None:
    """The error names it."""
    with pytest.raises(InvalidRequest, match="Invalid role name"):
        check_permission_set(name)


@pytest.mark.parametrize(
    ("name", "permission_set"),
    [
        ("AWSReservedSSO_Admin_0123456789abcdef", "Admin"),
        ("AWSReservedSSO_Read_Only_0123456789abcdef", "Read_Only"),
        ("AWSReservedSSO_Admin", None),
        ("Admin", None),
    ],
)
def test_permission_set_of_a_role(name: str, permission_set: Optional[str]) -> None:
    """It is between the prefix and 16 digits."""
    assert permission_set_of(name) == permission_set


def test_error_for_a_reserved_role() -> None:
    """It has the words to type, as far as they are known."""
    path = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
    role = parse_role_arn(f"arn:aws:iam::123456789012:role/{path}")
    assert str(reserved_role(role)).endswith("aws assume 123456789012/Admin")
    assert str(reserved_role(Role("AWSReservedSSO_x"))).endswith("aws assume ACCOUNT/NAME")
