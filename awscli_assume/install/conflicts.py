"""The conflicts that keep the plugin from being enabled, checked before anything is changed.

Version 2 loads plugins only where the config file sets ``cli_legacy_plugin_path``. Version 1 takes
that key for a plugin, can't import it, and fails on every command. So the two can't share one
config file.
"""

from __future__ import annotations

import configparser
import shlex
from pathlib import Path
from typing import Optional

from awscli_assume.install.aws_calls import Interpreter
from awscli_assume.install.hosts import Host, other_hosts
from awscli_assume.install.package_copy import PACKAGE
from awscli_assume.install.plugin_settings import MODULE, NAME, PATH_KEY, read_settings
from awscli_assume.install.system import CliPaths, InstallError, System


def check_conflicts(host: Host, text: str, paths: CliPaths, system: System, force: bool) -> None:
    """Check the config file's text against the CLIs that read it. Raises InstallError."""
    settings = read_settings(text)
    other = settings.get(NAME)
    if other not in (None, MODULE):
        raise InstallError(
            f"{paths.config_file} has another plugin named {NAME}: '{other}'. "
            f"First remove the line '{NAME} = {other}' from its [plugins] section."
        )
    if host.major == 1 and PATH_KEY in settings:
        raise InstallError(
            f"{paths.config_file} sets {PATH_KEY}, which AWS CLI version 2 needs for its plugins. "
            f"Version 1 ({host.executable}) takes it for a plugin and fails on every command. "
            f"Use another config file without that line for version 1: {_with_own_file(host)}"
        )
    if host.major == 2 and PATH_KEY not in settings:
        _check_other_hosts(host, paths, system, force)


def _check_other_hosts(host: Host, paths: CliPaths, system: System, force: bool) -> None:
    own_file = system.env.get("AWS_CONFIG_FILE")
    for other in other_hosts(host, system):
        if other.major != 1:
            continue
        if own_file:
            # The user follows our advice below: a config file for version 2 alone.
            system.warn(
                f"{other.executable} is {other.name}: it fails wherever AWS_CONFIG_FILE is "
                f"{own_file}. Set that variable only where you use version 2."
            )
            continue
        conflict = (
            f"{other.executable} is {other.name} and reads {paths.config_file} too. "
            f"Version 2 loads plugins only with {PATH_KEY} in that file, and with it every "
            "command of version 1 fails."
        )
        if not force:
            raise InstallError(
                f"{conflict} Remove version 1 from the PATH. Or use a copy of the config file for "
                f"version 2: {_with_own_file(host)}, and set AWS_CONFIG_FILE wherever you use "
                "version 2. Or, if you don't need version 1: awscli-assume enable --force"
            )
        system.warn(conflict)


def _with_own_file(host: Host) -> str:
    executable = shlex.quote(str(host.executable))
    own_file = f"AWS_CONFIG_FILE=~/.aws/config-v{host.major}"
    return f"{own_file} awscli-assume enable --aws {executable}"


def require_importable(host: Host, python: Optional[Interpreter]) -> None:
    """Check that a version 1, which has no plugin folder, can import the plugin.

    Raises InstallError.
    """
    if python is None or python.has_plugin:
        # If the interpreter is unknown, the test with the draft shows it.
        return
    root = PACKAGE.parent
    what = shlex.quote(str(root)) if (root / "setup.cfg").is_file() else "CHECKOUT"
    raise InstallError(
        f"{host.executable} is {host.name}, which has no plugin folder. The plugin has to be "
        "installed in its own Python. "
        f"Type: {shlex.quote(python.executable)} -m pip install {what}"
    )


def has_alias(alias_file: Path) -> bool:
    """Return whether the user has an alias named assume, which the CLI prefers to a plugin."""
    parser = configparser.RawConfigParser(default_section="", strict=False)
    try:
        parser.read_string(alias_file.read_text(encoding="utf-8", errors="replace"))
    except (OSError, configparser.Error):
        return False
    return parser.has_option("toplevel", NAME)
