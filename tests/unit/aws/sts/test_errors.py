"""Hints that are added to errors of STS, and what stays of the errors."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from awscli_assume.aws.sts.error_hints import find_hint
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.errors import UnexpectedAnswer
from awscli_assume.host import ClientError, EndpointConnectionError, ResponseParserError
from awscli_assume.model.arns import Role
from awscli_assume.model.request.request import AssumeRoleRequest

REQUEST = AssumeRoleRequest(Role("my-iam-role", "/team/", "123456789012", "aws"), "alice")
# "Troubleshooting IAM roles" (IAM User Guide) and AssumeRole's own errors.
NOT_AUTHORIZED = (
    "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: sts:AssumeRole "
    "on resource: arn:aws:iam::123456789012:role/my-iam-role"
)
CHAINED = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
    "chaining"
)
TOO_LONG = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "

NO_DEVICE = (
    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
)


def client_error(code: str, text: str) -> Any:
    response = {"Error": {"Code": code, "Message": text}, "ResponseMetadata": {"RequestId": "x"}}
    return ClientError(response, "AssumeRole")


@pytest.mark.parametrize(
    ("code", "text", "says"),
    [
        ("ExpiredToken", "The security token is expired", "aws sso login"),
        ("ExpiredTokenException", "", "have expired"),
        ("InvalidClientTokenId", "The security token is invalid", "aws configure list"),
        ("PackedPolicyTooLarge", "Packed size 120%", "--policy-arns"),
        ("RegionDisabledException", "STS is not activated", "--region us-east-1"),
        ("RequestExpired", "Request has expired", "date -u"),
        ("MalformedPolicyDocument", "Syntax errors in policy.", "--policy"),
        ("ValidationError", CHAINED, "--duration-seconds 3600"),
        ("ValidationError", CHAINED, "role chaining gives at most one hour"),
        ("ValidationError", TOO_LONG, "aws iam get-role --role-name my-iam-role"),
        ("AccessDenied", WRONG_CODE, "wait until the device shows the next"),
        ("AccessDenied", NO_DEVICE, "Specify your device: --serial-number"),
        ("AccessDenied", NOT_AUTHORIZED, "The role does not exist, its trust policy"),
        ("AccessDenied", NOT_AUTHORIZED, "aws iam get-role --role-name my-iam-role"),
        (
            "AccessDenied",
            f"{NOT_AUTHORIZED} because no identity-based policy allows the sts:AssumeRole action",
            "A policy of the caller",
        ),
        (
            "AccessDenied",
            f"{NOT_AUTHORIZED} because no resource-based policy allows the sts:AssumeRole action",
            "trust policy has to name the caller",
        ),
        ("SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2", "Compare: date"),
        ("SignatureDoesNotMatch", "Signature not yet current: 1", "Compare: date -u"),
        ("SignatureDoesNotMatch", "The request signature we calculated", "aws configure, date"),
    ],
)
def test_hint_for_an_error(code: str, text: str, says: str) -> None:
    """A known error gets a hint that says what to do."""
    hint = find_hint(code, text, "my-iam-role")

    assert hint is not None
    assert says in hint
    assert "{" not in hint


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("Throttling", "Rate exceeded"),
        ("ValidationError", "1 validation error detected"),
        ("AccessDenied", "Access denied"),
        ("", ""),
        ("InternalFailure", "role chaining"),
    ],
)
def test_error_without_a_hint(code: str, text: str) -> None:
    """An unknown error has no hint."""
    assert find_hint(code, text, "my-iam-role") is None


def test_error_stays_botocores_own() -> None:
    """The same exception object is raised: its class, response and traceback."""
    error = client_error("AccessDenied", NOT_AUTHORIZED)

    with pytest.raises(ClientError) as raised, error_hints_added(REQUEST):
        raise error

    assert raised.value is error
    assert raised.value.response["ResponseMetadata"] == {"RequestId": "x"}
    assert raised.value.response["Error"]["Code"] == "AccessDenied"
    assert raised.value.operation_name == "AssumeRole"
    assert raised.value.__cause__ is None
    frames = traceback.extract_tb(raised.value.__traceback__)
    assert any(frame.name == "test_error_stays_botocores_own" for frame in frames)


def test_hint_follows_the_message() -> None:
    """Exception and response have STS's message first, and the hint after it once."""
    hint = find_hint("AccessDenied", NOT_AUTHORIZED, "my-iam-role")

    with pytest.raises(ClientError) as raised, error_hints_added(REQUEST):
        raise client_error("AccessDenied", NOT_AUTHORIZED)

    assert str(raised.value).endswith(f"{NOT_AUTHORIZED}\n{hint}")
    assert str(raised.value).startswith("An error occurred (AccessDenied)")
    assert raised.value.response["Error"]["Message"] == f"{NOT_AUTHORIZED}\n{hint}"


def test_unknown_error_is_unchanged() -> None:
    """An error without a hint is raised unchanged."""
    before = str(client_error("Throttling", "Rate exceeded"))

    with pytest.raises(ClientError) as raised, error_hints_added(REQUEST):
        raise client_error("Throttling", "Rate exceeded")

    assert str(raised.value) == before


def test_error_without_an_error_section() -> None:
    """An error with an empty response is raised unchanged."""
    with pytest.raises(ClientError) as raised, error_hints_added(REQUEST):
        raise ClientError({}, "AssumeRole")

    assert raised.value.response == {}


def test_hint_without_a_role() -> None:
    """For calls other than AssumeRole, the command has a placeholder for the role."""
    with pytest.raises(ClientError, match="--role-name NAME"), error_hints_added():
        raise client_error("AccessDenied", NOT_AUTHORIZED)


def test_endpoint_that_cannot_be_reached() -> None:
    """The exception keeps its class, and gets the options to check."""
    error = EndpointConnectionError(endpoint_url="http://127.0.0.1:1", error="refused")

    with pytest.raises(EndpointConnectionError) as raised, error_hints_added(REQUEST):
        raise error

    assert raised.value is error
    assert 'Could not connect to the endpoint URL: "http://127.0.0.1:1"\n' in str(raised.value)
    assert "--region" in str(raised.value)


def test_unparsable_response_is_not_shown() -> None:
    """The response is in neither the message nor the printed traceback."""
    with pytest.raises(UnexpectedAnswer) as raised, error_hints_added(REQUEST):
        raise ResponseParserError("invalid XML received:\n<Credentials>s3cr3t</Credentials>")

    printed = "".join(traceback.format_exception(None, raised.value, raised.value.__traceback__))
    assert "s3cr3t" not in str(raised.value)
    assert "<Credentials>s3cr3t" not in printed.replace(
        'raise ResponseParserError("invalid XML received:\\n<Credentials>s3cr3t</Credentials>")',
        "",
    )
    assert "Nothing was written" in str(raised.value)
    assert "--endpoint-url" in str(raised.value)


def test_other_exceptions_pass() -> None:
    """Any other exception is raised unchanged."""
    error = RuntimeError("text")

    with pytest.raises(RuntimeError) as raised, error_hints_added(REQUEST):
        raise error

    assert raised.value is error
    assert raised.value.args == ("text",)
