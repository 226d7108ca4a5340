"""The CLI as a process: its executable, and what it changes in its environment."""

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
    answer = {
        name: value
        for name, value in variables.items()
        if not name.startswith(("_PYI_", "_MEIPASS"))
    }
    if getattr(sys, "frozen", False):
        for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH"):
            kept = answer.pop(f"{name}_ORIG", None)
            answer.pop(name, None)
            if kept is not None:
                answer[name] = kept
    folder = os.path.join(os.path.dirname(os.path.abspath(awscli.__file__)), "data")
    paths = [path for path in answer.pop("AWS_DATA_PATH", "").split(os.pathsep) if path]
    if paths and paths != [folder]:
        answer["AWS_DATA_PATH"] = os.pathsep.join(path for path in paths if path != folder)
    return answer
