"""The Python that enable writes down for the program of credential_process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

from awscli_assume.install.enable import enable
from awscli_assume.install.interpreter import base_interpreter

MODULE = Path(sys.modules[base_interpreter.__module__].__file__ or "")


def test_the_interpreter_is_outside_of_an_environment(tmp_path: Path) -> None:
    """Run inside of a virtual environment, it is the Python that outlives it."""
    venv.create(tmp_path / "env", symlinks=True)
    code = f"exec(open({str(MODULE)!r}).read()); print(base_interpreter())"
    done = subprocess.run(
        [str(tmp_path / "env" / "bin" / "python"), "-c", code],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = done.stdout.strip()

    assert os.path.realpath(sys.executable) == os.path.realpath(found)
    assert not found.startswith(str(tmp_path))


def test_enable_writes_it_down(machine) -> None:
    """After enable the record names the Python that enable ran in."""
    machine.add_aws("v2", "2.38.5")

    enable(machine.around())

    record = json.loads((machine.plugins / "awscli-assume.json").read_text())
    assert record["python"] == base_interpreter()
    assert os.access(record["python"], os.X_OK)
