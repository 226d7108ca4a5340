"""The code of an MFA device: from the command of ``mfa_process``, else from the terminal."""

from __future__ import annotations

import getpass
import re
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Callable, Iterator, Mapping, Optional, TypeVar

from awscli_assume.aws.sts.errors import is_wrong_mfa_code
from awscli_assume.errors import InvalidConfiguration, InvalidRequest, NoTerminal
from awscli_assume.host import (
    ClientError,
    ProfileNotFound,
    compat_shell_split,
    use_prompter,
    user_environment,
)
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import Profile, Session
from awscli_assume.model.request import limits
from awscli_assume.profiles.source import ProfilePair

# The key is aws-vault's.
MFA_PROCESS = "mfa_process"
PROCESS_SECONDS = 60
TRIES = 3
_T = TypeVar("_T")


@dataclass(frozen=True)
class MfaProcess:
    """A command line whose output is a code, and the profile that has it."""

    profile: str
    line: object = field(repr=False)

    def code(self, environment: Environment) -> str:
        """Run the command without a shell, and return the six digits that it prints.

        It shares our stderr, for a question or a hint to touch a key, and has no stdin.
        Raises InvalidConfiguration, which shows the first word of the command only.
        """
        words = self._words()
        variables = user_environment(environment.variables)
        try:
            done = subprocess.run(  # noqa: S603 - the user's own command, no shell
                words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=variables,
                timeout=PROCESS_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise self._error(words[0], f"did not end in {PROCESS_SECONDS} seconds") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "its words can't be a command"
            raise self._error(words[0], f"can't be run: {reason}") from None
        if done.returncode != 0:
            raise self._error(words[0], f"ended with the exit code {done.returncode}")
        code = re.sub(rb"[^0-9]", b"", done.stdout).decode()
        if len(code) != limits.TOKEN_CODE_DIGITS:
            raise self._error(
                words[0], f"has to print six digits, and printed {len(code)} of them"
            )
        return code

    def _words(self) -> list[str]:
        words: list[str] = []
        if isinstance(self.line, str):
            try:
                words = compat_shell_split(self.line)
            except ValueError:
                words = []
        if not words:
            raise InvalidConfiguration(
                f"{MFA_PROCESS} of the profile '{self.profile}' is no command line: it has no "
                "words, or a quote without its other half"
            )
        return words

    def _error(self, word: str, reason: str) -> InvalidConfiguration:
        return InvalidConfiguration(
            f"{MFA_PROCESS} of the profile '{self.profile}': the command {word} {reason}. Run it "
            "by hand to see, or give the code: --token-code CODE"
        )


def mfa_process_of(
    profiles: Mapping[str, Profile], profile_pair: ProfilePair
) -> Optional[MfaProcess]:
    """Return the command of the profile that settings are read from, else of the source."""
    for name in (profile_pair.configuration, profile_pair.source):
        line = profiles.get(name or "", {}).get(MFA_PROCESS)
        if name is not None and line is not None:
            return MfaProcess(name, line)
    return None


def check_terminal(serial_number: str, environment: Environment) -> None:
    """Raise NoTerminal if there is no terminal to ask for a code on."""
    if not environment.has_terminal():
        raise NoTerminal(
            f"The MFA device {serial_number} needs a code, and there is no "
            "terminal to ask on. Run the command in one, or add the code: --token-code CODE"
        )


def with_code(
    serial_number: str,
    process: Optional[MfaProcess],
    environment: Environment,
    use: Callable[[str], _T],
) -> _T:
    """Use a code of the device; a wrong one that was typed is asked for again, twice.

    Raises what ``use`` raises, such as the error for the last code.
    """
    if process is not None:
        return use(process.code(environment))
    check_terminal(serial_number, environment)
    for left in range(TRIES - 1, -1, -1):
        try:
            return use(_typed(serial_number, environment))
        except (InvalidRequest, ClientError) as error:
            is_form = isinstance(error, InvalidRequest)
            if left == 0 or not (is_form or is_wrong_mfa_code(error)):
                raise
            reason = "is not six digits" if is_form else "was refused, and no code works twice"
            tries = "1 try" if left == 1 else f"{left} tries"
            environment.notify(f"aws: [NOTE]: the code {reason}; {tries} left\n")
    raise AssertionError  # pragma: no cover - the last try has raised or returned


def _typed(serial_number: str, environment: Environment) -> str:
    try:
        code = environment.ask(f"Enter MFA code for {serial_number}: ")
    except EOFError:
        raise NoTerminal(
            "The prompt for the MFA code was closed without an answer; nothing was done. "
            "Run the command again, or give the code: --token-code CODE"
        ) from None
    return limits.check("token_code", code)


def answer_source_mfa(context: CommandContext) -> None:
    """Let ``mfa_process`` answer the CLI's own question for the code of a source's MFA device.

    Without that key the question is asked, and raises NoTerminal if nobody can answer.
    """

    def prompt(question: str) -> str:
        process = _mfa_process_for(context.session, question)
        if process is not None:
            return process.code(context.environment)
        try:
            return getpass.getpass(question)
        except EOFError:
            # "Enter MFA code for SERIAL: " (credentials.py, all versions).
            serial = question.strip(": ").rpartition(" ")[2]
            raise NoTerminal(
                f"The MFA device {serial} of the source profile needs a code, and there is no "
                "terminal to ask on. Run the command in one, or set mfa_process in the source "
                "profile"
            ) from None

    # AWS_PROFILE may be the target, which does not exist yet; another profile is used then.
    with suppress(ProfileNotFound):
        use_prompter(context.session, prompt)


def _mfa_process_for(session: Session, question: str) -> Optional[MfaProcess]:
    """Return the command of the profile with the device, else of the next one in its chain."""
    is_found = False
    for name, profile in _source_chain(session):
        is_found = is_found or f" {profile.get('mfa_serial')}:" in question
        if is_found and MFA_PROCESS in profile:
            return MfaProcess(name, profile[MFA_PROCESS])
    return None


def _source_chain(session: Session) -> Iterator[tuple[str, Profile]]:
    """Return the session's profile, its source profile, and so on."""
    profiles = session.full_config["profiles"]
    name = session.get_config_variable("profile") or "default"
    seen: set[str] = set()
    while name in profiles and name not in seen:
        seen.add(name)
        yield name, profiles[name]
        name = profiles[name].get("source_profile")
