"""The maximum session duration of a role: the cache and GetRole."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from awscli_assume.aws.sts.max_duration import STEPS, MaxDurationCache
from awscli_assume.model.arns import Role

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone.utc)
ROLE = Role("my-iam-role", "/team/", "123456789012", "aws")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "assume-durations"


@pytest.fixture
def cache(folder: Path) -> MaxDurationCache:
    return MaxDurationCache(str(folder))


def test_steps() -> None:
    """The durations to try are 12, 8, 4, 2 and 1 hours."""
    assert [seconds // 3600 for seconds in STEPS] == [12, 8, 4, 2, 1]


def test_entry_is_fresh_for_a_day(cache: MaxDurationCache) -> None:
    """A raised maximum is seen after a day."""
    cache.store(ROLE.arn, 7200, NOW)

    assert cache.load(ROLE.arn, NOW) == 7200
    assert cache.load(ROLE.arn, NOW + timedelta(hours=23)) == 7200
    assert cache.load(ROLE.arn, NOW + timedelta(hours=24)) is None
    assert cache.load(ROLE.arn, NOW - timedelta(hours=1)) is None


def test_entry_is_for_one_arn(cache: MaxDurationCache) -> None:
    """A role of the same name in another account or path is another role."""
    cache.store(ROLE.arn, 7200, NOW)

    for other in (
        "arn:aws:iam::210987654321:role/team/my-iam-role",
        "arn:aws:iam::123456789012:role/my-iam-role",
    ):
        assert cache.load(other, NOW) is None


def test_forget(cache: MaxDurationCache, folder: Path) -> None:
    """A forgotten role has no file; forgetting it again is no error."""
    cache.store(ROLE.arn, 7200, NOW)
    cache.forget(ROLE.arn)
    cache.forget(ROLE.arn)

    assert cache.load(ROLE.arn, NOW) is None
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", "7200", "{}",
        json.dumps({"Seconds": 7200}),
        json.dumps({"Seconds": "7200", "At": NOW.timestamp()}),
        json.dumps({"Seconds": 7200, "At": "today"}),
        json.dumps({"Seconds": 900, "At": NOW.timestamp()}),
        json.dumps({"Seconds": 86400, "At": NOW.timestamp()}),
    ],
)  # fmt: skip
def test_invalid_file_is_ignored(cache: MaxDurationCache, folder: Path, content: str) -> None:
    """A damaged file, or a duration that no role allows, is ignored."""
    cache.store(ROLE.arn, 7200, NOW)
    (file,) = folder.iterdir()
    file.write_text(content)

    assert cache.load(ROLE.arn, NOW) is None


def test_folder_that_cannot_be_created(tmp_path: Path) -> None:
    """Failing to write the cache is no error."""
    (tmp_path / "file").write_text("")
    cache = MaxDurationCache(str(tmp_path / "file" / "folder"))
    cache.store(ROLE.arn, 7200, NOW)

    assert cache.load(ROLE.arn, NOW) is None
