"""The one object of a command on stdout, through the CLI's own formatter."""

from __future__ import annotations

import sys
from typing import Any

from awscli_assume.host import get_formatter
from awscli_assume.host.context import CommandContext


def print_object(context: CommandContext, name: str, result: Any) -> None:
    """Print an object as ``--output`` and ``--query``, or the configuration, specify."""
    output = context.parsed_globals.output or context.session.get_config_variable("output")
    get_formatter(output, context.parsed_globals)(name, result, context.environment.out)


def print_table_to_people(context: CommandContext, name: str, result: Any) -> None:
    """Print an object as a table on a terminal if no format is configured; else as usual."""
    stream = context.environment.out if context.environment.out is not None else sys.stdout
    chosen = (
        context.parsed_globals.output
        or context.environment.variables.get("AWS_DEFAULT_OUTPUT")
        or _scoped(context.session).get("output")
    )
    if chosen is None and context.parsed_globals.query is None and stream.isatty():
        get_formatter("table", context.parsed_globals)(name, result, context.environment.out)
    else:
        print_object(context, name, result)


def _scoped(session: Any) -> Any:
    profiles = session.full_config["profiles"]
    return profiles.get(session.get_config_variable("profile") or "default", {})
