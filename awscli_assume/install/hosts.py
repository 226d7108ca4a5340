"""The ``aws`` executables of a machine, and which major version each one is."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from awscli_assume.install.refusal import Refusal
from awscli_assume.install.system import Surroundings, child_environment, reason

_INSTALL_AWS = "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"


@dataclass(frozen=True)
class Host:
    """One AWS CLI: where it is and what it answers to ``--version``."""

    executable: Path
    version: tuple[int, ...]

    @property
    def major(self) -> int:
        """1 or 2."""
        return self.version[0]

    @property
    def name(self) -> str:
        """The version in words."""
        return "AWS CLI " + ".".join(map(str, self.version))

    @property
    def knows_endpoint_variable(self) -> bool:
        """Whether AWS_ENDPOINT_URL is read (2.13.0 and 1.29.0, July 2023)."""
        return self.version >= ((2, 13) if self.major == 2 else (1, 29))


def parse_version(text: str) -> Optional[tuple[int, ...]]:
    """Read the version out of what ``aws --version`` prints, None if there is none."""
    found = re.search(r"^aws-cli/(\d+)\.(\d+)\.(\d+)", text, re.MULTILINE)
    return tuple(map(int, found.groups())) if found else None


def identify(executable: Path, around: Surroundings) -> Host:
    """Ask an executable for its version, away from the person's configuration.

    A plugin that can't be imported breaks even ``aws --version``, on both majors.
    Raises Refusal when it is no AWS CLI or does not run.
    """
    env = child_environment(around.env, AWS_CONFIG_FILE=os.devnull)
    answer = around.run([str(executable), "--version"], env, "")
    version = parse_version(f"{answer.stdout}\n{answer.stderr}")
    if answer.returncode != 0 or version is None or version[0] not in (1, 2):
        raise Refusal(
            f"{executable} does not answer to --version as an AWS CLI does: {reason(answer)}. "
            "Name another one: awscli-assume enable --aws PATH"
        )
    return Host(executable, version)


def on_path(env: Mapping[str, str]) -> list[Path]:
    """List every ``aws`` on the PATH in its order, each file once."""
    found: dict[str, Path] = {}
    for folder in env.get("PATH", os.defpath).split(os.pathsep):
        executable = shutil.which("aws", path=folder) if folder else None
        if executable:
            path = Path(os.path.abspath(executable))
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def choose_host(around: Surroundings, named: Optional[str] = None) -> Host:
    """Identify the ``aws`` that was named, else the first one on the PATH.

    Raises Refusal when there is none.
    """
    if named is None:
        candidates = on_path(around.env)
        if not candidates:
            raise Refusal(
                f"there is no aws on the PATH. Install the AWS CLI first: {_INSTALL_AWS}"
            )
        return identify(candidates[0], around)
    path = Path(os.path.abspath(os.path.expanduser(named)))
    if not (path.is_file() and os.access(path, os.X_OK)):
        raise Refusal(f"--aws {named}: there is no executable file of that name.")
    return identify(path, around)


def other_hosts(host: Host, around: Surroundings) -> Iterator[Host]:
    """Identify the other AWS CLIs on the PATH; what does not run there can't be broken either."""
    for path in on_path(around.env):
        if os.path.realpath(path) == os.path.realpath(host.executable):
            continue
        try:
            yield identify(path, around)
        except Refusal:
            continue
