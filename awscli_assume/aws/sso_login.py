"""Sessions of ``aws sso login`` and ``aws login`` that have ended: how to renew them."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from typing import Any, Iterator, Mapping, Optional

from awscli_assume.host import CLI_NAME, HAS_SIGN_IN, SIGN_IN_ERRORS, profiles_as_written

# What has to be in the very profile that a command signs in for (2.38.5:
# customizations/sso/login.py and login/login.py): neither knows what is inherited.
_WAYS = (
    (("sso", "login"), ("sso_session",)),
    (("sso", "login"), ("sso_start_url", "sso_region")),
    (("login",), ("login_session",)),
)
# The key of profiles/include_profile.py, which is a neighbour.
_INCLUDE = "include_profile"


@contextmanager
def sign_in_named(session: Any) -> Iterator[None]:
    """Find credentials of the session's profile; name the command that renews its sign-in.

    What botocore raises stays its own, with that sentence added.
    """
    try:
        yield
    except SIGN_IN_ERRORS as error:
        sentence = _sentence(sign_in_words(session))
        if sentence and sentence not in str(error):
            error.args = (f"{error.args[0]}\n{sentence}", *error.args[1:])
        raise


def sign_in_words(session: Any) -> Optional[tuple[str, ...]]:
    """Return the words behind ``aws`` that renew the sign-in of the session's profile.

    A role's profile goes by that of its source profile, and one that inherits its
    sign-in by the profile that has it. None where no profile names one.
    """
    profiles: Mapping[str, Any] = session.full_config["profiles"]
    name: Optional[str] = session.get_config_variable("profile") or "default"
    seen: set[str] = set()
    while name is not None and name in profiles and name not in seen:
        seen.add(name)
        profile = profiles[name]
        if "role_arn" not in profile or profile.get("source_profile") in (None, name):
            for command, keys in _WAYS:
                if keys[0] in profile:
                    return (*command, "--profile", _owner(session, name, keys))
            return None
        name = profile["source_profile"]
    return None


def _owner(session: Any, name: str, keys: tuple[str, ...]) -> str:
    """Return the profile whose own section has the keys: this one, or one that it includes."""
    profiles = profiles_as_written(session)
    other: Optional[str] = name
    seen: set[str] = set()
    while other is not None and other in profiles and other not in seen:
        if all(key in profiles[other] for key in keys):
            return other
        seen.add(other)
        other = profiles[other].get(_INCLUDE)
    return name


def command_of(words: tuple[str, ...]) -> str:
    """Return the command line of some words behind ``aws``."""
    return shlex.join(("aws", *words))


def _sentence(words: Optional[tuple[str, ...]]) -> str:
    if words is None:
        return ""
    if not HAS_SIGN_IN:
        return f"{CLI_NAME} can't renew it. With an AWS CLI version 2: {command_of(words)}"
    verbs = "aws assume, export and exec"
    return f"Renew it: {command_of(words)} (--login of {verbs} runs that by itself)"
