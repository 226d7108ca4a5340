"""Where the CLI's two files are, and the error for one that can't be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from botocore.session import Session

from awscli_assume.errors import InvalidConfiguration, UnusableFile
from awscli_assume.profiles.files import (
    ProfileFiles,
    locate,
    merged_profile,
    parse,
    reread_fresh_files,
)

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
VARIABLES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working folder which is also HOME, with no variable of the CLI set."""
    folder = Path(os.path.realpath(tmp_path))
    for name in (*VARIABLES, "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("PLACE", "my files")
    monkeypatch.chdir(folder)
    return folder


def located(said: str, monkeypatch: pytest.MonkeyPatch) -> ProfileFiles:
    for name in VARIABLES:
        monkeypatch.setenv(name, said)
    return locate(Session())


def test_files_by_default(place: Path) -> None:
    """Without a variable the files are those of ~/.aws."""
    assert locate(Session()) == ProfileFiles(
        str(place / ".aws" / "config"), str(place / ".aws" / "credentials")
    )


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ("~/x/file", "x/file"),
        ("$HOME/file", "file"),
        ("${HOME}/$PLACE/file", "my files/file"),
        ("file", "file"),
        ("a/../b/./file", "b/file"),
        ("$UNKNOWN/file", "$UNKNOWN/file"),
    ],
)
def test_files_by_variable(
    place: Path, monkeypatch: pytest.MonkeyPatch, said: str, where: str
) -> None:
    """A variable's path is resolved as the CLI reads it, and is absolute."""
    found = located(said, monkeypatch)

    assert found == ProfileFiles(str(place / where), str(place / where))


def test_links_are_resolved(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link stands for the file that it leads to, also where that is not there yet."""
    (place / "dotfiles").mkdir()
    (place / "link").symlink_to("dotfiles/config")

    assert located("link", monkeypatch).config == str(place / "dotfiles" / "config")


@pytest.mark.parametrize("name", VARIABLES)
def test_variable_that_is_empty(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is set and empty is named, with the command that unsets it."""
    monkeypatch.setenv(name, "")

    with pytest.raises(InvalidConfiguration, match=f"{name} is set and empty.*unset {name}"):
        locate(Session())


def test_file_that_does_not_exist(place: Path) -> None:
    """A file that does not exist has no sections."""
    assert parse(str(place / "none"), "none") == {}


def test_sections_of_a_file(place: Path) -> None:
    """Sections are returned as botocore reads them: raw names, blocks as mappings."""
    (place / "f").write_text("[default]\nregion=x\n[profile 'a b']\ns3 =\n  k = v\n[plugins]\n")

    assert parse(str(place / "f"), "f") == {
        "default": {"region": "x"},
        "profile 'a b'": {"s3": {"k": "v"}},
        "plugins": {},
    }


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f"[a]\nx = y\n{SECRET}\n", "(line 3: a line without a key and a value)"),
        (f"[a]\n{SECRET}\nx\n{SECRET}\n", "(line 2, 3, 4: a line without a key and a value)"),
        (f"{SECRET} = x\n[a]\n", "(line 1: a line before the first [section])"),
        (f"[a]\n[b]\n[a]\nx = {SECRET}\n", "(line 3: duplicate section [a])"),
        (f"[a]\nx = {SECRET}\nx = {SECRET}\n", "(line 3: duplicate key x)"),
        (f"[a]\nx =\n  {SECRET}\n", "(a nested block has a line that is not key = value)"),
        (f"\ufeff[a]\nx = {SECRET}\n", "(line 1: a line before the first [section])"),
        (f"[a]\nx = {SECRET}\udcff\n", "(it is not utf-8 text)"),
    ],
)
def test_file_that_can_not_be_read(place: Path, content: str, says: str) -> None:
    """A damaged file is named with the line at fault, whose content may be a secret."""
    copy = place / ".credentials.assume-x"
    copy.write_bytes(content.encode("utf-8", "surrogateescape"))

    with pytest.raises(UnusableFile, match="cannot read") as error:
        parse(str(copy), "/home/alice/.aws/credentials")

    message = str(error.value)
    assert f"/home/alice/.aws/credentials {says}" in message
    assert "Nothing was written" in message
    assert SECRET not in message
    assert str(copy) not in message


def test_both_files_as_one_profile() -> None:
    """Of a key in both files the credentials file's value counts, as in a session."""
    config = {"profile x": {"region": "r", "output": "config"}, "default": {"a": "b"}}
    credentials = {"x": {"output": "credentials", "aws_access_key_id": "k"}}

    assert merged_profile(config, credentials, "x") == {
        "region": "r", "output": "credentials", "aws_access_key_id": "k",
    }  # fmt: skip
    assert merged_profile(config, credentials, "default") == {"a": "b"}
    assert merged_profile(config, credentials, "none") == {}


# Files that another program is writing


class Sleeper:
    """A clock that advances on sleep, and another program that writes after some naps."""

    def __init__(self, path: Path, now: float) -> None:
        self.path, self.now, self.naps = path, now, 0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.naps += 1
        if self.naps == 3:
            self.path.write_text("[default]\naws_access_key_id = A\naws_secret_access_key = s\n")


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sleeper:
    """Return the writer of a credentials file that was just emptied."""
    path = tmp_path / "credentials"
    path.write_text("")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for variable in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return Sleeper(path, path.stat().st_mtime)


def test_profiles_of_a_file_that_was_just_emptied(fresh: Sleeper) -> None:
    """A session that has read an empty file reads it again once it is filled."""
    session = Session()
    assert session.full_config["profiles"] == {}

    reread_fresh_files(session, fresh.clock, fresh.sleep)

    assert fresh.naps == 3
    assert set(session.full_config["profiles"]) == {"default"}


def test_credentials_of_a_file_that_is_emptied_later(fresh: Sleeper) -> None:
    """Credentials are looked for again while the file is younger than a second."""
    session = Session()
    fresh.path.write_text("[other]\n")
    reread_fresh_files(session, fresh.clock, fresh.sleep)

    assert session.get_credentials().access_key == "A"
    assert fresh.naps == 3


def test_file_without_credentials(fresh: Sleeper) -> None:
    """A file without credentials is read for a second, and an old one once."""
    session = Session()
    fresh.path.write_text("[other]\n")
    fresh.naps = 3
    reread_fresh_files(session, fresh.clock, fresh.sleep)

    assert session.get_credentials() is None
    naps = fresh.naps
    fresh.now += 10
    assert session.get_credentials() is None
    assert fresh.naps == naps < 3 + 1.1 / 0.005
