"""What `aws assume` leaves below its folders belongs to the user alone, with umask 0002, too."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable, Iterator

import pytest

from support.sts_stub import ROLE_ARN, StsStub

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="POSIX modes and owners"),
    pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True),
]


@pytest.fixture(autouse=True)
def shared_umask() -> Iterator[None]:
    """Give new files to the group, as systems with a group for each user do."""
    before = os.umask(0o002)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """Return the files and folders below a folder that others may write."""
    return [str(path) for path in folder.rglob("*") if path.lstat().st_mode & 0o022]


def test_byte_code(make_person: Callable, plugin_folder: Path, sts_stub: StsStub) -> None:
    """The byte code of a package that pip has installed is not writable for the group."""
    person = make_person(sts_stub.url)
    plugins = person.home / "plugins"
    shutil.copytree(plugin_folder, plugins, ignore=shutil.ignore_patterns("__pycache__"))
    person.config.write_text(person.config.read_text().replace(str(plugin_folder), str(plugins)))
    before = {*open_to_others(plugins)}

    done = person.aws("assume", "--role-arn", ROLE_ARN, "--auto-refresh")
    assert done.returncode == 0, done.stderr
    process = person.aws("configure", "get", "credential_process", "--profile", "assumed-role")
    shutil.rmtree(person.home / ".aws" / "cli" / "cache" / "assume-sessions")
    renewed = subprocess.run(
        process.stdout, shell=True, env=person.variables(), capture_output=True, text=True
    )
    assert renewed.returncode == 0, renewed.stderr

    assert [*plugins.rglob("lazy.*.pyc")]
    assert [*plugins.rglob("renew.*.pyc")]
    assert {*open_to_others(plugins)} <= before
    assert open_to_others(person.home / ".aws" / "cli" / "cache") == []


def test_folder_that_others_may_change(make_person: Callable, sts_stub: StsStub) -> None:
    """What is in a cache folder of mode 0777 is used by nobody, and aws names the way out."""
    person = make_person(sts_stub.url)
    words = ("assume", "--role-arn", ROLE_ARN, "--auto-refresh")
    assert person.aws(*words).returncode == 0
    folder = person.home / ".aws" / "cli" / "cache" / "assume-sessions"
    cache = next(path for path in folder.iterdir() if path.suffix != ".lock")
    cache.write_text(
        re.sub('"AccessKeyId": "[^"]*"', '"AccessKeyId": "PLANTED"', cache.read_text())
    )
    process = person.aws("configure", "get", "credential_process", "--profile", "assumed-role")

    def print_credentials() -> str:
        return subprocess.run(
            process.stdout, shell=True, env=person.variables(), capture_output=True, text=True
        ).stdout

    assert "PLANTED" in print_credentials()
    folder.chmod(0o777)
    assert "PLANTED" not in print_credentials()
    calls = list(sts_stub.actions)
    done = person.aws(*words)
    every = person.aws("assume", "refresh", "--all")

    assert (done.returncode, every.returncode) == (253, 1)
    assert sts_stub.actions == calls
    assert f"mv {folder} {folder}.untrusted" in done.stderr
    folder.rename(f"{folder}.untrusted")
    assert person.aws(*words).returncode == 0


def test_doctor_repairs_what_stops_every_command(make_person: Callable, sts_stub: StsStub) -> None:
    """With a section twice every aws command fails; `doctor --fix` makes aws work again."""
    person = make_person(sts_stub.url)
    with person.credentials.open("a") as file:
        file.write("[p]\naws_access_key_id = A\n[p]\naws_secret_access_key = S3CRET\n")
    assert person.aws("configure", "list").returncode != 0

    done = subprocess.run(
        [sys.executable, "-m", "awscli_assume.install", "doctor", "--fix"],
        env=person.variables(PYTHONPATH=str(Path(__file__).parents[2])),
        capture_output=True,
        text=True,
    )

    assert "credentials:6: section [p] is also in line 4" in done.stdout
    assert "S3CRET" not in done.stdout + done.stderr
    assert person.aws("configure", "list", "--profile", "p").returncode == 0
    assert person.aws("sts", "get-caller-identity").returncode == 0
