"""Who answers the CLI's own question for the code of a source profile's MFA device."""

from __future__ import annotations

from typing import Any, Callable

# Where a session of ours keeps what answers the question for a code.
_PROMPTER = "awscli_assume_prompter"


def use_prompter(session: Any, prompter: Callable[[str], str]) -> None:
    """Let this answer the CLI's question for a code, where a source profile has an MFA device.

    It stays that for every profile that becomes the session's own. botocore takes it
    for its provider of roles only when that one is made (credentials.py, all versions).
    Raises ProfileNotFound where the session's profile is missing; it holds for the next.
    """
    session.register_component(_PROMPTER, prompter)
    hand_prompter(session)


def hand_prompter(session: Any) -> None:
    """Give what use_prompter was given to the provider of roles that the session has now."""
    try:
        prompter = session.get_component(_PROMPTER)
    except ValueError:
        return
    chain = session.get_component("credential_provider")
    chain.get_provider("assume-role")._prompter = prompter
