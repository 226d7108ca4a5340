"""The AWS CLI's completion index in the user's cache folder, with rows for ``aws assume``.

Version 2 completes from a SQLite database that comes with each release, but prefers the file
``~/.aws/cli/cache/VERSION.index`` (awscli/autocomplete/db.py; the same in 2.11.0, 2.22.12 and
2.38.5). If that file is no database, each Tab prints a traceback.

``awscli-assume enable`` makes the file by running ``aws``, which has its own index and SQLite.
After an upgrade of the AWS CLI, the first ``aws assume`` makes it again.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from zlib import crc32

from awscli_assume import __version__

# "build": make the index and exit. "off": leave the index alone.
VARIABLE = "AWSCLI_ASSUME_INDEX"
MISSING, FOREIGN, BROKEN, STALE, CURRENT = "missing", "foreign", "broken", "stale", "current"
# SQLite leaves the application ID and the user version in the file header to applications.
_MARK = int.from_bytes(b"assu", "big")
_PREFIX = ".awscli-assume-index-"
_BEGIN = b"SQLite format 3\0"
_FAILED_FOR_SECONDS = 3600
_UNUSED_AFTER_SECONDS = 30 * 86400
# The IAM calls with which aws_completer finds the values of an option. create-role has none:
# its role does not exist yet.
_CALLS = {
    "role-name": ("list_roles", "Roles[].RoleName"),
    "via": ("list_roles", "Roles[].RoleName"),
    "role-arn": ("list_roles", "Roles[].Arn"),
    "serial-number": ("list_mfa_devices", "MFADevices[].SerialNumber"),
}


def cache_folder(home: str) -> str:
    """Return the folder of the indexes."""
    return os.path.join(home, ".aws", "cli", "cache")


def index_path(home: str, version: str) -> str:
    """Return the index of a version of the AWS CLI."""
    return os.path.join(cache_folder(home), f"{version}.index")


def indexes(home: str) -> list[str]:
    """Return all indexes in the cache folder."""
    folder = cache_folder(home)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [os.path.join(folder, name) for name in names if name.endswith(".index")]


def state_of(path: str) -> str:
    """Return one of the five states of an index. FOREIGN is an index that we did not make.

    Only the header is read. It contains the number of pages, so a truncated file is BROKEN.
    """
    try:
        with open(path, "rb") as file:
            header, size = file.read(100), os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        return MISSING
    except OSError:
        return FOREIGN
    page_size, pages = (int.from_bytes(header[a:b], "big") for a, b in ((16, 18), (28, 32)))
    if len(header) < 100 or not header.startswith(_BEGIN) or size < page_size * pages:
        return BROKEN
    if int.from_bytes(header[68:72], "big") != _MARK:
        return FOREIGN
    version = os.path.basename(path)[: -len(".index")]
    is_current = int.from_bytes(header[60:64], "big") == _number(version)
    return CURRENT if is_current else STALE


def _number(version: str) -> int:
    """Return a number for a version of the AWS CLI and this version of the plugin."""
    return crc32(f"{version} {__version__}".encode()) & 0x7FFFFFFF


def remove_unusable(home: str) -> list[str]:
    """Remove indexes that are broken, and ours that are stale; return their paths."""
    found = [path for path in indexes(home) if state_of(path) in (BROKEN, STALE)]
    return [path for path in found if _remove(path)]


def remove_ours(home: str) -> list[str]:
    """Remove all indexes that are ours or broken; return their paths."""
    found = [path for path in indexes(home) if state_of(path) in (BROKEN, STALE, CURRENT)]
    for path in found:
        _remove(f"{path}.assume")
    return [path for path in found if _remove(path)]


def _remove(path: str) -> bool:
    """Remove a file, and return whether that worked."""
    try:
        os.unlink(path)
    except OSError:
        return False
    return True


def claim_index(home: str, version: str) -> bool:
    """Return whether this process has to make the index; remove an unusable index.

    Without a record of ``awscli-assume enable`` no index is made.
    """
    if version.startswith("1."):
        # Version 1 has no index: it completes from its commands, plugins included.
        return False
    path = index_path(home, version)
    state = state_of(path)
    if state in (CURRENT, FOREIGN):
        return False
    if not os.path.exists(os.path.join(home, ".aws", "cli", "plugins", "awscli-assume.json")):
        return False
    if state != MISSING and not _remove(path):
        return False
    return _mark_created(f"{path}.assume")


def _mark_created(marker: str) -> bool:
    """Create the marker file; return False if another process did so within the last hour."""
    try:
        if time.time() - os.stat(marker).st_mtime < _FAILED_FOR_SECONDS:
            return False
        os.unlink(marker)
    except OSError:
        pass
    try:
        os.makedirs(os.path.dirname(marker), mode=0o700, exist_ok=True)
        os.close(os.open(marker, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError:
        return False
    return True


def make_in_background(aws: str, variables: dict[str, str]) -> None:
    """Start an ``aws`` that makes its index, without waiting for it."""
    flags = {"start_new_session": True}
    if sys.platform == "win32":
        flags = {"creationflags": 0x00000208}  # type: ignore[dict-item]  # detached, own group
    with contextlib.suppress(OSError):
        subprocess.Popen(  # noqa: S603 - the running aws
            [aws, "assume"],
            env={**variables, VARIABLE: "build"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **flags,  # type: ignore[call-overload]
        )


def make_index(home: str, version: str, builtin: str) -> str:
    """Make the index from the AWS CLI's own, and return its path. Raises OSError, ValueError."""
    import shutil
    import tempfile

    path = index_path(home, version)
    if state_of(path) == FOREIGN:
        raise ValueError(f"{path} is not from awscli-assume. Remove it to complete 'aws assume'")
    if state_of(builtin) != FOREIGN:
        raise ValueError(f"this AWS CLI has no completion index at {builtin}")
    folder = cache_folder(home)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    descriptor, staged = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
    os.close(descriptor)
    try:
        shutil.copyfile(builtin, staged)
        add_rows(staged, version)
        os.replace(staged, path)
    except BaseException:
        _remove(staged)
        raise
    _remove(f"{path}.assume")
    _sweep(home, path)
    return path


def _sweep(home: str, newest: str) -> None:
    """Remove files that killed processes left, and our indexes for old versions of the AWS CLI."""
    now = time.time()
    folder = cache_folder(home)
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        with contextlib.suppress(OSError):
            age = now - os.stat(path).st_mtime
            is_left = name.startswith(_PREFIX) and age > _FAILED_FOR_SECONDS
            is_old = name.endswith(".index") and path != newest and age > _UNUSED_AFTER_SECONDS
            if is_left or (is_old and state_of(path) in (STALE, CURRENT, BROKEN)):
                os.unlink(path)


def add_rows(path: str, version: str) -> None:
    """Add ``aws assume``, its verbs and their options to an index."""
    import sqlite3

    with open(os.path.join(os.path.dirname(__file__), "facts.json"), encoding="utf-8") as file:
        verbs = json.load(file)["verbs"]
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
            # The file is a private copy: no journal beside it, and one transaction for all rows.
            database.execute("PRAGMA journal_mode=OFF")
            database.execute("BEGIN")
            for verb, facts in verbs.items():
                place = (verb, "aws" if verb == "assume" else "aws.assume")
                _add_command(database, place, facts)
            database.execute(f"PRAGMA application_id={_MARK}")
            database.execute(f"PRAGMA user_version={_number(version)}")
            database.execute("COMMIT")
    except sqlite3.Error as error:
        raise ValueError(
            f"the completion index of this AWS CLI has an unknown schema: {error}"
        ) from error


def _add_command(database: object, place: tuple[str, str], facts: dict) -> None:  # type: ignore[type-arg]
    execute = database.execute  # type: ignore[attr-defined]
    for table in ("command_table", "param_table"):
        execute(f"DELETE FROM {table} WHERE command = ? AND parent = ?", place)  # noqa: S608
    execute(
        "INSERT INTO command_table (command, parent, full_name) VALUES (?, ?, ?)",
        (*place, facts["help"]),
    )
    for name, one in facts["arguments"].items():
        if one.get("positional"):
            # The completer's parser would use it for the value of each option (2.38.5).
            continue
        required = int(bool(one.get("required")))
        added = execute(
            "INSERT INTO param_table (command, parent, argname, type_name, nargs, positional_arg, "
            "required) VALUES (?, ?, ?, ?, ?, '0', ?)",
            (*place, name, one["type"], one.get("nargs"), required),
        )
        call = _call(place[0], name, one)
        if call is not None:
            execute(
                "INSERT OR REPLACE INTO apicall_table (apicall_data, param_id) VALUES (?, ?)",
                (json.dumps({"completions": [call]}), added.lastrowid),
            )


def _call(verb: str, name: str, facts: dict) -> dict[str, object] | None:  # type: ignore[type-arg]
    operation, expression = _CALLS.get(name, ("", ""))
    if facts.get("values"):
        # Every client has this method, which calls no service. The expression ignores its result.
        operation, expression = "__repr__", f"`{json.dumps(facts['values'])}`"
    if not operation or (verb == "create-role" and not facts.get("values")):
        return None
    return {"parameters": {}, "service": "iam", "operation": operation, "jp_expr": expression}
