"""What is added to STS's refusals, and what is kept of them."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from awscli_assume.aws.sts.errors import cause_of, error_hints_added
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
        ("AccessDenied", WRONG_CODE, "wait for the next one"),
        ("AccessDenied", NO_DEVICE, "Name your device: --serial-number"),
        ("AccessDenied", NOT_AUTHORIZED, "when the role does not exist"),
        ("AccessDenied", NOT_AUTHORIZED, "aws iam get-role --role-name my-iam-role"),
        (
            "AccessDenied",
            f"{NOT_AUTHORIZED} because no identity-based policy allows the sts:AssumeRole action",
            "The caller's side",
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
def test_cause_of_a_refusal(code: str, text: str, says: str) -> None:
    """A refusal that is known gets a sentence with what to do."""
    cause = cause_of(code, text, "my-iam-role")

    assert cause is not None
    assert says in cause
    assert "{" not in cause


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
def test_refusal_that_says_it_all(code: str, text: str) -> None:
    """Nothing is added to a refusal that we know no more about."""
    assert cause_of(code, text, "my-iam-role") is None


def test_refusal_stays_botocores_own() -> None:
    """The same exception object comes out: its class, its response and its traceback."""
    error = client_error("AccessDenied", NOT_AUTHORIZED)

    with pytest.raises(ClientError) as refusal, error_hints_added(REQUEST):
        raise error

    assert refusal.value is error
    assert refusal.value.response["ResponseMetadata"] == {"RequestId": "x"}
    assert refusal.value.response["Error"]["Code"] == "AccessDenied"
    assert refusal.value.operation_name == "AssumeRole"
    assert refusal.value.__cause__ is None
    frames = traceback.extract_tb(refusal.value.__traceback__)
    assert any(frame.name == "test_refusal_stays_botocores_own" for frame in frames)


def test_cause_stands_behind_the_text_of_sts() -> None:
    """Message and response hold the text of STS first and the cause after it, once."""
    cause = cause_of("AccessDenied", NOT_AUTHORIZED, "my-iam-role")

    with pytest.raises(ClientError) as refusal, error_hints_added(REQUEST):
        raise client_error("AccessDenied", NOT_AUTHORIZED)

    assert str(refusal.value).endswith(f"{NOT_AUTHORIZED}\n{cause}")
    assert str(refusal.value).startswith("An error occurred (AccessDenied)")
    assert refusal.value.response["Error"]["Message"] == f"{NOT_AUTHORIZED}\n{cause}"


def test_unknown_refusal_is_untouched() -> None:
    """A refusal that we know no more about comes out as it went in."""
    before = str(client_error("Throttling", "Rate exceeded"))

    with pytest.raises(ClientError) as refusal, error_hints_added(REQUEST):
        raise client_error("Throttling", "Rate exceeded")

    assert str(refusal.value) == before


def test_refusal_without_an_error_section() -> None:
    """A refusal whose response holds nothing comes out as it went in."""
    with pytest.raises(ClientError) as refusal, error_hints_added(REQUEST):
        raise ClientError({}, "AssumeRole")

    assert refusal.value.response == {}


def test_refusal_before_a_role_is_known() -> None:
    """Outside of AssumeRole the command to type has a placeholder for the role."""
    with pytest.raises(ClientError, match="--role-name NAME"), error_hints_added():
        raise client_error("AccessDenied", NOT_AUTHORIZED)


def test_endpoint_that_is_not_there() -> None:
    """An endpoint that can't be reached keeps its class and gets the three things to check."""
    error = EndpointConnectionError(endpoint_url="http://127.0.0.1:1", error="refused")

    with pytest.raises(EndpointConnectionError) as refusal, error_hints_added(REQUEST):
        raise error

    assert refusal.value is error
    assert 'Could not connect to the endpoint URL: "http://127.0.0.1:1"\n' in str(refusal.value)
    assert "--region" in str(refusal.value)


def test_body_of_an_unreadable_answer_is_not_told() -> None:
    """What STS's answer held is in neither the message nor the printed traceback."""
    with pytest.raises(UnexpectedAnswer) as refusal, error_hints_added(REQUEST):
        raise ResponseParserError("invalid XML received:\n<Credentials>s3cr3t</Credentials>")

    printed = "".join(traceback.format_exception(None, refusal.value, refusal.value.__traceback__))
    assert "s3cr3t" not in str(refusal.value)
    assert "<Credentials>s3cr3t" not in printed.replace(
        'raise ResponseParserError("invalid XML received:\\n<Credentials>s3cr3t</Credentials>")',
        "",
    )
    assert "nothing was written" in str(refusal.value)
    assert "--endpoint-url" in str(refusal.value)


def test_other_exceptions_pass() -> None:
    """An exception that is not about STS's answer passes untouched."""
    error = RuntimeError("text")

    with pytest.raises(RuntimeError) as refusal, error_hints_added(REQUEST):
        raise error

    assert refusal.value is error
    assert refusal.value.args == ("text",)
