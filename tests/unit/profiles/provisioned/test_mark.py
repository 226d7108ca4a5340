"""The mark of a profile that ``aws assume profiles`` wrote."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_assume.profiles.provisioned.mark import (
    AUTO_REFRESH,
    BLOCK,
    ROLE,
    SSO,
    Mark,
    is_intact,
    marked_profiles,
    read_mark,
    written_keys,
)

ID, ARN = "123456789012", "arn:aws:iam::123456789012:role/team/deploy"
PROCESS = "/usr/bin/python3 -I -S /x/awscli_assume/process/answer.py /cache/y p /usr/bin/aws"
MARK = Mark(SSO, "corp", ID, "Admin", region="eu-west-1")
KEYS = {"sso_session": "corp", "sso_account_id": ID, "sso_role_name": "Admin"}
RENEWING = Mark(AUTO_REFRESH, "corp", ID, "Admin")
RECORD = {"sso-session": "corp", "sso-account-id": ID, "sso-role-name": "Admin"}
NAMING = Mark(ROLE, "corp", ID, "team/deploy", ARN, "hub")


@pytest.mark.parametrize("mark", [MARK, RENEWING, NAMING])
def test_mark_is_read_as_it_was_written(mark: Mark) -> None:
    """No key of the block has the name of a key of a profile, which the CLI's writer confuses."""
    block = mark.to_block()

    assert read_mark({BLOCK: block}) == mark
    assert not [key for key in block if "_" in key or key == "region"]


@pytest.mark.parametrize(
    "block",
    [
        None,
        "",
        "text",
        {},
        {"as": "sso"},
        {**MARK.to_block(), "as": "other"},
        {**MARK.to_block(), "sso-role-name": ""},
        {**NAMING.to_block(), "role-arn": "x"},
    ],
)
def test_what_is_no_mark(block: Any) -> None:
    """A block that somebody has edited is none, so the profile is not ours."""
    assert read_mark({BLOCK: block} if block is not None else {}) is None


@pytest.mark.parametrize(
    ("mark", "profile", "expected"),
    [
        (MARK, KEYS, True),
        (MARK, {**KEYS, "region": "x", "output": "json", "s3": {"a": "b"}}, True),
        (MARK, {"sso_start_url": "corp", "sso_region": "r", **KEYS, "sso_session": "corp"}, True),
        (MARK, {**KEYS, "sso_role_name": "Other"}, False),
        (MARK, {**KEYS, "sso_session": "other"}, False),
        (MARK, {**KEYS, "role_arn": ARN}, False),
        (MARK, {**KEYS, "aws_access_key_id": "AKIA"}, False),
        (MARK, {**KEYS, "credential_process": PROCESS}, False),
        (MARK, {}, False),
        (RENEWING, {"credential_process": PROCESS, "assumed": RECORD}, True),
        (RENEWING, {"credential_process": "other", "assumed": RECORD}, False),
        (RENEWING, {"credential_process": PROCESS, "assumed": {**RECORD, "role-arn": ARN}}, False),
        (RENEWING, {"credential_process": PROCESS}, False),
        (RENEWING, {"aws_access_key_id": "ASIA", "assumed": RECORD}, False),
        (NAMING, {"role_arn": ARN, "source_profile": "hub"}, True),
        (NAMING, {"role_arn": ARN, "source_profile": "other"}, False),
        (NAMING, {"role_arn": ARN, "credential_source": "Environment"}, False),
    ],
)
def test_profile_that_is_as_we_wrote_it(mark: Mark, profile: Any, expected: bool) -> None:
    """Settings of somebody else leave a profile ours, another source of credentials does not."""
    assert is_intact(profile, mark) is expected


def test_keys_that_we_wrote() -> None:
    """Only values that are still ours are removed."""
    other = {**KEYS, "sso_role_name": "Other", "region": "eu-west-1", "output": "json"}

    assert written_keys(other, MARK) == ("sso_session", "sso_account_id", "region")
    assert written_keys({**KEYS, "region": "x"}, MARK) == tuple(KEYS)


def test_section_of_one_file_for_both_is_no_profile() -> None:
    """If both files are one, the session sees [profile x] as a profile of that name, too."""
    profile = {**KEYS, BLOCK: MARK.to_block()}

    assert marked_profiles({"x": profile, "profile x": profile, "y": {}}) == {"x": MARK}
    assert marked_profiles({"profile x": profile}) == {"profile x": MARK}


def test_mark_of_each() -> None:
    """A role of each has no session; its other keys are in the mark, so that clear knows them."""
    arn = "arn:aws:iam::111111111111:role/team/audit"
    options = (("duration_seconds", "3600"), ("mfa_serial", "arn:aws:iam::1:mfa/alice"))
    mark = Mark(ROLE, "", "111111111111", "team/audit", arn, "hub", "us-east-1", options)
    profile = {
        "role_arn": arn,
        "source_profile": "hub",
        "region": "us-east-1",
        "duration_seconds": "3600",
        "mfa_serial": "arn:aws:iam::2:mfa/mine",
        BLOCK: mark.to_block(),
    }

    assert read_mark(profile) == mark
    # The device is the user's own by now.
    keys = written_keys(profile, mark)
    assert keys == ("role_arn", "source_profile", "duration_seconds", "region")
    assert is_intact(profile, mark)
    assert not is_intact({**profile, "role_arn": "arn:aws:iam::1:role/other"}, mark)


def test_mark_without_a_session_is_a_roles() -> None:
    """Profiles for roles of IAM Identity Center need their session."""
    block = {"as": "sso", "sso-account-id": "1" * 12, "sso-role-name": "Reader"}

    assert read_mark({BLOCK: block}) is None
