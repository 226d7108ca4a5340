"""The file that holds a web identity token."""

from __future__ import annotations

import os
import re

from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.model.request.identity_provider import (
    GITHUB,
    TOKEN_MAX,
    check_token,
)

# A JSON web token (RFC 7515: its header is an object, in base64url), or what is no path.
_TOKEN_ITSELF = re.compile(r"eyJ[\w-]+\.[\w-]+\.|.{1024}", re.ASCII | re.DOTALL)
_PATH_HINT = "Try: --web-identity-token-file PATH"


def token_path(given: str) -> str:
    """Return the absolute path of ``--web-identity-token-file``. Raises InvalidRequest."""
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
    """Return the token in a file. Raises InvalidConfiguration, which shows nothing of it."""
    return check_token(_content(path), f"the file {path}")


def _expanded(given: str) -> str:
    """Return an absolute path, expanded as the CLI does it behind ``file://`` (paramfile.py)."""
    bare = given[len("file://") :] if given.startswith("file://") else given
    return os.path.abspath(os.path.expandvars(os.path.expanduser(bare)))


def _content(path: str) -> str:
    """Return a file's text, as much of it as a token may have and a few bytes."""
    try:
        with open(path, "rb") as file:
            content = file.read(TOKEN_MAX + 100)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise InvalidConfiguration(f"Can't read {path}: {reason}. {_PATH_HINT}") from None
    return content.decode("latin-1")
