"""Account names that are remembered."""

from __future__ import annotations

import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from awscli_assume.aws.account_memory import AccountCache

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=timezone.utc)
ACCOUNT = "123456789012"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that does not exist yet."""
    return tmp_path / "assume-accounts"


def test_name_is_remembered_whatever_its_case(folder: Path) -> None:
    """What one run found is known to the next, for this source alone."""
    AccountCache(str(folder)).store("work", "Prod", ACCOUNT, NOW)
    memory = AccountCache(str(folder))
    known = memory.load("work", "prod")

    assert known is not None
    assert (known.account_id, known.at) == (ACCOUNT, NOW)
    assert memory.load("play", "prod") is None


@pytest.mark.parametrize(("hours", "fresh"), [(0, True), (23, True), (24, False), (-1, False)])
def test_name_is_fresh_for_a_day(folder: Path, hours: int, fresh: bool) -> None:
    """After a day it is asked for anew, as it is where the clock was put back."""
    memory = AccountCache(str(folder))
    memory.store("work", "prod", ACCOUNT, NOW)
    known = memory.load("work", "prod")

    assert known is not None
    assert known.is_fresh(NOW + timedelta(hours=hours)) is fresh


def test_files_are_the_owners(folder: Path) -> None:
    """The file is readable by nobody else, and its name tells nothing."""
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
def test_damaged_file_is_as_none(folder: Path, content: str) -> None:
    """A file that is not one of ours any more is passed over."""
    memory = AccountCache(str(folder))
    memory.store("work", "prod", ACCOUNT, NOW)
    (file,) = folder.iterdir()
    file.write_text(content)

    assert memory.load("work", "prod") is None


def test_forgotten_name(folder: Path) -> None:
    """A name that nobody has any more is removed, twice too."""
    memory = AccountCache(str(folder))
    memory.store("work", "prod", ACCOUNT, NOW)
    for _ in range(2):
        memory.forget("work", "PROD")

    assert list(folder.iterdir()) == []
