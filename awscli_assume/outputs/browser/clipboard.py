"""Copy a text to the clipboard."""

from __future__ import annotations

from awscli_assume.host.environment import Environment


def copy_to_clipboard(text: str, environment: Environment) -> str:
    """Copy a text to the user's clipboard and return the name of the tool that did it.

    Raises InvalidConfiguration if there is neither a tool nor a terminal.
    """
    raise NotImplementedError
