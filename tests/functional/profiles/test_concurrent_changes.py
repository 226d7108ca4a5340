"""What a user does to a profile while a verb waits for the lock is not undone."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Callable

import pytest
from awscli.customizations.configure.writer import ConfigFileWriter

from awscli_assume.profiles.writer import store
from support.sts_stub import ROLE_ARN

LONG_LIVED = {
    "aws_access_key_id": "AKIAFOREIGNFOREIGN00",
    "aws_secret_access_key": "foreign-secret",
}
TEMPORARY = {
    "aws_access_key_id": "ASIAFOREIGNFOREIGN00",
    "aws_secret_access_key": "foreign-secret",
    "aws_session_token": "foreign-token",
}


def while_waiting(monkeypatch: pytest.MonkeyPatch, action: Callable[[], None]) -> None:
    """Have something happen between the decision and the lock, once."""
    locked = store.files_locked

    @contextmanager
    def files_locked(paths):
        monkeypatch.setattr(store, "files_locked", locked)
        action()
        with locked(paths):
            yield

    monkeypatch.setattr(store, "files_locked", files_locked)


@pytest.mark.parametrize("keys", [LONG_LIVED, TEMPORARY], ids=["long-lived", "temporary"])
@pytest.mark.parametrize("verb", ["clear", "refresh"])
def test_keys_of_another_tool_survive(
    aws, monkeypatch: pytest.MonkeyPatch, verb: str, keys: dict[str, str]
) -> None:
    """Keys that a user set meanwhile are neither deleted nor overwritten, and it is said."""
    assert aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "p").code == 0

    def set_keys() -> None:
        ConfigFileWriter().update_config({"__section__": "p", **keys}, str(aws.credentials))

    while_waiting(monkeypatch, set_keys)
    done = aws("assume", verb, "--all")

    assert done.code != 0
    assert "'p'" in done.err
    section = aws.section(aws.credentials, "p")
    assert {name: section[name] for name in keys} == keys


@pytest.mark.parametrize("verb", ["clear", "refresh"])
def test_a_newer_role_survives(aws, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    """A profile that another run has given a new role meanwhile keeps that role."""
    assert aws("assume", "--role-arn", ROLE_ARN, "--update-profile", "p").code == 0

    def assume_another() -> None:
        other = f"{ROLE_ARN}-newer"
        assert aws("assume", "--role-arn", other, "--update-profile", "p").code == 0

    while_waiting(monkeypatch, assume_another)
    done = aws("assume", verb, "--all")

    assert done.code != 0
    assert "my-iam-role-newer" in aws.section(aws.credentials, "p")["x_principal_arn"]
    assert f"role-arn = {ROLE_ARN}-newer" in aws.config.read_text()
