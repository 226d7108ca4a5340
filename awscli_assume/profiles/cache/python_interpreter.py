"""The Python interpreter for ``credential_process``: it starts fast and outlives upgrades.

The frozen CLI has none that a program could run in. Candidates are the interpreter that
``awscli-assume enable`` recorded, then the system's, then the first on the PATH.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Callable, Iterator, Mapping, Optional

from awscli_assume.host import user_environment

TIMEOUT_SECONDS = 10
_SYSTEM = ("/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3")
# macOS's /usr/bin/python3 is a stub, which opens a window where the developer tools are missing.
_DEVELOPER_TOOLS = "/Library/Developer/CommandLineTools/usr/bin/python3"
# The interpreter behind a shim or a virtual environment (with -S from Python 3.11).
_PRINT_EXECUTABLE = "import sys; print(getattr(sys, '_base_executable', '') or sys.executable)"

Ask = Callable[[str], Optional[str]]


def find_python(
    env: Optional[Mapping[str, str]] = None,
    ask: Optional[Ask] = None,
    system: Optional[tuple[str, ...]] = None,
) -> Optional[str]:
    """Return the absolute path of a ``python3`` that runs with ``-I -S``, or None.

    ``ask`` runs a candidate and returns the executable that it reports.
    """
    variables = os.environ if env is None else env
    candidates = _candidates(variables, _system() if system is None else system)
    found = (_resolved(candidate, ask or ask_python) for candidate in candidates)
    return next((path for path in found if path is not None), None)


def ask_python(executable: str) -> Optional[str]:
    """Run a candidate with ``-I -S`` and return its executable, None where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell
            [executable, "-I", "-S", "-c", _PRINT_EXECUTABLE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            env=user_environment(os.environ),
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def _candidates(env: Mapping[str, str], system: tuple[str, ...]) -> Iterator[str]:
    if not getattr(sys, "frozen", False):
        yield str(getattr(sys, "_base_executable", None) or sys.executable)
    recorded = _recorded()
    if recorded is not None:
        yield recorded
    yield from system
    for folder in env.get("PATH", os.defpath).split(os.pathsep):
        # Not a relative folder. The stub in WindowsApps opens the Microsoft Store.
        if os.path.isabs(folder) and not folder.endswith("WindowsApps"):
            found = shutil.which("python3", path=folder)
            if found is not None and not _is_macos_stub(found):
                yield found


def _resolved(candidate: str, ask: Ask) -> Optional[str]:
    """Return a candidate that runs, or the interpreter behind a shim or virtual environment."""
    if not (os.path.isabs(candidate) and os.access(candidate, os.X_OK)):
        return None
    real = ask(candidate)
    if real is None:
        return None
    if not _is_script(candidate) and not _is_virtual(candidate):
        # Keep a link as it is: unlike the path behind it, it outlives an upgrade.
        return candidate
    for other in (real, os.path.realpath(real)):
        if os.path.isabs(other) and not _is_script(other) and not _is_virtual(other):
            return other if ask(other) is not None else None
    return None


def _recorded() -> Optional[str]:
    """Return the interpreter that ``awscli-assume enable`` recorded (install/record.py)."""
    path = os.path.join(os.path.expanduser("~"), ".aws", "cli", "plugins", "awscli-assume.json")
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)["python"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) else None


def _is_script(executable: str) -> bool:
    try:
        with open(executable, "rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return True


def _is_virtual(executable: str) -> bool:
    folder = os.path.dirname(executable)
    places = (folder, os.path.dirname(folder))
    return any(os.path.exists(os.path.join(place, "pyvenv.cfg")) for place in places)


def _is_macos_stub(executable: str) -> bool:
    return sys.platform == "darwin" and executable == _SYSTEM[0]


def _system() -> tuple[str, ...]:
    return (_DEVELOPER_TOOLS, *_SYSTEM[1:]) if sys.platform == "darwin" else _SYSTEM
