"""`eval "$(aws assume export ROLE)"`, and again in the same shell."""

from __future__ import annotations

import subprocess
from typing import Callable

import pytest

from support.person import Person
from support.sts_stub import ACCESS_KEY_ID, ROLE_ARN, SECRET, TOKEN, StsStub, refusal

pytestmark = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
OTHER_ARN = ROLE_ARN.replace("my-iam-role", "other-role")
EVAL = {
    "bash": 'eval "$(aws assume export {words})"',
    "zsh": 'eval "$(aws assume export {words})"',
    "fish": "aws assume export {words} | source",
}


@pytest.fixture
def bob(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user with the profile ``work``, and no keys elsewhere."""
    person = make_person(sts_stub.url)
    keys = person.credentials.read_text().replace("[default]", "[work]")
    person.credentials.write_text(keys)
    with person.config.open("a") as file:
        file.write(f"[profile admin]\nrole_arn = {ROLE_ARN}\nsource_profile = work\n")
        # A role profile takes no region from its source, as in the CLI.
        file.write("region = us-east-1\n")
        file.write("[profile work]\nregion = us-east-1\n")
    return person


def run(bob: Person, shell: str, script: str) -> subprocess.CompletedProcess:
    """Run a script in a shell, whose name is in SHELL as after a login."""
    return subprocess.run(
        [shell, "-c", script], env=bob.forked_variables(SHELL=f"/usr/bin/{shell}"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("shell", EVAL)
def test_the_default_is_the_form_of_the_shell(bob: Person, sts_stub: StsStub, shell: str) -> None:
    """Without a format, the shell has the variables; a second run signs with the source's keys."""
    first = EVAL[shell].format(words="my-iam-role --profile work")
    again = EVAL[shell].format(words="my-iam-role")

    done = run(
        bob,
        shell,
        f"{first}; and env; and {again}" if shell == "fish" else f"{first} && env && {again}",
    )

    assert done.returncode == 0, done.stderr
    assert f"AWS_ACCESS_KEY_ID={ACCESS_KEY_ID}" in done.stdout
    assert f"AWS_SESSION_TOKEN={TOKEN}" in done.stdout
    assert "AWS_ASSUME_SOURCE_PROFILE=work" in done.stdout
    signers = [headers["Authorization"] for headers in sts_stub.headers]
    assert len(signers) >= 2
    assert not any(ACCESS_KEY_ID in signer for signer in signers)


def test_a_profile_with_the_role_again(bob: Person, sts_stub: StsStub) -> None:
    """The profile that named the role does so again, without being named."""
    script = 'eval "$(aws assume export --profile admin)" && aws assume export --format process'

    done = run(bob, "bash", f"{script} --no-cache")

    assert SECRET in done.stdout, done.stderr
    assert sts_stub.actions.count("AssumeRole") == 2
    assert not any(ACCESS_KEY_ID in one["Authorization"] for one in sts_stub.headers)


def test_another_role_names_the_source(bob: Person, sts_stub: StsStub) -> None:
    """Another role is role chaining; a denial names the source, and the command works."""
    shell = 'eval "$(aws assume export my-iam-role --profile work)"'
    sts_stub.script = lambda parameters: (
        refusal(403, "AccessDenied", "not authorized: sts:AssumeRole")
        if parameters.get("RoleArn") == OTHER_ARN
        and "X-Amz-Security-Token" in sts_stub.headers[-1]
        else None
    )

    done = run(bob, "bash", f"{shell}; aws assume export {OTHER_ARN}")

    assert f"The keys in this environment are those of {ROLE_ARN}" in done.stderr
    assert "--profile work" in done.stderr
    done = run(bob, "bash", f"{shell}; aws assume export {OTHER_ARN} --profile work")
    assert done.returncode == 0, done.stderr


def test_keys_of_the_user_are_the_source(bob: Person, sts_stub: StsStub) -> None:
    """Keys that the user sets afterwards are theirs, whatever we have left in the shell."""
    script = (
        'eval "$(aws assume export my-iam-role --profile work)"; unset AWS_SESSION_TOKEN; '
        "export AWS_ACCESS_KEY_ID=AKIAOTHEROTHEROTHER1; aws assume export my-iam-role"
    )

    done = run(bob, "bash", script)

    assert done.returncode == 0, done.stderr
    assert "AKIAOTHEROTHEROTHER1" in sts_stub.headers[-1]["Authorization"]
