"""The caller in a role chain, suggested commands, and the cause of an error of STS."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from awscli_assume.aws.caller_identity import Caller as AwsCaller
from awscli_assume.aws.caller_identity import Identity
from awscli_assume.model.arns import Role
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.workflow.explain.caller import (
    IdentifiedCaller,
    SuggestedCommands,
    is_sts_error,
    lines_of,
)

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


def test_the_callers_of_a_role_chain() -> None:
    """Each session keeps the source's account and the first source identity."""
    user = AwsCaller.from_arn("arn:aws:iam::111111111111:user/alice")
    iam: Any = object()
    identity = Identity(str(user.arn), "AIDA1", user, None)
    source = IdentifiedCaller(identity, False, iam, lambda: iam)
    hub = Role("hub", "/team/", "222222222222", "aws")
    first = source.as_session_of(AssumeRoleRequest(hub, "s1", source_identity="alice"))
    second = first.as_session_of(AssumeRoleRequest(replace(hub, account_id="1" * 12), "s2"))

    assert first.identity.arn == "arn:aws:sts::222222222222:assumed-role/hub/s1"
    assert (first.identity.user_id, first.is_temporary) == ("", True)
    assert first.role_arn == "arn:aws:iam::222222222222:role/team/hub"
    assert (first.source_identity, second.source_identity) == ("alice", "alice")
    assert (first.source_account, second.source_account) == ("1" * 12, "1" * 12)
    in_source_account = [one.is_in_source_account for one in (source, first, second)]
    assert in_source_account == [True, False, True]
