"""A command that is forked from a running AWS CLI behaves like a new process."""

from __future__ import annotations

from typing import Callable

import pytest

from support.sts_stub import ROLE_ARN, StsStub

COMMANDS = {
    "success": ("sts", "get-caller-identity"),
    "plugin": ("assume", "list", "--output", "json"),
    "refused": ("assume", "--role-arn", f"{ROLE_ARN}/x y"),
    "not known": ("assume", "--no-such-option"),
    "no profile": ("s3", "ls", "--profile", "nosuch"),
    "exec": ("assume", "exec", "--role-arn", ROLE_ARN, "--", "sh", "-c", "echo out; exit 7"),
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_forked_command_is_a_new_process(
    words: tuple[str, ...],
    make_person: Callable,
    sts_stub: StsStub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit code and both streams are the same."""
    person = make_person(sts_stub.url)
    forked = person.aws(*words)
    monkeypatch.setenv("AWSCLI_ASSUME_TEST_COLD", "1")
    started = person.aws(*words)
    assert (forked.returncode, forked.stdout, forked.stderr) == (
        started.returncode,
        started.stdout,
        started.stderr,
    )
