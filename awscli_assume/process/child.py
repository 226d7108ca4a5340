"""The ``aws`` that renews: which one, and with which variables. Runs on Python 3.6."""

import os
from typing import Dict, Mapping, Optional

# The cache files whose renewal is under way in the processes above us.
_UNDER_WAY = "_AWSCLI_ASSUME_RENEWING"
# A profile that is not there any more would stop aws, and the target itself would ask us again.
# The rest is what a frozen program (the CLI may be who asks us) leaves to its children.
_NOT_FOR_AWS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "_MEIPASS2", "LD_LIBRARY_PATH_ORIG")


def is_under_way(env: Mapping[str, str], cache_file: str) -> bool:
    """Return whether a process above us renews the same file, and would wait for us for ever."""
    return cache_file in env.get(_UNDER_WAY, "").split(os.pathsep)


def other_aws(path: str) -> Optional[str]:
    """Return the first ``aws`` of a PATH, leaving out folders that depend on where one is."""
    name = "aws.exe" if os.name == "nt" else "aws"
    found = (os.path.join(folder, name) for folder in path.split(os.pathsep))
    return next((p for p in found if os.path.isabs(p) and _can_run(p)), None)


def child_environment(env: Mapping[str, str], cache_file: str) -> Dict[str, str]:
    """Return the variables for ``aws``, less what would lead it astray."""
    kept = {n: v for n, v in env.items() if n not in _NOT_FOR_AWS and not n.startswith("_PYI_")}
    if "LD_LIBRARY_PATH_ORIG" in env:
        kept["LD_LIBRARY_PATH"] = env["LD_LIBRARY_PATH_ORIG"]
    above = [env[_UNDER_WAY]] if env.get(_UNDER_WAY) else []
    # A prompt or a pager would wait for a person for ever.
    kept.update({"AWS_CLI_AUTO_PROMPT": "off", "AWS_PAGER": ""})
    return {**kept, _UNDER_WAY: os.pathsep.join([*above, cache_file])}


def _can_run(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)
