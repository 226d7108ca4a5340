"""Whom --trust names, and the trust policy that is made of it."""

from __future__ import annotations

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.role_creation.new_trust import (
    TrustConditions,
    check_trust_conditions,
    trust_policy,
    without_mfa,
)
from awscli_assume.model.role_creation.trust_terms import ACCOUNT, ME, Term, parse_terms

ID = "123456789012"
ALICE = f"arn:aws:iam::{ID}:user/dev/alice"
KNOWN = {ME: ALICE, ACCOUNT: f"arn:aws:iam::{ID}:root"}
NO_CONDITIONS = TrustConditions()
GITHUB = "token.actions.githubusercontent.com"

# Whoever has a repository at GitHub chooses of which claims its subject is made.
OF_OTHERS = (
    "repo:*", "repo:?rg/x", "repo:my-org*", "repo:my-org*/x", "repo:*/x:ref:refs/heads/main",
    "repo:my-org", "repo:/x", "r*", "environment:prod", "actor:alice",
    "job_workflow_ref:my-org/public/.github/workflows/x.yml@main", "repository_owner:my-*",
    "repository_owner_id:12*",
)  # fmt: skip
TOO_WIDE = (
    "project_path:*", "project_path:my*", "project_path:my-group*:x", "project_path::*", "my*",
    "user|*", "system:serviceaccount:*", "system:serviceaccount:ns*:default",
    "{*}:x", "{11111111-2222-3333-4444-55555555555?}:x",
)  # fmt: skip


def statements(*values: str, conditions: TrustConditions = NO_CONDITIONS) -> list:
    return trust_policy(parse_terms(values), conditions, KNOWN, "aws", ID)["Statement"]


@pytest.mark.parametrize(
    ("value", "principal"),
    [
        ("me", {"AWS": ALICE}),
        ("account", {"AWS": f"arn:aws:iam::{ID}:root"}),
        (f"arn:aws:iam::{ID}:role/a/b", {"AWS": f"arn:aws:iam::{ID}:role/a/b"}),
        ("arn:aws:iam::210987654321:root", {"AWS": "arn:aws:iam::210987654321:root"}),
        (
            f"arn:aws:sts::{ID}:assumed-role/dev/bob",
            {"AWS": f"arn:aws:sts::{ID}:assumed-role/dev/bob"},
        ),
        ("service:ec2.amazonaws.com", {"Service": "ec2.amazonaws.com"}),
        ("service:states.us-east-1.amazonaws.com", {"Service": "states.us-east-1.amazonaws.com"}),
    ],
)
def test_each_form_is_one_principal(value: str, principal: dict[str, str]) -> None:
    """A term allows sts:AssumeRole, and no more, to whom it names."""
    assert statements(value) == [
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    ]


def test_a_subject_keeps_its_colons() -> None:
    """An OIDC term is a federated principal whose audience and subject are compared whole."""
    subject = "repo:org/name:ref:refs/heads/main"

    assert statements(f"oidc:{GITHUB}:{subject}") == [
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{ID}:oidc-provider/{GITHUB}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": subject}
            },
        }
    ]


@pytest.mark.parametrize("subject", ["repo:org/*", "repo:org/nam?:ref"])
def test_a_wildcard_in_a_subject_is_a_pattern(subject: str) -> None:
    """A subject with a wildcard is compared by StringLike; the audience never is."""
    [statement] = statements(f"oidc:{GITHUB}:{subject}")

    assert statement["Condition"] == {
        "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{GITHUB}:sub": subject},
    }


def test_a_provider_may_have_a_path() -> None:
    """The provider of an EKS cluster has its id behind a slash."""
    provider = "oidc.eks.eu-west-1.amazonaws.com/id/ABC"
    [statement] = statements(f"oidc:{provider}:system:serviceaccount:ns:name")

    assert statement["Principal"]["Federated"].endswith(f":oidc-provider/{provider}")
    assert statement["Condition"]["StringEquals"][f"{provider}:sub"] == (
        "system:serviceaccount:ns:name"
    )


def test_terms_of_a_kind_share_a_statement() -> None:
    """Who is named twice, also in two ways, is there once."""
    found = statements("me", ALICE, "me", "account", "service:ec2.amazonaws.com")

    assert [one["Principal"] for one in found] == [
        {"AWS": [ALICE, f"arn:aws:iam::{ID}:root"]},
        {"Service": "ec2.amazonaws.com"},
    ]


def test_conditions_are_those_that_a_plain_key_fails() -> None:
    """MFA is asked for by Bool, which fails where the key is missing."""
    [statement] = statements("me", conditions=TrustConditions(True, "p42"))

    assert statement["Condition"] == {
        "StringEquals": {"sts:ExternalId": "p42"},
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
    }


@pytest.mark.parametrize("value", ["service:ec2.amazonaws.com", f"oidc:{GITHUB}:repo:a/b:x"])
@pytest.mark.parametrize("conditions", [TrustConditions(True), TrustConditions(False, "p42")])
def test_a_condition_that_nobody_can_meet_is_refused(
    value: str, conditions: TrustConditions
) -> None:
    """Services and tokens have neither MFA nor an external ID."""
    with pytest.raises(InvalidRequest, match="can never meet this condition"):
        check_trust_conditions(parse_terms(["me", value]), conditions)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("*", "every principal in every account"),
        ("", "it must be me, account"),
        ("Me", "it must be me, account"),
        (ID, f"arn:aws:iam::{ID}:root"),
        (f"arn:aws:iam::{ID}:user/*", "without wildcards"),
        (f"arn:aws:iam::{ID}:role/${{aws:username}}", "without wildcards"),
        (f"arn:aws:iam::{ID}:group/devs", "user, role, session or account"),
        (f"arn:aws:iam::{ID}:role/a b", "user, role, session or account"),
        (f"arn:aws:iam::{ID}:root\n", "user, role, session or account"),
        ("arn:aws:s3:::bucket", "user, role, session or account"),
        ("service:ec2", "service:NAME.amazonaws.com"),
        ("service:*.amazonaws.com", "service:NAME.amazonaws.com"),
        ("service:evil.com", "service:NAME.amazonaws.com"),
        ("oidc:https://example.com:x", "without https://"),
        ("oidc:example.com", "oidc:PROVIDER:SUBJECT"),
        ("oidc:example.com:", "oidc:PROVIDER:SUBJECT"),
        ("oidc::x", "oidc:PROVIDER:SUBJECT"),
        ("oidc:example.com:a b", "oidc:PROVIDER:SUBJECT"),
        ("oidc:example.com:*", "every user of the provider"),
        ("oidc:example.com:?x", "every user of the provider"),
        ("oidc:example.com:a${aws:username}", "policy variable"),
        *((f"oidc:{GITHUB}:{subject}", "other owners' repositories") for subject in OF_OTHERS),
        (f"oidc:{GITHUB.upper()}:repo:*", "other owners' repositories"),
        (f"oidc:{GITHUB}/my-enterprise:repo:*", "other owners' repositories"),
        *((f"oidc:gitlab.com:{subject}", "after two parts") for subject in TOO_WIDE),
        ("oidc:accounts.google.com:1234", "without an ARN"),
        ("oidc:Accounts.Google.com:1234", "without an ARN"),
        ("oidc:www.amazon.com:amzn1.account.x", "without an ARN"),
        ("oidc:graph.facebook.com:1234", "without an ARN"),
        ("oidc:cognito-identity.amazonaws.com:us-east-1:x", "without an ARN"),
        ("oidc:cognito-identity-us-gov.amazonaws.com:x", "without an ARN"),
        ("oidc:cognito-identity.cn-north-1.amazonaws.com.cn:x", "without an ARN"),
    ],
)
def test_what_names_nobody_or_everybody_is_refused(value: str, reason: str) -> None:
    """The error has the value and why."""
    with pytest.raises(InvalidRequest, match="Invalid --trust") as caught:
        parse_terms([value])

    assert f"'{value}'" in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        f"{GITHUB}:repo:my-org/*",
        f"{GITHUB}:repo:my-org@1234/my-repo@5678:ref:refs/heads/*",
        f"{GITHUB}:repository_owner:my-org",
        f"{GITHUB}:repository_owner_id:1234:*",
        f"{GITHUB}/my-enterprise:repo:my-org/my-repo:environment:prod",
        "gitlab.com:project_path:my-group/*",
        "app.terraform.io:organization:my-org:project:*",
        "example.com:just-me",
        "oidc.eks.eu-west-1.amazonaws.com/id/ABC:system:serviceaccount:ns:*",
        "api.bitbucket.org/x:{11111111-2222-3333-4444-555555555555}:*",
        "cognito-idp.us-east-1.amazonaws.com/us-east-1_x:1234",
    ],
)
def test_a_subject_of_one_owner_is_taken(value: str) -> None:
    """What names an owner may have wildcards behind it."""
    [term] = parse_terms([f"oidc:{value}"])

    assert f"{term.who}:{term.subject}" == value


DEV, SESSION = f"arn:aws:iam::{ID}:role/dev", f"arn:aws:sts::{ID}:assumed-role/dev/alice"


@pytest.mark.parametrize("values", [[DEV], [SESSION], [DEV, SESSION], ["me"]])
def test_mfa_is_not_asked_of_roles_alone(values: list[str]) -> None:
    """A session of a role carries no MFA: a role that asks it for some is nobody's."""
    with pytest.raises(InvalidRequest, match="the session of a role has no MFA"):
        without_mfa(parse_terms(values), TrustConditions(True), {ME: DEV})


def test_roles_beside_others_are_named_where_mfa_is_asked_for() -> None:
    """They are told, and the others can bring it."""
    terms = parse_terms(["account", ALICE, DEV])

    assert without_mfa(terms, TrustConditions(True), KNOWN) == (DEV,)
    assert without_mfa(terms, TrustConditions(), KNOWN) == ()
    assert without_mfa(parse_terms(["me"]), TrustConditions(True), {}) == ()


def test_another_partition_can_not_be_trusted() -> None:
    """An ARN has to be of the caller's partition."""
    with pytest.raises(InvalidRequest, match="in the partition aws-cn"):
        trust_policy(parse_terms([ALICE]), TrustConditions(), {}, "aws-cn", ID)


def test_terms_are_values() -> None:
    """A term is equal to another of the same words."""
    assert parse_terms(["me", "me"]) == (Term("AWS", "me"),)
