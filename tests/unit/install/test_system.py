"""Variables, paths, the message of a failed command, and files that are replaced whole."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from awscli_assume.install.system import (
    InstallError,
    child_environment,
    find_paths,
    read_file,
    reason,
    replace_file,
    run_command,
)


def test_variables_of_children() -> None:
    """No profile, key, proxy or PYTHONPATH of this terminal reaches aws; the rest does."""
    env = {
        "PATH": "/bin", "LANG": "C", "AWS_PROFILE": "gone", "AWS_SECRET_ACCESS_KEY": "x",
        "https_proxy": "p", "NO_PROXY": "n", "PYTHONPATH": "/dev", "PYTHONHOME": "/x",
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip

    expected = {
        "PATH": "/bin", "LANG": "C", "PYTHONUNBUFFERED": "1",
        "AWS_CLI_AUTO_PROMPT": "off", "AWS_PAGER": "", "AWS_CONFIG_FILE": "/c",
        "AWSCLI_ASSUME_INDEX": "off",
    }  # fmt: skip
    assert expected == child_environment(env, AWS_CONFIG_FILE="/c")


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (None, "/home/alice/.aws/config"),
        ("~/aws-config", "/home/alice/aws-config"),
        ("$HOME/${SUB}/c", "/home/alice/deep/c"),
        ("/etc/$UNKNOWN", "/etc/$UNKNOWN"),
        ("relative", str(Path.cwd() / "relative")),
    ],
)
def test_finds_the_config_file_as_the_cli_does(named: str, expected: str) -> None:
    """AWS_CONFIG_FILE is expanded as botocore expands it."""
    env = {"HOME": "/home/alice", "SUB": "deep"}
    paths = find_paths(env if named is None else {**env, "AWS_CONFIG_FILE": named})

    assert Path(expected) == paths.config_file
    assert paths.alias_file == Path("/home/alice/.aws/cli/alias")
    assert paths.package == Path("/home/alice/.aws/cli/plugins/awscli_assume")


def test_refuses_an_empty_config_file_variable() -> None:
    """An empty AWS_CONFIG_FILE breaks the CLI's own writer."""
    with pytest.raises(InstallError, match="unset AWS_CONFIG_FILE"):
        find_paths({"HOME": "/home/alice", "AWS_CONFIG_FILE": ""})


@pytest.mark.parametrize(
    ("out", "err", "expected"),
    [
        ("", "Traceback\n  File\nModuleNotFoundError: No module named 'x'\n\n",
         "ModuleNotFoundError: No module named 'x'"),
        ("", "\naws: [ERROR]: No module named 'x'.\n", "No module named 'x'"),
        ("on stdout\n", "", "on stdout"),
        ("", "", "exit code 7"),
    ],
)  # fmt: skip
def test_reason_is_the_last_line(out: str, err: str, expected: str) -> None:
    """The cause is in the last line, on both majors."""
    assert expected == reason(subprocess.CompletedProcess([], 7, out, err))


def test_missing_executable() -> None:
    """The error names a missing executable."""
    with pytest.raises(InstallError, match="Cannot start /nowhere/aws: No such file"):
        run_command(["/nowhere/aws"], {}, "")


def test_standard_input_and_variables() -> None:
    """A command gets the given standard input and variables, and no other."""
    code = "import os, sys; print(sys.stdin.read() + os.environ['A'])"

    assert run_command([sys.executable, "-c", code], {"A": "b"}, "input ").stdout == "input b\n"


def test_a_new_file_is_private(tmp_path: Path) -> None:
    """A new file is 0600 in a folder of 0700, as the CLI's own."""
    path = tmp_path / ".aws" / "config"

    replace_file(path, b"x")

    assert path.read_bytes() == b"x"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_an_old_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    """A config file that is a link to another file stays a link."""
    real, link = tmp_path / "dotfiles", tmp_path / "config"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)

    replace_file(link, b"new")

    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o777 == 0o640
    assert [real, link] == sorted(tmp_path.iterdir(), reverse=True)


def test_a_failed_replacement_leaves_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a full disk the old file is whole, and no copy is left beside it."""
    path = tmp_path / "config"
    path.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InstallError, match="Cannot write .*config: No space left on device"):
        replace_file(path, b"new")

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_mounted_file_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single file that is mounted into a container can't be renamed over (EBUSY)."""
    path = tmp_path / "config"
    path.write_bytes(b"old")

    def busy(source: str, target: str, **folders: int) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(os, "replace", busy)
    replace_file(path, b"new")

    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_read_only_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rename would ignore the mode, so the mode is checked first."""
    path = tmp_path / "config"
    path.write_bytes(b"old")
    # The tests may run as root, who may write everything.
    monkeypatch.setattr(os, "access", lambda name, mode: False)

    with pytest.raises(InstallError, match=r"read-only\. Type: chmod u\+w"):
        replace_file(path, b"new")

    assert path.read_bytes() == b"old"


def test_reads_no_file_as_none_and_refuses_a_pipe(tmp_path: Path) -> None:
    """A missing file is None; reading a FIFO would wait for ever."""
    os.mkfifo(tmp_path / "pipe")

    assert read_file(tmp_path / "none") is None
    with pytest.raises(InstallError, match="not a regular file"):
        read_file(tmp_path / "pipe")


def test_a_failed_write_in_place_leaves_a_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a rename is impossible and the write fails, the old content is in a backup."""
    path = tmp_path / "config"
    path.write_bytes(b"old")
    real_fsync, calls = os.fsync, []

    def busy(source: str, target: str, **folders: int) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:  # the copy, the backup, the file
            raise OSError(errno.ENOSPC, "No space left on device")
        real_fsync(descriptor)

    monkeypatch.setattr(os, "replace", busy)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InstallError, match=r"No space left.*config\.assume-backup"):
        replace_file(path, b"new")

    assert (tmp_path / "config.assume-backup").read_bytes() == b"old"


def test_a_file_that_changes_meanwhile_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write by another program while the copy is flushed is not lost."""
    path = tmp_path / "config"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", lambda descriptor: path.write_bytes(b"another program's"))

    with pytest.raises(InstallError, match="Another program is writing"):
        replace_file(path, b"new")

    assert path.read_bytes() == b"another program's"
    assert list(tmp_path.iterdir()) == [path]
