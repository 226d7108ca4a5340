"""A simulated machine: executables that behave as ``aws`` does, and a HOME."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Callable, Optional

import pytest

from awscli_assume.install.plugin_settings import read_settings
from awscli_assume.install.system import System

Result = subprocess.CompletedProcess
ROLE_REFUSED = "aws: [ERROR]: Invalid role name in '*'\n"


class Machine:
    """Executables by path, each with a version, that load plugins as the two majors do.

    They load them as awscli/plugin.py does; tests/integration/test_enable.py runs the same cases
    with real executables. ``override`` may return the result of a command.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.home = home
        self.versions: dict[str, str] = {}
        self.calls: list[tuple[str, ...]] = []
        self.override: Optional[Callable[[Sequence[str], Mapping[str, str]], Optional[Result]]] = (
            None
        )
        self.out = io.StringIO()
        self.err = io.StringIO()
        self.sleep: Callable[[float], None] = lambda seconds: None

    @property
    def config(self) -> Path:
        return self.home / ".aws" / "config"

    @property
    def plugins(self) -> Path:
        return self.home / ".aws" / "cli" / "plugins"

    def add_aws(self, name: str, version: str) -> Path:
        executable = self.folder / name / "aws"
        executable.parent.mkdir()
        executable.touch(mode=0o755)
        self.versions[str(executable)] = version
        return executable

    def system(self, **settings: str) -> System:
        path = os.pathsep.join(str(Path(name).parent) for name in self.versions)
        env = {"PATH": path, "HOME": str(self.home), **settings}
        return System(env=env, out=self.out, err=self.err, run=self.run, sleep=self.sleep)

    def run(self, command: Sequence[str], env: Mapping[str, str], stdin: str) -> Result:
        self.calls.append(tuple(command[1:]))
        result = self.override(command, env) if self.override else None
        if result:
            return result
        version = self.versions[command[0]]
        config = Path(env["AWS_CONFIG_FILE"])
        text = config.read_text() if config.is_file() else ""
        settings = read_settings(text)
        missing = _missing_plugin(version, settings)
        if missing:
            return Result(command, 255, "", f"No module named '{missing}'\n")
        if command[1] == "--version":
            return Result(command, 0, f"aws-cli/{version} Python/3.14\n", "")
        if command[1:3] == ["configure", "set"]:
            _configure_set(config, text, command[3], command[4])
            return Result(command, 0, "", "")
        if command[1] == "assume" and env.get("AWSCLI_ASSUME_INDEX") == "build":
            return Result(command, 0, "", "")
        if command[1] == "assume" and "assume" in settings:
            return Result(command, 252, "", ROLE_REFUSED)
        return Result(command, 252, "", "aws: error: Found invalid choice 'assume'\n")


def _missing_plugin(version: str, settings: dict[str, str]) -> Optional[str]:
    modules = dict(settings)
    path = modules.pop("cli_legacy_plugin_path", None)
    if version.startswith("1."):
        # Installed beside version 1 or not: these tests need it there.
        return path
    folders = (path or "").split(os.pathsep)
    for module in modules.values() if path else ():
        if not any(Path(folder, module, "__init__.py").exists() for folder in folders):
            return module
    return None


def _configure_set(config: Path, text: str, key: str, value: str) -> None:
    from awscli.customizations.configure.writer import ConfigFileWriter

    section, _, name = key.partition(".")
    ConfigFileWriter().update_config({"__section__": section, name: value}, str(config))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a machine with an empty HOME and no aws yet."""
    home = tmp_path / "home"
    home.mkdir()
    return Machine(tmp_path, home)
