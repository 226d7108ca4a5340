"""Command lines of the AWS CLI in processes forked from one that is ready to run them."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import traceback
from contextlib import ExitStack
from typing import Mapping, Optional, Sequence

from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.host.driver import (
    fits,
    forget_debug,
    leave_native_threads,
    load_command,
    make_driver,
    own_variables,
    run_driver,
)
from awscli_assume.workflow.each.command_server import Request

# Contexts to the end of the process.
_TO_THE_END = ExitStack()
# The exit code of Python if it can't flush its streams at the end.
_NOT_FLUSHED = 120


class AwsCommands:
    """Runs command lines as ``aws`` would, with what most of them load loaded before.

    ``environment`` is that of the commands without their credentials, and ``words`` is one of
    them, with ``aws``.
    """

    def __init__(
        self, words: Sequence[str], environment: Mapping[str, str], region: Optional[str]
    ) -> None:
        self._words = words[1:]
        self._environment = environment
        self._region = region
        self._driver: object = None
        self._own: dict[str, str] = {}

    def prepare(self) -> None:
        """Load what the commands need. Called in the server, which starts no threads."""
        self._own = own_variables()
        self._use(self._environment)
        # Those of the process that the server was forked from.
        atexit._clear()
        forget_debug()
        leave_native_threads()
        _keep_secrets_out()
        self._driver = make_driver(self._words, _keep_secrets_out)
        load_command(self._driver, self._words, self._region)

    def run(self, request: Request) -> int:
        """Run a command line in this process, which ends afterwards. Returns the exit code."""
        self._use(request.environment)
        words = request.words[1:]
        _use_pipes()
        try:
            is_ready = self._driver is not None and fits(words)
            driver = self._driver if is_ready else make_driver(words, _keep_secrets_out)
            code = run_driver(driver, words)
        except BaseException:
            traceback.print_exc()
            code = 255
        # What Python does when it ends: threads, exit handlers, streams.
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        return code if _flushed() else code or _NOT_FLUSHED

    def _use(self, environment: Mapping[str, str]) -> None:
        os.environ.clear()
        os.environ.update({**environment, **self._own})


def _keep_secrets_out() -> None:
    """Redact the logs, and disable the history, to the end of this process.

    Both would contain the session token of the role.
    """
    _TO_THE_END.enter_context(credentials_redacted())


def _use_pipes() -> None:
    """Let Python's streams write to the pipes of the command."""
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if stream is None:
            # It was closed when the AWS CLI started (>&-).
            setattr(sys, name, open(descriptor, "w", closefd=False))  # noqa: SIM115 - to the end
        elif name == "stdout" and hasattr(stream, "reconfigure"):
            # The terminal of the AWS CLI's own process had a flush after each line.
            stream.reconfigure(line_buffering=False)


def _flushed() -> bool:
    is_flushed = True
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            is_flushed = False
    return is_flushed
