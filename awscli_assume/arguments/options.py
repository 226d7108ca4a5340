"""How the AWS CLI describes an option: texts, words, flags, numbers, lists."""

from __future__ import annotations

# One entry of a command's ARG_TABLE.
Argument = dict[str, object]


def text(name: str, help_text: str) -> Argument:
    """Return an option with a text."""
    return {"name": name, "help_text": help_text, "cli_type_name": "string"}


def word_argument(name: str, help_text: str) -> Argument:
    """Return an option that is a word of its own, and may be left out."""
    return {
        **literal_text(name, help_text),
        "positional_arg": True,
        "nargs": "?",
        "synopsis": f"[{name.upper()}]",
    }


def words_argument(name: str, help_text: str, synopsis: str) -> Argument:
    """Return an option that is any number of words of their own."""
    return {
        "name": name,
        "help_text": help_text,
        "positional_arg": True,
        "nargs": "*",
        "no_paramfile": True,
        "synopsis": synopsis,
    }


def command_argument(help_text: str) -> Argument:
    """Return the command after ``--``. The AWS CLI leaves words such as file://… as they are."""
    return words_argument("command", help_text, "[-- COMMAND ...]")


def literal_text(name: str, help_text: str) -> Argument:
    """Return an option whose text is never taken for a URL to download or a file to read."""
    return {**text(name, help_text), "no_paramfile": True}


def flag(name: str, help_text: str) -> Argument:
    """Return an option without a value."""
    return {
        "name": name,
        "help_text": help_text,
        "action": "store_true",
        "cli_type_name": "boolean",
        "default": False,
    }


def number(name: str, help_text: str) -> Argument:
    """Return an option with a number, which is parsed as text: the CLI's own error is Python's."""
    return {**text(name, help_text), "cli_type_name": "integer", "schema": {"type": "string"}}


def texts(name: str, help_text: str) -> Argument:
    """Return an option with several texts."""
    return _list(name, help_text, {"type": "string"})


def structures(name: str, help_text: str, **members: str) -> Argument:
    """Return an option with structures, whose members are given with their descriptions.

    No member is required, because the CLI's message for a missing one names no option.
    """
    properties = {
        member: {"type": "string", "description": description}
        for member, description in members.items()
    }
    return _list(name, help_text, {"type": "object", "properties": properties})


def _list(name: str, help_text: str, items: object) -> Argument:
    schema = {"type": "array", "items": items}
    return {"name": name, "help_text": help_text, "nargs": "+", "schema": schema}


def option_name(name: str) -> str:
    """Return an option as it is typed, from its name in the parsed arguments."""
    if name in ("role", "name"):
        return name.upper()
    return "--" + name.replace("_", "-")
