"""Where the CLI's two files are, and what they say."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Callable, Collection, Mapping

from awscli_assume.errors import InvalidConfiguration, UnusableFile
from awscli_assume.host import (
    ConfigNotFound,
    ConfigParseError,
    build_profile_map,
    raw_config_parse,
)

Sections = Mapping[str, Mapping[str, Any]]
_VARIABLES = {"config_file": "AWS_CONFIG_FILE", "credentials_file": "AWS_SHARED_CREDENTIALS_FILE"}


@dataclass(frozen=True)
class ProfileFiles:
    """Absolute paths of the config file and of the shared credentials file, links resolved."""

    config: str
    credentials: str


def locate(session: Any) -> ProfileFiles:
    """Return the paths that the session reads. Raises InvalidConfiguration."""
    return ProfileFiles(_locate(session, "config_file"), _locate(session, "credentials_file"))


def _locate(session: Any, variable: str) -> str:
    said = session.get_config_variable(variable)
    if not said:
        raise InvalidConfiguration(
            f"{_VARIABLES[variable]} is set and empty. Unset it, or set it to a file's path: "
            f"unset {_VARIABLES[variable]}"
        )
    # As botocore's reader resolves it (configloader.py); `aws configure set`
    # leaves out the variables, and so writes to another file than it reads.
    path: str = os.path.expanduser(os.path.expandvars(said))
    return os.path.realpath(os.path.abspath(path))


def parse(
    path: str, shown_as: str, lines_before: Callable[[], int] = lambda: 0
) -> dict[str, dict[str, Any]]:
    """Return the sections of an INI file as the CLI's own parser reads them.

    A file that does not exist has none. Raises UnusableFile, naming the file
    as ``shown_as`` and the lines at fault; ``lines_before`` is where in it the
    parsed text begins.
    """
    try:
        return dict(raw_config_parse(path))
    except ConfigNotFound:
        return {}
    except ConfigParseError as error:
        cause = error.__cause__ or error.__context__
        raise UnusableFile(
            f"The AWS CLI can't read {shown_as}{_place(cause, lines_before())}. "
            "Mend the file and run the command again; nothing was written"
        ) from None


def merged_profile(config: Sections, credentials: Sections, name: str) -> dict[str, Any]:
    """Return what both files say of a profile, as a session merges them (botocore, session.py)."""
    return merged_profiles(config, credentials, [name])[name]


def merged_profiles(
    config: Sections, credentials: Sections, names: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Return what both files say of some profiles; the config file is gone through once."""
    profiles = build_profile_map(config)["profiles"]
    return {name: {**profiles.get(name, {}), **credentials.get(name, {})} for name in names}


def is_open_to_others(path: str) -> bool:
    """Return whether a file is readable or writable for others than its owner (POSIX)."""
    if os.name == "nt":
        return False
    try:
        return bool(os.stat(path).st_mode & 0o077)
    except OSError:
        return False


def _place(cause: Any, lines_before: int) -> str:
    if isinstance(cause, UnicodeError):
        return f" (it is not {cause.encoding} text)" if hasattr(cause, "encoding") else ""
    # configparser's errors name the file that was parsed, which is our copy,
    # and quote the line at fault, which may be a secret: keep the numbers only.
    number = getattr(cause, "lineno", None)
    numbers = [number] if number else [line for line, _ in getattr(cause, "errors", ())]
    name = type(cause).__name__ if cause is not None else ""
    what = {
        "DuplicateSectionError": f"section [{getattr(cause, 'section', '')}] is there twice",
        "DuplicateOptionError": f"key {getattr(cause, 'option', '')} is there twice",
        "MissingSectionHeaderError": "a line before the first [section]",
        "ParsingError": "a line without a key and a value",
    }.get(name, "a nested block with a line that is no key = value")
    return (
        f" (line {', '.join(str(n + lines_before) for n in numbers)}: {what})"
        if numbers
        else f" ({what})"
    )
