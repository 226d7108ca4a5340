"""The writer repairs a file that plain `aws configure set` runs have left with a section twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from awscli_assume.errors import UnusableFile
from awscli_assume.profiles.writer.store import FileEdit, apply_edits
from awscli_assume.profiles.writer.verify import SectionEdit

EDIT = SectionEdit("new", [("region", "us-east-1")])
TWICE = "[p]\nregion = a\n[q]\n[p]\nregion = b\noutput = json\n"


def test_duplicates_are_repaired(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sections are joined, the edit is made, and stderr names the lines and the backup."""
    path = tmp_path / "credentials"
    path.write_text(TWICE)
    apply_edits([FileEdit(str(path), [EDIT])], lambda sections: None)
    (backup,) = tmp_path.glob("credentials.before-repair-*")

    assert path.read_text() == "[p]\nregion = b\noutput = json\n[q]\n[new]\nregion = us-east-1\n"
    assert backup.read_text() == TWICE
    printed = capsys.readouterr().err
    assert "line 4: section [p] is also in line 1" in printed
    assert str(backup) in printed


def test_two_secrets_are_refused(tmp_path: Path) -> None:
    """With two different secrets nothing is written; the message names both lines, no secret."""
    path = tmp_path / "credentials"
    text = (
        "[p]\naws_secret_access_key = S3CRET1\n[p]\nregion = a\naws_secret_access_key = S3CRET2\n"
    )
    path.write_text(text)

    with pytest.raises(UnusableFile, match=r"line 5: .* also in line 2, with another") as found:
        apply_edits([FileEdit(str(path), [EDIT])], lambda sections: None)

    assert "S3CRET" not in str(found.value)
    assert path.read_text() == text
    assert not [*tmp_path.glob("*before-repair*")]


def test_file_with_another_fault_stays(tmp_path: Path) -> None:
    """A file that the AWS CLI could not read after the repair either is left as it is."""
    path = tmp_path / "credentials"
    path.write_text(f"{TWICE}junk\n")

    with pytest.raises(UnusableFile, match="Nothing was written"):
        apply_edits([FileEdit(str(path), [EDIT])], lambda sections: None)

    assert path.read_text() == f"{TWICE}junk\n"
    assert not [*tmp_path.glob("*before-repair*")]


def test_readable_file_is_not_repaired(tmp_path: Path) -> None:
    """Two [DEFAULT] sections, which the AWS CLI can read, are no reason for a repair."""
    path = tmp_path / "credentials"
    text = "[DEFAULT]\na = b\n[DEFAULT]\nc = d\n"
    path.write_text(text)

    with pytest.raises(UnusableFile, match=r"\[new\]"):
        apply_edits([FileEdit(str(path), [EDIT])], lambda sections: None)

    assert path.read_text() == text
    assert not [*tmp_path.glob("*before-repair*")]
