"""Accounts that need no organization: of IAM Identity Center, and of profiles."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.host import UnauthorizedSSOTokenError
from support.organization_stub import account_id
from support.sso_stub import PortalAccount, SsoStub, write_sso_token

A, B, C = (account_id(n) for n in (1, 2, 3))


@pytest.fixture
def portal(choose: Any, sso: SsoStub) -> SsoStub:
    sso.accounts = [
        PortalAccount(A, "app-001", ("Admin", "Reader")),
        PortalAccount(B, "app\x1b-002", ("Reader",)),
        PortalAccount(C, "nothing", ()),
    ]
    return sso


def test_identity_center(choose: Any, portal: SsoStub) -> None:
    """The accounts in which the session grants a role, with the session that grants it."""
    found = choose("identity-center")

    assert [(one.account_id, one.name, one.sso_session, one.state) for one in found.accounts] == [
        (A, "app-001", "corp", None),
        (B, r"app\x1b-002", "corp", None),
    ]
    assert found.notes == ()
    assert choose.ids("identity-center", "not:APP-001") == [B]
    # Neither the organization nor STS was called, and the portal once.
    assert not choose.stub.counts
    assert [call.operation for call in portal.journal.calls].count("sso:ListAccounts") == 1


def test_permission_set(choose: Any, portal: SsoStub) -> None:
    """With a permission set, only the accounts that grant it, and the others are mentioned."""
    found = choose("identity-center", role_name="Admin")

    assert [one.account_id for one in found.accounts] == [A]
    assert found.notes == (
        "1 account of the SSO session corp does not grant Admin and was left out.",
    )
    # An exclusion is of all accounts of the session.
    with pytest.raises(InvalidRequest, match="selects no account"):
        choose(A, B, "not:identity-center", role_name="Admin")


def test_permission_set_that_is_not_granted(choose: Any, portal: SsoStub) -> None:
    """A role of IAM has another source, whose name is then needed."""
    with pytest.raises(
        InvalidRequest, match=r"It grants: Admin, Reader\. To assume a role of IAM"
    ):
        choose("identity-center", role_name="audit")
    # With a profile, the session only lists the accounts.
    found = choose("identity-center", role_name="audit", profile="member")
    assert [(one.account_id, one.sso_session) for one in found.accounts] == [(A, None), (B, None)]
    found = choose("identity-center", role_name="audit", via=[["arn:aws:iam::1:role/hub"]])
    assert [one.sso_session for one in found.accounts] == [None, None]


def test_no_login(choose: Any, portal: SsoStub, home: Any) -> None:
    """An expired login is an error with the command that logs in."""
    write_sso_token(home, hours=-1000)
    with pytest.raises(UnauthorizedSSOTokenError, match=r"Log in: aws sso login --sso-session co"):
        choose("identity-center")


def test_incomplete_list(choose: Any, portal: SsoStub) -> None:
    """What the portal did not list is mentioned."""
    choose.aws.set_variable("AWS_MAX_ATTEMPTS", "1")
    portal.failing = {B}
    found = choose("identity-center")

    assert [one.account_id for one in found.accounts] == [A]
    assert "SSO session corp: The roles of account" in found.notes[0]


PROFILES = f"""
[profile prod-web]
role_arn = arn:aws:iam::{A}:role/Admin
source_profile = default
account_name = web
[profile prod-data]
role_arn = arn:aws:iam::{A}:role/Reader
source_profile = default
[profile prod-base]
role_arn = arn:aws:iam::{B}:role/Reader
[profile prod-child]
include_profile = prod-base
[profile prod-sso]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1
sso_account_id = {C}
sso_role_name = Reader
[profile prod-keys]
region = us-east-1
[profile dev]
role_arn = arn:aws:iam::{B}:role/Reader
[profile prod-ours]
assumed =
  role-arn = arn:aws:iam::{C}:role/ours
  role-session-name = alice
"""


def test_profiles(choose: Any) -> None:
    """Each profile with a role is a target: a role, a permission set, a record, or inherited."""
    choose.aws.add_config(PROFILES)
    found = choose("profiles:prod-*")

    assert [(one.profile, one.account_id, one.name) for one in found.accounts] == [
        ("prod-web", A, "web"),
        ("prod-data", A, ""),
        ("prod-base", B, ""),
        ("prod-child", B, ""),
        ("prod-sso", C, ""),
        ("prod-ours", C, ""),
    ]
    assert not choose.stub.counts


def test_profiles_are_excluded(choose: Any) -> None:
    """A pattern excludes profiles that profiles selected, and accounts that others selected."""
    choose.aws.add_config(PROFILES)
    found = choose("profiles:prod-*", "not:profiles:*-data", f"not:{B}", "not:profiles:*-sso")

    assert [one.profile for one in found.accounts] == ["prod-web", "prod-ours"]
    assert choose.ids(A, B, C, "not:profiles:dev") == [A, C]
    # The name of a profile's account excludes that account, too.
    assert choose.ids("profiles:prod-*", "not:web") == [B, B, C, C]


def test_profiles_without_roles(choose: Any) -> None:
    """The message says whether a profile matches at all."""
    choose.aws.add_config(PROFILES)
    with pytest.raises(InvalidRequest, match=r"none of the profiles that match names a role: rol"):
        choose("profiles:prod-keys")
    with pytest.raises(InvalidRequest, match=r"no profile matches\. Similar profiles: prod-web"):
        choose("profiles:prod-wep")
    with pytest.raises(InvalidRequest, match=r"To see all: aws configure list-profiles"):
        choose("profiles:PROD-*")
