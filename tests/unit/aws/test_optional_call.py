"""Optional calls: clients that give up soon, and the reason of a failure."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.optional_call import CallUnavailable, create_optional_client, optional_call
from awscli_assume.host import ONE_ATTEMPT, BotoCoreError, ClientError, Config, ResponseParserError


@pytest.mark.parametrize(
    ("default", "connect", "read"),
    [
        (None, 5, 5),
        (Config(connect_timeout=60, read_timeout=60), 5, 5),
        (Config(connect_timeout=2, read_timeout=3), 2, 3),
        (Config(connect_timeout=None, read_timeout=0), 5, 5),
    ],
    ids=["default", "long", "short", "none at all"],
)
def test_time_outs(mocker: MockerFixture, default: Any, connect: int, read: int) -> None:
    """Time-outs of the CLI apply if they are shorter than 5 seconds."""
    session = mocker.Mock()
    session.get_default_client_config.return_value = default
    options = {"region_name": "us-east-1", "endpoint_url": "http://127.0.0.1:1", "verify": False}
    create_optional_client(session, "iam", options)

    (service,), given = session.create_client.call_args
    config = given.pop("config")
    assert service == "iam"
    assert given == options
    assert (config.connect_timeout, config.read_timeout) == (connect, read)
    assert config.retries == ONE_ATTEMPT


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("AccessDenied", "the profile 'x' lacks the permission iam:GetRole"),
        ("AccessDeniedException", "the profile 'x' lacks the permission iam:GetRole"),
        ("UnauthorizedOperation", "the profile 'x' lacks the permission iam:GetRole"),
        ("Throttling", "iam:GetRole failed with Throttling"),
        ("", "iam:GetRole failed with no error code"),
    ],
)
def test_reason_of_a_service_error(code: str, reason: str) -> None:
    """The message names the operation and the missing permission or the error code."""
    error = ClientError({"Error": {"Code": code, "Message": "s3cr3t"}}, "GetRole")
    caller = "the profile 'x'"
    failed = pytest.raises(CallUnavailable, match=f"^{reason}$")
    with failed as raised, optional_call("iam:GetRole", caller):
        raise error

    assert raised.value.code == code
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    "error",
    [BotoCoreError(), ResponseParserError("s3cr3t"), KeyError("Role"), TypeError(),
     AttributeError("s3cr3t"), ValueError()],
)  # fmt: skip
def test_reason_of_another_error(error: Exception) -> None:
    """The message names the exception and not its text."""
    message = rf"^iam:GetRole failed \({type(error).__name__}\)$"
    with pytest.raises(CallUnavailable, match=message) as raised, optional_call("iam:GetRole"):
        raise error

    assert raised.value.code == ""


def test_error_of_our_own_code() -> None:
    """An exception that is not about the call is raised unchanged."""
    with pytest.raises(ZeroDivisionError), optional_call("iam:GetRole"):
        raise ZeroDivisionError
