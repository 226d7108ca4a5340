"""A source profile that is a role behind an MFA device, in the CLI's own driver."""

from __future__ import annotations

import pytest

from support.sts_stub import ACCOUNT, MFA_SERIAL, ROLE_ARN

BEHIND_SOURCE = (
    f"[profile behind]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/behind\nsource_profile = default\n"
    "region = us-east-1\n"
)
ON_BEHIND = f"[profile top]\nrole_arn = {ROLE_ARN}\nsource_profile = behind\nregion = us-east-1\n"
WAYS_TO_SOURCE = [
    ("--role-arn", ROLE_ARN, "--profile", "behind"),
    ("top",),
    ("--copy-source", "--profile", "behind"),
    ("--copy-source", "--profile", "top"),
    ("export", "--copy-source", "--profile", "behind"),
    ("export", "top"),
    ("refresh", "--update-profile", "role"),
    ("refresh", "--update-profile", "copy"),
    ("refresh", "--all"),
]


@pytest.fixture
def behind(aws, home, monkeypatch):
    """Return the driver of a user whose source has come to be behind MFA, without a terminal."""
    aws.add_config(ON_BEHIND + BEHIND_SOURCE)
    for words in (("--role-arn", ROLE_ARN, "--update-profile", "role"),
                  ("--copy-source", "--update-profile", "copy")):  # fmt: skip
        assert aws("assume", *words, "--profile", "behind").code == 0
    forget(home, aws)
    add(aws, "profile behind", f"mfa_serial = {MFA_SERIAL}")

    def leave(question: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", leave)
    return aws


def forget(home, aws) -> None:
    """Remove the sessions that the CLI keeps, and what STS was asked."""
    for one in (home / ".aws" / "cli" / "cache").glob("*.json"):
        one.unlink()
    aws.stub.requests.clear()


def add(aws, section: str, line: str) -> None:
    """Give a section of the config file one more line."""
    text = aws.config.read_text()
    assert f"[{section}]\n" in text
    aws.config.write_text(text.replace(f"[{section}]\n", f"[{section}]\n{line}\n"))


@pytest.mark.parametrize("words", WAYS_TO_SOURCE, ids=" ".join)
def test_a_source_behind_mfa_without_a_terminal(behind, words: tuple[str, ...]) -> None:
    """The device is named, and what to do; no error is empty."""
    before = behind.files()
    done = behind("assume", *words)

    assert done.code != 0
    assert f"The MFA device {MFA_SERIAL} of the source profile needs a code" in done.err
    assert "mfa_process" in done.err
    assert behind.files() == before


@pytest.mark.parametrize("words", WAYS_TO_SOURCE, ids=" ".join)
def test_a_command_answers_the_code_of_a_source(behind, words: tuple[str, ...]) -> None:
    """mfa_process of the profile that has the device is run, by every verb."""
    add(behind, "profile behind", "mfa_process = echo 918273")
    done = behind("assume", *words)

    assert done.code == 0, done.err
    assert behind.stub.requests[0]["TokenCode"] == "918273"


@pytest.mark.parametrize("line", ["exit 3", "echo 12345"])
def test_a_command_of_a_source_that_fails_is_named(behind, line: str) -> None:
    """Its profile is named and its first word, as for a device of the role's own."""
    add(behind, "profile behind", f'mfa_process = sh -c "{line}"')
    done = behind("assume", "top")

    assert "mfa_process of the profile 'behind': the command sh" in done.err
    assert line not in done.err


def test_the_command_of_a_profile_behind_answers(behind) -> None:
    """Where the profile that has the device has no command, its own source's is run."""
    add(behind, "default", "mfa_process = echo 918273")
    done = behind("assume", "top")

    assert done.code == 0, done.err
    assert behind.stub.requests[0]["TokenCode"] == "918273"


def test_the_command_before_the_device_is_not_run(behind, home) -> None:
    """A command is for the device of its own profile, or of one that has it as its source."""
    add(behind, "profile top", "mfa_process = touch ran")
    done = behind("assume", "--copy-source", "--profile", "top")

    assert f"The MFA device {MFA_SERIAL} of the source profile" in done.err
    assert not (home / "ran").exists()
