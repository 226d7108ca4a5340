"""What is in the way of a write: keys that shadow it, links, owners, and files that are one."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import subprocess
import threading
from pathlib import Path
from typing import Callable

import pytest

from support.person import Person
from support.sts_stub import StsStub

TEMPORARY = "aws_access_key_id = ASIAOLDOLDOLDOLDOLD1\naws_secret_access_key = old\n"
one_host = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
as_root = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="gives files away"
)


@pytest.fixture
def user(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user whose STS is scripted, and counts its requests."""
    return make_person(sts_stub.url)


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def exported(person: Person) -> dict[str, str]:
    """Return the credentials that the CLI reads for the target."""
    done = person.aws(
        "configure", "export-credentials", "--profile", "assumed-role", "--format", "process"
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# Keys that shadow what we write


@one_host
@pytest.mark.parametrize("name", ["credentials", "config"])
def test_older_name_of_the_token(user: Person, name: str) -> None:
    """A token under the name that botocore reads first, in either file, is taken over."""
    header = {"credentials": "assumed-role", "config": "profile assumed-role"}[name]
    path = getattr(user, name)
    append(
        path, f"[{header}]\n{TEMPORARY}aws_security_token = OLD\naws_account_id = 999999999999\n"
    )

    done = user.aws("assume", "--role-name", "my-iam-role")

    assert done.returncode == 0, done.stderr
    written = user.sections(user.credentials)["assumed-role"]
    found = exported(user)
    assert found["SessionToken"] == written["aws_session_token"] != "OLD"
    assert "aws_security_token" not in path.read_text()


@one_host
@pytest.mark.parametrize("options", [(), ("--auto-refresh",)], ids=["keys", "auto-refresh"])
def test_record_in_the_credentials_file(user: Person, options: tuple[str, ...]) -> None:
    """A block `assumed` in the credentials file, which hides our record, is removed."""
    append(user.credentials, "[assumed-role]\nassumed =\n    role-arn = x\n")

    done = user.aws("assume", "--role-name", "my-iam-role", *options)
    listed = user.aws("assume", "list", "--query", "Profiles[].State", "--output", "json")
    user.aws("assume", "clear")

    assert done.returncode == 0, done.stderr
    assert json.loads(listed.stdout) == ["auto-refresh" if options else "valid"]
    assert "assumed-role" not in user.config.read_text() + user.credentials.read_text()


@one_host
def test_region_in_the_credentials_file(user: Person) -> None:
    """--region applies where the credentials file's section had another one, until clear."""
    append(user.credentials, "[assumed-role]\nregion = us-west-2\n")

    done = user.aws("assume", "--role-name", "my-iam-role", "--region", "eu-west-1")
    region = user.aws("configure", "get", "region", "--profile", "assumed-role").stdout.strip()
    listed = user.aws("configure", "list", "--profile", "assumed-role").stdout
    user.aws("assume", "clear")

    assert done.returncode == 0, done.stderr
    assert region == "eu-west-1"
    assert "us-west-2" not in listed
    assert "eu-west-1" not in user.config.read_text() + user.credentials.read_text()


@one_host
def test_keys_in_the_config_file_below_an_auto_refresh_profile(user: Person) -> None:
    """Temporary keys in the config file are taken over: the profile is not listed as replaced."""
    append(user.config, f"[profile assumed-role]\n{TEMPORARY}aws_session_token = OLD\n")

    done = user.aws("assume", "--role-name", "my-iam-role", "--auto-refresh")
    listed = user.aws("assume", "list", "--query", "Profiles[].State", "--output", "json")

    assert done.returncode == 0, done.stderr
    assert json.loads(listed.stdout) == ["auto-refresh"]
    assert exported(user)["AccessKeyId"] != "ASIAOLDOLDOLDOLDOLD1"


@one_host
def test_long_lived_keys_that_the_other_file_hides(user: Person, sts_stub: StsStub) -> None:
    """Long-lived keys in the config file are not removed, and STS is not called."""
    append(user.credentials, f"[assumed-role]\n{TEMPORARY}aws_session_token = OLD\n")
    append(user.config, "[profile assumed-role]\naws_access_key_id = AKIAOTHEROTHEROTHER1\n")
    before = user.snapshot()

    done = user.aws("assume", "--role-name", "my-iam-role", "--auto-refresh")

    assert done.returncode == 253
    assert "holds long-lived credentials" in done.stderr
    assert user.snapshot() == before
    assert sts_stub.actions == []


# --verify


@one_host
def test_verify(person: Person) -> None:
    """--verify calls STS with the written profile, also with keys of others in the environment."""
    others = {"AWS_ACCESS_KEY_ID": "AKIAOTHER", "AWS_SECRET_ACCESS_KEY": "x"}
    done = person.aws("assume", "--role-name", "my-iam-role", "--verify")
    again = person.aws("assume", "refresh", "--verify", env=others)

    assert done.returncode == 0, done.stderr
    assert again.returncode == 0, again.stderr


@one_host
def test_verify_finds_another_caller(user: Person, sts_stub: StsStub) -> None:
    """--verify ends with an error where AWS knows the credentials as somebody else."""
    done = user.aws("assume", "--role-name", "my-iam-role", "--verify")
    named = user.aws("assume", "refresh", "--verify")
    every = user.aws("assume", "refresh", "--all", "--verify")

    assert [done.returncode, named.returncode, every.returncode] == [253, 253, 1]
    assert "but AWS knows its credentials as" in done.stderr
    assert sts_stub.actions[-2:] == ["AssumeRole", "GetCallerIdentity"]


# Both files are the same file


@pytest.mark.parametrize("name", ["assumed-role", "default"])
def test_both_files_are_one(user: Person, name: str) -> None:
    """Where both variables name one file, every verb works on it, also for two sections."""
    both = user.home / "both"
    keys = user.credentials.read_text().partition("]\n")[2]
    head, _, rest = user.config.read_text().partition("[plugins]")
    source = "[source]\nregion = us-east-1\n" if name == "default" else ""
    both.write_text(f"{head}{source}{keys}[plugins]{rest}")
    both.chmod(0o600)
    user.environment.update(AWS_CONFIG_FILE=str(both), AWS_SHARED_CREDENTIALS_FILE=str(both))
    before = both.read_text()
    words = ("--profile", "source") if name == "default" else ()

    done = user.aws("assume", "--role-name", "my-iam-role", "--update-profile", name, *words)
    renewed = user.aws("assume", "refresh", "--all", "--query", "Profiles[].Profile")
    cleared = user.aws("assume", "clear", "--all", "--query", "Profiles[].Profile")

    assert done.returncode == 0, done.stderr
    assert renewed.returncode == 0, renewed.stderr
    assert json.loads(renewed.stdout) == [name]
    assert cleared.returncode == 0, cleared.stderr
    assert json.loads(cleared.stdout) == [name]
    assert both.read_text() == before


# Owners, links and mounts


@one_host
@as_root
@pytest.mark.parametrize(("owner", "group", "mode"), [(0, 54321, 0o600), (12345, 0, 0o660)])
def test_owner_or_group_of_others(user: Person, owner: int, group: int, mode: int) -> None:
    """A file that this user may write but not give away is written in place, as the CLI does."""
    os.chown(user.credentials, owner, group)
    user.credentials.chmod(mode)
    command = user.words("assume", "--role-name", "my-iam-role")

    done = subprocess.run(
        ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", *command],
        env=user.variables(), cwd=user.home, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    found = user.credentials.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (owner, group, mode)
    assert "assumed-role" in user.sections(user.credentials)
    assert not list(user.credentials.parent.glob("*.assume-*"))


@one_host
def test_link_to_a_volume_that_is_not_mounted(user: Person, sts_stub: StsStub) -> None:
    """A link that leads nowhere is an error before STS is called, and nothing is created."""
    volume = user.home / "volume"
    content = user.credentials.read_text()
    user.credentials.unlink()
    user.credentials.symlink_to(volume / "aws" / "credentials")
    head, _, rest = user.config.read_text().partition("[plugins]")
    user.config.write_text(f"{head}{content.partition(chr(10))[2]}[plugins]{rest}")

    done = user.aws("assume", "--role-name", "my-iam-role")

    assert done.returncode == 253, done.stderr
    assert f"{user.credentials} is a link to" in done.stderr
    assert not volume.exists()
    assert sts_stub.actions == []


@one_host
@pytest.mark.skipif(not shutil.which("unshare"), reason="mounts a folder")
def test_read_only_mount(user: Person, sts_stub: StsStub) -> None:
    """On a read-only mount STS is not called, and the commands of the advice work."""
    folder = shlex.quote(str(user.config.parent))
    mount = f"mount --bind {folder} {folder} && mount -o remount,bind,ro {folder} || exit 99; "

    def run(*words: str) -> subprocess.CompletedProcess:
        command = mount + shlex.join(user.words(*words))
        return subprocess.run(
            ["unshare", "-m", "sh", "-c", command],
            env=user.variables(), cwd=user.home, capture_output=True, text=True, check=False,
        )  # fmt: skip

    done = run("assume", "my-iam-role")
    if done.returncode in (1, 99):
        pytest.skip("this user may not mount")
    calls = list(sts_stub.actions)
    advised = [
        run("assume", "export", "my-iam-role"),
        run("assume", "exec", "my-iam-role", "--", "true"),
    ]

    assert done.returncode == 253
    assert "read-only" in done.stderr
    assert "chmod" not in done.stderr
    assert "aws assume exec ROLE -- COMMAND, or aws assume export ROLE" in done.stderr
    assert calls == []
    assert [one.stderr for one in advised if one.returncode] == []


@one_host
@pytest.mark.parametrize("attribute", ["i", "a"], ids=["immutable", "append-only"])
def test_file_with_an_attribute(user: Person, sts_stub: StsStub, attribute: str) -> None:
    """An immutable or append-only file is an error before STS is called, without chmod advice."""
    chattr = shutil.which("chattr")
    path = str(user.credentials)
    if chattr is None or subprocess.run([chattr, f"+{attribute}", path], check=False).returncode:
        pytest.skip("sets attributes of a file")
    try:
        done = user.aws("assume", "--role-name", "my-iam-role")
    finally:
        subprocess.run(["chattr", f"-{attribute}", path], check=True)

    assert done.returncode == 253
    assert f"Cannot write {path}: Operation not permitted" in done.stderr
    assert "chmod" not in done.stderr
    assert sts_stub.actions == []


@one_host
def test_hard_link_is_kept(user: Person) -> None:
    """Each name of a file with hard links has the new content, and no backup is left."""
    other = user.home / "linked"
    os.link(user.credentials, other)

    done = user.aws("assume", "--role-name", "my-iam-role")

    assert done.returncode == 0, done.stderr
    assert os.path.samefile(other, user.credentials)
    assert "[assumed-role]" in other.read_text()
    assert not list(user.credentials.parent.glob("*.assume-*"))


@one_host
def test_lock_that_is_a_dangling_link(user: Person, sts_stub: StsStub) -> None:
    """A lock that is a link is refused before STS is called; its target is not created."""
    lock, victim = Path(f"{user.credentials}.lock"), user.home / "victim"
    lock.symlink_to(victim)

    done = user.aws("assume", "--role-name", "my-iam-role")
    lock.unlink()
    again = user.aws("assume", "--role-name", "my-iam-role")

    assert done.returncode == 253
    assert f"rm {lock}" in done.stderr
    assert not victim.exists()
    assert again.returncode == 0, again.stderr


# A file that another program is writing


@one_host
def test_source_that_another_program_is_writing(user: Person) -> None:
    """A source is found although another program empties the file and fills it all the time."""
    content = user.credentials.read_text()
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            user.credentials.write_text("")
            stop.wait(0.4)
            user.credentials.write_text(content)
            stop.wait(0.1)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        runs = [user.aws("assume", "export", "my-iam-role") for _ in range(4)]
    finally:
        stop.set()
        thread.join()

    assert [done.stderr for done in runs if done.returncode] == []
