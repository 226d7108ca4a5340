"""What the console script uses of the system: variables, streams, child processes and files."""

from __future__ import annotations

import os
import re
import shlex
import stat
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional, TextIO

from awscli_assume.completion.index_file import VARIABLE
from awscli_assume.files.replace import (
    ReplaceError,
    Snapshot,
    identity_of,
    private_copy,
    put_in_place,
    sync_folder,
)

Result = subprocess.CompletedProcess  # of str
# Runs a command with variables and standard input.
Run = Callable[[Sequence[str], Mapping[str, str], str], "Result[str]"]

# The slowest start seen is 0.7 s; a first start from a cold network disk takes longer.
_TIMEOUT_SECONDS = 120
_LOADING_SECONDS = 2.0
# The next terminal may lack the PYTHONPATH and PYTHONHOME of this one, and a plugin that only
# they find would break every other ``aws``. The other variables lead to other accounts or proxies.
_NOT_FOR_CHILDREN = re.compile(r"AWS_.*|PYTHON(PATH|HOME)|(HTTPS?|ALL|NO)_PROXY", re.IGNORECASE)
# Not the profile writer's, which removes copies that have its own prefix.
_COPY_PREFIX = ".{}.enable-"


class InstallError(Exception):
    """The script cannot continue. The text has the reason and the next command. Exit code 1."""


def run_command(command: Sequence[str], env: Mapping[str, str], stdin: str) -> Result[str]:
    """Run a command to its end. Raises InstallError if it does not start or does not end."""
    try:
        return subprocess.run(  # noqa: S603 - the user's own aws
            list(command),
            env=dict(env),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except OSError as error:
        raise InstallError(f"Cannot start {command[0]}: {error.strerror or error}.") from error
    except subprocess.TimeoutExpired as error:
        raise InstallError(
            f"{' '.join(command)} did not end within {_TIMEOUT_SECONDS} seconds."
        ) from error


def child_environment(env: Mapping[str, str], **settings: str) -> dict[str, str]:
    """Return the user's variables for a child, without those that would change its result."""
    inherited = {
        name: value for name, value in env.items() if not _NOT_FOR_CHILDREN.fullmatch(name)
    }
    # A prompt or a pager would wait for the user forever, and a test of a draft must not
    # leave a completion index.
    fixed = {"AWS_CLI_AUTO_PROMPT": "off", "AWS_PAGER": "", VARIABLE: "off"}
    return {**inherited, **fixed, **settings}


def reason(result: Result[str]) -> str:
    """Return the last line that a failed command printed, without the CLI's prefix."""
    lines = [line.strip() for line in (result.stderr or result.stdout).splitlines()]
    printed = [line for line in lines if line]
    text = printed[-1] if printed else f"exit code {result.returncode}"
    return text.replace("aws: [ERROR]: ", "", 1).rstrip(".")


@dataclass(frozen=True)
class System:
    """The variables, the streams and the way to run a command, all replaced in tests."""

    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    run: Run = run_command
    sleep: Callable[[float], None] = time.sleep

    def wait_for_loading(self) -> None:
        """Wait until each ``aws`` that has read the config file has imported its plugins.

        Between the two it loads its own commands: 0.3 s were seen with 2.11.0.
        """
        self.sleep(_LOADING_SECONDS)

    def print(self, text: str) -> None:
        """Print a line about the progress."""
        self.out.write(f"{printable(text)}\n")
        self.out.flush()

    def warn(self, text: str) -> None:
        """Print a warning."""
        self.out.flush()
        self.err.write(f"awscli-assume: warning: {printable(text)}\n")
        self.err.flush()


def printable(text: str) -> str:
    """Return a text with its control characters escaped. Names in files may contain any."""
    return "".join(
        one if one.isprintable() or one in "\t\n" else one.encode("unicode_escape").decode()
        for one in text
    )


@dataclass(frozen=True)
class CliPaths:
    """The AWS CLI's files, and the folder for the plugin's copy."""

    config_file: Path
    alias_file: Path
    plugins: Path
    home: Path

    @property
    def package(self) -> Path:
        """The copy of the package."""
        return self.plugins / "awscli_assume"

    @property
    def record(self) -> Path:
        """The record of what enable changed, for disable."""
        return self.plugins / "awscli-assume.json"


def find_paths(env: Mapping[str, str]) -> CliPaths:
    """Find the CLI's files as the CLI does: AWS_CONFIG_FILE, else ``~/.aws/config``.

    The path of the alias file is fixed (awscli/clidriver.py).
    Raises InstallError for an empty AWS_CONFIG_FILE.
    """
    home = env.get("USERPROFILE" if os.name == "nt" else "HOME") or os.path.expanduser("~")
    config_file = env.get("AWS_CONFIG_FILE", str(Path("~", ".aws", "config")))
    if not config_file.strip():
        raise InstallError("AWS_CONFIG_FILE is set and empty. Type: unset AWS_CONFIG_FILE")
    cli = Path(os.path.abspath(home), ".aws", "cli")
    return CliPaths(
        config_file=Path(os.path.abspath(_expand(config_file, env, home))),
        alias_file=cli / "alias",
        plugins=cli / "plugins",
        home=Path(os.path.abspath(home)),
    )


def find_credentials_file(env: Mapping[str, str]) -> Path:
    """Find the shared credentials file as botocore does."""
    home = env.get("USERPROFILE" if os.name == "nt" else "HOME") or os.path.expanduser("~")
    path = env.get("AWS_SHARED_CREDENTIALS_FILE") or str(Path("~", ".aws", "credentials"))
    return Path(os.path.abspath(_expand(path, env, home)))


def read_file(path: Path) -> Optional[bytes]:
    """Return a file's content, None where there is no file.

    Raises InstallError where it is no regular file (a FIFO would wait for ever) or not readable.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise InstallError(f"{path} is not a regular file.")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InstallError(f"Cannot read {path}: {error.strerror}.") from error


def replace_file(path: Path, content: Optional[bytes]) -> None:
    """Replace a file's content, or remove the file for None. A link stays, and leads to the file.

    A new file has mode 0600, in a folder of 0700. Raises InstallError.
    """
    target = os.path.realpath(path)
    try:
        if content is None:
            os.unlink(target)
            sync_folder(os.path.dirname(target))
            return
        if os.path.exists(target) and not os.access(target, os.W_OK):
            # A rename would replace a file of mode 0400 too.
            raise InstallError(f"{path} is read-only. Type: chmod u+w {shlex.quote(str(path))}")
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        snapshot = Snapshot(read_file(Path(target)) or b"", identity_of(target))
        with private_copy(target, content, _COPY_PREFIX) as copy:
            if not put_in_place(copy, target, snapshot):
                raise InstallError(f"Another program is writing {path}. Run the command again.")
    except ReplaceError as error:
        raise InstallError(f"{error}.") from error
    except OSError as error:
        raise InstallError(f"Cannot write {path}: {error.strerror}.") from error


def _expand(path: str, env: Mapping[str, str], home: str) -> str:
    # botocore expands variables first, then ~.
    def value(match: re.Match[str]) -> str:
        return env.get(match[1] or match[2], match[0])

    path = re.sub(r"\$(?:(\w+)|\{(\w+)\})", value, path)
    return re.sub(r"^~(?=$|[/\\])", lambda _: home, path)
