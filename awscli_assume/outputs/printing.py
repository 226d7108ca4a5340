"""The one object of a command on stdout, through the CLI's own formatter."""

from __future__ import annotations

import io
import os
import unicodedata
from dataclasses import dataclass
from typing import Any, Optional, TextIO

from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host import ProfileNotFound, get_formatter
from awscli_assume.host.context import CommandContext
from awscli_assume.model.printable import printable, printable_object, with_profile

# General error, in both majors: the work is done, and its output is not.
OUTPUT_LOST = 255
# Some profiles or roles failed, and the others did not: `aws s3 cp` ends with the same code.
PARTIAL_FAILURE = 1
_COLORS = {"green": 32, "yellow": 33, "red": 31, "bold": 1}


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


def make_printable(error: Exception, profile: Optional[str]) -> None:
    """Escape the control characters in an error's message, which the CLI prints.

    The IAM commands in the message get the ``profile`` of the command line.
    """

    def change(text: str) -> str:
        return printable(text) if profile is None else with_profile(printable(text), profile)

    error.args = tuple(change(one) if isinstance(one, str) else one for one in error.args)
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        # The CLI prints its fields, too (version 2.34).
        fields = response.get("Error", {})
        response["Error"] = printable_object(fields)
        if isinstance(fields.get("Message"), str):
            response["Error"]["Message"] = change(fields["Message"])


@dataclass(frozen=True)
class Style:
    """How to write for people: with colors, and with marks that are not ASCII."""

    has_color: bool = False
    has_marks: bool = False

    def color(self, text: str, color: str) -> str:
        """Return a text in green, yellow, red or bold."""
        return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if self.has_color else text

    @property
    def ellipsis(self) -> str:
        """The mark of a text that was cut."""
        return "\N{HORIZONTAL ELLIPSIS}" if self.has_marks else "..."


PLAIN = Style()


def style_of(context: CommandContext) -> Style:
    """Return what stdout allows: NO_COLOR, TERM and ``--color`` as the user has set them."""
    stream, variables = context.environment.stdout, context.environment.variables
    is_terminal = is_for_people(context) and variables.get("TERM") != "dumb"
    chosen = getattr(context.parsed_globals, "color", None) or "auto"
    has_color = is_terminal and not variables.get("NO_COLOR")
    encoding = str(getattr(stream, "encoding", None) or "").lower()
    return Style(
        chosen == "on" or (chosen == "auto" and has_color),
        is_terminal and encoding.startswith("utf"),
    )


def is_for_people(context: CommandContext) -> bool:
    """Return whether stdout is a terminal, and the command line asks for no data."""
    stream, options = context.environment.stdout, context.parsed_globals
    return options.output is None and options.query is None and bool(stream and stream.isatty())


def columns_of(stream: Optional[TextIO], default: int = 80) -> int:
    """Return the width of a terminal, or ``default`` if it is unknown."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or default if stream else default
    except (OSError, ValueError):
        return default


def cell_width(text: str) -> int:
    """Return how many columns of a terminal a text takes (Unicode Standard Annex 11)."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def cut(text: str, width: int, end: str) -> str:
    """Return a text of at most ``width`` columns; ``end`` marks a cut."""
    if cell_width(text) <= width:
        return text
    if cell_width(end) > width:
        end = ""
    start = ""
    for one in text:
        if cell_width(start + one + end) > width:
            break
        start += one
    return start + end


def padded(text: str, width: int) -> str:
    """Return a text with spaces up to a width in columns."""
    return text + " " * (width - cell_width(text))


def _columns(one: str) -> int:
    if unicodedata.combining(one) or unicodedata.category(one) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(one) in "WF" else 1


def print_object(
    context: CommandContext, name: str, result: Any, *, is_unchanged: bool = False
) -> None:
    """Print an object as ``--output`` and ``--query``, or the configuration, specify.

    With ``is_unchanged``, no control character is replaced.
    """
    text = io.StringIO()
    try:
        formatter = get_formatter(output_format(context), context.parsed_globals)
        formatter(name, result if is_unchanged else printable_object(result), text)
    # The errors of jmespath, which the host may have under another name.
    except Exception as error:
        context.environment.lost.append(str(error))
        context.environment.notify(
            f"aws: [ERROR]: The command has done its work, but its result can't be printed: "
            f"{error}\n"
        )
        return
    context.environment.write(text.getvalue())
