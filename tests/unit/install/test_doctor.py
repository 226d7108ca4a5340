"""``awscli-assume doctor``: what it finds, what it repairs, and what it leaves to the user."""

from __future__ import annotations

import fcntl
import io
import os
import sqlite3
import stat
import time
from pathlib import Path

import pytest

from awscli_assume.completion.index_file import make_index
from awscli_assume.install.command import main
from awscli_assume.install.system import System

PAIR = "aws_access_key_id = AKIAALICEALICEALICE1\naws_secret_access_key = S3CRET\n"


class Machine:
    """A home folder without any ``aws``, and the output of the last run."""

    def __init__(self, home: Path) -> None:
        self.path = ""
        self.folder = home / ".aws"
        self.folder.mkdir(mode=0o700)
        self.config, self.credentials = self.folder / "config", self.folder / "credentials"
        self.put(self.config, "[default]\nregion = us-east-1\n")
        self.put(self.credentials, f"[default]\n{PAIR}")

    def put(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o600)

    def doctor(self, *words: str) -> int:
        out = io.StringIO()
        env = {"HOME": str(self.folder.parent), "PATH": self.path}
        code = main(["doctor", *words], System(env=env, out=out, err=out))
        self.out = out.getvalue()
        assert "S3CRET" not in self.out
        return code

    def backups(self) -> list[Path]:
        return sorted(self.folder.glob("*.before-repair-*"))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_healthy_files(machine: Machine) -> None:
    """Nothing is wrong: exit code 0, and nothing is written."""
    assert machine.doctor() == 0
    assert machine.out == "Nothing is wrong.\n"
    assert sorted(os.listdir(machine.folder)) == ["config", "credentials"]


@pytest.mark.parametrize(
    ("text", "found", "after"),
    [
        ("[a]\nx = 1\n[a]\ny = 2\n", "config:3: section [a]", "[a]\nx = 1\ny = 2\n"),
        ("\ufeff[a]\nx = 1\n", "config:1: the file begins with a byte", "[a]\nx = 1\n"),
        (
            "[plugins]\ncli_legacy_plugin_path = /nowhere\ngone = gone_module\n",
            "config:3: the module of the plugin gone = gone_module is in none of /nowhere",
            "[plugins]\ncli_legacy_plugin_path = /nowhere\n",
        ),
    ],
)
def test_repair(machine: Machine, text: str, found: str, after: str) -> None:
    """Without --fix the diff is shown; with it the file is repaired, once, with a backup."""
    machine.put(machine.config, text)

    assert machine.doctor() == 1
    assert found in machine.out
    assert f"--- {machine.config}" in machine.out
    assert machine.config.read_text() == text
    assert machine.doctor("--fix") == 0
    assert machine.config.read_text() == after
    assert [path.read_text() for path in machine.backups()] == [text]
    assert stat.S_IMODE(machine.backups()[0].stat().st_mode) == 0o600
    assert machine.doctor("--fix") == 0
    assert len(machine.backups()) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"[a]\n{PAIR}[a]\n{PAIR}".replace("S3CRET", "S3CRET2", 1), "line 3, with another"),
        ("region = x\n[a]\n", "config:1: a line above the first"),
        ("[a]\nno value\n", "config:2: neither"),
        (
            "[default]\na = 1\n[profile default]\nb = 2\n",
            "config:3: [profile default] is the same",
        ),
    ],
)
def test_what_only_the_user_can_decide(machine: Machine, text: str, found: str) -> None:
    """It is named by its line, --fix changes nothing, and the exit code stays 1."""
    machine.put(machine.config, text)

    assert machine.doctor("--fix") == 1
    assert found in machine.out
    assert machine.config.read_text() == text
    assert machine.backups() == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes and links")
def test_modes_copies_and_links(machine: Machine) -> None:
    """Modes are tightened, old copies and linked locks removed; a recent copy stays."""
    machine.credentials.chmod(0o644)
    caches = [machine.folder / "cli" / "cache" / f"assume-{name}" for name in ("sessions", "x")]
    for folder in caches:
        folder.mkdir(parents=True)
        folder.chmod(0o777)
    old, recent = (machine.folder / f".config.assume-{name}" for name in ("old", "recent"))
    for path in (old, recent):
        machine.put(path, "")
    os.utime(old, (1, 1))
    lock = machine.folder / "credentials.lock"
    lock.symlink_to(machine.folder / "victim")

    assert machine.doctor() == 1
    assert len(machine.out.splitlines()) == 5
    assert machine.doctor("--fix") == 0
    assert stat.S_IMODE(machine.credentials.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in caches} == {0o700}
    assert (old.exists(), recent.exists(), lock.is_symlink()) == (False, True, False)


def test_old_keys_shadows_and_dangling_links(machine: Machine) -> None:
    """Keys in a file of 91 days, ignored keys of the config file and dangling links are named."""
    then = time.time() - 91 * 86400
    os.utime(machine.credentials, (then, then))
    machine.put(machine.config, f"[default]\n{PAIR.replace('ALICE1', 'OTHER1')}")
    (machine.folder / "cli").mkdir()
    (machine.folder / "cli" / "plugins").symlink_to(machine.folder / "unmounted")

    assert machine.doctor() == 1
    assert "credentials:2: the access key of [default] is at least 91 days old" in machine.out
    assert "config:2: aws_access_key_id of profile default is ignored" in machine.out
    assert "plugins: the link leads to" in machine.out


@pytest.mark.skipif(os.name == "nt", reason="POSIX locks and scripts")
def test_stale_locks_and_copies_of_the_caches(machine: Machine) -> None:
    """A lock without its file, an old copy and a link go; locks in use and recent ones stay."""
    sessions = machine.folder / "cli" / "cache" / "assume-sessions"
    sessions.mkdir(parents=True, mode=0o700)
    old = ("gone.lock", "gone.call.lock", "used.lock", "file", "file.lock", f"copy.{'0' * 16}")
    for name in (*old, "recent.lock"):
        machine.put(sessions / name, "")
    for name in old:
        os.utime(sessions / name, (1, 1))
    (sessions / "link").symlink_to(machine.credentials)
    locks = machine.folder / "cli" / "cache" / "assume-locks"
    locks.mkdir(mode=0o700)
    machine.put(locks / "0a.lock", "")
    os.utime(locks / "0a.lock", (1, 1))
    used = os.open(sessions / "used.lock", os.O_RDWR)
    fcntl.flock(used, fcntl.LOCK_EX)
    try:
        assert machine.doctor() == 1
        assert "gone.lock: the lock of a cache file that no longer exists" in machine.out
        assert "link: a link in a folder of private files" in machine.out
        assert len(machine.out.splitlines()) == 4
        assert machine.doctor("--fix") == 0
    finally:
        os.close(used)

    assert sorted(os.listdir(sessions)) == ["file", "file.lock", "recent.lock", "used.lock"]
    assert os.listdir(locks) == ["0a.lock"]
    assert machine.credentials.read_text() == f"[default]\n{PAIR}"


@pytest.mark.skipif(os.name == "nt", reason="a shell script as aws")
@pytest.mark.parametrize("others", [(), ("has-it",)])
def test_a_plugin_that_version_1_lacks(machine: Machine, others: tuple[str, ...]) -> None:
    """Its line is removed, unless another version 1 can import it."""
    for name in ("lacks-it", *others):
        folder = machine.folder.parent / name
        folder.mkdir()
        lacks = 'grep -q gone "$AWS_CONFIG_FILE" && echo "No module named gone" >&2 && exit 1\n'
        (folder / "aws").write_text(
            f"#!/bin/sh\n{lacks * (name == 'lacks-it')}echo aws-cli/1.46.3 Python/3.11.7\n"
        )
        (folder / "aws").chmod(0o755)
        machine.path += f"{folder}{os.pathsep}"
    machine.path += os.defpath
    machine.put(machine.config, "[plugins]\nx = gone\n[default]\nregion = us-east-1\n")

    assert machine.doctor() == 1
    assert "config:2: " in machine.out
    assert f"is not installed in the Python of {machine.folder.parent}/lacks-it" in machine.out
    assert machine.doctor("--fix") == len(others)
    assert ("gone" in machine.config.read_text()) == bool(others)


def test_an_old_key_is_replaced_in_its_profile(machine: Machine) -> None:
    """The command names the profile, also one that begins with a dash."""
    machine.put(machine.credentials, f"[-x]\n{PAIR}[my profile]\n{PAIR}")
    then = time.time() - 91 * 86400
    os.utime(machine.credentials, (then, then))

    assert machine.doctor() == 1
    assert "aws iam create-access-key --profile=-x)" in machine.out
    assert "aws iam create-access-key --profile='my profile')" in machine.out


def test_completion_indexes(machine: Machine) -> None:
    """A damaged index and one of another version are removed; an index of the AWS CLI stays."""
    cache = machine.folder / "cli" / "cache"
    cache.mkdir(parents=True)
    builtin = cache / "theirs.index"
    with sqlite3.connect(builtin) as database:
        database.executescript(
            "CREATE TABLE command_table (command, full_name, parent); "
            "CREATE TABLE param_table (param_id INTEGER PRIMARY KEY, argname, type_name, command, "
            "parent, nargs, positional_arg, required); "
            "CREATE TABLE apicall_table (apicall_data, param_id UNIQUE)"
        )
    database.close()
    current = make_index(str(machine.folder.parent), "2.38.5", str(builtin))
    (cache / "2.38.6.index").write_bytes(Path(current).read_bytes())
    (cache / "2.11.0.index").write_text("no database")

    assert machine.doctor() == 1
    assert "2.11.0.index: the completion index is damaged" in machine.out
    assert "2.38.6.index: the completion index is for another version" in machine.out
    assert machine.doctor("--fix") == 0
    assert sorted(os.listdir(cache)) == ["2.38.5.index", "theirs.index"]


def test_names_in_files_do_not_control_the_terminal(machine: Machine) -> None:
    """Control characters of sections and values are printed as escapes, in the diff as well."""
    name = "x\x1b[2J\x9b\u202e"
    machine.put(machine.config, f"[profile {name}]\na = \x07\n[profile {name}]\na = \x07\n")

    assert machine.doctor() == 1
    assert "profile x\\x1b[2J\\x9b\\u202e] is also in line 1" in machine.out
    assert all(one.isprintable() or one == "\n" for one in machine.out)
