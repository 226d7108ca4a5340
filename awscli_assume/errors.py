"""The errors of this plugin, most of them subclasses of two exceptions of the AWS CLI.

The CLI prints them and ends with the exit code in the docstring (version 1 with 255).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator, Sequence, TypeVar

from awscli_assume.host import ConfigurationError, ParamValidationError

_Error = TypeVar("_Error", bound=Exception)


class InvalidRequest(ParamValidationError):
    """An option or a combination of options is invalid. Exit code 252."""


class RoleNeeded(InvalidRequest):
    """No single role is named. On a terminal, the user can choose one. Exit code 252."""


class AmbiguousRole(RoleNeeded):
    """ROLE has several ``meanings``: each is the options that select it. Exit code 252."""

    def __init__(self, role: str, meanings: Sequence[str], why: str = "") -> None:
        super().__init__(
            f"The role {role!r} is ambiguous{why}. Type one of these in place of it: "
            f"{'; or '.join(meanings)}"
        )
        self.meanings = meanings


class InvalidConfiguration(ConfigurationError):
    """The configuration of the CLI is invalid or incomplete. Exit code 253."""


class ForeignProfile(InvalidConfiguration):
    """The target profile was not written by this plugin. Exit code 253."""


class ChangedProfile(InvalidConfiguration):
    """A profile has changed since the command began. Exit code 253."""


class UnusableFile(InvalidConfiguration):
    """A file of the CLI can't be read, or not be written safely. Exit code 253."""


class NoTerminal(InvalidConfiguration):
    """A prompt is needed and there is no terminal. Exit code 253."""


class MalformedPolicy(ValueError):
    """A document is not a valid IAM policy. Exit code 255."""


class UnexpectedAnswer(Exception):
    """A response is not one of STS or IAM. Exit code 255."""


class SignInFailed(Exception):
    """AWS Sign-In gave no token for the console. Exit code 255."""


@contextmanager
def configured_in(place: str) -> Iterator[None]:
    """Turn InvalidRequest into InvalidConfiguration that names where the value is set."""
    try:
        yield
    except InvalidRequest as error:
        raise InvalidConfiguration(f"{place}: {error}") from None


def with_advice(error: _Error, advice: str) -> _Error:
    """Return an error of botocore's with a further sentence, which says what to do."""
    message = str(error.args[0])
    error.args = (f"{message}{'' if message.endswith('.') else '.'} {advice}", *error.args[1:])
    return error
