"""Credentials are kept out of the CLI's logs and history during AWS calls."""

from __future__ import annotations

import io
import logging
from contextlib import suppress
from typing import Iterator

import pytest

from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.host import get_global_history_recorder

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"


@pytest.fixture
def debug_log() -> Iterator[io.StringIO]:
    """Do what `--debug` does: a stream handler on the loggers of botocore and of the CLI."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s - %(message)s"))
    loggers = [logging.getLogger(name) for name in ("botocore", "awscli", "urllib3")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield stream
    for logger, level in zip(loggers, levels):
        logger.removeHandler(handler)
        logger.setLevel(level)


@pytest.fixture(params=[True, False], ids=["recording", "not recording"])
def was_recording(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Set the recorder's state as `cli_history` does, and restore it afterwards."""
    recorder = get_global_history_recorder()
    before = recorder._enabled
    recorder._enabled = request.param
    yield request.param
    recorder._enabled = before


@pytest.mark.parametrize(
    ("name", "text", "arguments"),
    [
        ("botocore.parsers", "Response body:\n%s", (f"<SecretAccessKey>{SECRET}<",)),
        ("botocore.parsers", "Response body:\n%s", (f"<SessionToken>{SECRET}<".encode(),)),
        ("botocore.endpoint", "Making request with %s", ({"X-Amz-Security-Token": SECRET},)),
        ("botocore.auth", f"x-amz-security-token:{SECRET}", ()),
        ("botocore.hooks", "body %s", (f"Action=AssumeRole&TokenCode={SECRET}",)),
        ("botocore.hooks", "%(params)s", ({"params": {"WebIdentityToken": SECRET}},)),
        ("botocore.hooks", "SAMLAssertion=%s", (SECRET,)),
        ("botocore.endpoint", "Authorization: AWS4-HMAC-SHA256 %s", (SECRET,)),
        ("awscli.clidriver", "aws_session_token = %s", (SECRET,)),
        ("awscli.clidriver", '{"secret_access_key": "%s"}', (SECRET,)),
        ("awscli.assume.sts", "AWS_SECRET_ACCESS_KEY=%s", (SECRET,)),
        ("urllib3.connectionpool", "session-token %s", (SECRET,)),
        ("urllib3.connectionpool", '"GET /federation?Action=x&y=%s HTTP/1.1"', (SECRET,)),
        ("urllib3.connectionpool", "/oauth?Action=logout&redirect_uri=%s", (SECRET,)),
        ("botocore.endpoint", '{"sessionId": "x", "sessionKey": "%s"}', (SECRET,)),
        # IAM Identity Center, when the source's own login is renewed.
        ("botocore.endpoint", "headers: {'x-amz-sso_bearer_token': '%s'}", (SECRET,)),
        ("botocore.parsers", "Response body:\n%s", (f'{{"accessToken":"{SECRET}"}}'.encode(),)),
        ("botocore.parsers", "Response body:\n%s", (f'{{"refreshToken":"{SECRET}"}}'.encode(),)),
    ],
)
def test_record_that_may_hold_credentials(
    debug_log: io.StringIO, name: str, text: str, arguments: tuple[object, ...]
) -> None:
    """A log record that may contain credentials is replaced by a notice of the same logger."""
    with credentials_redacted():
        logging.getLogger(name).debug(text, *arguments)

    assert SECRET not in debug_log.getvalue()
    assert debug_log.getvalue().startswith(f"{name} - (redacted by aws assume")


def test_traceback_that_may_hold_credentials(debug_log: io.StringIO) -> None:
    """A logged traceback that may contain credentials is redacted."""
    with credentials_redacted():
        try:
            raise ValueError(f"<SecretAccessKey>{SECRET}</SecretAccessKey>")
        except ValueError:
            logging.getLogger("botocore.endpoint").debug("Exception received", exc_info=True)

    assert SECRET not in debug_log.getvalue()


def test_other_record_is_unchanged(debug_log: io.StringIO) -> None:
    """A record without the name of a secret is logged unchanged."""
    with credentials_redacted():
        logging.getLogger("botocore.hooks").debug("Event %s: calling handler", "before-call")

    assert debug_log.getvalue() == "botocore.hooks - Event before-call: calling handler\n"


def test_record_that_cannot_be_formatted(debug_log: io.StringIO) -> None:
    """A record whose arguments do not fit does not break the AWS call."""
    raising = logging.raiseExceptions
    logging.raiseExceptions = False
    try:
        with credentials_redacted():
            logging.getLogger("botocore.hooks").debug("%d", "no number")
    finally:
        logging.raiseExceptions = raising

    assert "no number" not in debug_log.getvalue()


@pytest.mark.parametrize("fails", [False, True])
def test_logs_afterwards_are_unchanged(debug_log: io.StringIO, fails: bool) -> None:
    """After the block, also after an exception, the CLI logs as before."""
    (handler,) = logging.getLogger("botocore").handlers[-1:]
    before = list(handler.filters)

    with suppress(RuntimeError), credentials_redacted():
        if fails:
            raise RuntimeError
    logging.getLogger("botocore.parsers").debug("SessionToken: %s", "plain")

    assert handler.filters == before
    assert debug_log.getvalue() == "botocore.parsers - SessionToken: plain\n"


@pytest.mark.parametrize("fails", [False, True])
def test_history_records_nothing_inside(was_recording: bool, fails: bool) -> None:
    """The history recorder is off inside the block; afterwards its state is restored."""
    recorder = get_global_history_recorder()
    inside = []

    with suppress(RuntimeError), credentials_redacted():
        inside.append(recorder._enabled)
        if fails:
            raise RuntimeError

    assert inside == [False]
    assert recorder._enabled is was_recording


def test_nested_blocks(debug_log: io.StringIO, was_recording: bool) -> None:
    """The end of an inner block does not end the outer one."""
    recorder = get_global_history_recorder()

    with credentials_redacted():
        with credentials_redacted():
            pass
        logging.getLogger("botocore.parsers").debug("SessionToken: %s", SECRET)
        inside = recorder._enabled

    assert inside is False
    assert SECRET not in debug_log.getvalue()
    assert recorder._enabled is was_recording
