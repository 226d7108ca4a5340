"""What is read out of STS's answer, what is refused, and what is never told."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from awscli_assume.errors import InvalidConfiguration, UnexpectedAnswer
from awscli_assume.model.credentials import (
    PrincipalCredentials,
    as_role_session,
    format_time,
    parse_time,
    read_answer,
    read_mfa_session,
    read_session,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
LATER = datetime(2026, 11, 23, 10, 0, tzinfo=timezone.utc)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUC="
ANSWER: dict[str, Any] = {
    "Credentials": {
        "AccessKeyId": "ASIAEXAMPLEEXAMPLE12",
        "SecretAccessKey": SECRET,
        "SessionToken": TOKEN,
        "Expiration": "2026-11-23T10:00:00Z",
    },
    "AssumedRoleUser": {
        "AssumedRoleId": "AROAEXAMPLE:alice",
        "Arn": "arn:aws:sts::123456789012:assumed-role/r/alice",
    },
    "ResponseMetadata": {"HTTPStatusCode": 200},
}


def answer_with(section: str, name: str, value: Any) -> dict[str, Any]:
    answer = copy.deepcopy(ANSWER)
    answer[section][name] = value
    return answer


def refusal_of(answer: Any) -> str:
    with pytest.raises(UnexpectedAnswer, match="is not one of STS") as refusal:
        read_answer(answer, NOW)
    message = str(refusal.value)
    assert SECRET not in message
    assert TOKEN not in message
    assert "Nothing was written" in message
    assert "--endpoint-url" in message
    return message


@pytest.mark.parametrize(
    "expiration",
    [
        "2026-11-23T10:00:00Z",
        "2026-11-23T10:00:00+00:00",
        "2026-11-23T12:00:00+02:00",
        "2026-11-23T10:00:00.000Z",
        LATER,
        LATER.astimezone(timezone(timedelta(hours=-5))),
    ],
)
def test_every_form_of_expiration(expiration: object) -> None:
    """The expiry of either CLI major and of plain botocore is one aware time in UTC."""
    found = read_answer(answer_with("Credentials", "Expiration", expiration), NOW)

    assert found.expiration == LATER
    assert found.expiration.tzinfo is timezone.utc


def test_credentials_of_an_answer() -> None:
    """Every field of the answer is where its name says, with the role's account."""
    found = read_answer(ANSWER, NOW)

    assert found.access_key_id == "ASIAEXAMPLEEXAMPLE12"
    assert found.secret_access_key == SECRET
    assert found.session_token == TOKEN
    assert found.assumed_role_arn == "arn:aws:sts::123456789012:assumed-role/r/alice"
    assert found.assumed_role_id == "AROAEXAMPLE:alice"
    assert found.account_id == "123456789012"


def test_secrets_are_in_no_repr() -> None:
    """Neither the secret access key nor the session token is in a repr."""
    found = read_answer(ANSWER, NOW)

    assert SECRET not in repr(found)
    assert TOKEN not in f"{found} {found!r}"
    assert "ASIAEXAMPLEEXAMPLE12" in repr(found)


@pytest.mark.parametrize("section", ["Credentials", "AssumedRoleUser"])
@pytest.mark.parametrize("value", [None, "", [], "text", 1])
def test_answer_without_a_section(section: str, value: object) -> None:
    """An answer without credentials or without the role's user is refused by section."""
    assert f"it has no {section}" in refusal_of({**ANSWER, section: value})


@pytest.mark.parametrize("answer", [None, {}, [], "<html>", 200])
def test_answer_that_is_none(answer: object) -> None:
    """What is no mapping at all is refused too."""
    assert "it has no Credentials" in refusal_of(answer)


FIELDS = [
    ("Credentials", "AccessKeyId"),
    ("Credentials", "SecretAccessKey"),
    ("Credentials", "SessionToken"),
    ("AssumedRoleUser", "Arn"),
    ("AssumedRoleUser", "AssumedRoleId"),
]


@pytest.mark.parametrize(("section", "name"), FIELDS)
@pytest.mark.parametrize("value", [None, "", 7, b"bytes", ["text"]])
def test_field_that_is_missing(section: str, name: str, value: object) -> None:
    """A field that is missing, empty or no text is refused by name."""
    assert f"the field {name} is missing" in refusal_of(answer_with(section, name, value))


@pytest.mark.parametrize(("section", "name"), FIELDS)
@pytest.mark.parametrize("bad", ["\n", "\r", "\x00", "\x1b", " ", "\t", "\x85", "\u2028", "é"])
def test_field_with_characters_that_no_credential_has(section: str, name: str, bad: str) -> None:
    """A character that could end a line of an INI file is refused; the value is not told."""
    value = f"evil{bad}[profile x]"
    message = refusal_of(answer_with(section, name, value))

    assert f"the field {name} has characters" in message
    assert "evil" not in message


@pytest.mark.parametrize(
    "expiration",
    [None, "", "soon", 1_795_000_000, "2026-11-23", "2026-11-23T10:00:00", datetime(2026, 11, 24)],  # noqa: DTZ001
)
def test_expiration_that_is_no_aware_time(expiration: object) -> None:
    """An expiry that is missing, no time or without a time zone is refused."""
    message = refusal_of(answer_with("Credentials", "Expiration", expiration))

    assert "Expiration is missing or not a time" in message


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_expiration_outside_of_the_calendar(text: str) -> None:
    """An expiry that has no time in UTC is refused like one that is no time."""
    with pytest.raises(UnexpectedAnswer, match="Expiration is outside of the calendar"):
        parse_time(text)


@pytest.mark.parametrize("left", [timedelta(0), timedelta(seconds=-1), timedelta(days=-400)])
def test_expired_credentials(left: timedelta) -> None:
    """Credentials whose time is over are refused with both times and the clock to check."""
    message = refusal_of(answer_with("Credentials", "Expiration", NOW + left))

    assert format_time(NOW + left) in message
    assert format_time(NOW) in message
    assert "check the clock" in message


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::123456789012:user/alice",
        "arn:aws:sts::123456789012:federated-user/alice",
        "arn:aws:sts::1234:assumed-role/r/alice",
        "arn:aws:sts::123456789012:assumed-role/",
        "x",
    ],
)
def test_arn_of_no_assumed_role(arn: str) -> None:
    """An ARN that is not an assumed role's is refused."""
    message = refusal_of(answer_with("AssumedRoleUser", "Arn", arn))

    assert "Arn is not the ARN of an assumed role" in message


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (LATER, "2026-11-23T10:00:00Z"),
        (LATER + timedelta(microseconds=999_999), "2026-11-23T10:00:00Z"),
        (LATER.astimezone(timezone(timedelta(hours=9))), "2026-11-23T10:00:00Z"),
    ],
)
def test_times_are_written_in_utc(moment: datetime, text: str) -> None:
    """A time is written in RFC 3339, in UTC, with whole seconds."""
    assert format_time(moment) == text


def test_written_time_is_read_back() -> None:
    """What is written is what is read."""
    assert parse_time(format_time(LATER)) == LATER


def test_credentials_of_an_mfa_session() -> None:
    """A GetSessionToken response has credentials and no principal."""
    found = read_mfa_session({"Credentials": ANSWER["Credentials"]}, NOW)

    assert (found.access_key_id, found.session_token) == ("ASIAEXAMPLEEXAMPLE12", TOKEN)
    assert SECRET not in repr(found)


@pytest.mark.parametrize("left", [timedelta(0), timedelta(days=-1)])
def test_expired_mfa_session(left: timedelta) -> None:
    """Credentials of an MFA session that have expired are refused."""
    expired = answer_with("Credentials", "Expiration", NOW + left)

    with pytest.raises(UnexpectedAnswer, match="its credentials expired at"):
        read_mfa_session(expired, NOW)


@pytest.mark.parametrize("seconds", [43200 + 901, 73 * 365 * 86400])
def test_an_expiration_that_sts_does_not_give(seconds: int) -> None:
    """A session of a role has 43,200 seconds at most, and the clock here may be a little slow."""
    late = NOW + timedelta(seconds=seconds)

    assert "43200 seconds at most" in refusal_of(answer_with("Credentials", "Expiration", late))
    longest = answer_with("Credentials", "Expiration", NOW + timedelta(seconds=43200 + 900))
    assert read_answer(longest, NOW).seconds_left(NOW) == 43200 + 900


SESSION_ARN = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/alice"


def test_credentials_of_identity_center_are_a_role_session() -> None:
    """Their expiration and their role are known."""
    until = datetime(2036, 1, 1, tzinfo=timezone.utc)
    found = as_role_session(PrincipalCredentials("id", "s", "t", until, SESSION_ARN, "AROA:alice"))
    assert (found.expiration, found.account_id) == (until, "123456789012")


@pytest.mark.parametrize(
    ("expiration", "arn"),
    [
        (None, SESSION_ARN),
        (datetime(2036, 1, 1, tzinfo=timezone.utc), "arn:aws:iam::123456789012:user/alice"),
        (datetime(2036, 1, 1, tzinfo=timezone.utc), "no ARN"),
    ],
)
def test_credentials_that_are_no_role_session(expiration: Any, arn: str) -> None:
    """What answered is not Identity Center."""
    with pytest.raises(UnexpectedAnswer, match="without an expiration, or not of a role session"):
        as_role_session(PrincipalCredentials("id", "s", "t", expiration, arn, "AROA:alice"))


@pytest.mark.parametrize("bad", ["", "a b", "a\n"])
@pytest.mark.parametrize("position", range(3))
def test_a_source_with_characters_that_no_credential_has(position: int, bad: str) -> None:
    """The error names the field, and has no value of the source."""
    values = ["ASIAEXAMPLEEXAMPLE12", SECRET, TOKEN]
    values[position] += bad
    if not bad:
        values[position] = ""
    name = ("access key id", "secret access key", "session token")[position]
    with pytest.raises(InvalidConfiguration, match=f"The source's {name} is missing") as caught:
        read_session(*values, None)
    assert SECRET not in str(caught.value)
    assert TOKEN not in str(caught.value)
