"""Profiles that need the plugin after it is gone: those that refresh by themselves."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^\[(?:profile\s+)?(?P<name>[^]]+)\]")
# Both forms of what profiles/cache/process_command.py writes.
_PROGRAM = re.compile(
    r"^credential_process\s*=.*(?:awscli_assume/process/answer\.py|assume export --update-profile)"
)


def self_refreshing_profiles(text: str) -> list[str]:
    """Return the profiles of a config file whose credential_process is the plugin's."""
    names = []
    name = ""
    for line in text.splitlines():
        header = _HEADER.match(line)
        if header is not None:
            name = header.group("name").strip()
        elif _PROGRAM.match(line.replace("\\", "/")):
            names.append(name)
    return names
