"""Suggested commands, and whose fault an error of STS is."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from awscli_assume.workflow.explain.caller import SuggestedCommands, is_sts_error, lines_of

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetCallerIdentity")


@pytest.mark.parametrize(
    ("failure", "seconds", "expected"),
    [
        (EndpointConnectionError(endpoint_url="https://x"), None, True),
        (error("RegionDisabledException"), None, True),
        (error("ThrottlingException"), None, True),
        (error("RequestLimitExceeded"), None, True),
        (error("InternalFailure"), None, True),
        (error("ServiceUnavailable"), None, True),
        (error("ExpiredToken"), None, False),
        (error("SignatureDoesNotMatch"), 300, False),
        (error("SignatureDoesNotMatch"), -300, False),
        (error("SignatureDoesNotMatch"), 301, True),
        (error("SignatureDoesNotMatch"), -301, True),
    ],
)
def test_is_sts_error(failure: Exception, seconds: object, expected: bool) -> None:
    """STS, the network or a clock is at fault, or else the credentials are."""
    clock = NOW + timedelta(seconds=seconds) if isinstance(seconds, int) else None

    assert is_sts_error(failure, clock, NOW) is expected


@pytest.mark.parametrize(
    ("commands", "as_caller", "in_role_account"),
    [
        (SuggestedCommands(None), "aws x", "aws x"),
        (SuggestedCommands("dev"), "aws x --profile dev", "aws x --profile dev"),
        (
            SuggestedCommands("dev", "my admin"),
            "aws x --profile dev",
            "aws x --profile 'my admin'",
        ),
        (SuggestedCommands(None, "admin"), "aws x", "aws x --profile admin"),
    ],
)
def test_profiles_of_suggested_commands(
    commands: SuggestedCommands, as_caller: str, in_role_account: str
) -> None:
    """A command has the source profile, or the profile that looks up the role."""
    assert (commands.as_caller("x"), commands.in_role_account("x")) == (as_caller, in_role_account)


def test_words_of_suggested_commands_are_quoted() -> None:
    """A word cannot run anything in a shell."""
    assert SuggestedCommands(None).as_caller("$(x)", "a b") == "aws '$(x)' 'a b'"


def test_an_error_without_a_message() -> None:
    """The name of its type stands for the message."""
    assert lines_of(ValueError()) == ["ValueError"]
    assert lines_of(ValueError("a\nb\n")) == ["a", "b"]
