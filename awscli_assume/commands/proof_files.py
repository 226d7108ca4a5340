"""The files that hold what an identity provider says: a token, an assertion."""

from __future__ import annotations

import os
import re

from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.model.proofs import (
    ASSERTION_MOST,
    GITHUB,
    TOKEN_MOST,
    check_assertion,
    check_token,
)

# A JSON web token (RFC 7515: its header is an object, in base64url), or what is no path.
_TOKEN_ITSELF = re.compile(r"eyJ[\w-]+\.[\w-]+\.|.{1024}", re.ASCII | re.DOTALL)
_PATH_HINT = "Try: --web-identity-token-file PATH"
_ASSERTION_HINT = "Try: --saml-assertion file://PATH"


def token_path(given: str) -> str:
    """Answer the absolute path of ``--web-identity-token-file``. Raises InvalidRequest."""
    if given == GITHUB:
        return GITHUB
    if _TOKEN_ITSELF.match(given):
        raise InvalidRequest(
            "--web-identity-token-file takes the path of a file, and this is a token itself, "
            f"which other users of the machine can see on a command line. {_PATH_HINT}"
        )
    path = _expanded(given)
    # It becomes a line of the config file.
    if not path.isprintable() or path != path.strip():
        raise InvalidRequest(
            f"Invalid path {given!r}: it has characters that a line of the config file can't hold"
        )
    return path


def check_read_again(path: str, is_kept: bool) -> None:
    """Check a token's file before anything is asked.

    ``is_kept`` tells that it has to be there later, too. A pipe can be read once,
    so that is left for when it is sent. Raises InvalidRequest and InvalidConfiguration.
    """
    is_pipe = os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)
    if is_pipe and is_kept:
        raise InvalidRequest(
            "--auto-refresh has to read the token again later, and there will be none in the pipe "
            f"{path}. Try: --web-identity-token-file, with a file that is kept up to date"
        )
    if not is_pipe:
        token_in(path)


def token_in(path: str) -> str:
    """Answer the token in a file. Raises InvalidConfiguration, which shows nothing of it."""
    return check_token(_content(path, TOKEN_MOST, _PATH_HINT), f"the file {path}")


def assertion_of(given: str) -> str:
    """Answer that of ``--saml-assertion``. Raises InvalidRequest and InvalidConfiguration."""
    if not given.startswith("file://"):
        raise InvalidRequest(
            "A SAML assertion does not belong on a command line, which other users of the machine "
            f"can see. {_ASSERTION_HINT}"
        )
    # Twice the size, for the ends of its lines.
    return check_assertion(_content(_expanded(given), 2 * ASSERTION_MOST, _ASSERTION_HINT))


def _expanded(given: str) -> str:
    """Answer an absolute path, expanded as the CLI does it behind ``file://`` (paramfile.py)."""
    bare = given[len("file://") :] if given.startswith("file://") else given
    return os.path.abspath(os.path.expandvars(os.path.expanduser(bare)))


def _content(path: str, most: int, hint: str) -> str:
    """Answer a file's text, at most so many bytes and a few of it."""
    try:
        with open(path, "rb") as file:
            content = file.read(most + 100)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise InvalidConfiguration(f"Can't read {path}: {reason}. {hint}") from None
    return content.decode("latin-1")
