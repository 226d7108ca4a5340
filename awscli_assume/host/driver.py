"""The AWS CLI's own driver, for commands that run in a process of this AWS CLI."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any, Callable, Optional, Sequence

from awscli import clidriver

from awscli_assume.host import DEBUG_LOGGERS, user_environment

# On macOS, system frameworks that Python uses (proxies) fail in a forked process. Windows can't
# fork.
CAN_FORK_COMMANDS = os.name == "posix" and sys.platform != "darwin"
_DEBUG = "--debug"


def make_driver(words: Sequence[str], on_session: Callable[[], None]) -> Any:
    """Return a driver for a command line without ``aws``.

    ``on_session`` is called when the session of the command is ready, after the CLI's handlers.
    """
    # Version 2 sets up --debug when it makes the driver (clidriver.py, from 2.11.0).
    has_entry_point = hasattr(clidriver, "AWSCLIEntryPoint")
    driver = clidriver.create_clidriver(*([list(words)] if has_entry_point else []))
    emitter = driver.session.get_component("event_emitter")
    emitter.register_last("session-initialized", lambda **_: on_session())
    return driver


def forget_debug() -> None:
    """Take back what ``--debug`` of this process has set up: a command has its own ``--debug``."""
    for name in DEBUG_LOGGERS:
        logging.getLogger(name).handlers.clear()


def leave_native_threads() -> None:
    """Leave alone what needs a native thread of the process that this one was forked from.

    Version 2 starts the logger of the AWS Common Runtime with each command, or sets its level. To
    start it again, versions up to at least 2.22.12 wait for a thread that a forked process lacks.
    """
    for name in ("enable_crt_logging", "disable_crt_logging"):
        if hasattr(clidriver, name):
            setattr(clidriver, name, lambda: None)


def run_driver(driver: Any, words: Sequence[str]) -> int:
    """Run a command line and return its exit code, as the ``main`` of this AWS CLI does."""
    sys.argv[1:] = words
    try:
        if hasattr(clidriver, "AWSCLIEntryPoint"):
            code = clidriver.AWSCLIEntryPoint(driver).main(list(words))
        else:
            code = driver.main(list(words))
    except SystemExit as error:
        code = error.code
    if code is None or isinstance(code, int):
        return code or 0
    sys.stderr.write(f"{code}\n")
    return 1


def fits(words: Sequence[str]) -> bool:
    """Return whether a driver that was made for other words can run these."""
    return _DEBUG not in words


def load_command(driver: Any, words: Sequence[str], region: Optional[str]) -> None:
    """Load what a command line needs: the table of its service, its model and its client.

    The client has keys that nobody has, and sends nothing.
    """
    table = driver._get_command_table()
    name = next((word for word in words if word in table), None)
    if name is None:
        return
    command = table[name]
    # Version 1 has no public name for the table of a service.
    if not hasattr(command, "subcommand_table"):
        command._get_command_table()
    else:
        command.subcommand_table  # noqa: B018 - the command loads its table here
    service = getattr(command, "_service_name", name)
    if service in driver.session.get_available_services():
        driver.session.create_client(
            service,
            region_name=region or "us-east-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",  # noqa: S106 - no secret
        )


def own_variables() -> dict[str, str]:
    """Return the variables that this AWS CLI has changed for itself in its own environment."""
    of_user = user_environment(os.environ)
    return {name: value for name, value in os.environ.items() if of_user.get(name) != value}
