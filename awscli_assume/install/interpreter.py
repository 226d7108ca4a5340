"""The Python that a program of ours may be run by later, when this environment is gone."""

from __future__ import annotations

import os
import sys
from typing import Optional


def base_interpreter() -> Optional[str]:
    """Return the absolute path of the Python behind the running one, outside of an environment.

    None where there is no such file.
    """
    executable = getattr(sys, "_base_executable", None) or sys.executable
    if executable and os.path.exists(
        os.path.join(os.path.dirname(executable), "..", "pyvenv.cfg")
    ):
        # Before 3.11 that is the environment's own, which is a link (not on Windows).
        executable = os.path.realpath(executable)
    found = executable and os.path.isabs(executable) and os.access(executable, os.X_OK)
    return executable if found else None
