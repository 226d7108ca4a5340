"""Callers: GetCallerIdentity, ARNs, and the cache with one file for each access key."""

from __future__ import annotations

import os
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from awscli_assume.aws.caller_identity import Caller, CallerCache, server_time

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
USER_KEY, SESSION_KEY = "AKIAEXAMPLEEXAMPLE12", "ASIAEXAMPLEEXAMPLE12"
ALICE = Caller.from_arn("arn:aws:iam::123456789012:user/alice")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a cache folder that does not exist yet."""
    return tmp_path / "cache" / "assume-callers"


@pytest.fixture
def cache(folder: Path) -> CallerCache:
    """Return an empty cache."""
    return CallerCache(str(folder))


@pytest.mark.parametrize(
    ("arn", "partition", "account_id", "is_role_session"),
    [
        ("arn:aws:iam::123456789012:user/alice", "aws", "123456789012", False),
        ("arn:aws-cn:iam::123456789012:root", "aws-cn", "123456789012", False),
        ("arn:aws:sts::123456789012:assumed-role/r/s", "aws", "123456789012", True),
        ("arn:aws:sts::123456789012:federated-user/a:b", "aws", "123456789012", False),
    ],
)
def test_caller_of_an_arn(
    arn: str, partition: str, account_id: str, is_role_session: bool
) -> None:
    """Account, partition and kind of a caller are read from its ARN."""
    caller = Caller.from_arn(arn)

    assert caller == Caller(partition, account_id, arn)
    assert caller.is_role_session is is_role_session


@pytest.mark.parametrize(
    "arn", ["", "alice", "arn:aws:iam::1234:user/a", "urn:aws:iam::123456789012:user/a"]
)
def test_malformed_caller_arn(arn: str) -> None:
    """A string that is not an ARN with an account ID raises ValueError."""
    with pytest.raises(ValueError):
        Caller.from_arn(arn)


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:sts::123456789012:assumed-role/r/s", True),
        ("arn:aws:iam::123456789012:role/r", True),
        ("arn:aws:iam::123456789012:role/team/r", True),
        ("arn:aws:iam::123456789012:root", True),
        ("arn:aws:iam::123456789012:role/other", False),
        ("arn:aws:iam::123456789012:user/r", False),
        ("arn:aws:iam::210987654321:role/r", False),
        ("arn:aws-cn:iam::123456789012:root", False),
    ],
)
def test_caller_named_by_a_trust_policy(arn: str, expected: bool) -> None:
    """A session is named by its own ARN, its role with any path, and its account."""
    caller = Caller.from_arn("arn:aws:sts::123456789012:assumed-role/r/s")

    assert caller.is_named_by(arn) is expected


@pytest.mark.parametrize("arn", ["arn:aws:iam::123456789012:role/alice", "arn:aws:iam::1:root"])
def test_user_that_is_not_named(arn: str) -> None:
    """A user is not named by a role of the same name."""
    assert not ALICE.is_named_by(arn)
    assert ALICE.is_named_by(str(ALICE.arn))


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 23 Nov 2026 09:00:00 GMT", NOW),
        ("Mon, 23 Nov 2026 10:00:00 +0100", NOW),
        ("Mon, 23 Nov 2026 09:00:00 -0000", NOW),
        ("today", None),
        ("", None),
        (None, None),
    ],
)
def test_server_time(date: object, expected: object) -> None:
    """The Date header is an aware time; a missing or malformed one is None."""
    headers = {} if date is None else {"date": date}

    assert server_time({"ResponseMetadata": {"HTTPHeaders": headers}}) == expected


@pytest.mark.parametrize("response", [None, {}, {"ResponseMetadata": {}}])
def test_response_without_headers(response: object) -> None:
    """A response without headers has no time."""
    assert server_time(response) is None


@pytest.mark.parametrize("key", [USER_KEY, SESSION_KEY, "test", ""])
def test_stored_caller_is_loaded(cache: CallerCache, folder: Path, key: str) -> None:
    """The owner of an access key is known to later runs, for that key only."""
    cache.store(key, ALICE, NOW)

    assert CallerCache(str(folder)).load(key) == ALICE
    assert cache.load("AKIAOTHER") is None


def test_empty_cache(cache: CallerCache) -> None:
    """An empty cache has no caller."""
    assert cache.load(USER_KEY) is None


def test_file_of_a_caller(cache: CallerCache, folder: Path) -> None:
    """The file is private, and neither its name nor its content has the access key ID."""
    cache.store(SESSION_KEY, ALICE, NOW)

    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert SESSION_KEY not in file.name
    assert file.read_text() == '{"Arn": "arn:aws:iam::123456789012:user/alice"}'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"Arn": null}',
        b'{"Arn": 7}',
        b'{"Arn": "x"}',
        b'{"Arn": "arn:aws:iam::1:user/a"}',
        b"\xff\xfe",
    ],
)
def test_damaged_file_is_ignored(cache: CallerCache, folder: Path, content: bytes) -> None:
    """A file without a caller is ignored, and then replaced."""
    cache.store(USER_KEY, ALICE, NOW)
    (file,) = folder.iterdir()
    file.write_bytes(content)

    assert cache.load(USER_KEY) is None
    cache.store(USER_KEY, ALICE, NOW)
    assert cache.load(USER_KEY) == ALICE


def test_caller_without_an_arn_is_not_loaded(cache: CallerCache) -> None:
    """A caller without an ARN is not loaded."""
    cache.store(USER_KEY, Caller("aws", "123456789012"), NOW)

    assert cache.load(USER_KEY) is None


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Failing to write the cache is no error."""
    (tmp_path / "file").touch()
    cache = CallerCache(str(tmp_path / "file" / "assume-callers"))

    cache.store(USER_KEY, ALICE, NOW)

    assert cache.load(USER_KEY) is None


def test_old_temporary_keys_are_deleted(cache: CallerCache, folder: Path) -> None:
    """The file of a temporary key is deleted after 36 hours; that of a user's key stays."""
    age_by_key = {"ASIAOLD": 36.1, "ASIAYOUNG": 35.9, "AKIAOLD": 10_000.0}
    files: dict[str, Path] = {}
    for key, hours in age_by_key.items():
        known = set(folder.iterdir()) if folder.exists() else set()
        cache.store(key, ALICE, datetime.fromtimestamp(0, timezone.utc))
        (files[key],) = set(folder.iterdir()) - known
        moment = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(files[key], (moment, moment))
    (folder / "somebody-elses.json").touch()
    os.utime(folder / "somebody-elses.json", (0, 0))

    cache.store(USER_KEY, ALICE, NOW)

    assert cache.load("ASIAOLD") is None
    assert cache.load("ASIAYOUNG") == ALICE
    assert cache.load("AKIAOLD") == ALICE
    assert cache.load(USER_KEY) == ALICE
    assert (folder / "somebody-elses.json").exists()
    assert not files["ASIAOLD"].exists()


def test_default_folder_is_in_the_cli_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The default folder is in the CLI's cache folder."""
    monkeypatch.setenv("HOME", str(tmp_path))

    CallerCache().store(USER_KEY, ALICE, NOW)

    assert len(list((tmp_path / ".aws" / "cli" / "cache" / "assume-callers").iterdir())) == 1
