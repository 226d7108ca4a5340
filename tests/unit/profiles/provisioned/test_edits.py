"""The edits of profiles that ``aws assume profiles`` writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from awscli_assume.errors import ChangedProfile
from awscli_assume.profiles.files import ProfileFiles
from awscli_assume.profiles.provisioned.edits import ProfileEdit, check_unchanged, write_profiles
from awscli_assume.profiles.provisioned.mark import BLOCK, ROLE, SSO, Mark

MARK = Mark(SSO, "corp", "123456789012", "Admin", region="eu-west-1")
KEYS = {
    "sso_session": "corp",
    "sso_account_id": "123456789012",
    "sso_role_name": "Admin",
    "region": "eu-west-1",
}
BEFORE = {**KEYS, BLOCK: MARK.to_block()}


def test_edit_of_a_profile() -> None:
    """A new profile is written, one that is right is left, and another kind replaces all keys."""
    new = ProfileEdit("p", {}, MARK, KEYS)
    role = Mark(ROLE, "corp", "123456789012", "x", "arn:aws:iam::123456789012:role/x", "hub")
    other = ProfileEdit("p", BEFORE, role, {"role_arn": role.role_arn or "", "region": "r"})

    assert dict(new.section.values) == BEFORE
    assert (new.is_void, new.section.removals) == (False, [])
    assert ProfileEdit("p", {**BEFORE, "output": "json"}, MARK, KEYS).is_void
    assert other.section.removals == ["sso_session", "sso_account_id", "sso_role_name"]
    assert set(ProfileEdit("p", BEFORE).section.removals) == {*KEYS, BLOCK}
    assert ProfileEdit("default", {}, MARK, KEYS).section.section == "default"


def test_profile_that_has_changed_is_not_written() -> None:
    """What a decision was made on is compared under the lock, without the region."""
    edit = ProfileEdit("p", BEFORE, MARK, KEYS)

    check_unchanged({"profile p": {**BEFORE, "region": "x"}}, [edit])
    for now in ({}, {**BEFORE, "role_arn": "x"}, {**BEFORE, BLOCK: {}}):
        with pytest.raises(ChangedProfile, match="'p' was changed by something else"):
            check_unchanged({"profile p": now}, [edit])
    with pytest.raises(ChangedProfile, match="'p' was changed by something else"):
        check_unchanged({"profile p": BEFORE}, [ProfileEdit("p", {}, MARK, KEYS)])


def test_no_edit_touches_no_file(tmp_path: Path) -> None:
    """Without a change, the files are neither locked nor read."""
    files = ProfileFiles(str(tmp_path / "a" / "config"), str(tmp_path / "a" / "credentials"))

    assert write_profiles(files, []) == {}
    assert not list(tmp_path.iterdir())


def test_profile_that_cannot_be_written_is_returned(tmp_path: Path) -> None:
    """A section that the CLI's writer would damage is refused, and the others are written."""
    config = tmp_path / "config"
    config.write_text("[profile  bad ]\n")
    files = ProfileFiles(str(config), str(tmp_path / "credentials"))
    edits = [ProfileEdit(name, {}, MARK, KEYS) for name in ("bad", "good")]

    refused = write_profiles(files, edits)

    assert list(refused) == ["bad"]
    assert config.read_text().startswith("[profile  bad ]\n[profile good]\nsso_session")
