"""What speaks against enabling the plugin, before anything is touched.

Version 2 loads plugins only where ``cli_legacy_plugin_path`` is set in the config file; version 1
takes that key for a plugin, can't import it, and then fails on every command. So one config file
can't serve both.
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
from awscli_assume.install.refusal import Refusal
from awscli_assume.install.system import Places, Surroundings


def refuse_conflict(
    host: Host, text: str, places: Places, around: Surroundings, force: bool
) -> None:
    """Check the config file's text against the CLIs that read it. Raises Refusal."""
    settings = read_settings(text)
    taken = settings.get(NAME)
    if taken not in (None, MODULE):
        raise Refusal(
            f"{places.config_file} has another plugin named {NAME}: '{taken}'. "
            f"Remove the line '{NAME} = {taken}' from its [plugins] section first."
        )
    if host.major == 1 and PATH_KEY in settings:
        raise Refusal(
            f"{places.config_file} sets {PATH_KEY}, which AWS CLI version 2 needs for its plugins "
            f"and version 1 ({host.executable}) takes for a plugin: it fails on every command. "
            f"Give version 1 a config file of its own, without that line: {_with_own_file(host)}"
        )
    if host.major == 2 and PATH_KEY not in settings:
        _refuse_to_break_version_1(host, places, around, force)


def _refuse_to_break_version_1(
    host: Host, places: Places, around: Surroundings, force: bool
) -> None:
    own_file = around.env.get("AWS_CONFIG_FILE")
    for other in other_hosts(host, around):
        if other.major != 1:
            continue
        if own_file:
            # A config file that was named for this run is the way out that we propose.
            around.warn(
                f"{other.executable} is {other.name}: it fails wherever AWS_CONFIG_FILE is "
                f"{own_file}. Set that variable only where you use version 2."
            )
            continue
        told = (
            f"{other.executable} is {other.name} and reads {places.config_file} too. "
            f"Version 2 loads plugins only with {PATH_KEY} in that file, and with it every "
            "command of version 1 fails."
        )
        if not force:
            raise Refusal(
                f"{told} Take version 1 off the PATH; or give version 2 a config file of its own, "
                f"a copy: {_with_own_file(host)}, with AWS_CONFIG_FILE set wherever you use "
                "version 2; or, if you can do without version 1: awscli-assume enable --force"
            )
        around.warn(told)


def _with_own_file(host: Host) -> str:
    executable = shlex.quote(str(host.executable))
    own = f"AWS_CONFIG_FILE=~/.aws/config-v{host.major}"
    return f"{own} awscli-assume enable --aws {executable}"


def require_importable(host: Host, python: Optional[Interpreter]) -> None:
    """Check that a version 1 can import the plugin: it has no plugin path. Raises Refusal."""
    if python is None or python.has_plugin:
        # Unknown is left to the proof, which comes before the config file is touched.
        return
    root = PACKAGE.parent
    what = shlex.quote(str(root)) if (root / "setup.cfg").is_file() else "CHECKOUT"
    raise Refusal(
        f"{host.executable} is {host.name}, which has no plugin path: the plugin has to be in its "
        f"own Python, and is not. Type: {shlex.quote(python.executable)} -m pip install {what}"
    )


def has_alias(alias_file: Path) -> bool:
    """Return whether the person has an alias named assume, which the CLI prefers to a plugin."""
    parser = configparser.RawConfigParser(default_section="", strict=False)
    try:
        parser.read_string(alias_file.read_text(encoding="utf-8", errors="replace"))
    except (OSError, configparser.Error):
        return False
    return parser.has_option("toplevel", NAME)
