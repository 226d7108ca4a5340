"""Where the CLI has its files."""

from __future__ import annotations

import os
from typing import Mapping


def cache_folder(name: str) -> str:
    """Return the path of a folder of ours in the CLI's own cache folder (it may not exist)."""
    return os.path.join(os.path.expanduser("~"), ".aws", "cli", "cache", name)


def config_files(variables: Mapping[str, str]) -> tuple[str, str]:
    """Return the paths of the config file and the shared credentials file, as the CLI reads them.

    For what has no session; else profiles/files.py asks that one.
    """
    names = (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
    said = [variables.get(name) or os.path.join("~", ".aws", file) for name, file in names]
    found = [os.path.abspath(os.path.expanduser(os.path.expandvars(path))) for path in said]
    return found[0], found[1]
