"""Hints that are added to errors of STS, and what stays of the errors."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from awscli_assume.aws.sts.error_hints import find_hint, max_duration_hint
from awscli_assume.aws.sts.errors import (
    add_hint,
    are_credentials_expired,
    chain_step_named,
    error_hints_added,
    exceeds_chaining_limit,
    exceeds_max_duration,
    is_denied_by_policy,
    is_mfa_required,
    is_wrong_mfa_code,
)
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
        ("InvalidClientTokenId", "The security token is invalid", "another partition"),
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
        (
            "SignatureDoesNotMatch",
            "The request signature we calculated",
            "To see the time: date -u",
        ),
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
    message = "Nothing was written.*--endpoint-url"
    with pytest.raises(UnexpectedAnswer, match=message) as raised, error_hints_added(REQUEST):
        raise ResponseParserError("invalid XML received:\n<Credentials>s3cr3t</Credentials>")

    printed = "".join(traceback.format_exception(None, raised.value, raised.value.__traceback__))
    assert "s3cr3t" not in str(raised.value)
    assert "<Credentials>s3cr3t" not in printed.replace(
        'raise ResponseParserError("invalid XML received:\\n<Credentials>s3cr3t</Credentials>")',
        "",
    )


def test_other_exceptions_pass() -> None:
    """Any other exception is raised unchanged."""
    error = RuntimeError("text")

    with pytest.raises(RuntimeError) as raised, error_hints_added(REQUEST):
        raise error

    assert raised.value is error
    assert raised.value.args == ("text",)


# "Troubleshoot access denied error messages" (IAM User Guide), and the errors of
# AssumeRoleWithWebIdentity (AWS STS API reference).
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{NOT_AUTHORIZED} with an explicit deny in the role trust policy", "no Deny in it"),
        (f"{NOT_AUTHORIZED} … in a service control policy", "A service control policy of the org"),
        (f"{NOT_AUTHORIZED} … in a resource control policy", "A resource control policy of the"),
        (f"{NOT_AUTHORIZED} because no permissions boundary allows …", "The permissions boundary"),
        (f"{NOT_AUTHORIZED} because no session policy allows …", "The session policy of the"),
        (f"{NOT_AUTHORIZED} because no VPC endpoint policy allows …", "VPC endpoint in use"),
        ("not authorized to perform: sts:TagSession", "tags require sts:TagSession"),
        ("not authorized: sts:SetSourceIdentity", "source identity requires"),
        ("explicit deny aws:MultiFactorAuthPresent", "If you have not specified a device"),
        ("MultiFactorAuthentication failed, unable to validate MFA code", "not the caller's own"),
    ],
)
def test_hint_for_access_denied(text: str, says: str) -> None:
    """The part of the message that names the deciding policy selects the hint."""
    assert says in str(find_hint("AccessDenied", text, "my-iam-role"))


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("ExpiredToken", "Get a new one from your identity provider"),
        ("ExpiredTokenException", "Get a new one from your identity provider"),
        ("InvalidIdentityToken", "aws iam list-open-id-connect-providers"),
        ("IDPRejectedClaim", "sign in there and get a new one"),
        ("IDPCommunicationError", "could not reach the identity provider"),
        ("AccessDenied", "allow sts:AssumeRoleWithSAML to this identity provider"),
        ("PackedPolicyTooLarge", "shorten the policy"),
    ],
)
def test_hint_for_an_identity_provider(code: str, says: str) -> None:
    """Requests with a token or assertion have hints of their own; other codes share theirs."""
    hint = find_hint(code, "", "my-iam-role", "AssumeRoleWithSAML")

    assert says in str(hint)
    assert "{" not in str(hint)


@pytest.mark.parametrize(
    ("maximum", "requested", "has_hint"),
    [(7200, 7201, True), (7200, 7200, False), (None, 7200, False), (7200, "max", False)],
)
def test_max_duration_hint(maximum: Any, requested: Any, has_hint: bool) -> None:
    """A known maximum below the request is shown, with the command to type."""
    hint = max_duration_hint(maximum, requested)

    assert (hint is not None) is has_hint
    assert hint is None or hint.startswith("The role allows at most 7200 seconds. Try: --duration")


@pytest.mark.parametrize("code", ["", "Unknown", "403"])
def test_error_of_a_proxy(code: str) -> None:
    """An error document without a code of STS gets the options to check."""
    with pytest.raises(ClientError, match="AWS_ENDPOINT_URL, a proxy"), error_hints_added():
        raise client_error(code, "Forbidden")


PREDICATES = {
    is_wrong_mfa_code: {WRONG_CODE},
    is_mfa_required: {NO_DEVICE, "explicit deny aws:MultiFactorAuthPresent"},
    is_denied_by_policy: {NOT_AUTHORIZED, "explicit deny aws:MultiFactorAuthPresent"},
    exceeds_max_duration: {TOO_LONG},
    exceeds_chaining_limit: {CHAINED},
}
DENIED = (WRONG_CODE, NO_DEVICE, NOT_AUTHORIZED, "explicit deny aws:MultiFactorAuthPresent")


@pytest.mark.parametrize("predicate", PREDICATES, ids=lambda predicate: predicate.__name__)
@pytest.mark.parametrize("text", [*DENIED, TOO_LONG, CHAINED])
def test_predicates(predicate: Any, text: str) -> None:
    """Each predicate is true for its own messages, for their code only, hints or not."""
    code = "AccessDenied" if text in DENIED else "ValidationError"
    error = client_error(code, text)
    expected = text in PREDICATES[predicate]

    assert predicate(error) is expected
    add_hint(error, f"{CHAINED} {TOO_LONG} {WRONG_CODE} {NO_DEVICE}")
    assert predicate(error) is expected
    assert predicate(client_error("Throttling", text)) is False
    assert predicate(ClientError({}, "AssumeRole")) is False


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (client_error("ExpiredToken", ""), True),
        (client_error("ExpiredTokenException", ""), True),
        (client_error("InvalidClientTokenId", ""), True),
        (client_error("AccessDenied", ""), False),
        (ValueError("ExpiredToken"), False),
    ],
)
def test_expired_credentials(error: Exception, expected: bool) -> None:
    """The error code decides."""
    assert are_credentials_expired(error) is expected


@pytest.mark.parametrize(
    "error",
    [
        client_error("AccessDenied", "no"),
        EndpointConnectionError(endpoint_url="http://x", error="refused"),
        UnexpectedAnswer("no"),
    ],
)
def test_step_of_a_role_chain(error: Exception) -> None:
    """The error says which role of --via failed."""
    step = "\nThis was role 1 of 2 in --via: ARN$"
    with pytest.raises(type(error), match=step), chain_step_named(1, 2, "ARN"):
        raise error
