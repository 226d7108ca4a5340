"""The one object of a command on stdout, through the CLI's own formatter."""

from __future__ import annotations

import sys
from typing import Any

from awscli_assume.host import get_formatter
from awscli_assume.host.environment import Environment


def print_object(
    session: Any, parsed_globals: Any, name: str, answer: Any, environment: Environment
) -> None:
    """Print an object as ``--output`` and ``--query``, or the configuration, say."""
    output = parsed_globals.output or session.get_config_variable("output")
    get_formatter(output, parsed_globals)(name, answer, environment.out)


def print_table_to_people(
    session: Any, parsed_globals: Any, name: str, answer: Any, environment: Environment
) -> None:
    """Print an object as a table on a terminal where nobody has chosen a format; else as usual."""
    stream = environment.out if environment.out is not None else sys.stdout
    chosen = (
        parsed_globals.output
        or environment.variables.get("AWS_DEFAULT_OUTPUT")
        or _scoped(session).get("output")
    )
    if chosen is None and parsed_globals.query is None and stream.isatty():
        get_formatter("table", parsed_globals)(name, answer, environment.out)
    else:
        print_object(session, parsed_globals, name, answer, environment)


def _scoped(session: Any) -> Any:
    profiles = session.full_config["profiles"]
    return profiles.get(session.get_config_variable("profile") or "default", {})
