"""A target profile: its region, and what both files hold afterwards."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

import pytest
from botocore.session import Session

from awscli_assume.errors import ForeignProfile, UnusableFile
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.profiles.files import ProfileFiles
from awscli_assume.profiles.record import Record, read_record
from awscli_assume.profiles.target import (
    Target,
    check_not_shadowed,
    check_writable,
    region_to_write,
    write_targets,
)

ROLE_ARN = "arn:aws:iam::123456789012:role/r"
CREDENTIALS = TemporaryCredentials(
    access_key_id="ASIAEXAMPLEEXAMPLE12",
    secret_access_key="s3cr3t/with+signs=",
    session_token="t0k3n//==",
    expiration=datetime(2026, 11, 23, 10, 0, tzinfo=timezone.utc),
    assumed_role_arn="arn:aws:sts::123456789012:assumed-role/r/alice",
    assumed_role_id="AROAEXAMPLE:alice",
)
LONG_AGO = 1_700_000_000.0
KEYS = {
    "aws_access_key_id": "ASIAOURS",
    "aws_secret_access_key": "s3cr3t",
    "aws_session_token": "t0k3n",
}
OURS = ("ASIAOURS", "t0k3n")
PROCESS = {"credential_process": "ours"}


@pytest.fixture
def files(tmp_path: Path) -> ProfileFiles:
    """Return the paths of two files that are not there yet."""
    folder = os.path.realpath(tmp_path)
    return ProfileFiles(f"{folder}/.aws/config", f"{folder}/.aws/credentials")


def put(path: str, text: str) -> None:
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(text)
    os.utime(path, (LONG_AGO, LONG_AGO))


def target_of(name: str = "assumed-role", region: Optional[str] = "eu-west-1") -> Target:
    record = Record(ROLE_ARN, "{user}", "default", region)
    return Target(name, CREDENTIALS, record, region)


def recorded(region: Optional[str]) -> dict[str, Any]:
    return {"assumed": Record(ROLE_ARN, "s", "default", region).to_block()}


@pytest.mark.parametrize(
    ("profile", "explicit", "source", "written"),
    [
        pytest.param(None, None, None, None, id="nobody has one"),
        pytest.param(None, None, "source", "source", id="a new target: the source's"),
        pytest.param({}, None, "source", "source", id="a target without one: the source's"),
        pytest.param({"region": "own"}, None, "source", None, id="the target's own is left alone"),
        pytest.param({"region": "own"}, "said", "source", "said", id="--region beats it"),
        pytest.param(
            {"region": "ours", **recorded("ours")}, None, "source", "source",
            id="one that we wrote was that of another role",
        ),
        pytest.param(
            {"region": "changed", **recorded("ours")}, None, "source", None,
            id="one that a person has changed since is theirs",
        ),
        pytest.param(
            {"region": "own", **recorded(None)}, None, "source", None,
            id="one that we never wrote is theirs",
        ),
    ],
)  # fmt: skip
def test_region_to_write(
    profile: Optional[dict[str, Any]],
    explicit: Optional[str],
    source: Optional[str],
    written: Optional[str],
) -> None:
    """The flag counts first, then what somebody else set, then the region of the request."""
    assert region_to_write(profile, explicit, source) == written


@pytest.mark.parametrize("name", ["assumed-role", "default", "x  y", "größe", "a=b#c;d"])
def test_written_target_is_what_a_session_reads(
    files: ProfileFiles, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session with the target's name has the credentials, the region and the record."""
    write_targets(files, [target_of(name)])
    monkeypatch.setenv("AWS_CONFIG_FILE", files.config)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", files.credentials)
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(variable, raising=False)

    session = Session(profile=name)
    keys = session.get_credentials().get_frozen_credentials()
    assert (keys.access_key, keys.secret_key, keys.token) == (
        CREDENTIALS.access_key_id, CREDENTIALS.secret_access_key, CREDENTIALS.session_token,
    )  # fmt: skip
    assert session.get_config_variable("region") == "eu-west-1"
    profile = session.full_config["profiles"][name]
    assert read_record(profile) == target_of(name).record
    assert profile["x_security_token_expires"] == "2026-11-23T10:00:00Z"


def test_secrets_are_in_the_credentials_file_only(files: ProfileFiles) -> None:
    """The config file holds no credential, and the record no secret."""
    write_targets(files, [target_of()])

    config = Path(files.config).read_text()
    assert "s3cr3t" not in config
    assert "t0k3n" not in config
    assert "ASIA" not in config


def test_region_that_is_left_alone(files: ProfileFiles) -> None:
    """A target whose region is its own keeps it."""
    put(files.config, "[profile assumed-role]\nregion = own\n")

    write_targets(files, [target_of(region=None)])

    assert "region = own\n" in Path(files.config).read_text()
    assert "eu-west-1" not in Path(files.config).read_text()


def test_record_of_an_earlier_run_is_replaced(files: ProfileFiles) -> None:
    """A second run leaves the options of the first one nowhere."""
    first = Record(ROLE_ARN, "s", "default", "eu-west-1", (("external-id", "first"),))
    write_targets(files, [Target("assumed-role", CREDENTIALS, first, "eu-west-1")])
    for path in (files.config, files.credentials):
        os.utime(path, (LONG_AGO, LONG_AGO))

    write_targets(files, [target_of()])

    assert "first" not in Path(files.config).read_text()
    assert Path(files.config).read_text().count("assumed =") == 1


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("config", "[profile assumed-role]\nrole_arn = x\n"),
        ("config", "[profile assumed-role]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\n"),
        ("credentials", "[assumed-role]\naws_access_key_id = AKIAEXAMPLEEXAMPLE12\n"),
        ("credentials", "[assumed-role]\ncredential_process = x\n"),
    ],
)
def test_profile_that_is_not_ours(files: ProfileFiles, file: str, text: str) -> None:
    """A target that became somebody's since it was looked at is refused, both files untouched."""
    put(files.config, "")
    put(files.credentials, "")
    put(getattr(files, file), text)
    before = [Path(path).read_bytes() for path in (files.config, files.credentials)]

    with pytest.raises(ForeignProfile, match="'assumed-role'"):
        write_targets(files, [target_of()])

    assert [Path(path).read_bytes() for path in (files.config, files.credentials)] == before


@pytest.mark.parametrize("name", ["config", "credentials"])
def test_file_that_can_not_be_written(files: ProfileFiles, name: str) -> None:
    """Either file that could not be written is refused before anything is asked of STS."""
    check_writable(files)
    put(getattr(files, name), "")
    Path(getattr(files, name)).chmod(0o400)

    with pytest.raises(UnusableFile, match=f"{name} is read-only"):
        check_writable(files)


@pytest.mark.parametrize(
    ("config", "credentials", "written", "settings"),
    [
        ({"region": "r"}, KEYS, OURS, {"region": "r"}),
        ({"aws_access_key_id": "ASIAOTHER", "aws_secret_access_key": "x"}, KEYS, OURS, {}),
        (PROCESS, {}, None, PROCESS),
    ],
)
def test_profile_as_written(config: Any, credentials: Any, written: Any, settings: Any) -> None:
    """A profile that is read as it was written passes."""
    check_not_shadowed(config, {"dev": credentials}, "dev", written, settings)


@pytest.mark.parametrize(
    ("config", "credentials", "written", "settings", "shadowed"),
    [
        ({}, {**KEYS, "aws_security_token": "OLD"}, OURS, {}, "session token"),
        ({}, {**KEYS, "aws_access_key_id": "ASIAOTHER"}, OURS, {}, "access key"),
        ({}, {}, OURS, {}, "access key"),
        ({"region": "r"}, {**KEYS, "region": "old"}, OURS, {"region": "r"}, "region"),
        ({**PROCESS, **KEYS}, {}, None, PROCESS, "access key"),
        (PROCESS, {"credential_process": "other"}, None, PROCESS, "credential_process"),
    ],
)
def test_shadowed_profile(
    config: Any, credentials: Any, written: Any, settings: Any, shadowed: str
) -> None:
    """A profile that is read as something else is an error without secrets."""
    sections = (config, {"dev": credentials})

    with pytest.raises(ForeignProfile, match=f"take precedence over .*{shadowed}") as error:
        check_not_shadowed(*sections, "dev", written, settings)

    assert "s3cr3t" not in str(error.value)
    assert "OLD" not in str(error.value)
