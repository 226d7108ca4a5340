"""What the console script touches of the world: variables, streams and child processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, TextIO

from awscli_assume.install.refusal import Refusal

Answer = subprocess.CompletedProcess  # of str
Run = Callable[[Sequence[str], Mapping[str, str], str], "Answer[str]"]

# The slowest start seen is 0.7 s; a first start from a cold network disk takes longer.
_PATIENCE_SECONDS = 120
_LOADING_SECONDS = 2.0
# PYTHONPATH and PYTHONHOME of this terminal are not there in the next one: a plugin that
# only they can find would break every other ``aws``. The rest leads to other proxies.
_NOT_FOR_CHILDREN = re.compile(r"AWS_.*|PYTHON(PATH|HOME)|(HTTPS?|ALL|NO)_PROXY", re.IGNORECASE)


def run_command(command: Sequence[str], env: Mapping[str, str], typed: str) -> Answer[str]:
    """Run a command to its end, with ``typed`` on its standard input.

    Raises Refusal when it can't be started or does not end.
    """
    try:
        return subprocess.run(  # noqa: S603 - the person's own aws
            list(command),
            env=dict(env),
            input=typed,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except OSError as error:
        raise Refusal(f"{command[0]} can't be started: {error.strerror or error}.") from error
    except subprocess.TimeoutExpired as error:
        raise Refusal(
            f"{' '.join(command)} did not end within {_PATIENCE_SECONDS} seconds."
        ) from error


def child_environment(env: Mapping[str, str], **settings: str) -> dict[str, str]:
    """Return the variables for a child: the person's own, less what would lead it astray."""
    kept = {name: value for name, value in env.items() if not _NOT_FOR_CHILDREN.fullmatch(name)}
    # A prompt or a pager would wait for a person for ever.
    return {**kept, "AWS_CLI_AUTO_PROMPT": "off", "AWS_PAGER": "", **settings}


def reason(answer: Answer[str]) -> str:
    """Return the last line that a failed command had to say, without the CLI's prefix."""
    lines = [line.strip() for line in (answer.stderr or answer.stdout).splitlines()]
    said = [line for line in lines if line]
    text = said[-1] if said else f"exit code {answer.returncode}"
    return text.replace("aws: [ERROR]: ", "", 1).rstrip(".")


@dataclass(frozen=True)
class Surroundings:
    """The variables, the streams and the way to run a command, replaced whole in tests."""

    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    run: Run = run_command
    pause: Callable[[float], None] = time.sleep

    def let_started_ones_load(self) -> None:
        """Wait for each ``aws`` that has read the config file and not yet imported its plugins.

        Between the two it loads its own commands: 0.3 s were seen with 2.11.0.
        """
        self.pause(_LOADING_SECONDS)

    def say(self, text: str) -> None:
        """Tell a person how it goes."""
        self.out.write(f"{text}\n")
        self.out.flush()

    def warn(self, text: str) -> None:
        """Tell a person what will surprise them."""
        self.out.flush()
        self.err.write(f"awscli-assume: warning: {text}\n")
        self.err.flush()


@dataclass(frozen=True)
class Places:
    """Where the AWS CLI keeps its files, and where the plugin's copy goes."""

    config_file: Path
    alias_file: Path
    plugins: Path

    @property
    def package(self) -> Path:
        """The copy of the package."""
        return self.plugins / "awscli_assume"

    @property
    def record(self) -> Path:
        """What enable changed, for disable."""
        return self.plugins / "awscli-assume.json"


def find_places(env: Mapping[str, str]) -> Places:
    """Find the CLI's files the way the CLI does: AWS_CONFIG_FILE, else ``~/.aws/config``.

    The alias file can't be moved (awscli/clidriver.py).
    Raises Refusal for an empty AWS_CONFIG_FILE.
    """
    home = env.get("USERPROFILE" if os.name == "nt" else "HOME") or os.path.expanduser("~")
    named = env.get("AWS_CONFIG_FILE", str(Path("~", ".aws", "config")))
    if not named.strip():
        raise Refusal("AWS_CONFIG_FILE is set to nothing. Type: unset AWS_CONFIG_FILE")
    cli = Path(os.path.abspath(home), ".aws", "cli")
    return Places(
        config_file=Path(os.path.abspath(_expanded(named, env, home))),
        alias_file=cli / "alias",
        plugins=cli / "plugins",
    )


def _expanded(path: str, env: Mapping[str, str], home: str) -> str:
    # botocore reads the file with expandvars, then expanduser.
    def value(match: re.Match[str]) -> str:
        return env.get(match[1] or match[2], match[0])

    path = re.sub(r"\$(?:(\w+)|\{(\w+)\})", value, path)
    return re.sub(r"^~(?=$|[/\\])", lambda _: home, path)
