"""No credential leaves the driver by --debug or by the CLI's history."""

from __future__ import annotations

import logging

import pytest
from botocore.history import get_global_history_recorder

from support.environment import PromptedUser
from support.sts_stub import ACCOUNT, ROLE_ARN, assume_role_answer, refusal

# Each is recognized by any part of it that is longer than a few characters.
SOURCE_SECRET, SOURCE_TOKEN = "SourceSecret" * 3, "SourceToken" * 20
ANSWER_SECRET, ANSWER_TOKEN = "AnswerSecret" * 3, "AnswerToken" * 20
MARKS = ("SourceSecret", "SourceToken", "AnswerSecret", "AnswerToken")


@pytest.fixture
def watched(aws):
    """Return the driver of a user with a temporary key who records a history."""
    aws.add_config("[profile watched]\ncli_history = enabled\nregion = us-east-1\n")
    aws.add_key("watched", "ASIASOURCESOURCESOU1", SOURCE_SECRET, SOURCE_TOKEN)
    aws.stub.script = lambda request: (
        assume_role_answer(request["RoleArn"], "s1", secret=ANSWER_SECRET, token=ANSWER_TOKEN)
        if request["Action"] == "AssumeRole"
        else None
    )
    return aws


def history(aws) -> bytes:
    """Return everything that the CLI's history holds."""
    folder = aws.config.parent / "cli" / "history"
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_success_leaves_no_credential_behind(watched) -> None:
    """Neither those of the answer nor those of the source are shown or recorded."""
    done = watched("assume", "--role-name", "my-iam-role", "--profile", "watched", "--debug")

    assert done.code == 0, done.err
    assert "CLI version" in done.err  # --debug is on
    assert b"CLI_ARGUMENTS" in history(watched)  # and so is the history
    for mark in MARKS:
        assert mark not in done.out, mark
        assert mark not in done.err, mark
        assert mark.encode() not in history(watched), mark


def test_the_clis_own_command_is_what_would_leak(watched) -> None:
    """The same test sees them where nobody withholds them, so it can fail."""
    done = watched("sts", "assume-role", "--role-arn", ROLE_ARN, "--role-session-name", "s1",
                   "--profile", "watched", "--debug")  # fmt: skip

    for mark in ("AnswerSecret", "AnswerToken", "SourceToken"):
        assert mark in done.err
    for mark in ("AnswerSecret", "AnswerToken"):
        assert mark.encode() in history(watched)


def test_a_token_code_typed_is_in_no_log(watched) -> None:
    """The code is a secret for half a minute."""

    done = watched(
        "assume", "--role-arn", ROLE_ARN, "--profile", "watched", "--debug",
        "--serial-number", f"arn:aws:iam::{ACCOUNT}:mfa/alice",
        environment=PromptedUser("918273").environment,
    )  # fmt: skip

    assert done.code == 0, done.err
    assert watched.stub.requests[0]["TokenCode"] == "918273"
    assert "918273" not in done.out + done.err
    assert b"918273" not in history(watched)


@pytest.mark.parametrize("refused", [False, True])
def test_log_and_history_go_on_afterwards(watched, refused: bool) -> None:
    """Recorder and handlers are as before, whether STS agreed or not."""
    if refused:
        watched.stub.script = lambda request: refusal(403, "AccessDenied", "no")
    watched("assume", "--role-arn", ROLE_ARN, "--profile", "watched", "--debug")

    assert get_global_history_recorder()._enabled
    handlers = logging.getLogger("botocore").handlers
    assert handlers
    assert all(handler.filters == [] for handler in handlers)
