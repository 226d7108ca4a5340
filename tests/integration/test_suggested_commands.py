"""The commands that messages suggest: each is executed as it is printed, and works."""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import Callable, Optional

import pytest

from support.person import Person
from support.sts_stub import Answer, StsStub, refusal

pytestmark = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
TEMPORARY = """[temporary]
aws_access_key_id = ASIATEMPTEMPTEMPTEMP
aws_secret_access_key = secret
aws_session_token = token
[wrong]
aws_access_key_id = AKIAWRONGWRONGWR9876
aws_secret_access_key = secret
"""
COMMAND = re.compile(r"(?:Try|To see [\w' ]+|To [\w' ]+): (aws [^.\n]+)")


@pytest.fixture
def bob(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user with temporary and wrong keys, whose STS is scripted."""
    person = make_person(sts_stub.url)
    with person.credentials.open("a") as file:
        file.write(TEMPORARY)
    with person.config.open("a") as file:
        for name in ("temporary", "wrong"):
            file.write(f"[profile {name}]\nregion = us-east-1\n")
    return person


def suggested(text: str) -> list[list[str]]:
    """Return the words of each command of a message, after ``aws``."""
    return [shlex.split(found)[1:] for found in COMMAND.findall(text)]


@pytest.mark.parametrize("code", ["InvalidClientTokenId", "SignatureDoesNotMatch"])
def test_wrong_keys_are_those_of_the_profile(bob: Person, sts_stub: StsStub, code: str) -> None:
    """`aws configure list` is printed with the profile at fault, and shows its key."""
    sts_stub.script = lambda parameters: refusal(403, code, "The token is invalid")

    done = bob.aws("assume", "my-iam-role", "--profile", "wrong")

    assert suggested(done.stderr)[-1] == ["configure", "list", "--profile", "wrong"]
    again = bob.aws(*suggested(done.stderr)[-1])
    assert again.returncode == 0
    assert "9876" in again.stdout


def test_a_copy_is_suggested_where_there_is_one(bob: Person) -> None:
    """Long-lived keys can't be copied, and explain has no such option."""
    for words in (("assume",), ("assume", "explain", "--profile", "temporary")):
        done = bob.aws(*words)
        assert done.returncode == 252
        assert "No role was named" in done.stderr
        assert "--copy-source" not in done.stderr
    done = bob.aws("assume", "--profile", "temporary")
    assert done.stderr.rstrip().endswith("--copy-source")
    done = bob.aws("assume", "--profile", "temporary", "--copy-source")
    assert done.returncode == 0, done.stderr


def test_a_profile_that_is_not_ours(bob: Person, sts_stub: StsStub) -> None:
    """The commands about profiles work as printed."""
    for words in (
        ("assume", "refresh", "default"),
        ("assume", "clear", "nobody"),
        ("assume", "r", "--profile", "nobody"),
        ("assume", "refesh"),
    ):
        done = bob.aws(*words)
        assert done.returncode != 0
        for command in suggested(done.stderr):
            again = bob.aws(*command)
            # There is nothing yet that could be refreshed.
            assert again.returncode == 0 or command == ["assume", "refresh"], again.stderr


def test_a_denied_role(bob: Person, sts_stub: StsStub) -> None:
    """`explain` runs with what the message gives it."""
    sts_stub.script = deny
    done = bob.aws("assume", "team/dev/my-iam-role", "--account-id", "123456789012")
    sts_stub.script = lambda parameters: None

    explain = [command for command in suggested(done.stderr) if "explain" in command]
    assert len(explain) == 1, done.stderr
    assert bob.aws(*explain[0]).returncode in (0, 1, 3)


def test_a_read_only_file_system(bob: Person, sts_stub: StsStub) -> None:
    """No chmod is suggested, which would fail there, but the verbs that write nothing."""
    folder = shlex.quote(str(bob.home / ".aws"))
    read_only = f"mount --bind {folder} {folder} && mount -o remount,bind,ro {folder}"

    def run(words: str) -> subprocess.CompletedProcess:
        script = f"{read_only} || exit 99; exec {shlex.join(bob.words('assume'))} {words}"
        return subprocess.run(
            ["unshare", "-m", "sh", "-c", script],
            env=bob.variables(), capture_output=True, text=True, check=False,
        )  # fmt: skip

    done = run("my-iam-role")
    if done.returncode in (1, 99) and "is read-only" not in done.stderr:
        pytest.skip(f"a read-only mount needs the rights of root: {done.stderr}")

    assert done.returncode == 253, done.stderr
    assert "chmod" not in done.stderr
    assert sts_stub.actions == []
    advice = done.stderr.partition("To use a role without writing files: ")[2]
    suggested = advice.strip().split(", or ")
    assert suggested == ["aws assume exec ROLE -- COMMAND", "aws assume export ROLE"]
    for words in ("exec my-iam-role -- true", "export my-iam-role"):
        done = run(words)
        assert done.returncode == 0, done.stderr


def deny(parameters: dict[str, str]) -> Optional[Answer]:
    """Deny AssumeRole."""
    if parameters["Action"] != "AssumeRole":
        return None
    return refusal(403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole")
