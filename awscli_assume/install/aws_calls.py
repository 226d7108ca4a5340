"""The calls of ``aws`` that enable makes, each with a config file of its choice."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from awscli_assume.completion.index_file import VARIABLE
from awscli_assume.install.hosts import Host
from awscli_assume.install.plugin_settings import NAME
from awscli_assume.install.system import InstallError, Result, System, child_environment, reason

# IAM allows no asterisk in a role name: our command refuses it before it reads a file or the
# network. `aws assume help` proves less, because it fails where the CLI's examples were removed.
_IMPOSSIBLE_ROLE = "*"

_PROBE = """\
import importlib.util, json, os, sys
with open(os.environ["AWSCLI_ASSUME_PROBE"], "w") as file:
    found = importlib.util.find_spec("awscli_assume") is not None
    json.dump([sys.executable, found], file)
def awscli_initialize(event_hooks):
    pass
"""


@dataclass(frozen=True)
class AwsCalls:
    """One AWS CLI, and the user's config file, which messages name."""

    host: Host
    system: System
    config_file: Path

    def configure_set(self, key: str, value: str, config_file: Path) -> None:
        """Run ``aws configure set``. Raises InstallError with the message of ``aws``."""
        result = self._run(config_file, "configure", "set", key, value)
        if result.returncode != 0:
            raise InstallError(
                f"'aws configure set {key} {value}' failed: {self._reason(result, config_file)}."
            )

    def version_error(self, config_file: Path) -> Optional[str]:
        """Return why ``aws --version`` fails with a config file, None if it works."""
        result = self._run(config_file, "--version")
        return None if result.returncode == 0 else self._reason(result, config_file)

    def assume_error(self, config_file: Path, home: Optional[Path] = None) -> Optional[str]:
        """Return why ``aws assume`` is not our command with a config file, None if it is.

        ``home`` is a home folder without an alias named assume, which the CLI would prefer.
        """
        moved = {"HOME": str(home), "USERPROFILE": str(home)} if home else {}
        result = self._run(config_file, NAME, "--role-name", _IMPOSSIBLE_ROLE, **moved)
        message = result.stderr.lower()
        # 252 is version 2's code for bad options, 255 is version 1's for everything.
        is_ours = (
            result.returncode in (252, 255)
            and "role name" in message
            and _IMPOSSIBLE_ROLE in message
        )
        return None if is_ours else self._reason(result, config_file)

    def index_error(self, config_file: Path) -> Optional[str]:
        """Make the completion index by running ``aws``; return why that failed, or None."""
        try:
            result = self._run(config_file, NAME, **{VARIABLE: "build"})
        except InstallError as error:
            return str(error).rstrip(".")
        return None if result.returncode == 0 else self._reason(result, config_file)

    def _reason(self, result: Result[str], config_file: Path) -> str:
        # Name the user's file in place of the draft.
        return reason(result).replace(str(config_file), str(self.config_file))

    def _run(self, config_file: Path, *words: str, **settings: str) -> Result[str]:
        env = child_environment(self.system.env, AWS_CONFIG_FILE=str(config_file), **settings)
        return self.system.run([str(self.host.executable), *words], env, "")


@dataclass(frozen=True)
class Interpreter:
    """The Python that runs a version 1, and whether it can import the plugin."""

    executable: str
    has_plugin: bool


def probe_interpreter(host: Host, system: System, folder: Path) -> Optional[Interpreter]:
    """Return the Python that a version 1 runs in, found by a plugin of one file in ``folder``.

    Unlike the first line of the script, this also works through shims and wrappers. None if the
    interpreter ignores PYTHONPATH (``python -I``) or ``aws`` does not run.
    """
    result_file = folder / "probe.json"
    config = folder / "probe-config"
    (folder / "awscli_assume_probe.py").write_text(_PROBE, encoding="utf-8")
    config.write_text("[plugins]\nprobe = awscli_assume_probe\n", encoding="utf-8")
    env = child_environment(
        system.env,
        AWS_CONFIG_FILE=str(config),
        AWSCLI_ASSUME_PROBE=str(result_file),
        PYTHONPATH=os.fspath(folder),
    )
    system.run([str(host.executable), "--version"], env, "")
    try:
        executable, has_plugin = json.loads(result_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Interpreter(executable, has_plugin)
