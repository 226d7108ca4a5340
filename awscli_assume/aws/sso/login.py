"""The login command that renews an expired ``aws sso login`` or ``aws login`` session."""

from __future__ import annotations

import re
import shlex
from contextlib import contextmanager
from typing import Iterator, Optional

from awscli_assume.errors import UnexpectedAnswer
from awscli_assume.host import (
    CLI_NAME,
    HAS_SIGN_IN,
    SIGN_IN_ERRORS,
    SSOTokenLoadError,
    profiles_as_written,
)
from awscli_assume.host.protocols import Session
from awscli_assume.model.printable import option_words

# The keys that a login command reads from its own profile (2.38.5:
# customizations/sso/login.py and login/login.py): it ignores include_profile.
_COMMANDS = (
    (("sso", "login"), ("sso_session",)),
    (("sso", "login"), ("sso_start_url", "sso_region")),
    (("login",), ("login_session",)),
)
# The key of profiles/include_profile.py, which this package can't import.
_INCLUDE = "include_profile"
PORTAL_HINT = (
    "Check what is between this machine and IAM Identity Center: AWS_ENDPOINT_URL_SSO, a proxy"
)
# The fields that botocore reads (credentials.py, SSOCredentialFetcher, all versions).
_ROLE_CREDENTIALS = frozenset(
    {"roleCredentials", "accessKeyId", "secretAccessKey", "sessionToken", "expiration"}
)
# A token is cached under the SHA-1 of its session's name (botocore/utils.py, SSOTokenLoader).
_TOKEN_FILE = re.compile(r"[0-9a-f]{40}")


@contextmanager
def login_hint_added(session: Session) -> Iterator[None]:
    """Find credentials of the session's profile; add the login command to botocore's errors."""
    try:
        with _token_and_response_checked():
            yield
    except SIGN_IN_ERRORS as error:
        hint = _hint(login_arguments(session))
        if hint and hint not in str(error):
            error.args = (f"{error.args[0]}\n{hint}", *error.args[1:])
        raise


@contextmanager
def _token_and_response_checked() -> Iterator[None]:
    """Raise SSOTokenLoadError for a token file that is not JSON.

    botocore raises a KeyError with the file's name (utils.py, JSONFileCache, all versions).
    Raises UnexpectedAnswer for a KeyError with the name of a field of GetRoleCredentials.
    """
    try:
        yield
    except KeyError as error:
        key = str(error.args[0] if error.args else "")
        if key in _ROLE_CREDENTIALS:
            raise UnexpectedAnswer(
                f"The response to GetRoleCredentials is not from IAM Identity Center: it has no "
                f"{key}. Nothing was written. {PORTAL_HINT}"
            ) from None
        if not _TOKEN_FILE.fullmatch(key):
            raise
        raise SSOTokenLoadError(
            error_msg=f"The cached token {error.args[0]}.json can't be read"
        ) from None


def login_arguments(session: Session) -> Optional[tuple[str, ...]]:
    """Return the arguments of ``aws`` that log the session's profile in, None if it has no login.

    A role profile uses the login of its source profile. A profile with
    ``include_profile`` uses that of the profile with the login's keys.
    """
    profiles = session.full_config["profiles"]
    name: Optional[str] = session.get_config_variable("profile") or "default"
    seen: set[str] = set()
    while name is not None and name in profiles and name not in seen:
        seen.add(name)
        profile = profiles[name]
        if "role_arn" not in profile or profile.get("source_profile") in (None, name):
            for command, keys in _COMMANDS:
                if keys[0] in profile:
                    return (*command, *option_words(*_login_option(session, name, keys)))
            return None
        name = profile["source_profile"]
    return None


def login_command(arguments: tuple[str, ...]) -> str:
    """Return the command line of ``login_arguments``, quoted for a shell."""
    return shlex.join(("aws", *arguments))


def _login_option(session: Session, name: str, keys: tuple[str, ...]) -> tuple[str, str]:
    """Return the option of the login command: --profile, or --sso-session if no profile fits.

    The profile has the keys in its own section: it is the named profile or one that it includes.
    For ACCOUNT/NAME the named profile exists in memory only (profiles/identity_center.py).
    """
    wanted = {key: session.full_config["profiles"][name].get(key) for key in keys}
    profiles = profiles_as_written(session)
    current: Optional[str] = name
    seen: set[str] = set()
    while current is not None and current in profiles and current not in seen:
        if all(profiles[current].get(key) == value for key, value in wanted.items()):
            return "--profile", current
        seen.add(current)
        current = profiles[current].get(_INCLUDE)
    if "sso_session" in wanted:
        return "--sso-session", str(wanted["sso_session"])
    same = (own for own in profiles if all(profiles[own].get(key) == wanted[key] for key in keys))
    return "--profile", next(same, name)


def _hint(arguments: Optional[tuple[str, ...]]) -> str:
    if arguments is None:
        return ""
    command = login_command(arguments)
    if not HAS_SIGN_IN:
        return f"{CLI_NAME} can't renew it. With AWS CLI version 2, run: {command}"
    return f"Renew it: {command} (aws assume, export and exec run it for you with --login)"
