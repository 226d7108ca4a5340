"""The ``aws`` executables of a machine, and the version of each one."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from awscli_assume.install.system import InstallError, System, child_environment, reason

_INSTALL_AWS = "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"


@dataclass(frozen=True)
class Host:
    """An AWS CLI: its executable and its version."""

    executable: Path
    version: tuple[int, ...]

    @property
    def major(self) -> int:
        """1 or 2."""
        return self.version[0]

    @property
    def name(self) -> str:
        """The name and version, as in "AWS CLI 2.38.5"."""
        return "AWS CLI " + ".".join(map(str, self.version))

    @property
    def knows_endpoint_variable(self) -> bool:
        """Whether it reads AWS_ENDPOINT_URL (from 2.13.0 and 1.29.0, July 2023)."""
        return self.version >= ((2, 13) if self.major == 2 else (1, 29))


def parse_version(text: str) -> Optional[tuple[int, ...]]:
    """Return the version in the output of ``aws --version``, None if there is none."""
    found = re.search(r"^aws-cli/(\d+)\.(\d+)\.(\d+)", text, re.MULTILINE)
    return tuple(map(int, found.groups())) if found else None


def identify(executable: Path, system: System) -> Host:
    """Run an executable to learn its version, without the user's configuration.

    A plugin that can't be imported breaks even ``aws --version``, on both majors.
    Raises InstallError if it is no AWS CLI or does not run.
    """
    env = child_environment(system.env, AWS_CONFIG_FILE=os.devnull)
    result = system.run([str(executable), "--version"], env, "")
    version = parse_version(f"{result.stdout}\n{result.stderr}")
    if result.returncode != 0 or version is None or version[0] not in (1, 2):
        raise InstallError(
            f"{executable} --version does not print the version of an AWS CLI: {reason(result)}. "
            "Choose another executable: awscli-assume enable --aws PATH"
        )
    return Host(executable, version)


def on_path(env: Mapping[str, str]) -> list[Path]:
    """Return every ``aws`` on the PATH in its order, each file once."""
    found: dict[str, Path] = {}
    for folder in env.get("PATH", os.defpath).split(os.pathsep):
        executable = shutil.which("aws", path=folder) if folder else None
        if executable:
            path = Path(os.path.abspath(executable))
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def choose_host(system: System, executable: Optional[str] = None) -> Host:
    """Identify an ``aws``, the first one on the PATH by default.

    Raises InstallError if there is none.
    """
    if executable is None:
        candidates = on_path(system.env)
        if not candidates:
            raise InstallError(
                f"There is no aws on the PATH. Install the AWS CLI first: {_INSTALL_AWS}"
            )
        return identify(candidates[0], system)
    path = Path(os.path.abspath(os.path.expanduser(executable)))
    if not (path.is_file() and os.access(path, os.X_OK)):
        raise InstallError(f"--aws {executable}: there is no such executable file.")
    return identify(path, system)


def other_hosts(host: Host, system: System) -> Iterator[Host]:
    """Identify the other AWS CLIs on the PATH that run; the plugin can break only those."""
    for path in on_path(system.env):
        if os.path.realpath(path) == os.path.realpath(host.executable):
            continue
        try:
            yield identify(path, system)
        except InstallError:
            continue
