"""The one writer: the bytes are the CLI's own, and nothing is ever lost."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path
from typing import Any, Callable, Sequence

import pytest
from awscli.clidriver import create_clidriver
from pytest_mock import MockerFixture

from awscli_assume.errors import ForeignProfile, UnusableFile
from awscli_assume.host import ConfigFileWriter, profile_to_section, raw_config_parse
from awscli_assume.profiles.writer.store import FileEdit, apply_edits, try_edits
from awscli_assume.profiles.writer.verify import SectionEdit

LONG_AGO = 1_700_000_000.0
BLOCK = {"role-arn": "arn:aws:iam::123456789012:role/r", "source-profile": "default"}
KEYS = [
    ("aws_access_key_id", "ASIAEXAMPLEEXAMPLE12"),
    ("aws_secret_access_key", "s3cr3t/with+signs="),
    ("aws_session_token", "t0k3n//=="),
]
CONFIG = """\
# my configuration
[default]
region = us-east-1

[profile other]   # not mine
output=json
s3 =
    max_queue_size = 1
; the end
"""
CREDENTIALS = """\
[default]
aws_access_key_id = AKIAEXAMPLEEXAMPLE12
aws_secret_access_key = default
# comment

[other]
aws_access_key_id=AKIAEXAMPLEEXAMPLE34
"""


def pass_check(before: Sequence[Any]) -> None:
    """Let every edit pass."""


def put(path: Path, content: str) -> Path:
    path.write_text(content, newline="")
    path.chmod(0o600)
    return age(path)


def age(path: Path) -> Path:
    """Make a file look quiet, so that nobody waits for it."""
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def config_edit(path: Path, profile: str = "dev", **more: Any) -> FileEdit:
    values = [("region", "eu-west-1"), ("assumed", BLOCK)]
    section = SectionEdit(profile_to_section(profile), values, profile=profile, **more)
    return FileEdit(str(path), [section])


def credentials_edit(path: Path, profile: str = "dev") -> FileEdit:
    return FileEdit(str(path), [SectionEdit(profile, KEYS)])


def names_beside(path: Path) -> list[str]:
    found = (file.name for file in path.parent.iterdir())
    return sorted(name for name in found if not name.endswith(".lock"))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a config file with comments and other profiles."""
    return put(tmp_path / "config", CONFIG)


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    """Return a credentials file with comments and other profiles."""
    return put(tmp_path / "credentials", CREDENTIALS)


@pytest.fixture
def configure_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Path, Path, str, Sequence[tuple[str, str]]], None]:
    """Return a runner of the CLI's own `aws configure set`, in this process."""

    def run(config: Path, credentials: Path, profile: str, pairs: Any) -> None:
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
        monkeypatch.delenv("AWS_PROFILE", raising=False)
        for name, value in pairs:
            words = ["configure", "set", name, value, "--profile", profile]
            assert create_clidriver().main(words) == 0

    return run


@pytest.mark.parametrize("profile", ["dev", "other"])
@pytest.mark.parametrize(
    ("config_text", "credentials_text"),
    [
        pytest.param(CONFIG, CREDENTIALS, id="other profiles"),
        pytest.param(
            CONFIG.rpartition(";")[0].rstrip("\n"), CREDENTIALS.rstrip("\n"),
            id="no line break at the end",
        ),
        pytest.param("", "", id="empty files"),
        pytest.param(
            CONFIG.replace("\n", "\r\n"), CREDENTIALS.replace("\n", "\r\n"), id="CRLF files"
        ),
        pytest.param(
            "[profile dev]\nregion = old\n\n[profile x]\na = b\n",
            "[dev]\naws_session_token = old\naws_access_key_id = old\n\n[x]\na = b\n",
            id="the profile is there",
        ),
    ],
)  # fmt: skip
def test_bytes_of_configure_set(
    tmp_path: Path, configure_set: Any, profile: str, config_text: str, credentials_text: str
) -> None:
    """Both files are byte for byte what the same series of `aws configure set` leaves."""
    folders = [tmp_path / "cli", tmp_path / "ours"]
    for folder in folders:
        folder.mkdir()
        put(folder / "config", config_text)
        put(folder / "credentials", credentials_text)
    series = [("region", "eu-west-1"), ("assumed.role-arn", "r"), *KEYS]
    configure_set(folders[0] / "config", folders[0] / "credentials", profile, series)

    values = [("region", "eu-west-1"), ("assumed", {"role-arn": "r"})]
    section = profile_to_section(profile)
    apply_edits(
        [
            FileEdit(str(folders[1] / "config"), [SectionEdit(section, values, profile=profile)]),
            credentials_edit(folders[1] / "credentials", profile),
        ],
        pass_check,
    )

    for name in ("config", "credentials"):
        expected = (folders[0] / name).read_bytes()
        assert (folders[1] / name).read_bytes() == expected, name


def test_new_files(tmp_path: Path) -> None:
    """Files that are not there are made for their owner alone, with their folder."""
    config, credentials = tmp_path / ".aws" / "config", tmp_path / ".aws" / "credentials"

    apply_edits([config_edit(config), credentials_edit(credentials)], pass_check)

    assert config.read_text() == (
        "[profile dev]\nregion = eu-west-1\nassumed =\n"
        "    role-arn = arn:aws:iam::123456789012:role/r\n    source-profile = default\n"
    )
    assert names_beside(config) == ["config", "credentials"]
    if os.name != "nt":
        assert [p.stat().st_mode & 0o777 for p in (config.parent, config, credentials)] == [
            0o700, 0o600, 0o600,
        ]  # fmt: skip


def test_both_files_in_one(tmp_path: Path) -> None:
    """One path for both files, as two variables may say, takes both edits."""
    both = put(tmp_path / "both", "[default]\nregion = x\n")

    apply_edits([config_edit(both), credentials_edit(both)], pass_check)

    found = raw_config_parse(str(both))
    assert found["profile dev"]["assumed"] == BLOCK
    assert found["dev"] == dict(KEYS)
    assert found["default"] == {"region": "x"}


def test_edit_that_changes_nothing(credentials: Path) -> None:
    """An edit whose result is there already leaves the very file."""
    apply_edits([credentials_edit(credentials)], pass_check)
    before = age(credentials).stat()

    apply_edits([credentials_edit(credentials)], pass_check)

    assert credentials.stat().st_ino == before.st_ino
    assert credentials.stat().st_mtime == LONG_AGO


def test_nested_block_is_replaced_whole(config: Path) -> None:
    """A block takes the place of the block before it; a key of the old one does not stay."""
    put(config, f"{CONFIG}[profile dev]\nassumed =\n    external-id = old\nregion = x\n")

    apply_edits([config_edit(config)], pass_check)

    assert raw_config_parse(str(config))["profile dev"] == {
        "region": "eu-west-1", "assumed": BLOCK,
    }  # fmt: skip


@pytest.mark.parametrize("between", ["    # a note", "# a note", ""])
def test_nested_block_that_somebody_has_edited(config: Path, between: str) -> None:
    """A note or a blank line inside our block does not stand in the way of the next run."""
    put(
        config,
        f"{CONFIG}[profile dev]\nassumed =\n    role-arn = old\n{between}\n"
        "    external-id = old\noutput = json\n",
    )

    apply_edits([config_edit(config)], pass_check)

    found = raw_config_parse(str(config))
    assert found["profile dev"] == {"output": "json", "region": "eu-west-1", "assumed": BLOCK}
    assert found["profile other"] == {"output": "json", "s3": {"max_queue_size": "1"}}


@pytest.mark.parametrize(
    ("profile", "text", "line"),
    [
        ("x y", '[profile "x y"]\nregion = r\n', '(line 1: [profile "x y"])'),
        ("x y", "[a]\n[profile x\\ y]\nregion = r\n", ""),
        ("dev", "[profile  dev]\nregion = r\n", "(line 1: [profile  dev])"),
        ("dev", "[profile dev]\n[profile  dev]\n", "(line 2: [profile  dev] is read as"),
        ("dev", "[profile dev]\nREGION = r\n", ""),
        ("dev", "[profile dev]\nregion = r\n  goes on\n", ""),
        ("dev", "[profile dev]\ns3 =\n    region = r\n", ""),
        ("default", "[default]\n[profile default]\n", "(line 2: [profile default] is read as"),
    ],
)
def test_section_that_the_writer_does_not_follow(
    config: Path, profile: str, text: str, line: str
) -> None:
    """An edit that the CLI's writer would get wrong is refused; the file stays untouched."""
    put(config, text)

    with pytest.raises(UnusableFile, match="would damage") as error:
        apply_edits([config_edit(config, profile)], pass_check)

    assert str(config) in str(error.value)
    assert line in str(error.value)
    assert "The file was not changed" in str(error.value)
    assert config.read_text() == text
    assert names_beside(config) == ["config"]


def test_harmless_header_is_not_blamed(config: Path) -> None:
    """A header with a comment, which the writer does follow, is not named as what stands there."""
    text = "[profile dev] # why\noutput = json\n# a comment without a line break"
    put(config, text)

    with pytest.raises(UnusableFile, match="would damage") as error:
        apply_edits([config_edit(config)], pass_check)

    assert "# why" not in str(error.value)
    assert config.read_text() == text


@pytest.mark.parametrize(
    "content",
    [
        b"[a]\nno key and no value\n",
        b"x = y\n[a]\n",
        b"[a]\nx = \xff\xfe\n",
        b"\xef\xbb\xbf[dev]\nregion = x\n",
    ],
)
def test_file_that_the_cli_can_not_read(credentials: Path, config: Path, content: bytes) -> None:
    """A damaged file is refused, and neither file is touched."""
    credentials.write_bytes(content)
    age(credentials)

    with pytest.raises(UnusableFile, match="cannot read"):
        apply_edits([config_edit(config), credentials_edit(credentials)], pass_check)

    assert credentials.read_bytes() == content
    assert config.read_text() == CONFIG
    assert names_beside(config) == ["config", "credentials"]


@pytest.mark.parametrize("value", ["s3cr3t\nx", "s3cr3t\rx", "s3cr3t\n[profile evil]\na = b"])
def test_value_with_a_line_break(credentials: Path, value: str) -> None:
    """A value with a line break is refused without being told, on every version of the writer."""
    edit = FileEdit(str(credentials), [SectionEdit("dev", [("aws_session_token", value)])])

    with pytest.raises(UnusableFile, match="Cannot write|would damage") as error:
        apply_edits([edit], pass_check)

    assert "s3cr3t" not in str(error.value).partition(str(credentials))[2]
    assert credentials.read_text() == CREDENTIALS
    assert names_beside(credentials) == ["credentials"]


@pytest.mark.parametrize("value", ["", " x", "x ", "\tx"])
def test_value_that_is_read_back_as_another(credentials: Path, value: str) -> None:
    """A value that the parser would strip is refused, an empty one is read back as it is."""
    edit = FileEdit(str(credentials), [SectionEdit("dev", [("aws_session_token", value)])])

    if value == "":
        apply_edits([edit], pass_check)
        assert raw_config_parse(str(credentials))["dev"] == {"aws_session_token": ""}
    else:
        with pytest.raises(UnusableFile, match="would damage"):
            apply_edits([edit], pass_check)
        assert credentials.read_text() == CREDENTIALS


def test_check_sees_both_files_as_they_were(config: Path, credentials: Path) -> None:
    """The check gets the sections of each file before the edits, in the order of the edits."""
    seen: list[Any] = []

    apply_edits([config_edit(config), credentials_edit(credentials)], seen.extend)

    assert [set(sections) for sections in seen] == [
        {"default", "profile other"}, {"default", "other"},
    ]  # fmt: skip
    assert seen[1]["other"] == {"aws_access_key_id": "AKIAEXAMPLEEXAMPLE34"}


def test_check_that_refuses(config: Path, credentials: Path) -> None:
    """What the check raises comes out, and nothing has changed or is left over."""

    def refuse(before: Sequence[Any]) -> None:
        raise ForeignProfile("not yours")

    with pytest.raises(ForeignProfile, match="not yours"):
        apply_edits([config_edit(config), credentials_edit(credentials)], refuse)

    assert (config.read_text(), credentials.read_text()) == (CONFIG, CREDENTIALS)
    assert names_beside(config) == ["config", "credentials"]


@pytest.mark.parametrize("which", ["config", "credentials"])
def test_foreign_writer_in_between(config: Path, credentials: Path, which: str) -> None:
    """A plain `aws configure set` between our read and our replace is not lost, nor are we."""
    foreign = {"config": config, "credentials": credentials}[which]
    runs = []

    def write_once(before: Sequence[Any]) -> None:
        runs.append(before)
        if len(runs) == 1:
            values = {"__section__": "foreign", "key": "value"}
            ConfigFileWriter().update_config(values, str(foreign))
            age(foreign)

    apply_edits([config_edit(config), credentials_edit(credentials)], write_once)

    found = {**raw_config_parse(str(config)), **raw_config_parse(str(credentials))}
    assert found["foreign"] == {"key": "value"}
    assert found["dev"] == dict(KEYS)
    assert found["profile dev"]["assumed"] == BLOCK
    assert found["profile other"]["output"] == "json"
    assert len(runs) == 2
    assert names_beside(config) == ["config", "credentials"]


def test_foreign_writer_who_never_stops(credentials: Path) -> None:
    """A file that is written all the time is given up by name, as its writer left it."""
    runs = []

    def write(before: Sequence[Any]) -> None:
        runs.append(before)
        put(credentials, f"[foreign]\nrun = {len(runs)}\n")

    with pytest.raises(UnusableFile, match="Another program keeps writing") as error:
        apply_edits([credentials_edit(credentials)], write)

    assert str(credentials) in str(error.value)
    assert credentials.read_text() == f"[foreign]\nrun = {len(runs)}\n"
    assert len(runs) > 10


def test_file_that_was_only_half_written(credentials: Path, mocker: MockerFixture) -> None:
    """A damaged file that has changed in the meantime is read again."""
    put(credentials, "[other]\naws_access_key_")
    real = raw_config_parse

    def parse_and_go_on(path: str) -> Any:
        mocker.stopall()
        put(credentials, CREDENTIALS)
        return real(path)

    mocker.patch("awscli_assume.profiles.files.raw_config_parse", parse_and_go_on)

    apply_edits([credentials_edit(credentials)], pass_check)

    assert raw_config_parse(str(credentials))["dev"] == dict(KEYS)
    assert set(raw_config_parse(str(credentials))) == {"default", "other", "dev"}


@pytest.mark.parametrize("where", ["fsync", "replace"])
def test_full_disk(credentials: Path, mocker: MockerFixture, where: str) -> None:
    """A full disk is told with a command to look; the file is as it was, nothing is left."""
    mocker.patch.object(os, where, side_effect=OSError(errno.ENOSPC, "No space left on device"))

    with pytest.raises(UnusableFile, match=r"No space left on device.*df ") as error:
        apply_edits([credentials_edit(credentials)], pass_check)

    assert isinstance(error.value.__cause__, OSError)
    assert credentials.read_text() == CREDENTIALS
    assert names_beside(credentials) == ["credentials"]


def test_full_disk_while_the_copy_is_written(credentials: Path, mocker: MockerFixture) -> None:
    """A disk that is full when the CLI's writer works on the copy does not touch the file."""
    mocker.patch.object(
        ConfigFileWriter, "update_config", side_effect=OSError(errno.ENOSPC, "No space left")
    )

    with pytest.raises(UnusableFile, match="No space left"):
        apply_edits([credentials_edit(credentials)], pass_check)

    assert credentials.read_text() == CREDENTIALS
    assert names_beside(credentials) == ["credentials"]


def test_copies_of_a_killed_process(config: Path, credentials: Path) -> None:
    """Copies that a killed process left behind are gone after the next run."""
    for name in (".config.assume-dead", ".credentials.assume-dead"):
        (config.parent / name).write_text("s3cr3t")

    apply_edits([config_edit(config), credentials_edit(credentials)], pass_check)

    assert names_beside(config) == ["config", "credentials"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes and links")
def test_read_only_file_is_not_replaced(config: Path, credentials: Path) -> None:
    """A read-only second file is found before the first one is written."""
    credentials.chmod(0o400)

    with pytest.raises(UnusableFile, match="read-only"):
        apply_edits([config_edit(config), credentials_edit(credentials)], pass_check)

    assert config.read_text() == CONFIG


# The folder


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_new_folder_is_its_owners_alone(tmp_path: Path) -> None:
    """A new folder has mode 0700 whatever the umask; an existing one keeps its own."""
    path = tmp_path / ".aws" / "config"
    umask = os.umask(0)
    try:
        apply_edits([config_edit(path)], pass_check)
    finally:
        os.umask(umask)
    modes = [stat.S_IMODE(path.parent.stat().st_mode)]
    path.parent.chmod(0o755)
    apply_edits([config_edit(path, "another")], pass_check)
    modes.append(stat.S_IMODE(path.parent.stat().st_mode))

    assert modes == [0o700, 0o755]


def test_folder_that_can_not_be_made(tmp_path: Path) -> None:
    """A folder that can't be created is named."""
    path = tmp_path / "folder" / "config"
    path.parent.symlink_to(tmp_path / "none" / "none")

    with pytest.raises(
        UnusableFile, match=f"{path.parent} is a link to .*/none/none, which does not exist"
    ):
        apply_edits([config_edit(path)], pass_check)


def test_backup_of_an_earlier_run_stops_the_writer(tmp_path: Path, mocker: MockerFixture) -> None:
    """Where a file can't be replaced and a backup of it exists, the error names the backup."""
    path = put(tmp_path / "config", CONFIG)
    put(tmp_path / "config.assume-backup", "the right content")
    mocker.patch.object(os, "replace", side_effect=OSError(errno.EBUSY, "busy"))

    with pytest.raises(UnusableFile, match=r"config\.assume-backup exists"):
        apply_edits([config_edit(path)], pass_check)

    assert path.read_text() == CONFIG


# The dry run


def test_dry_run_changes_nothing(config: Path, credentials: Path) -> None:
    """A dry run leaves both files and their folder as they are."""
    try_edits([config_edit(config), credentials_edit(credentials)], pass_check)

    assert (config.read_text(), credentials.read_text()) == (CONFIG, CREDENTIALS)
    assert names_beside(config) == ["config", "credentials"]


def test_dry_run_creates_no_folder(tmp_path: Path) -> None:
    """A dry run of a write to a new folder creates neither folder nor lock."""
    config = tmp_path / ".aws" / "config"

    try_edits([config_edit(config)], pass_check)

    assert list(tmp_path.iterdir()) == []


def test_dry_run_checks_the_null_device_as_an_empty_file(config: Path) -> None:
    """The check gets the sections of all files, also of the one with nothing to remove."""
    checked: list[Sequence[Any]] = []
    removal = FileEdit(os.devnull, [SectionEdit("dev", removals=["region"])])

    try_edits([config_edit(config), removal], checked.append)

    ((in_config, in_null),) = checked
    assert "default" in in_config
    assert not in_null


def test_dry_run_finds_what_the_write_would_find(config: Path) -> None:
    """A dry run ends with the error of the write: damage, a refusal, or a full disk."""

    def refuse(before: Sequence[Any]) -> None:
        raise ForeignProfile("not yours")

    with pytest.raises(ForeignProfile, match="not yours"):
        try_edits([config_edit(config)], refuse)
    put(config, "[profile dev]\nREGION = r\n")
    with pytest.raises(UnusableFile, match="would damage"):
        try_edits([config_edit(config)], pass_check)


@pytest.mark.parametrize(
    ("code", "advice"),
    [(errno.EROFS, "aws assume exec"), (errno.EACCES, "ls -ld "), (errno.ENOSPC, "df ")],
)
def test_folder_that_can_not_be_written(
    config: Path, mocker: MockerFixture, code: int, advice: str
) -> None:
    """A folder that takes no copy is found, with advice that fits the reason."""
    error = OSError(code, os.strerror(code))
    mocker.patch("awscli_assume.profiles.writer.store.private_copy", side_effect=error)

    with pytest.raises(UnusableFile, match=f"Cannot write {config}: .*{advice}"):
        try_edits([config_edit(config)], pass_check)


@pytest.mark.skipif(os.name == "nt", reason="POSIX links")
def test_link_that_leads_nowhere(tmp_path: Path) -> None:
    """A dangling link in the way of a file is named, and nothing is created behind it."""
    volume = tmp_path / "volume"
    (tmp_path / ".aws").symlink_to(volume)
    config = tmp_path / ".aws" / "config"

    with pytest.raises(UnusableFile, match=f"{config.parent} is a link to {volume}"):
        apply_edits([config_edit(config)], pass_check)

    assert not volume.exists()
