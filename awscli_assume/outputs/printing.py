"""The one object of a command on stdout, through the CLI's own formatter."""

from __future__ import annotations

import io
from typing import Any, Optional

from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host import ProfileNotFound, get_formatter
from awscli_assume.host.context import CommandContext

# General error, in both majors: the work is done, and its output is not.
OUTPUT_LOST = 255


def check_stdout(context: CommandContext) -> None:
    """Raise InvalidConfiguration if stdout is closed or full."""
    reason = context.environment.unwritable()
    if reason is not None:
        raise InvalidConfiguration(
            f"Cannot write to stdout: {reason}. Nothing was done. If you do not need the output: "
            "> /dev/null"
        )


def check_format(context: CommandContext, example: Optional[object]) -> None:
    """Raise an error for an output format that does not exist or a query that fails.

    ``example`` is an object with the types of the result; None if a failed query harms nothing.
    """
    output = output_format(context)
    try:
        get_formatter(output, context.parsed_globals)
    except ValueError:
        raise InvalidConfiguration(
            f"Invalid output format '{output}' (setting output, or AWS_DEFAULT_OUTPUT). Nothing "
            "was done. Try: --output json"
        ) from None
    if example is None or context.parsed_globals.query is None:
        return
    try:
        context.parsed_globals.query.search(example)
    # The errors of jmespath, which the host may have under another name.
    except Exception as error:
        raise InvalidRequest(
            f"Invalid --query: {error}. Nothing was done. To see the result's "
            "fields, leave out --query"
        ) from None


def output_format(context: CommandContext) -> str:
    """Return the format of ``--output`` or of the configuration.

    AWS_PROFILE may name a profile that does not exist (anymore).
    """
    if context.parsed_globals.output:
        return str(context.parsed_globals.output)
    try:
        return str(context.session.get_config_variable("output"))
    except ProfileNotFound:
        if context.parsed_globals.profile is not None:
            raise
        return context.environment.variables.get("AWS_DEFAULT_OUTPUT") or "json"


def print_object(context: CommandContext, name: str, result: Any) -> None:
    """Print an object as ``--output`` and ``--query``, or the configuration, specify."""
    _print(context, name, result, output_format(context))


def print_table_to_people(context: CommandContext, name: str, result: Any) -> None:
    """Print an object as a table on a terminal if no format is configured; else as usual."""
    stream = context.environment.stdout
    chosen = (
        context.parsed_globals.output
        or context.environment.variables.get("AWS_DEFAULT_OUTPUT")
        or _scoped(context.session).get("output")
    )
    is_terminal = stream is not None and stream.isatty()
    if chosen is None and context.parsed_globals.query is None and is_terminal:
        _print(context, name, result, "table")
    else:
        print_object(context, name, result)


def _print(context: CommandContext, name: str, result: Any, output: str) -> None:
    text = io.StringIO()
    try:
        get_formatter(output, context.parsed_globals)(name, result, text)
    # The errors of jmespath, which the host may have under another name.
    except Exception as error:
        context.environment.lost.append(str(error))
        context.environment.notify(
            f"aws: [ERROR]: The command has done its work, but its result can't be printed: "
            f"{error}\n"
        )
        return
    context.environment.write(text.getvalue())


def _scoped(session: Any) -> Any:
    profiles = session.full_config["profiles"]
    return profiles.get(session.get_config_variable("profile") or "default", {})
