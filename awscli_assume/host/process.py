"""Where the CLI is: its executable, its files, and what it changes in its environment."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Mapping

import awscli


def own_executable(variables: Mapping[str, str]) -> str:
    """Return the absolute path of the ``aws`` that runs this process.

    The one on the PATH where it is the same, for the path of a frozen version 2
    (``…/v2/2.38.5/dist/aws``) ends with the next update of it.
    """
    is_frozen = bool(getattr(sys, "frozen", False))
    running = sys.executable if is_frozen else os.path.abspath(sys.argv[0])
    found = shutil.which("aws", path=variables.get("PATH"))
    if found is not None:
        found = os.path.abspath(found)
        if os.path.realpath(found) == os.path.realpath(running):
            return found
    # A version 1 that was started as a module has no script of its own.
    is_script = os.path.basename(running).startswith("aws") and os.access(running, os.X_OK)
    return running if is_frozen or is_script or found is None else found


def user_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment as it was before this CLI changed it for itself.

    A frozen version 2 leads every child to its own libraries (PyInstaller's
    LD_LIBRARY_PATH, and variables of its own since 6.9); both majors add their
    folder of service models to AWS_DATA_PATH (awscli/__init__.py).
    """
    result = {
        name: value
        for name, value in variables.items()
        if not name.startswith(("_PYI_", "_MEIPASS"))
    }
    if getattr(sys, "frozen", False):
        for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH"):
            original = result.pop(f"{name}_ORIG", None)
            result.pop(name, None)
            if original is not None:
                result[name] = original
    folder = os.path.join(os.path.dirname(os.path.abspath(awscli.__file__)), "data")
    paths = [path for path in result.pop("AWS_DATA_PATH", "").split(os.pathsep) if path]
    if paths and paths != [folder]:
        result["AWS_DATA_PATH"] = os.pathsep.join(path for path in paths if path != folder)
    return result


def cache_folder(name: str) -> str:
    """Return the path of a folder of ours in the CLI's own cache folder (it may not exist)."""
    return os.path.join(os.path.expanduser("~"), ".aws", "cli", "cache", name)


def config_files(variables: Mapping[str, str]) -> tuple[str, str]:
    """Return the paths of the config file and the shared credentials file, as the CLI reads them.

    Without a session: profiles/files.py has the paths of one.
    """
    names = (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
    said = [variables.get(name) or os.path.join("~", ".aws", file) for name, file in names]
    found = [os.path.abspath(os.path.expanduser(os.path.expandvars(path))) for path in said]
    return found[0], found[1]
