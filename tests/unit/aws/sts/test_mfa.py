"""MFA devices and MFA sessions."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from pytest_mock import MockerFixture

from awscli_assume.aws.sts.mfa import get_session_token, list_mfa_devices
from awscli_assume.errors import UnexpectedAnswer
from awscli_assume.host import BotoCoreError

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone.utc)
SERIAL = "arn:aws:iam::123456789012:mfa/alice"


def test_session_of_twelve_hours(mocker: MockerFixture) -> None:
    """One code starts a session of 12 hours."""
    client = mocker.Mock()
    client.get_session_token.return_value = {
        "Credentials": {
            "AccessKeyId": "ASIAX",
            "SecretAccessKey": "secret",
            "SessionToken": "token",
            "Expiration": "2026-11-25T21:00:00Z",
        }
    }

    assert get_session_token(client, SERIAL, "123456", NOW).access_key_id == "ASIAX"
    client.get_session_token.assert_called_once_with(
        SerialNumber=SERIAL, TokenCode="123456", DurationSeconds=12 * 3600
    )


@pytest.mark.parametrize("response", [None, {}, {"Credentials": {"AccessKeyId": "s3cr3t"}}])
def test_malformed_session(mocker: MockerFixture, response: object) -> None:
    """A response without credentials is not one of STS, and is not shown."""
    client = mocker.Mock()
    client.get_session_token.return_value = response

    message = "GetSessionToken is not one of STS"
    with pytest.raises(UnexpectedAnswer, match=message) as raised:
        get_session_token(client, SERIAL, "123456", NOW)
    assert "s3cr3t" not in str(raised.value)


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ([{"SerialNumber": SERIAL}], [SERIAL]),
        ([], []),
        ([{"SerialNumber": "not a device!"}], None),
        ([{}], None),
    ],
)
def test_devices(mocker: MockerFixture, devices: list[Any], expected: object) -> None:
    """The serial numbers of all devices are returned, None if one is malformed."""
    client = mocker.Mock()
    client.list_mfa_devices.return_value = {"MFADevices": devices}

    assert list_mfa_devices(lambda: client) == expected


def test_devices_that_are_not_listed(mocker: MockerFixture) -> None:
    """A failed call means that the devices are unknown."""
    client = mocker.Mock()
    client.list_mfa_devices.side_effect = BotoCoreError()

    assert list_mfa_devices(lambda: client) is None
