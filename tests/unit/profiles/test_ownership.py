"""Whose a profile is: what may be replaced, and what is never touched."""

from __future__ import annotations

from typing import Optional

import pytest

from awscli_assume.errors import ForeignProfile
from awscli_assume.profiles.ownership import check_not_source, check_ours

TEMPORARY = {
    "aws_access_key_id": "ASIAEXAMPLEEXAMPLE12",
    "aws_secret_access_key": "s3cr3t",
    "aws_session_token": "t0k3n",
}
LONG_LIVED = {"aws_access_key_id": "AKIAEXAMPLEEXAMPLE34", "aws_secret_access_key": "s3cr3t"}
RECORD = {"assumed": {"role-arn": "arn:aws:iam::123456789012:role/r"}}


@pytest.mark.parametrize(
    "profile",
    [
        None,
        {},
        {"region": "us-east-1", "output": "json"},
        TEMPORARY,
        {**TEMPORARY, "region": "us-east-1", "x_security_token_expires": "2026"},
        {**TEMPORARY, "aws_access_key_id": "test"},
        {
            "aws_access_key_id": "ASIA",
            "aws_secret_access_key": "s3cr3t",
            "aws_security_token": "t0k3n",
        },
        RECORD,
        {**RECORD, **TEMPORARY},
        {"source_profile": "other"},
        {"mfa_serial": "arn:aws:iam::123456789012:mfa/a"},
    ],
)
def test_profile_that_may_be_replaced(profile: Optional[dict[str, object]]) -> None:
    """No profile, one without credentials and one with temporary ones may be written."""
    check_ours("assumed-role", profile)


@pytest.mark.parametrize(
    ("profile", "names"),
    [
        (LONG_LIVED, "long-lived credentials (aws_access_key_id, ending LE34)"),
        ({**LONG_LIVED, "aws_session_token": "t0k3n"}, "long-lived"),
        ({**LONG_LIVED, **RECORD}, "long-lived"),
        ({"aws_access_key_id": "ASIAEXAMPLE12345"}, "long-lived"),
        ({**TEMPORARY, "aws_session_token": ""}, "long-lived"),
        ({"aws_secret_access_key": "s3cr3t"}, "long-lived"),
        ({"aws_access_key_id": "short"}, "(aws_access_key_id)"),
        ({"role_arn": "arn:aws:iam::123456789012:role/x"}, "role_arn"),
        ({"web_identity_token_file": "/x"}, "web_identity_token_file"),
        ({"login_session": "x"}, "aws login"),
        ({"credential_process": "/bin/x"}, "credential_process"),
        ({"include_profile": "base"}, "include_profile"),
        ({"sso_session": "x"}, "IAM Identity Center"),
        ({"sso_start_url": "https://x"}, "IAM Identity Center"),
        ({"sso_account_id": "1", "sso_role_name": "r"}, "IAM Identity Center"),
        ({**TEMPORARY, **RECORD, "role_arn": "x"}, "role_arn"),
        ({**TEMPORARY, **RECORD, "credential_process": "x"}, "credential_process"),
    ],
)
def test_profile_that_is_not_ours(profile: dict[str, object], names: str) -> None:
    """A profile with another way to credentials is refused: which, whose, and what to do."""
    with pytest.raises(ForeignProfile) as refusal:
        check_ours("prod", profile)

    message = str(refusal.value)
    assert "The profile 'prod'" in message
    assert names in message
    assert "--update-profile NAME" in message
    assert "s3cr3t" not in message
    assert "t0k3n" not in message


def test_access_key_id_is_shown_by_its_end() -> None:
    """Of an access key id nothing but its last four characters is told."""
    with pytest.raises(ForeignProfile) as refusal:
        check_ours("prod", LONG_LIVED)

    assert "AKIAEXAMPLE" not in str(refusal.value)


@pytest.mark.parametrize("source", [None, "default", "Assumed-role"])
def test_target_that_is_not_the_source(source: Optional[str]) -> None:
    """A target passes that is not the source, also where the environment is the source."""
    check_not_source("assumed-role", source)


def test_target_that_is_the_source() -> None:
    """A target that is the source is refused with the option that names another."""
    with pytest.raises(ForeignProfile, match=r"'default' is the source.*--update-profile NAME"):
        check_not_source("default", "default")
