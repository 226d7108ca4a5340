"""Real shells that read a text and say what they made of it.

A shell that is missing skips a test, with the package to install; where
AWSCLI_ASSUME_REQUIRE_SHELLS is 1, as in .ci/run, it fails it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import pytest

# Shell -> the Debian package that brings it.
DEBIAN_PACKAGES = {"bash": "bash", "zsh": "zsh", "dash": "dash", "fish": "fish", "tcsh": "tcsh"}
_EVAL = 'eval "$(cat text)"\n'
_TCSH_EVAL = 'eval "`cat text`"\n'
# The environment as a child process gets it, byte for byte; from a file, so that
# no shell has to quote it. Where the shell itself prints, it is by printf: dash's
# echo makes a line end of \n, bash's does not. (In what is printed for them the
# two differ by $'...' alone, which dash doesn't know and nothing here uses.)
_PRINTER = """\
import os, sys
for name, value in os.environb.items():
    sys.stdout.buffer.write(name + b"=" + value + b"\\0")
"""


@dataclass(frozen=True)
class Reader:
    """One way to have a shell read the file ``text``: its options, and a script."""

    shell: str
    options: tuple[str, ...]
    script: str


READERS = {
    # With history on, as a user has it; an eval must not look into it.
    "bash-eval": Reader("bash", ("--norc",), f"set -o history -o histexpand\n{_EVAL}"),
    "bash-source": Reader("bash", ("--norc",), ". ./text\n"),
    "bash-posix": Reader("bash", ("--norc", "--posix"), _EVAL),
    "zsh-eval": Reader("zsh", ("-f",), _EVAL),
    "zsh-rc-quotes": Reader("zsh", ("-f", "-o", "rcquotes", "-o", "extendedglob"), _EVAL),
    "zsh-source": Reader("zsh", ("-f",), ". ./text\n"),
    "dash-eval": Reader("dash", (), _EVAL),
    "fish-source": Reader("fish", ("--no-config",), "cat text | source\n"),
    "fish-eval": Reader("fish", ("--no-config",), "eval (cat text | string collect)\n"),
    "tcsh-eval": Reader("tcsh", ("-f",), _TCSH_EVAL),
    "tcsh-source": Reader("tcsh", ("-f",), "source text\n"),
    "tcsh-backslash-quote": Reader("tcsh", ("-f",), f"set backslash_quote\n{_TCSH_EVAL}"),
}
READERS_OF = {
    "sh": [name for name, one in READERS.items() if one.shell in ("bash", "zsh", "dash")],
    "fish": [name for name, one in READERS.items() if one.shell == "fish"],
    "csh": [name for name, one in READERS.items() if one.shell == "tcsh"],
}


def find_shell(name: str) -> str:
    """Return the path of a shell, or skip, or fail where shells are required."""
    path = shutil.which(name)
    if path is None:
        reason = f"the shell {name} is missing; on Debian: apt-get install {DEBIAN_PACKAGES[name]}"
        if os.environ.get("AWSCLI_ASSUME_REQUIRE_SHELLS") == "1":
            pytest.fail(f"AWSCLI_ASSUME_REQUIRE_SHELLS=1, and {reason}", pytrace=False)
        pytest.skip(reason)
    return path


def read_by(
    reader_name: str, text: str, unexported: Sequence[str] = (), locale: str = "C.UTF-8"
) -> tuple[dict[str, str], list[str]]:
    """Return the environment of a child of the shell that read a text, and the shell's variables.

    The latter are those called ``unexported``, in their order (POSIX shells only).
    Fails where the shell complains, or where a file appears that was not there.
    """
    reader = READERS[reader_name]
    shell = find_shell(reader.shell)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {"text": text, "printer.py": _PRINTER}
        files["script"] = reader.script + "".join(
            f"printf '%s\\0' \"${variable}\"\n" for variable in unexported
        )
        files["script"] += f"printf '\\0'\n'{sys.executable}' -I -S printer.py\n"
        for file, content in files.items():
            (folder / file).write_bytes(content.encode())
        # Not os.environ: AWS variables of the user would be in the way.
        variables = {"PATH": os.environ["PATH"], "HOME": name, "LC_ALL": locale}
        done = subprocess.run(
            [shell, *reader.options, "script"],
            cwd=folder, env=variables, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        appeared = sorted(set(os.listdir(folder)) - set(files))
        # fish keeps its history and its settings under HOME.
        appeared = [file for file in appeared if file not in (".local", ".config", ".cache")]
    assert (done.returncode, done.stderr, appeared) == (0, b"", [])
    values = done.stdout.decode().split("\0")
    own, environment = _apart(values, len(unexported))
    return environment, own


def _apart(values: list[str], count: int) -> tuple[list[str], dict[str, str]]:
    assert values[count] == ""
    return values[:count], dict(value.split("=", 1) for value in values[count + 1 : -1])
