"""The profile without credentials that a child gets beside an endpoint."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.session import Session

from awscli_assume.errors import ForeignProfile
from awscli_assume.profiles.exec_profile import NAME, ensure_exec_profile
from awscli_assume.profiles.files import ProfileFiles

CONFIG = """# mine
[default]
region = eu-west-1
output = text
role_arn = arn:aws:iam::123456789012:role/x
source_profile = other
sso_session = corp
s3 =
    max_concurrent_requests = 5
assume =
    duration_seconds = 900
"""
CREDENTIALS = "[default]\naws_access_key_id = AKIAALICEALICEALICE1\naws_secret_access_key = s\n"


class Files:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.config, self.credentials = folder / "config", folder / "credentials"
        monkeypatch.setenv("AWS_CONFIG_FILE", str(self.config))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(self.credentials))
        self.config.write_text(CONFIG)
        self.credentials.write_text(CREDENTIALS)

    def profiles(self) -> dict:
        return Session().full_config["profiles"]

    def ensure(self) -> object:
        files = ProfileFiles(str(self.config), str(self.credentials))
        return ensure_exec_profile(files, self.profiles())


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    return Files(tmp_path, monkeypatch)


def test_it_has_the_settings_and_no_credentials(files: Files) -> None:
    """The profile has what the default one has, but for every way to credentials."""
    assert files.ensure() == NAME

    found = files.profiles()[NAME]
    assert found.pop("x_purpose")
    assert found == {
        "region": "eu-west-1",
        "output": "text",
        "s3": {"max_concurrent_requests": "5"},
    }
    assert files.config.read_text().startswith(CONFIG)
    assert files.credentials.read_text() == CREDENTIALS


def test_botocore_finds_no_credentials_in_it(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session with that profile has no credentials but what an endpoint would give."""
    files.ensure()
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    assert Session(profile=NAME).get_credentials() is None


def identity_of(path: Path) -> tuple[int, int]:
    """Return what a write changes; a reader changes the time of access."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def test_it_follows_the_default_profile(files: Files) -> None:
    """A setting that was changed or taken out is so in it, too; without a change nothing is."""
    files.ensure()
    files.config.write_text(files.config.read_text().replace("output = text\n", "", 1))
    files.config.write_text(files.config.read_text().replace("eu-west-1", "eu-west-3", 1))

    files.ensure()
    after = identity_of(files.config)
    files.ensure()

    found = files.profiles()[NAME]
    assert (found["region"], "output" in found) == ("eu-west-3", False)
    assert identity_of(files.config) == after


def test_none_is_needed_where_there_are_no_credentials(files: Files) -> None:
    """Where the default profile has no credentials, nothing is written."""
    files.config.write_text("[default]\nregion = eu-west-1\n")
    files.credentials.write_text("")

    assert files.ensure() is None
    assert files.config.read_text() == "[default]\nregion = eu-west-1\n"


def test_a_profile_of_somebody_else_is_refused(files: Files) -> None:
    """A profile of that name without our mark is left alone."""
    files.config.write_text(f"{CONFIG}[profile {NAME}]\nregion = us-east-1\n")
    before = files.config.read_text()

    with pytest.raises(ForeignProfile, match=NAME):
        files.ensure()

    assert files.config.read_text() == before
