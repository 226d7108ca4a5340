"""The CLI's config file and shared credentials file: where they are, and their sections."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from typing import Any, Callable, Collection, Mapping, Optional

from awscli_assume.errors import InvalidConfiguration, UnusableFile
from awscli_assume.host import (
    ConfigNotFound,
    ConfigParseError,
    build_profile_map,
    raw_config_parse,
)
from awscli_assume.host.protocols import Session

Sections = Mapping[str, Mapping[str, object]]
# A file that was written less than this ago may still be incomplete.
FRESH_SECONDS = 1.0
_PAUSE_SECONDS = 0.005
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
    value = session.get_config_variable(variable)
    if not value:
        raise InvalidConfiguration(
            f"{_VARIABLES[variable]} is set and empty. Set it to the path of a file, or type: "
            f"unset {_VARIABLES[variable]}"
        )
    # As botocore resolves it to read the file (configloader.py). `aws configure set` does not
    # expand variables, and so writes to another file than it reads.
    path: str = os.path.abspath(os.path.expanduser(os.path.expandvars(value)))
    resolved = os.path.realpath(path)
    # The writer refuses a link that leads into no folder, so it must see the link.
    return resolved if _is_reached(path, resolved) else path


def _is_reached(path: str, resolved: str) -> bool:
    """Return whether the links of a path lead to a file, or to where one can be created."""
    if os.path.lexists(path):
        return os.path.isdir(os.path.dirname(resolved))
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return os.path.exists(path)


def reread_fresh_files(
    session: Session,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Let a session read files again that another program may have been in the middle of writing.

    `aws configure set` and other tools empty a file and then fill it. What the session read in
    between has no profiles, and no credentials.
    """
    try:
        files = locate(session)
    except InvalidConfiguration:
        # The verbs that need the files report it.
        return
    paths = (files.config, files.credentials)

    if any(_is_fresh(path, clock) for path in paths):
        _wait_until_filled(paths, clock, sleep)
        session._config = session._profile_map = None
    original = session.get_credentials

    def get_credentials() -> object:
        deadline = clock() + FRESH_SECONDS
        while True:
            _wait_until_filled(paths, clock, sleep)
            error = None
            try:
                if (found := original()) is not None:
                    return found
            except ConfigParseError as found_error:
                error = found_error
            if clock() > deadline or not any(_is_fresh(path, clock) for path in paths):
                break
            sleep(_PAUSE_SECONDS)
        if error is not None:
            raise error
        return None

    session.get_credentials = get_credentials  # type: ignore[method-assign]


def _wait_until_filled(
    paths: Collection[str], clock: Callable[[], float], sleep: Callable[[float], None]
) -> None:
    while any(_is_fresh(path, clock) and os.path.getsize(path) == 0 for path in paths):
        sleep(_PAUSE_SECONDS)


def _is_fresh(path: str, clock: Callable[[], float]) -> bool:
    try:
        return abs(clock() - os.stat(path).st_mtime) < FRESH_SECONDS
    except OSError:
        return False


def parse(
    path: str, shown_as: str, lines_before: Callable[[], int] = lambda: 0
) -> dict[str, dict[str, object]]:
    """Return the sections of an INI file as the CLI's own parser reads them.

    A file that does not exist has none. Raises UnusableFile, which names the file ``shown_as``
    and the lines at fault; ``lines_before`` returns the number of lines above the parsed text.
    """
    try:
        return dict(raw_config_parse(path))
    except ConfigNotFound:
        return {}
    except ConfigParseError as error:
        cause = error.__cause__ or error.__context__
        raise UnusableFile(
            f"The AWS CLI cannot read {shown_as}{_place(cause, lines_before())}. Nothing was "
            "written. Correct the file and run the command again"
        ) from None


def merged_profile(config: Sections, credentials: Sections, name: str) -> dict[str, object]:
    """Return the values of a profile, merged as a session does (botocore, session.py)."""
    return merged_profiles(config, credentials, [name])[name]


def merged_profiles(
    config: Sections, credentials: Sections, names: Collection[str]
) -> dict[str, dict[str, object]]:
    """Return the values of some profiles, each merged from both files."""
    profiles = build_profile_map(config)["profiles"]
    return {name: {**profiles.get(name, {}), **credentials.get(name, {})} for name in names}


def is_open_to_others(path: str) -> bool:
    """Return whether users other than its owner may read or write a file (POSIX)."""
    if os.name == "nt":
        return False
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) and bool(mode & 0o077)


def _place(cause: Optional[BaseException], lines_before: int) -> str:
    if isinstance(cause, UnicodeError):
        return f" (it is not {cause.encoding} text)" if hasattr(cause, "encoding") else ""
    # configparser's errors name the parsed file, which is our copy, and quote the line at fault,
    # which may be a secret: use the line numbers alone.
    number = getattr(cause, "lineno", None)
    numbers = [number] if number else [line for line, _ in getattr(cause, "errors", ())]
    reason = {
        "DuplicateSectionError": f"duplicate section [{getattr(cause, 'section', '')}]",
        "DuplicateOptionError": f"duplicate key {getattr(cause, 'option', '')}",
        "MissingSectionHeaderError": "a line before the first [section]",
        "ParsingError": "a line without a key and a value",
    }.get(type(cause).__name__, "a nested block has a line that is not key = value")
    lines = ", ".join(str(number + lines_before) for number in numbers)
    return f" (line {lines}: {reason})" if numbers else f" ({reason})"
