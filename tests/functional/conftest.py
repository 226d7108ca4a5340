"""The CLI's own driver in this process, in a fresh HOME, against a scripted STS.

It is version 1 from PyPI, the one of the test environment: the official version
2 is frozen and can be run only, which is what tests/integration does.
"""

from __future__ import annotations

import configparser
import gc
import logging
import os
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, Iterator, Optional

import pytest
from awscli.clidriver import create_clidriver
from botocore.history import get_global_history_recorder

from awscli_assume import awscli_initialize
from awscli_assume.commands.assume import AssumeCommand
from awscli_assume.host.environment import Environment
from support import host_caches
from support.environment import IN_AN_HOUR, IN_TWELVE_HOURS, NOW
from support.sso_stub import SSO_PROFILE, SsoStub, write_sso_token
from support.sts_stub import (
    ACCOUNT,
    USER_KEY_ID,
    USER_SECRET,
    StsStub,
    assume_role_answer,
    session_answer,
)

# The loggers that --debug gives a handler to (clidriver.py).
LOGGERS = ("awscli", "botocore", "s3transfer", "urllib3")


@dataclass(frozen=True)
class Done:
    """How a command ended: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


class Driver:
    """``aws`` in this process, a new driver each time, with a user's files and variables."""

    def __init__(
        self, home: Path, stub: StsStub, capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        self.stub = stub
        self.config = home / ".aws" / "config"
        self.credentials = home / ".aws" / "credentials"
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        # Of every command, unless a call has its own.
        self.environment: Optional[Environment] = None
        self.config.parent.mkdir(mode=0o700)
        self.config.touch(0o600)
        self.credentials.touch(0o600)
        self.add_config("[plugins]\nassume = awscli_assume\n[default]\nregion = us-east-1\n")
        self.add_key("default", USER_KEY_ID, USER_SECRET)

    def __call__(self, *words: str, environment: Optional[Environment] = None) -> Done:
        """Run a command line; ``environment`` replaces the command's environment."""
        environment = environment if environment is not None else self.environment
        driver = create_clidriver()
        # Once more for a config file that does not enable the plugin.
        awscli_initialize(driver.session)
        if environment is not None:

            def replace(command_table: dict, session: object, **kwargs: object) -> None:
                command_table["assume"] = AssumeCommand(session, environment)

            driver.session.register("building-command-table.main", replace)
        self._capsys.readouterr()
        code = driver.main(list(words))
        captured = self._capsys.readouterr()
        return Done(code, captured.out, captured.err)

    def add_config(self, text: str) -> None:
        """Append sections to the config file."""
        with self.config.open("a") as file:
            file.write(text)

    def add_key(self, profile: str, key_id: str, secret: str, token: str = "") -> None:
        """Append a profile's access key to the credentials file."""
        with self.credentials.open("a") as file:
            file.write(f"[{profile}]\naws_access_key_id = {key_id}\n")
            file.write(f"aws_secret_access_key = {secret}\n")
            file.write(f"aws_session_token = {token}\n" if token else "")

    def set_variable(self, name: str, value: str) -> None:
        """Set an environment variable for this test."""
        self._monkeypatch.setenv(name, value)

    def section(self, path: Path, name: str) -> dict[str, str]:
        """Return a section of an INI file as Python's own parser reads it."""
        parser = configparser.RawConfigParser()
        parser.read(path)
        return dict(parser[name])

    def signers(self) -> list[str]:
        """Return the access key id that each request to STS was signed with."""
        pattern = re.compile(r"Credential=([^/]+)/")
        return [pattern.search(one["Authorization"]).group(1) for one in self.stub.headers]

    def files(self) -> tuple[bytes, bytes]:
        """Return the content of both files."""
        return self.config.read_bytes(), self.credentials.read_bytes()


@pytest.fixture
def aws(
    home: Path, clean_env: dict[str, str], sts_stub: StsStub,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> Driver:  # fmt: skip
    """Return the driver of a user with a key, a region and the plugin."""
    for name in list(os.environ):
        # The CLI itself sets AWS_DATA_PATH when it is imported (awscli/__init__.py).
        is_ours = name.upper().startswith("AWS_") and name != "AWS_DATA_PATH"
        if is_ours or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name, value in clean_env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", sts_stub.url)
    # Two paths that the CLI makes of HOME when it is imported.
    history = home / ".aws" / "cli" / "history" / "history.db"
    monkeypatch.setenv("AWS_CLI_HISTORY_FILE", str(history))
    cache = str(home / ".aws" / "cli" / "cache")
    monkeypatch.setattr("awscli.customizations.assumerole.CACHE_DIR", cache)
    monkeypatch.setattr("awscli_assume.host.CACHE_DIR", cache)
    monkeypatch.chdir(home)
    return Driver(home, sts_stub, capsys, monkeypatch)


@pytest.fixture
def sso(aws: Driver, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SsoStub]:
    """Return the portal of a user who is signed in to the SSO profile ``dev``."""
    # botocore makes the path of HOME when it is imported.
    for owner in ("credentials.SSOProvider", "tokens.SSOTokenProvider"):
        name = f"botocore.{owner}._SSO_TOKEN_CACHE_DIR"
        monkeypatch.setattr(name, str(home / ".aws" / "sso" / "cache"))
    aws.add_config(SSO_PROFILE)
    write_sso_token(home)
    aws.stub.caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/Developer/alice"
    with SsoStub() as stub:
        for name, value in stub.variables().items():
            aws.set_variable(name, value)
        yield stub


@pytest.fixture
def set_clock(aws: Driver) -> Callable[..., None]:
    """Return a setter of the minutes after NOW; all sessions expire an hour after NOW.

    It takes other fields of the environment as well.
    """

    def answer(parameters: dict[str, str]) -> Any:
        if parameters["Action"] == "AssumeRole":
            role, name = parameters["RoleArn"], parameters["RoleSessionName"]
            return assume_role_answer(role, name, IN_AN_HOUR)
        is_session = parameters["Action"] == "GetSessionToken"
        return session_answer(expiration=IN_TWELVE_HOURS) if is_session else None

    aws.stub.script = answer

    def set_minutes(minutes: float = 0, **fields: Any) -> None:
        aws.environment = Environment(now=lambda: NOW + timedelta(minutes=minutes), **fields)

    set_minutes()
    return set_minutes


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Return the environment of each command that `aws assume exec` would have run."""
    environments: list[dict[str, str]] = []

    def run(path: str, command: Any, environment: dict[str, str]) -> int:
        environments.append(environment)
        return 0

    monkeypatch.setattr("awscli_assume.commands.exec.become", run)
    monkeypatch.setattr("awscli_assume.workflow.run.with_endpoint.run", run)
    return environments


@pytest.fixture
def endpoint_renews_once(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Any]]:
    """Replace the command of `exec --auto-refresh` by one renewal of the endpoint.

    Return a list of functions, which are called before the renewal.
    """
    before: list[Callable[[], Any]] = []
    renewals: list[Callable[[], Any]] = []

    def make_renewer(first: Any, again: Callable[[], Any], now: Any) -> Any:
        renewals.append(again)
        return SimpleNamespace(current=lambda: first)

    def run(*arguments: Any) -> int:
        for function in (*before, *renewals):
            function()
        return 0

    monkeypatch.setattr("awscli_assume.workflow.run.with_endpoint.Renewer", make_renewer)
    monkeypatch.setattr("awscli_assume.workflow.run.with_endpoint.run", run)
    return before


@pytest.fixture
def version_2(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this version 1 one that has `aws sso login`."""
    for module in ("aws.sso.login", "workflow.credentials.login"):
        monkeypatch.setattr(f"awscli_assume.{module}.HAS_SIGN_IN", True)


_host_caches = host_caches.replacements()


@pytest.fixture(autouse=True)
def _one_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all drivers of this process share what they compute from botocore's own files."""
    for holder, name, value in _host_caches:
        monkeypatch.setattr(holder, name, value)


@pytest.fixture(autouse=True)
def _process_as_it_was():
    """Take back what a driver leaves in the process: handlers, levels, history, frozen garbage."""
    recorder = get_global_history_recorder()
    handlers = {name: list(logging.getLogger(name).handlers) for name in LOGGERS}
    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    yield
    gc.unfreeze()
    recorder.disable()
    recorder._handlers.clear()
    for name in LOGGERS:
        logging.getLogger(name).handlers[:] = handlers[name]
        logging.getLogger(name).setLevel(levels[name])
