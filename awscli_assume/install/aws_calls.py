"""The calls of ``aws`` that enable makes, each on a config file that it is told."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from awscli_assume.install.hosts import Host
from awscli_assume.install.plugin_settings import NAME
from awscli_assume.install.refusal import Refusal
from awscli_assume.install.system import Answer, Surroundings, child_environment, reason

# IAM allows no asterisk in the name of a role: our command refuses it by name before it
# touches a file or the network. `aws assume help` proves less, it fails where the CLI's
# own examples were stripped.
_IMPOSSIBLE_ROLE = "*"

_PROBE = """\
import importlib.util, json, os, sys
with open(os.environ["AWSCLI_ASSUME_PROBE"], "w") as answer:
    found = importlib.util.find_spec("awscli_assume") is not None
    json.dump([sys.executable, found], answer)
def awscli_initialize(event_hooks):
    pass
"""


@dataclass(frozen=True)
class AwsCalls:
    """One host, how to run it, and the config file that it is all about."""

    host: Host
    around: Surroundings
    config_file: Path

    def configure_set(self, key: str, value: str, config_file: Path) -> None:
        """Run ``aws configure set``. Raises Refusal with what ``aws`` said."""
        answer = self._run(config_file, "configure", "set", key, value)
        if answer.returncode != 0:
            raise Refusal(
                f"'aws configure set {key} {value}' failed: {self._told(answer, config_file)}."
            )

    def version_trouble(self, config_file: Path) -> Optional[str]:
        """Say why ``aws --version`` fails with a config file, None if it works."""
        answer = self._run(config_file, "--version")
        return None if answer.returncode == 0 else self._told(answer, config_file)

    def assume_trouble(self, config_file: Path, home: Optional[Path] = None) -> Optional[str]:
        """Say why ``aws assume`` is not our command with a config file, None if it is.

        ``home`` is where no alias named assume comes before the plugin.
        """
        moved = {"HOME": str(home), "USERPROFILE": str(home)} if home else {}
        answer = self._run(config_file, NAME, "--role-name", _IMPOSSIBLE_ROLE, **moved)
        said = answer.stderr.lower()
        # 252 is version 2's code for bad options, 255 is version 1's for everything.
        known = (
            answer.returncode in (252, 255) and "role name" in said and _IMPOSSIBLE_ROLE in said
        )
        return None if known else self._told(answer, config_file)

    def _told(self, answer: Answer[str], config_file: Path) -> str:
        # A draft is named after the file that it stands for.
        return reason(answer).replace(str(config_file), str(self.config_file))

    def _run(self, config_file: Path, *words: str, **settings: str) -> Answer[str]:
        env = child_environment(self.around.env, AWS_CONFIG_FILE=str(config_file), **settings)
        return self.around.run([str(self.host.executable), *words], env, "")


@dataclass(frozen=True)
class Interpreter:
    """The Python that runs a version 1, and whether it can import the plugin."""

    executable: str
    has_plugin: bool


def probe_interpreter(host: Host, around: Surroundings, folder: Path) -> Optional[Interpreter]:
    """Ask a version 1 which Python it runs in, through a plugin of one file in ``folder``.

    That sees through shims and wrappers, where a first line of ``#!`` does not. None if the
    interpreter ignores PYTHONPATH (``python -I``) or ``aws`` does not run.
    """
    answer_file = folder / "probe.json"
    config = folder / "probe-config"
    (folder / "awscli_assume_probe.py").write_text(_PROBE, encoding="utf-8")
    config.write_text("[plugins]\nprobe = awscli_assume_probe\n", encoding="utf-8")
    env = child_environment(
        around.env,
        AWS_CONFIG_FILE=str(config),
        AWSCLI_ASSUME_PROBE=str(answer_file),
        PYTHONPATH=os.fspath(folder),
    )
    around.run([str(host.executable), "--version"], env, "")
    try:
        executable, has_plugin = json.loads(answer_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Interpreter(executable, has_plugin)
