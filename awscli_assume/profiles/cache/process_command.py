"""The value of ``credential_process`` that runs process/answer.py.

Each SDK reads it in its own way. botocore splits it as a POSIX shell would (on Windows as the C
runtime does) and runs the words; the SDKs for Go, JavaScript and others pass it to ``sh -c`` (on
Windows to ``cmd /C``). Some INI readers end a value at a space before ``#`` or ``;``
(@smithy/core 3, parseIni.js).
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from typing import Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import compat_shell_split

_PROGRAM = "/awscli_assume/process/answer.py"
_COMMENT = re.compile(r"( )([#;])")


def command_line(
    python: str,
    program: str,
    cache_path: str,
    profile: str,
    aws: str,
    platform: str = sys.platform,
) -> str:
    """Return the value that prints a profile's credentials from its cache file.

    Raises InvalidConfiguration for a path that the SDKs would not all read alike.
    """
    words = [python, "-I", "-S", program, cache_path, profile, aws]
    return _joined(words, platform)


def slow_command_line(aws: str, profile: str, platform: str = sys.platform) -> str:
    """Return the value for a machine without Python. Raises InvalidConfiguration."""
    return _joined(
        [aws, "assume", "export", "--update-profile", profile, "--format", "process"], platform
    )


def is_ours(value: str, platform: str = sys.platform) -> bool:
    """Return whether a value of ``credential_process`` has one of the two forms above."""
    words: list[str]
    try:
        words = compat_shell_split(value, platform)
    except ValueError:
        return False
    if len(words) != 7:
        return False
    program = words[3].replace("\\", "/") if platform == "win32" else words[3]
    fast = words[1:3] == ["-I", "-S"] and program.endswith(_PROGRAM)
    slow = words[1:4] == ["assume", "export", "--update-profile"]
    return fast or (slow and words[5:] == ["--format", "process"])


def cache_path_of(value: str, platform: str = sys.platform) -> Optional[str]:
    """Return the cache file in a value of ours, or None where there is none."""
    if not is_ours(value, platform):
        return None
    words: list[str] = compat_shell_split(value, platform)
    return words[4] if words[1] == "-I" else None


def missing_program(value: str, platform: str = sys.platform) -> Optional[str]:
    """Return the interpreter, our program or the ``aws`` of a value of ours that is gone."""
    if not is_ours(value, platform):
        return None
    words: list[str] = compat_shell_split(value, platform)
    programs = (words[0], words[3]) if words[1] == "-I" else (words[0],)
    return next((path for path in programs if not os.path.exists(path)), None)


def _joined(words: list[str], platform: str) -> str:
    for word in words:
        _check(word, platform)
    if platform == "win32":
        return subprocess.list2cmdline(words)
    # 'a ''#b' is one word for a shell, and no comment for an INI reader.
    return _COMMENT.sub(r"\1''\2", shlex.join(words))


def _check(word: str, platform: str) -> None:
    reason = None
    if not word or not word.isprintable():
        reason = "it is empty or has characters that can't be printed"
    elif platform == "win32" and (re.search(r'["%^&|<>!]', word) or _COMMENT.search(word)):
        reason = "it has characters with a meaning for cmd or an INI reader"
    if reason is not None:
        raise InvalidConfiguration(
            f"Cannot use {word!r} in credential_process: {reason}. Use another path, or omit "
            "--auto-refresh"
        )
