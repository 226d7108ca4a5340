"""Profile names that the CLI's two files can carry."""

from __future__ import annotations

import re

from awscli_assume.errors import InvalidRequest

# Seen on 2.38.5 and 1.46.3: the config file's section name goes through
# shlex, so quotes and backslashes do not come back; a ] ends the section name;
# ConfigFileWriter writes any of them without a word.
_UNREADABLE = re.compile(r"""['"\\\[\]]""")
_LONGEST = 128
# The profile of children beside an endpoint (profiles/exec_profile.py).
RESERVED = "assume-exec"


def check_profile_name(name: str) -> str:
    """Return a target profile's name. Raises InvalidRequest for one the files can't carry."""
    if not name or name != name.strip():
        raise InvalidRequest(
            f"Invalid profile name '{name}': it must not be empty, nor begin or end with a blank. "
            "Try: --update-profile assumed-role"
        )
    if name == "DEFAULT":
        raise InvalidRequest(
            "Invalid profile name 'DEFAULT': what this section of an INI file holds counts for "
            "every other profile. Try: --update-profile default"
        )
    if name == RESERVED:
        raise InvalidRequest(
            f"Invalid profile name '{RESERVED}': the commands of aws assume exec --auto-refresh "
            "use this profile, and it must have no credentials. Try: --update-profile assumed-role"
        )
    if not name.isprintable() or _UNREADABLE.search(name):
        raise InvalidRequest(
            f"Invalid profile name {name!r}: the CLI can't read back a name with quotes, "
            "brackets, backslashes or control characters. Try: --update-profile assumed-role"
        )
    if len(name) > _LONGEST:
        raise InvalidRequest(
            f"Invalid profile name '{name[:20]}…': {len(name)} characters, the most is {_LONGEST}"
        )
    return name
