"""Tokens, assertions and the ARNs of identity providers."""

from __future__ import annotations

import pytest

from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.model.arns import parse_role_arn
from awscli_assume.model.request import limits
from awscli_assume.model.request.identity_provider import (
    ASSERTION_MAX,
    TOKEN_MAX,
    SamlAssertion,
    WebIdentity,
    check_assertion,
    check_token,
)
from awscli_assume.model.request.request import build_request

ROLE = parse_role_arn("arn:aws:iam::123456789012:role/my-iam-role")
PROVIDER = "arn:aws:iam::123456789012:saml-provider/idp"


def test_what_surrounds_a_token_is_no_part_of_it() -> None:
    """A file ends with a line feed, a token does not."""
    assert check_token("\n eyJh.b.c \r\n", "the file f") == "eyJh.b.c"


@pytest.mark.parametrize(
    "text", ["", " \n", "abc", "secret two", "x" * (TOKEN_MAX + 1), "se\x00et"]
)
def test_what_is_no_token_is_not_told(text: str) -> None:
    """The message names the place, and nothing of what is in it."""
    with pytest.raises(InvalidConfiguration, match="the file f") as caught:
        check_token(text, "the file f")
    assert not text.strip() or text.strip() not in str(caught.value)


def test_an_assertion_is_put_on_one_line() -> None:
    """base64 tools break the lines."""
    assert check_assertion("PHNh\r\nbWw=\n") == "PHNhbWw="


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "empty"),
        ("<saml/>", "in base64"),
        ("secret!", "characters of base64"),
        ("A" * (ASSERTION_MAX + 4), "characters of base64"),
        ("A", "characters of base64"),
    ],
)
def test_what_is_no_assertion(text: str, part: str) -> None:
    """XML and other things are told apart, and not shown."""
    with pytest.raises(InvalidRequest, match=part) as caught:
        check_assertion(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-iso-f"])
def test_arn_of_an_identity_provider(partition: str) -> None:
    """Any partition has identity providers."""
    arn = PROVIDER.replace("aws", partition, 1)

    assert limits.check("principal_arn", arn) == arn


@pytest.mark.parametrize("text", ["idp", ROLE.arn, f"{PROVIDER}/x", f"{PROVIDER}\n", ""])
def test_what_is_no_identity_provider(text: str) -> None:
    """The message shows the value and how one looks."""
    with pytest.raises(InvalidRequest, match="Invalid principal ARN"):
        limits.check("principal_arn", text)


def full_request():
    return build_request(
        ROLE,
        "s1",
        {
            "duration_seconds": "900", "external_id": "ext", "source_identity": "alice",
            "serial_number": "arn:aws:iam::123456789012:mfa/alice",
            "policy_arns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
            "tags": [{"Key": "a", "Value": "b"}],
        },
    )  # fmt: skip


def test_a_web_identity_takes_what_its_operation_has() -> None:
    """What only AssumeRole has, and settings may have brought, is left out."""
    request = full_request().with_identity_token(WebIdentity("/token"))

    assert request.operation == "AssumeRoleWithWebIdentity"
    assert request.parameters() == {
        "RoleArn": ROLE.arn,
        "RoleSessionName": "s1",
        "DurationSeconds": 900,
        "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
    }


def test_an_assertion_names_the_session_itself() -> None:
    """AssumeRoleWithSAML has no session name, and the parameters no assertion."""
    request = full_request().with_identity_token(SamlAssertion(PROVIDER, "Assertion"))

    assert request.operation == "AssumeRoleWithSAML"
    assert request.parameters() == {
        "RoleArn": ROLE.arn,
        "PrincipalArn": PROVIDER,
        "DurationSeconds": 900,
        "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
    }


def test_an_assertion_is_in_no_repr() -> None:
    """Whoever has it is who it says."""
    assert "Assertion=" not in repr(
        full_request().with_identity_token(SamlAssertion(PROVIDER, "Assertion="))
    )
