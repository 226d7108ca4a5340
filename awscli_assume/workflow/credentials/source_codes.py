"""The code of a source profile's own MFA device, which the CLI itself asks for."""

from __future__ import annotations

import getpass
from contextlib import suppress
from typing import Any, Iterator, Mapping, Optional

from awscli_assume.host import ProfileNotFound, use_prompter
from awscli_assume.host.context import CommandContext
from awscli_assume.workflow.credentials.mfa_code import MFA_PROCESS, MfaProcess


def answer_for_sources(context: CommandContext) -> None:
    """Let ``mfa_process`` answer the CLI's question for a code, where a profile has that key.

    Else the question is the CLI's own, and raises EOFError where nobody is there.
    """

    def prompt(question: str) -> str:
        process = _process_of(context.session, question)
        return getpass.getpass(question) if process is None else process.code(context.environment)

    # AWS_PROFILE may be the target, not written yet: then another profile comes first.
    with suppress(ProfileNotFound):
        use_prompter(context.session, prompt)


def device_of(session: Any) -> Optional[str]:
    """Return the MFA device of the session's profile, else the first one behind it."""
    found = (profile.get("mfa_serial") for _, profile in _behind(session))
    return next((serial for serial in found if serial is not None), None)


def _process_of(session: Any, question: str) -> Optional[MfaProcess]:
    """Return the command of the profile that has the device, else of the next one behind it."""
    is_there = False
    for name, profile in _behind(session):
        # "Enter MFA code for SERIAL: " (credentials.py, all versions).
        is_there = is_there or f" {profile.get('mfa_serial')}:" in question
        if is_there and MFA_PROCESS in profile:
            return MfaProcess(name, profile[MFA_PROCESS])
    return None


def _behind(session: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return the session's profile, its source profile, and so on."""
    profiles = session.full_config["profiles"]
    name = session.get_config_variable("profile") or "default"
    seen: set[str] = set()
    while name in profiles and name not in seen:
        seen.add(name)
        yield name, profiles[name]
        name = profiles[name].get("source_profile")
