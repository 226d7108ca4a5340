"""Duplicate sections and keys of an INI file are joined; the later value of a key wins."""

from __future__ import annotations

import configparser
import os
import stat
from pathlib import Path

import pytest

from awscli_assume.files.repair import Finding, join_duplicates, replace_with_backup
from awscli_assume.files.replace import Snapshot, identity_of


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("[a]\nx = 1\n[b]\ny = 2\n[a]\nz = 3", "[a]\nx = 1\nz = 3\n[b]\ny = 2\n"),
        ("[a]\nx = 1\n[a]\nx = 2\n", "[a]\nx = 2\n"),
        ("[a]\nx = 1\ny = 2\nX = 3\n", "[a]\nX = 3\ny = 2\n"),
        ("[a]\n[a]\n[a]\nx = 1\n", "[a]\nx = 1\n"),
        ("# 0\n[a]\n# 1\nx = 1\n[a]\n# 2\ny = 2\n", "# 0\n[a]\n# 1\nx = 1\n# 2\ny = 2\n"),
        (
            "[a]\ns3 =\n  one = 1\n  two = 2\n[a]\ns3 =\n  two = 3\n",
            "[a]\ns3 =\n  one = 1\n  two = 3\n",
        ),
        ("[a]\r\nx = 1\r\n[a]\r\ny = 2\r\n", "[a]\r\nx = 1\r\ny = 2\r\n"),
        (
            "[a]\naws_secret_access_key = s\n[a]\naws_secret_access_key = s\nx = 1\n",
            "[a]\naws_secret_access_key = s\nx = 1\n",
        ),
        ("[a]\naccess_key_id = 1\n[a]\naccess_key_id = 2\n", "[a]\naccess_key_id = 2\n"),
    ],
)  # fmt: skip
def test_join(text: str, after: str) -> None:
    """Sections and keys stay where the first one is, and Python's strict parser reads them."""
    repair = join_duplicates(text)

    assert (repair.text, repair.conflicts) == (after, ())
    assert repair.joined
    configparser.RawConfigParser().read_string(after)
    assert join_duplicates(after).joined == ()


@pytest.mark.parametrize("text", ["", "[a]\nx = 1\n[b]\nx = 1", "no section\n[a]\nbroken\n"])
def test_nothing_to_join(text: str) -> None:
    """A text without duplicates stays as it is, broken lines included."""
    repair = join_duplicates(text)

    assert (repair.text, repair.joined, repair.conflicts) == (text, (), ())


@pytest.mark.parametrize(
    "key", ["aws_secret_access_key", "aws_session_token", "aws_security_token"]
)
def test_two_secrets_are_a_conflict(key: str) -> None:
    """Two different secrets are named by their lines, and never shown."""
    text = f"[a]\n{key} = one\n[b]\n[a]\n{key} = two\n"
    repair = join_duplicates(text)

    assert repair.text == text
    assert repair.conflicts == (Finding(5, f"[a] has {key} also in line 2, with another value"),)


def test_secret_of_one_configure_set() -> None:
    """In a recent file, a section of one key is one `aws configure set`: its secret is newer."""
    key = "aws_secret_access_key"
    one = f"[a]\n{key} = one\n[a]\n{key} = two\n"
    more = f"[a]\n{key} = one\n[a]\n{key} = two\naws_access_key_id = A\n"

    assert join_duplicates(one, is_recent=True).text == f"[a]\n{key} = two\n"
    assert "with another value" in join_duplicates(one, is_recent=True).joined[1].reason
    assert join_duplicates(one).conflicts
    assert join_duplicates(more, is_recent=True).conflicts


def test_indented_lines_are_a_conflict() -> None:
    """A line that would continue the value above it after the join is not moved."""
    text = "[a]\nx = 1\n[b]\n[a]\n  y = 2\n"
    repair = join_duplicates(text)

    assert repair.text == text
    assert "indented" in repair.conflicts[0].reason


def test_backup(tmp_path: Path) -> None:
    """The file is replaced, keeps its mode, and its old content is beside it with mode 0600."""
    path = tmp_path / "config"
    path.write_bytes(b"old")
    path.chmod(0o640)
    backups = []
    for content in (b"new", b"newer"):
        before = Snapshot(path.read_bytes(), identity_of(str(path)))
        backups.append(replace_with_backup(str(path), before, content))

    assert path.read_bytes() == b"newer"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == sorted(["config", *map(os.path.basename, backups)])
    assert [Path(backup or "").read_bytes() for backup in backups] == [b"old", b"new"]
    assert {stat.S_IMODE(os.stat(backup or "").st_mode) for backup in backups} == {0o600}


def test_file_that_changed_meanwhile(tmp_path: Path) -> None:
    """A file that another program has changed stays, without a backup."""
    path = tmp_path / "config"
    path.write_bytes(b"old")
    before = Snapshot(b"old", identity_of(str(path)))
    path.write_bytes(b"theirs")

    assert replace_with_backup(str(path), before, b"new") is None
    assert path.read_bytes() == b"theirs"
    assert os.listdir(tmp_path) == ["config"]
