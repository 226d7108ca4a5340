"""The AWS CLI's own driver, for commands in this process."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import pytest

from awscli_assume.host.driver import (
    fits,
    forget_debug,
    leave_native_threads,
    load_command,
    make_driver,
    own_variables,
    run_driver,
)


@pytest.fixture(autouse=True)
def _arguments(monkeypatch: pytest.MonkeyPatch, home: object, clean_env: dict[str, str]) -> None:
    monkeypatch.setattr(sys, "argv", ["aws"])
    for name, value in clean_env.items():
        monkeypatch.setenv(name, value)


def run(*words: str) -> tuple[int, list[str]]:
    seen: list[str] = []
    code = run_driver(make_driver(words, lambda: seen.append("session")), words)
    return code, seen


def test_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """They are those of the AWS CLI, also where its parser ends the program."""
    assert run("--version") == (0, [])
    assert capsys.readouterr().out.startswith("aws-cli/")
    assert run("configure", "list") == (0, ["session"])
    assert run("configure", "get", "nothing")[0] == 1
    assert run("no-such-service")[0] != 0
    assert sys.argv == ["aws", "no-such-service"]


def test_loaded_command_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """What a command needs may be loaded before; another command runs as well."""
    driver = make_driver(("sts", "get-caller-identity"), lambda: None)
    for words in (("--region", "x", "sts", "help"), ("configure", "list"), ("s3",), ("nothing",)):
        load_command(driver, words, "eu-west-1")
    assert run_driver(driver, ("configure", "list")) == 0


def test_words_that_need_a_driver_of_their_own() -> None:
    """Version 2 reads --debug when it makes the driver."""
    assert fits(("s3", "ls"))
    assert not fits(("s3", "ls", "--debug"))


def test_native_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A forked process does not start the native logger again."""
    calls: list[str] = []

    def disable() -> None:
        calls.append("native")

    from awscli import clidriver

    monkeypatch.setattr(clidriver, "disable_crt_logging", disable, raising=False)
    leave_native_threads()
    found: Any = clidriver
    found.disable_crt_logging()
    assert calls == []


def test_debug_of_another_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The handlers of --debug are removed."""
    monkeypatch.setattr(logging.getLogger("botocore"), "handlers", [logging.NullHandler()])
    forget_debug()
    assert logging.getLogger("botocore").handlers == []


def test_own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the AWS CLI has set for itself, and the user has not."""
    monkeypatch.setenv("MINE", "1")
    found = own_variables()
    assert "MINE" not in found
    assert found.get("AWS_DATA_PATH") == os.environ.get("AWS_DATA_PATH")
