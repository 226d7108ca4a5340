"""How often and when roles were used."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from awscli_assume.profiles.cache.role_usage import FILE, Usage, record_use, usage

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=timezone.utc)


def test_uses_are_counted(tmp_path: Path) -> None:
    """Each role has its number of uses and the time of the last one."""
    record_use("a", NOW, str(tmp_path))
    record_use("b", NOW, str(tmp_path))
    record_use("a", NOW + timedelta(hours=1), str(tmp_path))

    assert usage(str(tmp_path)) == {"a": Usage(2, NOW + timedelta(hours=1)), "b": Usage(1, NOW)}
    assert json.loads((tmp_path / FILE).read_text())["b"] == {
        "Count": 1,
        "Last": int(NOW.timestamp()),
    }


def test_only_the_latest_roles_are_stored(tmp_path: Path) -> None:
    """Of many roles the one that was used longest ago is dropped."""
    last = int(NOW.timestamp())
    many = {f"role-{n}": {"Count": 1, "Last": last - n} for n in range(1000)}
    (tmp_path / FILE).write_text(json.dumps(many))
    (tmp_path / FILE).chmod(0o600)
    record_use("new", NOW + timedelta(hours=1), str(tmp_path))
    found = usage(str(tmp_path))

    assert len(found) == 1000
    assert "new" in found
    assert "role-999" not in found


@pytest.mark.parametrize(
    "entry", [1, {}, {"Count": "x", "Last": 1}, {"Count": 1, "Last": "x"},
              {"Count": 1, "Last": 1e40}],
)  # fmt: skip
def test_damaged_entries_are_left_out(tmp_path: Path, entry: object) -> None:
    """An entry that another program has damaged does not hide the others."""
    good = {"Count": 1, "Last": int(NOW.timestamp())}
    (tmp_path / FILE).write_text(json.dumps({"a": entry, "b": good}))
    (tmp_path / FILE).chmod(0o600)

    assert usage(str(tmp_path)) == {"b": Usage(1, NOW)}


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Where the file can't be written, nothing is recorded and nothing fails."""
    (tmp_path / "file").touch()
    record_use("a", NOW, str(tmp_path / "file" / "folder"))

    assert usage(str(tmp_path / "file" / "folder")) == {}
