"""The files that the program of credential_process answers from."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import awscli_assume
from awscli_assume.errors import UnusableFile
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.renewer import renewal_margin
from awscli_assume.profiles.cache.process_cache import ProcessCache

NOW = datetime.now(timezone.utc).replace(microsecond=0)
CREDENTIALS = TemporaryCredentials(
    access_key_id="ASIAEXAMPLE",
    secret_access_key='s/+"x',
    session_token="t" * 900,
    expiration=NOW + timedelta(hours=8),
    assumed_role_arn="arn:aws:sts::123456789012:assumed-role/my-iam-role/alice",
    assumed_role_id="AROAEXAMPLE:alice",
)
BLOCK = {"role-arn": "arn:aws:iam::123456789012:role/my-iam-role", "source-profile": "default"}
PROGRAM = Path(awscli_assume.__file__).parent / "process" / "answer.py"


@pytest.fixture
def cache(tmp_path: Path) -> ProcessCache:
    return ProcessCache("assumed-role", BLOCK, str(tmp_path / "assume-sessions"))


@pytest.fixture
def path(cache: ProcessCache) -> str:
    return cache.path


def test_what_was_stored_comes_back_whole(cache: ProcessCache, path: str) -> None:
    """Keys, expiry and whose they are survive the file."""
    cache.store(CREDENTIALS, NOW)

    assert cache.load() == CREDENTIALS


def test_expired_credentials_come_back_too(cache: ProcessCache, path: str) -> None:
    """Whether they are of use is for the reader to say, who tells people when they expired."""
    expired = replace(CREDENTIALS, expiration=NOW - timedelta(hours=1))
    cache.store(expired, NOW - timedelta(hours=2))

    assert cache.load() == expired


def test_the_program_answers_what_was_stored(cache: ProcessCache, path: str) -> None:
    """Writer and program agree on the file: the document is the one of credential_process."""
    cache.store(CREDENTIALS, NOW)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(PROGRAM), path, "assumed-role", "/nonexistent/aws"],
        env={"PATH": "/nonexistent"}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.stderr == ""
    assert json.loads(done.stdout) == {
        "Version": 1,
        "AccessKeyId": "ASIAEXAMPLE",
        "SecretAccessKey": 's/+"x',
        "SessionToken": "t" * 900,
        "Expiration": CREDENTIALS.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


@pytest.mark.parametrize(
    ("seconds", "margin"), [(900, 300), (2880, 960), (3600, 960), (28800, 960), (43200, 960)]
)
def test_they_are_renewed_before_their_end(
    cache: ProcessCache, path: str, seconds: int, margin: int
) -> None:
    """16 minutes before the end, or after two thirds of a short life."""
    end = NOW + timedelta(seconds=seconds)
    cache.store(replace(CREDENTIALS, expiration=end), NOW)
    expires_at = int(end.timestamp())

    assert renewal_margin(seconds) == margin
    assert Path(path).read_text().splitlines()[0] == f"{expires_at - margin} {expires_at}"


def test_each_role_of_a_profile_has_a_file_of_its_own() -> None:
    """Another profile or another record is another path."""
    other_role = {**BLOCK, "role-arn": "arn:aws:iam::123456789012:role/other"}
    reordered = dict(reversed(BLOCK.items()))
    paths = {
        ProcessCache("assumed-role", BLOCK).path,
        ProcessCache("assumed-role", reordered).path,
        ProcessCache("other", BLOCK).path,
        ProcessCache("assumed-role", other_role).path,
        ProcessCache("\udcff", BLOCK).path,
    }

    assert len(paths) == 4
    assert all(os.path.isabs(one) and len(os.path.basename(one)) == 64 for one in paths)


def test_nobody_else_can_read_it(cache: ProcessCache, path: str) -> None:
    """The file is 0600 and its folder 0700, whatever the umask."""
    before = os.umask(0)
    try:
        cache.store(CREDENTIALS, NOW)
    finally:
        os.umask(before)

    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700


def test_a_store_replaces_and_leaves_nothing_else(cache: ProcessCache, path: str) -> None:
    """A reader sees the old file or the new one; no staged copy stays."""
    cache.store(replace(CREDENTIALS, access_key_id="ASIAOLD"), NOW)
    with open(path, encoding="utf-8") as old:
        cache.store(CREDENTIALS, NOW)
        assert "ASIAOLD" in old.read()

    assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)]


def test_a_store_sweeps_what_must_have_expired(cache: ProcessCache, path: str) -> None:
    """Files that are older than any session go, and so do copies of killed processes."""
    cache.store(CREDENTIALS, NOW)
    folder = Path(path).parent
    names = {"long-gone": 14, "tmpkilled": 14, "tmpyoung": 1, "held.lock": 14}
    for name, hours in names.items():
        (folder / name).touch()
        then = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(folder / name, (then, then))

    cache.store(CREDENTIALS, NOW)

    assert {*os.listdir(folder)} == {os.path.basename(path), "tmpyoung", "held.lock"}


@pytest.mark.parametrize("cut", ["line 1", "line 2", "line 3", "bytes", "all", "expiry", "arn"])
def test_a_broken_file_is_as_none(cache: ProcessCache, path: str, cut: str) -> None:
    """Whatever is not what was stored is not read."""
    cache.store(CREDENTIALS, NOW)
    text = Path(path).read_text()
    lines = text.splitlines(keepends=True)
    expires_at = str(int(CREDENTIALS.expiration.timestamp()))
    Path(path).write_bytes(
        {
            "line 1": "".join(lines[1:]).encode(),
            "line 2": "".join([lines[0], lines[2]]).encode(),
            "line 3": "".join(lines[:2]).encode(),
            "bytes": b"\xff" + text.encode(),
            "all": b"",
            "expiry": text.replace(expires_at, str(int(expires_at) + 60)).encode(),
            "arn": text.replace(":assumed-role/", ":user/").encode(),
        }[cut]
    )

    assert cache.load() is None


def test_what_nears_its_end_is_not_fresh(cache: ProcessCache) -> None:
    """Fresh is what the program would answer: until the margin before the end."""
    cache.store(CREDENTIALS, NOW)
    renewal = CREDENTIALS.expiration - timedelta(seconds=960)

    assert cache.load_fresh(renewal - timedelta(seconds=1)) == CREDENTIALS
    assert cache.load_fresh(renewal) is None


def test_a_missing_file_is_as_none(cache: ProcessCache, path: str) -> None:
    """There may be no file and no folder."""
    assert cache.load() is None


def test_removing_takes_the_lock_too(cache: ProcessCache, path: str) -> None:
    """After a removal nothing of the profile is left; doing it again is no error."""
    cache.store(CREDENTIALS, NOW)
    Path(f"{path}.lock").touch()
    with cache.locked():
        pass

    cache.remove()
    cache.remove()

    assert os.listdir(os.path.dirname(path)) == []


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """The message has the path and what to type, and no secret."""
    (tmp_path / "file").touch()
    cache = ProcessCache("p", BLOCK, str(tmp_path / "file" / "assume-sessions"))

    with pytest.raises(UnusableFile, match="Cannot write"):
        cache.check()
    with pytest.raises(UnusableFile, match="Cannot write") as error:
        cache.store(CREDENTIALS, NOW)

    assert cache.path in str(error.value)
    assert "ls -ld" in str(error.value)
    assert CREDENTIALS.secret_access_key not in str(error.value)


def test_a_check_leaves_nothing(cache: ProcessCache, path: str) -> None:
    """A check writes a file for real and removes it; a folder in its place is an error."""
    cache.check()
    assert os.listdir(os.path.dirname(path)) == []

    os.mkdir(path)
    with pytest.raises(UnusableFile, match="Is a directory"):
        cache.check()
