"""Principals of a trust policy: whom each form names, and whether it trusts them directly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from awscli_assume.model.trust.callers import PROVIDER, Caller, caller_of
from awscli_assume.model.trust.evaluation import ALLOWED, DENIED, NOT_ALLOWED, UNKNOWN
from support.trust_rows import (
    ASSUME_ROLE,
    AUDIT_ARN,
    CROSS_ACCOUNT,
    EC2,
    GOOGLE,
    LOGIC,
    NOT_PRINCIPAL,
    OURS,
    PRINCIPAL,
    ROOT_ARN,
    SESSION,
    SESSION_ARN,
    STRANGER,
    STRANGER_ARN,
    THEIR_ROOT_ARN,
    THEIRS,
    USER,
    USER_ARN,
    Row,
    all_but,
    allow,
    check,
    deny,
    row,
)

ACCOUNTS = PRINCIPAL + "#principal-accounts"
ROLES = PRINCIPAL + "#principal-roles"
SESSIONS = PRINCIPAL + "#principal-role-session"
USERS = PRINCIPAL + "#principal-users"
SERVICES = PRINCIPAL + "#principal-services"
ALL = PRINCIPAL + "#principal-anonymous"
WEB = PRINCIPAL + "#principal-federated-web-identity"
SAML_PAGE = PRINCIPAL + "#principal-saml"
NOBODY = replace(caller_of(USER_ARN), is_temporary=False)
PATHLESS = caller_of(SESSION_ARN)
CHINESE = replace(caller_of(f"arn:aws-cn:iam::{OURS}:user/matjac"), is_temporary=False)
SAML = Caller(PROVIDER, f"arn:aws:iam::{OURS}:saml-provider/ADFS")
WITH_WEB, WITH_SAML = "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"
USER_ID, ROLE_ID = "AIDACKCEVSQ6C2EXAMPLE", "AROADBQP57FF2AEXAMPLE"

# fmt: off
ROWS = [
    row("account ARN delegates to the account", ACCOUNTS, allow(ROOT_ARN),
        outcome=ALLOWED, needs_identity_policy=True),
    row("account id alone is its ARN", ACCOUNTS, allow(OURS),
        outcome=ALLOWED, needs_identity_policy=True),
    row("account covers its sessions", ACCOUNTS, allow(ROOT_ARN), caller=SESSION,
        outcome=ALLOWED, needs_identity_policy=True),
    row("another account", ACCOUNTS, allow(THEIR_ROOT_ARN),
        outcome=NOT_ALLOWED, reason=f"its principal is {THEIR_ROOT_ARN} and not {USER_ARN}"),
    row("two accounts are an OR", PRINCIPAL + "#Principal_specifying",
        allow({"AWS": [OURS, "555555555555"]}), outcome=ALLOWED),
    row("other account, named", CROSS_ACCOUNT, allow(THEIR_ROOT_ARN), caller=STRANGER,
        outcome=ALLOWED, needs_identity_policy=True),
    row("user of the other account, named", CROSS_ACCOUNT, allow(STRANGER_ARN), caller=STRANGER,
        outcome=ALLOWED, needs_identity_policy=True),
    row("account of another partition", ACCOUNTS, allow(ROOT_ARN), caller=CHINESE,
        outcome=NOT_ALLOWED),
    row("user named is trusted directly", USERS, allow(USER_ARN),
        outcome=ALLOWED, needs_identity_policy=False),
    row("user named needs no identity policy", LOGIC, allow(USER_ARN), allow(ROOT_ARN),
        outcome=ALLOWED, needs_identity_policy=False),
    row("user names are case sensitive", USERS, allow(f"arn:aws:iam::{OURS}:user/MatJac"),
        outcome=NOT_ALLOWED),
    row("user of another path", USERS, allow(f"arn:aws:iam::{OURS}:user/dev/matjac"),
        outcome=NOT_ALLOWED),
    row("no wildcard means all users", USERS, allow(f"arn:aws:iam::{OURS}:user/*"),
        outcome=NOT_ALLOWED, reason="a wildcard inside a principal"),
    row("no wildcard in an account", PRINCIPAL, allow("arn:aws:iam::1111*:root"),
        outcome=NOT_ALLOWED, reason="matches nobody"),
    row("role named, its session calls", ROLES, allow(AUDIT_ARN), caller=SESSION,
        outcome=ALLOWED, needs_identity_policy=False),
    row("role of another path", ROLES, allow(f"arn:aws:iam::{OURS}:role/Reader"), caller=SESSION,
        outcome=NOT_ALLOWED),
    row("role whose path is not known", ROLES, allow(AUDIT_ARN), caller=PATHLESS,
        outcome=ALLOWED),
    row("another role", ROLES, allow(f"arn:aws:iam::{OURS}:role/Writer"), caller=PATHLESS,
        outcome=NOT_ALLOWED),
    row("role of that name in another account", ROLES,
        allow(f"arn:aws:iam::{THEIRS}:role/Reader"), caller=PATHLESS, outcome=NOT_ALLOWED),
    row("session named", SESSIONS, allow(SESSION_ARN), caller=SESSION,
        outcome=ALLOWED, needs_identity_policy=False),
    row("another session of the role", SESSIONS, allow(SESSION_ARN + "2"), caller=SESSION,
        outcome=NOT_ALLOWED),
    row("no wildcard means all sessions", SESSIONS,
        allow(f"arn:aws:sts::{OURS}:assumed-role/Reader/*"), caller=SESSION,
        outcome=NOT_ALLOWED, reason="matches nobody"),
    row("deleted user", USERS, allow("AIDAZZZZZZZZZZEXAMPLE"),
        outcome=NOT_ALLOWED, reason="AIDAZZZZZZZZZZEXAMPLE is a deleted user"),
    row("deleted role", ROLES, allow("AROAZZZZZZZZZZEXAMPLE"), caller=SESSION,
        outcome=NOT_ALLOWED, reason="AROAZZZZZZZZZZEXAMPLE is a deleted role"),
    row("the user's own id", USERS, allow(USER_ID), outcome=ALLOWED),
    row("the role's own id", ROLES, allow(ROLE_ID), caller=SESSION, outcome=ALLOWED),
    row("id against a caller without one", USERS, allow(USER_ID), caller=NOBODY,
        outcome=UNKNOWN, reason="is not known"),
    row("everyone", ALL, allow("*"), outcome=ALLOWED, needs_identity_policy=False),
    row("everyone of AWS", ALL, allow({"AWS": "*"}),
        outcome=ALLOWED, needs_identity_policy=False),
    row("everyone, from another account", ALL, allow("*"), caller=STRANGER,
        outcome=ALLOWED, needs_identity_policy=True),
    row("service", SERVICES, allow({"Service": "ec2.amazonaws.com"}), caller=EC2,
        outcome=ALLOWED, needs_identity_policy=False),
    row("one of two services", SERVICES,
        allow({"Service": ["ecs.amazonaws.com", "ec2.amazonaws.com"]}), caller=EC2,
        outcome=ALLOWED),
    row("another service", SERVICES, allow({"Service": "ecs.amazonaws.com"}), caller=EC2,
        outcome=NOT_ALLOWED),
    row("service is no user", SERVICES, allow({"Service": "ec2.amazonaws.com"}),
        outcome=NOT_ALLOWED, reason="ec2.amazonaws.com and not"),
    row("account is no service", ACCOUNTS, allow(ROOT_ARN), caller=EC2, outcome=NOT_ALLOWED),
    row("web identity provider", WEB,
        allow({"Federated": "accounts.google.com"}, Action=WITH_WEB), caller=GOOGLE,
        outcome=ALLOWED, action=WITH_WEB),
    row("web identity has an action of its own", WEB, allow({"Federated": "accounts.google.com"}),
        caller=GOOGLE, outcome=NOT_ALLOWED, reason=f"and not {WITH_WEB}"),
    row("another provider", WEB, allow({"Federated": "www.amazon.com"}, Action=WITH_WEB),
        caller=GOOGLE, outcome=NOT_ALLOWED),
    row("SAML provider", SAML_PAGE, allow({"Federated": SAML.name}, Action=WITH_SAML),
        caller=SAML, outcome=ALLOWED, action=WITH_SAML),
    row("provider is no user", WEB, allow({"Federated": "accounts.google.com"}),
        outcome=NOT_ALLOWED),
    row("user beside a provider", PRINCIPAL,
        allow({"Federated": "accounts.google.com", "AWS": USER_ARN}), outcome=ALLOWED),
    row("root user can't assume", ASSUME_ROLE, allow(ROOT_ARN), caller=caller_of(ROOT_ARN),
        outcome=NOT_ALLOWED, reason="root user can't call AssumeRole"),
    row("root user is denied", ASSUME_ROLE, allow(ROOT_ARN), deny("*"),
        caller=caller_of(ROOT_ARN), outcome=DENIED, reason="it denies sts:AssumeRole"),
    row("federated user can't assume", ASSUME_ROLE, allow("*"),
        caller=caller_of(f"arn:aws:sts::{OURS}:federated-user/Bob"),
        outcome=NOT_ALLOWED, reason="(GetFederationToken) can't call AssumeRole"),
    row("all but another user", NOT_PRINCIPAL, allow("*"), all_but("Deny", STRANGER_ARN),
        outcome=DENIED),
    row("all but the user and its account", NOT_PRINCIPAL,
        allow(), all_but("Deny", USER_ARN, ROOT_ARN), outcome=ALLOWED),
    row("all but the user, account left out", NOT_PRINCIPAL, allow(), all_but("Deny", USER_ARN),
        outcome=UNKNOWN, reason="not its account and role as well"),
    row("all but session, role and account", NOT_PRINCIPAL, allow("*"),
        all_but("Deny", SESSION_ARN, AUDIT_ARN, ROOT_ARN), caller=SESSION, outcome=ALLOWED),
    row("all but session and account, role left out", NOT_PRINCIPAL, allow("*"),
        all_but("Deny", SESSION_ARN, ROOT_ARN), caller=SESSION, outcome=UNKNOWN),
    row("NotPrincipal allows all others", NOT_PRINCIPAL, all_but("Allow", STRANGER_ARN),
        outcome=ALLOWED),
    row("NotPrincipal does not allow those named", NOT_PRINCIPAL,
        all_but("Allow", USER_ARN, ROOT_ARN), outcome=NOT_ALLOWED, reason="its NotPrincipal is"),
    row("all but another user and the account", NOT_PRINCIPAL, allow(),
        all_but("Deny", f"{USER_ARN}2", ROOT_ARN), outcome=DENIED),
    row("all but the account", NOT_PRINCIPAL, allow(), all_but("Deny", ROOT_ARN), outcome=DENIED),
    row("all but another session, another role and the account", NOT_PRINCIPAL, allow("*"),
        all_but("Deny", f"{SESSION_ARN}2", f"{AUDIT_ARN}2", ROOT_ARN), caller=SESSION,
        outcome=DENIED),
    row("all but the role and the account, session left out", NOT_PRINCIPAL, allow("*"),
        all_but("Deny", AUDIT_ARN, ROOT_ARN), caller=SESSION, outcome=UNKNOWN),
    row("NotPrincipal does not deny alone", NOT_PRINCIPAL, all_but("Deny", USER_ARN, ROOT_ARN),
        outcome=NOT_ALLOWED, reason="no statement allows sts:AssumeRole"),
]
# fmt: on


@pytest.mark.parametrize("one", ROWS)
def test_principals(one: Row) -> None:
    """A statement is about those whom its principal names as AWS documents it."""
    check(one)


@pytest.mark.parametrize(
    ("principal", "caller"), [({"AWS": "me"}, USER), ({"Service": "*"}, EC2), ({"AWS": []}, USER)]
)
def test_principal_of_no_documented_form(principal: dict[str, Any], caller: Caller) -> None:
    """A principal of which the guide does not tell leaves it open."""
    check(Row(PRINCIPAL, (allow(principal),), UNKNOWN, caller, reason="document"))


def test_sessions_have_temporary_credentials() -> None:
    """Only for a user it has to be known whether the credentials are temporary."""
    federated = caller_of(f"arn:aws:sts::{OURS}:federated-user/Bob")

    assert federated.is_temporary
    assert caller_of(SESSION_ARN).is_temporary
    assert caller_of(USER_ARN).is_temporary is None
