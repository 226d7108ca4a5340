"""The memory of callers: one small file an access key, without a credential in it."""

from __future__ import annotations

import os
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from awscli_assume.aws.callers import Caller, CallerCache

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
USER_KEY, SESSION_KEY = "AKIAEXAMPLEEXAMPLE12", "ASIAEXAMPLEEXAMPLE12"
ALICE = Caller.from_arn("arn:aws:iam::123456789012:user/alice")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a cache folder that does not exist yet."""
    return tmp_path / "cache" / "assume-callers"


@pytest.fixture
def memory(folder: Path) -> CallerCache:
    """Return a memory that nobody has told anything."""
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
    """Account, partition and kind of a caller are in its ARN."""
    caller = Caller.from_arn(arn)

    assert caller == Caller(partition, account_id, arn)
    assert caller.is_role_session is is_role_session


@pytest.mark.parametrize(
    "arn", ["", "alice", "arn:aws:iam::1234:user/a", "urn:aws:iam::123456789012:user/a"]
)
def test_arn_of_no_caller(arn: str) -> None:
    """What is no ARN of an account raises ValueError."""
    with pytest.raises(ValueError):
        Caller.from_arn(arn)


@pytest.mark.parametrize("key", [USER_KEY, SESSION_KEY, "test", ""])
def test_remembered_caller_is_recalled(memory: CallerCache, folder: Path, key: str) -> None:
    """The owner of an access key is known to every later run, and of no other key."""
    memory.store(key, ALICE, NOW)

    assert CallerCache(str(folder)).load(key) == ALICE
    assert memory.load("AKIAOTHER") is None


def test_nothing_is_known_at_first(memory: CallerCache) -> None:
    """Nobody is known before anybody was remembered, and asking leaves no folder."""
    assert memory.load(USER_KEY) is None


def test_file_of_a_caller(memory: CallerCache, folder: Path) -> None:
    """A caller's file is its owner's alone, and neither name nor content holds the key id."""
    memory.store(SESSION_KEY, ALICE, NOW)

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
def test_damaged_file_is_as_good_as_none(
    memory: CallerCache, folder: Path, content: bytes
) -> None:
    """A file that does not hold a caller means asking again, and is then replaced."""
    memory.store(USER_KEY, ALICE, NOW)
    (file,) = folder.iterdir()
    file.write_bytes(content)

    assert memory.load(USER_KEY) is None
    memory.store(USER_KEY, ALICE, NOW)
    assert memory.load(USER_KEY) == ALICE


def test_caller_without_an_arn_is_asked_again(memory: CallerCache) -> None:
    """A caller that STS has not named is not recalled."""
    memory.store(USER_KEY, Caller("aws", "123456789012"), NOW)

    assert memory.load(USER_KEY) is None


def test_folder_that_can_not_be_written(tmp_path: Path) -> None:
    """Where nothing can be stored the memory does without, silently."""
    (tmp_path / "file").touch()
    memory = CallerCache(str(tmp_path / "file" / "assume-callers"))

    memory.store(USER_KEY, ALICE, NOW)

    assert memory.load(USER_KEY) is None


def test_old_temporary_keys_are_forgotten(memory: CallerCache, folder: Path) -> None:
    """After 36 hours a temporary key's file goes; a user's key stays known for good."""
    age_by_key = {"ASIAOLD": 36.1, "ASIAYOUNG": 35.9, "AKIAOLD": 10_000.0}
    files: dict[str, Path] = {}
    for key, hours in age_by_key.items():
        known = set(folder.iterdir()) if folder.exists() else set()
        memory.store(key, ALICE, datetime.fromtimestamp(0, timezone.utc))
        (files[key],) = set(folder.iterdir()) - known
        moment = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(files[key], (moment, moment))
    (folder / "somebody-elses.json").touch()
    os.utime(folder / "somebody-elses.json", (0, 0))

    memory.store(USER_KEY, ALICE, NOW)

    assert memory.load("ASIAOLD") is None
    assert memory.load("ASIAYOUNG") == ALICE
    assert memory.load("AKIAOLD") == ALICE
    assert memory.load(USER_KEY) == ALICE
    assert (folder / "somebody-elses.json").exists()
    assert not files["ASIAOLD"].exists()


def test_default_folder_is_in_the_clis_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a folder of its own the memory is in the CLI's cache folder."""
    monkeypatch.setenv("HOME", str(tmp_path))

    CallerCache().store(USER_KEY, ALICE, NOW)

    assert len(list((tmp_path / ".aws" / "cli" / "cache" / "assume-callers").iterdir())) == 1
