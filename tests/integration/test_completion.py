"""Tab in real shells, and the official ``aws_completer`` with our rows in its index."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator

import pytest

from awscli_assume.completion.index_file import CURRENT, state_of
from awscli_assume.install.local_aws import LocalAws
from support.completion_facts import global_facts, read_facts
from support.hosts import OFFICIAL_WHEELS, REPOSITORY, Host, get_host
from support.interactive_shell import FAKE_AWS, InteractiveShell
from support.person import clean_environment

VERBS = [name for name in read_facts()["verbs"] if name != "assume"]
SHELLS = ("bash", "zsh", "fish", "tcsh")
CONFIG = """
[default]
region = us-east-1
[profile production]
role_arn = arn:aws:iam::222222222222:role/team/dev/Admin
source_profile = default
[profile my profile]
role_arn = arn:aws:iam::333333333333:role/Reader
source_profile = default
[profile written]
assumed =
    role-arn = arn:aws:iam::222222222222:role/Auditor
    source-profile = default
"""

on_version_2 = pytest.mark.parametrize(
    "host", [f"v2-{version}" for version in OFFICIAL_WHEELS], indirect=True
)
on_the_newest = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)


class User:
    """A user of one AWS CLI, with a HOME and this checkout's console script."""

    def __init__(self, host: Host, home: Path) -> None:
        self.host, self.home = host, home
        self.cache = home / ".aws" / "cli" / "cache"
        self.env = {**clean_environment(home), "PATH": f"{host.executable.parent}:{os.defpath}"}

    def script(self, *words: str) -> str:
        """Run ``awscli-assume`` and return its output."""
        env = {**self.env, "PYTHONPATH": str(REPOSITORY)}
        command = [sys.executable, "-m", "awscli_assume.install", *words]
        done = subprocess.run(command, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout

    def completer(self, line: str, **variables: str) -> list[str]:
        """Run the AWS CLI's own completer for a line."""
        program = self.host.executable.with_name("aws_completer")
        done = subprocess.run(
            [str(program)], env={**self.env, "COMP_LINE": line, **variables},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.split()

    def assume_list(self) -> None:
        """Run ``aws assume list``, which needs no network."""
        done = subprocess.run(
            [str(self.host.executable), "assume", "list"],
            env=self.env, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    @property
    def index(self) -> Path:
        return self.cache / f"{self.host.name.partition('-')[2]}.index"

    def wait_for_index(self) -> None:
        deadline = time.monotonic() + 60
        while (
            state_of(str(self.index)) != CURRENT or self.is_being_made
        ) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert state_of(str(self.index)) == CURRENT

    @property
    def is_being_made(self) -> bool:
        return self.index.with_name(f"{self.index.name}.assume").exists()


@pytest.fixture
def user(host: Host, home: Path) -> User:
    """Return a user who has the plugin enabled."""
    user = User(host, home)
    user.script("enable")
    return user


@on_version_2
def test_the_aws_clis_own_completer(user: User, local_aws: LocalAws, alice: object) -> None:
    """With our rows, aws_completer completes verbs, options, short lists, and roles from IAM."""
    key = local_aws.administrator
    account = {
        "AWS_ENDPOINT_URL": local_aws.endpoint_url, "AWS_ACCESS_KEY_ID": key.id,
        "AWS_SECRET_ACCESS_KEY": key.secret, "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip

    assert user.completer("aws assum") == ["assume"]
    assert user.completer("aws assume ") == VERBS
    assert user.completer("aws assume exp") == ["export", "explain"]
    assert user.completer("aws assume --role-n") == ["--role-name"]
    assert "--expiring-within" in user.completer("aws assume refresh ")
    assert "dotenv" in user.completer("aws assume export --format ", **account)
    assert user.completer("aws assume exec --profile defa") in ([], ["default"])
    if user.host.knows_endpoint_variable:
        assert "my-iam-role" in user.completer("aws assume --role-name my", **account)
    theirs = user.completer("aws s3 ")
    # As after an upgrade: the first command of a new version makes the index.
    user.index.unlink()
    user.assume_list()
    user.wait_for_index()
    assert user.completer("aws assume ") == VERBS
    assert [path.name for path in user.cache.glob("*index*")] == [user.index.name]
    user.script("disable")
    assert theirs == user.completer("aws s3 ")
    assert {"cp", "ls"} <= set(theirs)
    assert user.completer("aws assum") == []
    assert not user.cache.exists() or not list(user.cache.glob("*index*"))


@on_the_newest
def test_a_broken_index(user: User) -> None:
    """A broken index is replaced by `aws assume` and removed by Tab."""
    plugin = user.home / ".aws" / "cli" / "plugins" / "awscli_assume"
    program = plugin / "completion" / "complete.py"
    for content in (b"", b"no database", b"SQLite format 3\0", user.index.read_bytes()[:-4096]):
        user.index.write_bytes(content)
        user.assume_list()
        user.wait_for_index()
        assert user.completer("aws assume ") == VERBS
    user.index.write_bytes(b"no database")

    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program), "bash", "aws s3 c", "c"],
        env=user.env, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert (done.stdout, done.stderr) == ("cp\n", "")
    assert not user.index.exists()


@pytest.mark.parametrize("host", ["v1-newest"], indirect=True)
def test_version_1_makes_no_index(host: Host, home: Path) -> None:
    """Version 1 completes from its commands, ours included."""
    user = User(host, home)
    user.script("enable")
    user.assume_list()

    assert not list(home.rglob("*.index"))
    assert user.completer("aws assume") == VERBS


def test_global_options() -> None:
    """The completer's global options are those of the official version 2."""
    data = get_host("v2-2.38.5").executable.parent / "awscli" / "data" / "cli.json"

    assert read_facts()["globals"] == global_facts(data)


@pytest.fixture(scope="module")
def enabled(tmp_path_factory: pytest.TempPathFactory) -> User:
    """Return a user of the newest version 2 with profiles, for all shells."""
    user = User(get_host("v2-2.38.5"), tmp_path_factory.mktemp("home"))
    user.script("enable")
    with open(user.home / ".aws" / "config", "a") as file:
        file.write(CONFIG)
    return user


@pytest.fixture(params=SHELLS)
def shell(
    request: pytest.FixtureRequest, enabled: User, tmp_path: Path
) -> Iterator[InteractiveShell]:
    """Return each shell with the printed lines in its start-up file, and a fake aws."""
    (tmp_path / "startup").write_text(enabled.script("completion", request.param))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "aws").write_text(FAKE_AWS)
    (tmp_path / "bin" / "aws").chmod(0o755)
    env = {**enabled.env, "PATH": f"{tmp_path / 'bin'}:{enabled.env['PATH']}"}
    terminal = InteractiveShell(request.param, str(tmp_path / "startup"), env, str(tmp_path))
    yield terminal
    terminal.leave()


def test_tab(shell: InteractiveShell) -> None:
    """Our completer completes `aws assume`, and the AWS CLI's completer everything else."""
    shown = shell.listed("aws assume ", *VERBS, "production")
    assert "my-iam-role" not in shown
    shell.listed("aws assume pro", "production", "profiles")
    assert shell.run_completed("aws assume prod") == ["assume", "production"]
    shown = shell.listed("aws assume --update-profile ", "written", "default", "production")
    if shell.name != "tcsh":
        # tcsh sorts what it lists.
        assert shown.index("written") < shown.index("default")
    shown = shell.listed("aws assume --role-name ", "team/dev/Admin", "Reader", "Auditor")
    if shell.name in ("zsh", "fish"):
        assert "222222222222" in shown
    shell.listed("aws s3 ", "ls", "cp", "presign")
    assert shell.run_completed("aws s3 presi") == ["s3", "presign"]
    if shell.name != "tcsh":
        assert shell.run_completed("aws assume my") == ["assume", "my profile"]
        assert shell.run_completed("aws assume 'my") == ["assume", "my profile"]
    arn = "arn:aws:iam::333333333333:role/Reader"
    assert shell.run_completed("aws assume --role-arn arn:aws:iam::3") == [
        "assume", "--role-arn", arn,
    ]  # fmt: skip


def test_tab_after_exec(shell: InteractiveShell, tmp_path: Path) -> None:
    """After -- the shell completes a command and its files, and a file where one is expected."""
    (tmp_path / "bin" / "only-this-command").write_text("")
    (tmp_path / "bin" / "only-this-command").chmod(0o755)
    (tmp_path / "only-this-file").write_text("")
    if shell.name in ("tcsh", "zsh"):
        shell.type("rehash\n")
    words = ["assume", "exec", "production", "--"]
    line = " ".join(["aws", *words])

    assert shell.run_completed(f"{line} only-this-c") == [*words, "only-this-command"]
    assert shell.run_completed(f"{line} cat only-this-f") == [*words, "cat", "only-this-file"]
    assert shell.run_completed("aws assume --ca-bundle only-this-f") == [
        "assume", "--ca-bundle", "only-this-file",
    ]  # fmt: skip


def test_tab_without_the_plugin(enabled: User, tmp_path: Path) -> None:
    """If the plugin was removed, the AWS CLI's completer completes everything."""
    for name in SHELLS:
        text = enabled.script("completion", name).replace("complete.py", "gone.py")
        (tmp_path / name).write_text(text)
        terminal = InteractiveShell(name, str(tmp_path / name), enabled.env, str(tmp_path))
        terminal.listed("aws s3 ", "ls", "cp", "presign")
        terminal.leave()
