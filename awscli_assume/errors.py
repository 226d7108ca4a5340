"""What can go wrong, as subclasses of the CLI's own two exceptions.

They are raised, never printed: the CLI prints them and ends with the exit code
in the docstring (version 1 ends with 255 for all of them).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator

from awscli_assume.host import ConfigurationError, ParamValidationError


class InvalidRequest(ParamValidationError):
    """An option, or a combination of options, that AssumeRole can't take. Exit code 252."""


class InvalidConfiguration(ConfigurationError):
    """Something in the CLI's configuration stands in the way. Exit code 253."""


class ForeignProfile(InvalidConfiguration):
    """The target profile holds what is not ours to replace. Exit code 253."""


class ChangedProfile(InvalidConfiguration):
    """A profile is not any more what it was when the command began. Exit code 253."""


class UnusableFile(InvalidConfiguration):
    """A file of the CLI can't be read, or can't be written without damage. Exit code 253."""


class NoTerminal(InvalidConfiguration):
    """A question has to be asked and there is nobody to answer it. Exit code 253."""


class MalformedPolicy(ValueError):
    """A policy document that IAM's policy language does not take. Exit code 255."""


class UnexpectedAnswer(Exception):
    """An answer that came back as AssumeRole's and is not one. Exit code 255."""


@contextmanager
def configured_in(place: str) -> Iterator[None]:
    """Make an invalid value that a person configured an error of configuration, with its place."""
    try:
        yield
    except InvalidRequest as error:
        raise InvalidConfiguration(f"{place}: {error}") from None
