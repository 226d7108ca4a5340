"""The target as terraform and old SDKs see it: plain keys, and nothing that leads elsewhere."""

from __future__ import annotations

import configparser
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest

from support.sts_stub import ACCESS_KEY_ID, MFA_SERIAL, ROLE_ARN, SECRET, TOKEN

KEYS = {"aws_access_key_id", "aws_secret_access_key", "aws_session_token"}
# The expiry, and who one is (docs/reference.md, "Files and keys"): keys that no SDK reads.
MARKS = {
    "x_security_token_expires", "x_principal_arn", "x_principal_id", "x_principal_access_key_id",
}  # fmt: skip
# Every setting that leads an SDK to other credentials, and what goes with them (AWS SDKs and
# Tools reference guide, "Settings reference").
ELSEWHERE = {
    "role_arn", "source_profile", "credential_source", "mfa_serial", "external_id",
    "role_session_name", "duration_seconds", "web_identity_token_file", "credential_process",
    "sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name",
    "login_session", "aws_account_id", "mfa_process", "session_tags", "source_identity",
    "transitive_session_tags", "include_profile",
}  # fmt: skip
PROFILES = f"""[profile admin]
role_arn = {ROLE_ARN}
source_profile = default
mfa_serial = {MFA_SERIAL}
external_id = partner
role_session_name = by-profile
duration_seconds = 1800
output = json
region = us-east-1
[profile hop]
role_arn = {ROLE_ARN}
source_profile = default
region = eu-west-1
[profile over]
role_arn = {ROLE_ARN}
source_profile = hop
region = eu-west-1
"""
WRITINGS = {
    "a role by its name": [("--role-name", "my-iam-role")],
    "a role by its ARN, with options": [
        ("--role-arn", ROLE_ARN, "--external-id", "partner", "--duration-seconds", "900",
         "--tags", "Key=a,Value=b", "--source-identity", "alice", "--policy", '{"Version":"x"}'),
    ],
    "behind MFA": [
        ("--role-arn", ROLE_ARN, "--serial-number", MFA_SERIAL, "--token-code", "123456"),
    ],
    "the role of a profile with every key": [
        ("--profile", "admin", "--token-code", "123456"),
    ],
    "a role on a role": [("--profile", "over")],
    "refreshed": [("--role-name", "my-iam-role"), ("refresh",)],
    "refreshed with all": [("--profile", "over"), ("refresh", "--all")],
    "no longer refreshing by itself": [
        ("--role-name", "my-iam-role", "--auto-refresh"), ("--role-name", "my-iam-role"),
    ],
}  # fmt: skip
every_writing = pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS)


@pytest.fixture
def written(aws: Any, writing: list[tuple[str, ...]]) -> Any:
    """Return the driver of a user who has written the target that way."""
    aws.add_config(PROFILES)
    for words in writing:
        done = aws("assume", *words)
        assert done.code == 0, done.err
    return aws


def naive_lines(path: Path, section: str) -> dict[str, str]:
    """Return a section as a reader has it that knows no nested blocks: each line is a key."""
    found: dict[str, str] = {}
    inside = False
    for line in (one.strip() for one in path.read_text().splitlines()):
        if line.startswith("["):
            inside = line == f"[{section}]"
        elif inside and "=" in line:
            key, _, value = line.partition("=")
            found[key.strip()] = value.strip()
    return found


@every_writing
def test_the_target_holds_nothing_else(written: Any) -> None:
    """Keys, token and expiry in one file; region and our record in the other."""
    kept = written.section(written.credentials, "assumed-role")
    section = written.section(written.config, "profile assumed-role")

    assert set(kept) == KEYS | MARKS
    assert [kept[name] for name in sorted(KEYS)] == [ACCESS_KEY_ID, SECRET, TOKEN]
    assert set(section) == {"region", "assumed"}


@every_writing
def test_nothing_leads_elsewhere(written: Any) -> None:
    """Even for a reader without nested blocks no line of the record is a setting of AWS's."""
    lines = naive_lines(written.config, "profile assumed-role")

    assert "role-arn" in lines
    assert not set(lines) & (ELSEWHERE | KEYS)
    assert not set(naive_lines(written.credentials, "assumed-role")) & ELSEWHERE


@every_writing
def test_an_sdk_has_plain_keys(written: Any) -> None:
    """boto3, which does not know the plugin, takes the keys of the file without a call."""
    before = len(written.stub.requests)
    session = boto3.Session(profile_name="assumed-role")
    found = session.get_credentials()

    assert found.method == "shared-credentials-file"
    assert tuple(found.get_frozen_credentials())[:3] == (ACCESS_KEY_ID, SECRET, TOKEN)
    assert session.region_name in ("us-east-1", "eu-west-1")
    assert len(written.stub.requests) == before


@every_writing
def test_an_sdk_that_reads_one_file_only(
    written: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With the credentials file alone, as old SDKs and many tools have it, the keys are there."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    session = botocore.session.Session(profile="assumed-role")

    assert session.get_credentials().access_key == ACCESS_KEY_ID
    strict = configparser.ConfigParser(interpolation=None, strict=True)
    strict.read(written.credentials)
    assert strict["assumed-role"]["aws_session_token"] == TOKEN


@pytest.mark.parametrize("writing", [[("--role-name", "my-iam-role", "--auto-refresh")]])
def test_one_that_refreshes_by_itself_has_its_program_alone(written: Any) -> None:
    """With --auto-refresh there is a program in place of the keys, and nothing more either."""
    parser = configparser.RawConfigParser()
    parser.read(written.credentials)
    section = written.section(written.config, "profile assumed-role")

    assert not parser.has_section("assumed-role") or not parser.options("assumed-role")
    assert set(section) == {"region", "credential_process", "assumed"}


def cached(aws: Any) -> list[str]:
    """Return the names of the caches of --auto-refresh profiles, without locks."""
    folder = aws.config.parent / "cli" / "cache" / "assume-sessions"
    return sorted(path.name for path in folder.glob("[0-9a-f]*") if path.suffix != ".lock")


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (("--role-name", "my-iam-role"), 0),
        (("--role-name", "other-role"), 0),
        (("--role-name", "other-role", "--auto-refresh"), 1),
        (("--role-name", "my-iam-role", "--auto-refresh"), 1),
    ],
    ids=["keys of the same role", "keys of another role", "another role", "the same role"],
)
def test_the_cache_of_a_replaced_profile_is_removed(
    aws: Any, words: tuple[str, ...], left: int
) -> None:
    """No credentials of what a profile was stay on disk; those of what it is do."""
    assert aws("assume", "--role-name", "my-iam-role", "--auto-refresh").code == 0
    (before,) = cached(aws)
    done = aws("assume", *words)

    assert done.code == 0, done.err
    assert len(cached(aws)) == left
    assert (before in cached(aws)) == (words == ("--role-name", "my-iam-role", "--auto-refresh"))


def test_the_cache_of_a_cleared_profile_is_removed(aws: Any) -> None:
    """`clear` leaves no credentials behind."""
    assert aws("assume", "--role-name", "my-iam-role", "--auto-refresh").code == 0
    assert len(cached(aws)) == 1
    done = aws("assume", "clear")

    assert done.code == 0, done.err
    assert cached(aws) == []
