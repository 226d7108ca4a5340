"""What is kept of a session that a code bought."""

from __future__ import annotations

import os
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from awscli_assume.model.credentials import SessionCredentials
from awscli_assume.profiles.cache.mfa_sessions import MfaSession

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone.utc)
SERIAL = "arn:aws:iam::123456789012:mfa/alice"


def session(key_id: str = "ASIAX", seconds: int = 43200) -> SessionCredentials:
    return SessionCredentials(key_id, "secret", "token", NOW + timedelta(seconds=seconds))


@pytest.fixture
def kept(tmp_path: Path) -> MfaSession:
    found = MfaSession("AKIAX", SERIAL, str(tmp_path / "mfa"))
    assert found.is_possible()
    return found


def test_what_was_stored_is_loaded(kept: MfaSession) -> None:
    """All of it comes back."""
    kept.store(session(), NOW)

    assert kept.load(NOW) == session()


def test_file_and_folder_are_their_owners_alone(kept: MfaSession) -> None:
    """0600 in 0700, whatever the umask, and nothing else is left."""
    before = os.umask(0)
    try:
        kept.store(session(), NOW)
    finally:
        os.umask(before)
    folder = os.path.dirname(kept.path)

    assert stat.S_IMODE(os.stat(kept.path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    assert os.listdir(folder) == [os.path.basename(kept.path)]


@pytest.mark.parametrize(("left", "is_used"), [(301, True), (300, True), (299, False), (0, False)])
def test_less_than_five_minutes_are_too_few(kept: MfaSession, left: int, is_used: bool) -> None:
    """Many requests have to end within the session."""
    kept.store(session(seconds=left), NOW)

    assert (kept.load(NOW) is not None) == is_used


@pytest.mark.parametrize("other", [("AKIAY", SERIAL), ("AKIAX", SERIAL + "2")])
def test_each_key_and_device_has_a_file(kept: MfaSession, other: tuple[str, str]) -> None:
    """Neither another key nor another device finds it; the name tells neither."""
    kept.store(session(), NOW)
    another = MfaSession(*other, folder=os.path.dirname(kept.path))

    assert another.load(NOW) is None
    assert "AKIA" not in kept.path
    assert "alice" not in kept.path


@pytest.mark.parametrize("content", ["", "{", "[]", '{"AccessKeyId": "ASIAX"}', "\x00"])
def test_broken_file_is_none(kept: MfaSession, content: str) -> None:
    """A file that is cut short, or not ours, costs a code and nothing else."""
    Path(kept.path).write_text(content)

    assert kept.load(NOW) is None


def test_only_the_very_session_is_removed(kept: MfaSession) -> None:
    """Another process may have stored a newer one since."""
    kept.store(session("ASIANEW"), NOW)
    kept.remove(session("ASIAOLD"))
    assert kept.load(NOW) is not None
    kept.remove(session("ASIANEW"))

    assert kept.load(NOW) is None
    assert not os.path.exists(kept.path)


def test_what_has_ended_is_swept(kept: MfaSession) -> None:
    """A session of another device that can't live any more goes; a lock stays."""
    folder = Path(kept.path).parent
    for name in ("old", "old.lock", "new"):
        (folder / name).write_text("x")
    for name in ("old", "old.lock"):
        os.utime(folder / name, (0, 0))
    kept.store(session(), datetime.now(timezone.utc))

    assert sorted(os.listdir(folder)) == sorted(["new", "old.lock", os.path.basename(kept.path)])


def test_folder_that_can_not_be(tmp_path: Path) -> None:
    """A file in its place: nothing can be kept, and that is known before a code is asked for."""
    (tmp_path / "mfa").write_text("")

    assert not MfaSession("AKIAX", SERIAL, str(tmp_path / "mfa")).is_possible()
