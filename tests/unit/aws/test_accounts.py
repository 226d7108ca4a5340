"""The cache of account names."""

from __future__ import annotations

import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from awscli_assume.aws.accounts import AccountCache

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=timezone.utc)
ACCOUNT = "123456789012"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that does not exist yet."""
    return tmp_path / "assume-accounts"


def test_case_of_a_name_is_ignored(folder: Path) -> None:
    """A stored name is known to later runs, for the same source only."""
    AccountCache(str(folder)).store("work", "Prod", ACCOUNT, NOW)
    cache = AccountCache(str(folder))
    known = cache.load("work", "prod")

    assert known is not None
    assert (known.account_id, known.at) == (ACCOUNT, NOW)
    assert cache.load("play", "prod") is None


@pytest.mark.parametrize(("hours", "fresh"), [(0, True), (23, True), (24, False), (-1, False)])
def test_name_is_fresh_for_a_day(folder: Path, hours: int, fresh: bool) -> None:
    """An entry is fresh for a day, and not if it is from the future."""
    cache = AccountCache(str(folder))
    cache.store("work", "prod", ACCOUNT, NOW)
    known = cache.load("work", "prod")

    assert known is not None
    assert known.is_fresh(NOW + timedelta(hours=hours)) is fresh


def test_files_are_private(folder: Path) -> None:
    """Only the owner can read the file, and its name does not contain the account name."""
    AccountCache(str(folder)).store("work", "prod", ACCOUNT, NOW)
    (file,) = folder.iterdir()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "prod" not in file.name


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"AccountId": 1, "At": 1}', '{"AccountId": "1", "At": 1}',
     '{"AccountId": "123456789012", "At": 1e99}', '{"AccountId": "123456789012", "At": "x"}'],
)  # fmt: skip
def test_damaged_file_is_ignored(folder: Path, content: str) -> None:
    """A file with other content is ignored."""
    cache = AccountCache(str(folder))
    cache.store("work", "prod", ACCOUNT, NOW)
    (file,) = folder.iterdir()
    file.write_text(content)

    assert cache.load("work", "prod") is None


def test_forget(folder: Path) -> None:
    """A forgotten name has no file; forgetting it again is no error."""
    cache = AccountCache(str(folder))
    cache.store("work", "prod", ACCOUNT, NOW)
    for _ in range(2):
        cache.forget("work", "PROD")

    assert list(folder.iterdir()) == []
