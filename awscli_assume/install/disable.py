"""Take the plugin back: the config file first, without ``aws``, which may not run any more."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from awscli_assume.install.atomic_file import read_file, replace_file
from awscli_assume.install.package_copy import remove_empty, remove_package
from awscli_assume.install.plugin_settings import names_plugin
from awscli_assume.install.record import (
    decode,
    load_python,
    load_record,
    restore,
    save_record,
)
from awscli_assume.install.self_refreshing import self_refreshing_profiles
from awscli_assume.install.system import Places, Surroundings, find_places


def disable(around: Surroundings) -> None:
    """Leave the config file as it was before enable, then remove the copy of the package.

    Raises Refusal when a file can't be read or written.
    """
    places = find_places(around.env)
    entries = load_record(places.record)
    entry = entries.pop(str(places.config_file), None)
    before = read_file(places.config_file)
    done = False
    if before is not None and (entry or names_plugin(decode(before))):
        after = restore(before, entry, str(places.plugins))
        if after != before:
            replace_file(places.config_file, after)
            around.say(f"{places.config_file} names the plugin no more")
            done = True
    save_record(places.record, entries, load_python(places.record))
    users = _still_naming(entries)
    if users:
        # The copy has to stay: a config file that names a missing plugin breaks every aws.
        around.say(
            f"{places.package} stays, because {users[0]} names it. "
            f"Type: AWS_CONFIG_FILE={users[0]} awscli-assume disable"
        )
        return
    if done and places.package.exists():
        around.let_started_ones_load()
    if remove_package(places.package):
        around.say(f"Removed {places.package}")
        done = True
    _remove_folders(places, entry is not None and not entry.existed)
    for name in self_refreshing_profiles(decode(before or b"")):
        around.say(
            f"The profile '{name}' renewed itself by the plugin, and can't any more. Take its "
            "credential_process out of the config file, or enable the plugin again"
        )
    around.say("Disabled." if done else f"The plugin is not enabled in {places.config_file}.")


def _still_naming(config_files: Iterable[str]) -> list[str]:
    return [name for name in config_files if names_plugin(decode(read_file(Path(name)) or b""))]


def _remove_folders(places: Places, made_by_us: bool) -> None:
    ours = [places.plugins, places.plugins.parent]
    remove_empty([*ours, places.config_file.parent] if made_by_us else ours)
