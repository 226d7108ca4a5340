"""Roles that can be assumed: words that find them, and words that assume them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from awscli_assume.model.assumable_role import (
    IDENTITY_CENTER,
    PROFILE,
    TRUST_POLICY,
    AssumableRole,
)

ARN = "arn:aws:iam::123456789012:role/team/admin"
GRANTED = AssumableRole(
    "AdministratorAccess", "123456789012", "Production", IDENTITY_CENTER, sso_session="corp"
)
OF_PROFILE = AssumableRole("team/admin", "123456789012", None, PROFILE, ARN, profile="prod")


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ((), True),
        (("prod",), True),
        (("ADMIN", "prod"), True),
        (("production/admin",), True),
        (("123456789012/adm", "corp"), True),
        (("prod", "reader"), False),
        (("identity",), False),
    ],
)
def test_all_words_match_in_any_order_and_case(words: tuple[str, ...], is_found: bool) -> None:
    """Account name and ID, role and session are searched; the kind of source is not."""
    assert GRANTED.matches(words) is is_found


def test_words_do_not_match_across_fields() -> None:
    """The end of one field and the beginning of the next are no word."""
    assert not OF_PROFILE.matches(["adminarn"])
    assert OF_PROFILE.matches(["role/team"])


@pytest.mark.parametrize(
    ("role", "arguments"),
    [
        (
            GRANTED,
            ("--account-id", "123456789012", "--role-name", "AdministratorAccess",
             "--sso-session", "corp"),
        ),
        (OF_PROFILE, ("prod",)),
        (replace(OF_PROFILE, profile="-x"), ("--profile=-x",)),
        (replace(OF_PROFILE, profile="list"), ("--profile", "list")),
        (replace(OF_PROFILE, profile="prod/admin"), ("--profile", "prod/admin")),
        (replace(GRANTED, profile="list"), GRANTED.arguments()),
        (replace(OF_PROFILE, is_written=True), ("--role-arn", ARN)),
        (
            replace(OF_PROFILE, is_written=True, source_profile="dev"),
            ("--profile", "dev", "--role-arn", ARN),
        ),
        (
            replace(OF_PROFILE, source=TRUST_POLICY, profile=None, source_profile="dev"),
            ("--profile", "dev", "--role-arn", ARN),
        ),
        (
            replace(OF_PROFILE, is_written=True, via_session="corp", via=("123456789012/Admin",)),
            ("--sso-session", "corp", "--via", "123456789012/Admin", "--role-arn", ARN),
        ),
        (replace(GRANTED, profile="acct3-dev"), ("acct3-dev",)),
        (replace(GRANTED, profile="-x"), GRANTED.arguments()),
        (replace(GRANTED, profile="ours", is_written=True), GRANTED.arguments()),
    ],
)  # fmt: skip
def test_arguments_assume_the_role(role: AssumableRole, arguments: tuple[str, ...]) -> None:
    """A profile is one word; a role of a session has three options; any other has its ARN."""
    assert role.arguments() == arguments


def test_key_of_a_role() -> None:
    """A role is counted by its ARN, one of IAM Identity Center by session, account and name."""
    assert GRANTED.key == "corp/123456789012/AdministratorAccess"
    assert OF_PROFILE.key == ARN
    assert replace(GRANTED, profile="acct3-dev").key == GRANTED.key
