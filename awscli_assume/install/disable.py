"""Disable the plugin: change the config file first, without ``aws``, which may not run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import Path

from awscli_assume.completion.index_file import remove_ours
from awscli_assume.files.ini import read_lines
from awscli_assume.install.package_copy import remove_empty, remove_package
from awscli_assume.install.plugin_settings import names_plugin
from awscli_assume.install.record import decode, load_python, load_record, restore, save_record
from awscli_assume.install.system import CliPaths, System, find_paths, read_file, replace_file

# Both forms of what profiles/cache/process_command.py writes.
_OUR_PROCESS = re.compile(r"awscli_assume/process/answer\.py|assume export --update-profile")


def disable(system: System) -> None:
    """Restore the config file as it was before enable, then remove the copy of the package.

    Raises InstallError if a file can't be read or written.
    """
    paths = find_paths(system.env)
    entries = load_record(paths.record)
    entry = entries.pop(str(paths.config_file), None)
    before = read_file(paths.config_file)
    changed = False
    if before is not None and (entry or names_plugin(decode(before))):
        after = restore(before, entry, str(paths.plugins))
        if after != before:
            replace_file(paths.config_file, after)
            system.print(f"Removed the plugin from {paths.config_file}")
            changed = True
    save_record(paths.record, entries, load_python(paths.record))
    users = _naming_plugin(entries)
    if users:
        # A config file that names a missing plugin breaks every aws command.
        system.print(
            f"{paths.package} stays, because {users[0]} names it. "
            f"Type: AWS_CONFIG_FILE={shlex.quote(users[0])} awscli-assume disable"
        )
        return
    if changed and paths.package.exists():
        system.wait_for_loading()
    removed = remove_ours(str(paths.home))
    removed += [str(paths.package)] if remove_package(paths.package) else []
    for path in removed:
        system.print(f"Removed {path}")
        changed = True
    _remove_folders(paths, entry is not None and not entry.existed)
    _warn_of_profiles(system, decode(before or b""))
    system.print("Disabled." if changed else f"The plugin is not enabled in {paths.config_file}.")


def _warn_of_profiles(system: System, text: str) -> None:
    for name in auto_refresh_profiles(text):
        system.print(
            f"The profile '{name}' can't refresh any more without the plugin. Remove its "
            "credential_process from the config file, or enable the plugin again"
        )


def auto_refresh_profiles(text: str) -> list[str]:
    """Return the profiles of a config file whose credential_process needs the plugin."""
    return [
        re.sub(r"^profile\s+", "", line.section or "").strip()
        for line in read_lines(text)
        if line.key == "credential_process" and _OUR_PROCESS.search(line.value.replace("\\", "/"))
    ]


def _naming_plugin(config_files: Iterable[str]) -> list[str]:
    return [name for name in config_files if names_plugin(decode(read_file(Path(name)) or b""))]


def _remove_folders(paths: CliPaths, made_by_us: bool) -> None:
    cli = paths.plugins.parent
    ours = [paths.plugins, cli / "cache", cli]
    remove_empty([*ours, paths.config_file.parent] if made_by_us else ours)
