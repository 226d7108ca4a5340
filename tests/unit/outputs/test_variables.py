"""The environment of a child: pure, with everything that would beat ours taken out."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from awscli_assume.model.credentials import SessionCredentials
from awscli_assume.outputs.variables import (
    ROLE_VARIABLE,
    environment_with_endpoint,
    environment_with_keys,
)

UNTIL = datetime(2026, 11, 24, 11, tzinfo=timezone.utc)
KEYS = SessionCredentials("ASIAKEY", "secret", "token", UNTIL)
ROLE_ARN = "arn:aws:iam::123456789012:role/my-iam-role"
PLAIN = {"HOME": "/home/alice", "PATH": "/bin", "AWS_PAGER": "", "AWS_CONFIG_FILE": "/c"}
THEIRS = dict.fromkeys(
    [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_SECURITY_TOKEN",
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_CREDENTIAL_EXPIRATION",
        "AWS_SESSION_EXPIRATION",
        "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ACCOUNT_ID",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_ASSUMED_ROLE",
        "AWS_BEARER_TOKEN_BEDROCK",
    ],
    "theirs",
)


def test_keys_stand_alone() -> None:
    """The child has the user's own variables, the keys, and nothing of other credentials."""
    found = environment_with_keys({**PLAIN, **THEIRS}, KEYS, "eu-west-1", ROLE_ARN)

    assert found == {
        **PLAIN,
        "AWS_ACCESS_KEY_ID": "ASIAKEY",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_CREDENTIAL_EXPIRATION": "2026-11-24T11:00:00Z",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        ROLE_VARIABLE: ROLE_ARN,
        "AWS_ASSUME_ACCESS_KEY_ID": "ASIAKEY",
    }


def test_what_is_not_known_is_not_set() -> None:
    """No expiry, no region and no role: the user's region stays, an old expiration goes."""
    before = {**PLAIN, **THEIRS, "AWS_REGION": "theirs"}
    keys = SessionCredentials("ASIAKEY", "secret", "token", None)

    found = environment_with_keys(before, keys, None, None)

    assert found["AWS_REGION"] == "theirs"
    assert not {"AWS_CREDENTIAL_EXPIRATION", "AWS_DEFAULT_REGION", ROLE_VARIABLE} & found.keys()


@pytest.mark.parametrize("profile", [None, "assume-exec"])
def test_an_endpoint_stands_alone(profile: str) -> None:
    """Beside an endpoint there is no key, and no profile but the one without credentials."""
    found = environment_with_endpoint(
        {**PLAIN, **THEIRS}, "http://127.0.0.1:5/x", "t0ken", None, ROLE_ARN, profile
    )

    assert found == {
        **PLAIN,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:5/x",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t0ken",
        ROLE_VARIABLE: ROLE_ARN,
        **({"AWS_PROFILE": profile} if profile else {}),
    }


def test_nothing_is_changed_in_place() -> None:
    """The environment that was given is as it was."""
    before = {**PLAIN, **THEIRS}

    environment_with_keys(before, KEYS, "eu-west-1", ROLE_ARN)

    assert before == {**PLAIN, **THEIRS}


def test_names_in_lower_case_are_removed_too() -> None:
    """Windows ignores the case of a variable's name."""
    before = {**PLAIN, "aws_profile": "x", "aws_bearer_token_bedrock": "x"}

    assert environment_with_endpoint(before, "u", "t", None, None, None).keys() == {
        *PLAIN, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    }  # fmt: skip
